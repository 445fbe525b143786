"""The real process against kills, full disks, damage and backlog. How it is run and asked is in Compatibility."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Compatibility"))

from launching import launch, pytest_configure  # noqa: E402, F401
