"""Redis Streams."""

import shutil
import socket

from common.load import BATCH, counted, verify
from common.processes import Server, free_port, run_tool


class Redis:
    install = "apt-get install redis-server"

    def __init__(self, connections, fsync, single=False):
        self.connections = connections
        self.fsync = fsync
        self.single = single
        self.name = f"redis-{'single-' if single else ''}{fsync}-{connections}"
        self.label = f"Redis Streams, {counted(connections)}, appendfsync {fsync}"
        self.durability = {"always": "every answer synced", "everysec": "synced each second"}[fsync]

    def missing(self):
        return not (shutil.which("redis-server") and shutil.which("redis-benchmark"))

    def version(self):
        return "Redis " + run_tool(["redis-server", "--version"], 10).split("v=")[1].split()[0]

    def measure(self, load, directory):
        port = free_port()
        # Neither snapshots nor rewrites of the log begin in the middle of a figure: that is to Redis's favour.
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "yes",
                   "--appendfsync", self.fsync, "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"]
        with Server(["redis-server", *options], f"{directory}/redis.log") as server:
            server.wait_for_port(port)
            if self.single:
                return {"single": self.single_events(load, server, port)}
            ask(port, "XGROUP", "CREATE", "bench", "readers", "$", "MKSTREAM")
            common = ["--port", port, "--connections", self.connections, "--batch", BATCH]
            publish, consume, published, consumed = load.publish_and_consume(
                lambda seconds: load.peer_load("redis-publish", server, *common, seconds=seconds),
                lambda: load.peer_load("redis-consume", server, *common))
            verify("events", ask(port, "XLEN", "bench"), published)
            # Everything that was read was acknowledged, so nothing is pending.
            verify("pending", int(ask(port, "XPENDING", "bench", "readers").split("\n")[0]), 0)
            return {"publish": publish, "consume": consume}

    def single_events(self, load, server, port):
        """The better of two: Redis's own benchmark, and the generator that Gridlog is measured with."""
        own = load.redis_benchmark(server, port, self.connections)
        verify("events", ask(port, "XLEN", "single"), own.total)
        same = load.peer_load(
            "redis-publish", server, "--port", port, "--connections", self.connections, "--batch", 1)
        verify("events", ask(port, "XLEN", "bench"), same.total)
        return max(own, same, key=lambda figure: figure.rate)


def ask(port, *words):
    """One command; the lines of its answer without their type characters."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        request = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        connection.sendall(request.encode() + b"*1\r\n$4\r\nQUIT\r\n")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    lines = answer.decode().split("\r\n")
    if lines[0].startswith("-"):
        raise RuntimeError(lines[0])
    first = lines[1] if lines[0].startswith("*") else lines[0]
    return first.lstrip(":+")
