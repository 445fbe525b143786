"""What the machine itself can do: HTTP without a broker, and a disk without anything."""

import os

from common.load import BATCH, counted
from common.processes import Server


class BareHTTP:
    """`CeilingServer`: NIO, two event loops, reads a request and answers `{}`."""

    def __init__(self, path, connections, single=False):
        self.path = path
        self.connections = connections
        self.single = single
        self.name = f"nio-{'single-' if single else ''}{connections}"
        self.label = f"ceiling: a NIO server that answers `{{}}`, {counted(connections)}"
        self.durability = "nothing is kept"

    def missing(self):
        return False

    def measure(self, load, directory):
        with Server([self.path], f"{directory}/ceiling.log") as server:
            endpoint = server.wait_for_line("ceiling listening on ")
            port = int(endpoint.rpartition(":")[2])
            batch = 1 if self.single else BATCH
            figure = load.http_load("publish", server, port, "/topics/bench", self.connections, batch)
            return {"single" if self.single else "publish": figure}


class BareDisk:
    """One thread: `pwrite` and `fdatasync` over blocks that exist, again and again."""

    connections = None

    def __init__(self, group):
        self.group = group
        size = f"{group >> 20} MiB" if group >= 1 << 20 else f"{group >> 10} KiB"
        self.name = f"disk-{group // 1024}k"
        self.label = f"ceiling: pwrite + fdatasync over existing blocks, {size} a group"
        self.durability = "every group synced"
        # The small one is about its latency.
        self.figure = "latency" if group <= 4096 else "publish"

    def missing(self):
        return False

    def measure(self, load, directory):
        figure = load.peer_load("disk", None, "--directory", directory, "--group", self.group)
        os.sync()
        return {self.figure: figure}
