"""The programs that every row is measured with, and where their data goes."""

import json
import shutil
import sys
from dataclasses import dataclass

from common.processes import MeasureError, run_tool


@dataclass
class Tools:
    gridlog: str
    peer_load_path: str
    data: str
    is_quick: bool

    def peer_load(self, *arguments):
        """One run of the load; what it reports."""
        return json.loads(run_tool([self.peer_load_path, *arguments], 900))

    def check_space(self, size):
        """There must be so many bytes, and a fifth more."""
        free = shutil.disk_usage(self.data).free
        if free < size * 1.2:
            raise MeasureError(f"needs {size * 1.2 / 1e9:.0f} GB in {self.data}; {free / 1e9:.0f} GB are free")

    def say(self, text):
        print(text, file=sys.stderr, flush=True)
