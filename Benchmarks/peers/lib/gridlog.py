"""Gridlog: HTTP and JSON, every event validated, every answer durable unless the level says otherwise."""

from common.gridlog import LISTENING, put
from common.load import counted, verify
from common.processes import MeasureError, Server

TOPIC = "/topics/bench"
SUBSCRIPTION = f"{TOPIC}/eventsubscriptions/reader"


class Gridlog:
    install = "swift build -c release --product gridlog"

    def __init__(self, connections, level="durable", single=False):
        self.connections = connections
        self.level = level
        self.single = single
        self.name = f"gridlog-{'single-' if single else ''}{'' if level == 'durable' else level + '-'}{connections}"
        self.label = f"Gridlog, {counted(connections)}, {level}"
        self.durability = {"durable": "every answer synced", "written": "synced within 50 ms"}[level]
        self.is_verified = False

    def missing(self):
        return False

    def measure(self, load, directory):
        command = [load.gridlog, "serve", "--data", f"{directory}/store", "--port", "0"]
        with Server(command, f"{directory}/gridlog.log") as server:
            endpoint = server.wait_for_line(LISTENING)
            port = int(endpoint.rpartition(":")[2])
            put(endpoint + TOPIC, {"durability": self.level})
            queue = {"receiveLockDurationInSeconds": 300}
            put(endpoint + SUBSCRIPTION, {"deliveryConfiguration": {"deliveryMode": "Queue", "queue": queue}})
            if self.single:
                single = load.http_load("publish", server, port, TOPIC, self.connections, batch=1)
                half = load.http_load(
                    "publish", server, port, TOPIC, self.connections, batch=1, rate=int(single.rate / 2))
                self.verify_once(load, port, single.total + half.total, 0)
                return {"single": single, "half": half}
            publish, consume, published, consumed = load.publish_and_consume(
                lambda seconds: load.http_load("publish", server, port, TOPIC, self.connections, seconds=seconds),
                lambda: load.http_load("consume", server, port, SUBSCRIPTION, self.connections))
            self.verify_once(load, port, published, consumed)
            return {"publish": publish, "consume": consume}

    def verify_once(self, load, port, published, consumed):
        """Gridlog has no counter to ask, so what is left is received. That takes its time: in the first round only."""
        if self.is_verified:
            return
        for _ in range(20):
            rest = load.peer_load("http-consume", None, "--port", port, "--path", SUBSCRIPTION, "--connections", 8)
            consumed += rest.total
            if rest.emptied:
                break
        else:
            raise MeasureError("what was published was not received to its end")
        verify("events", consumed, published)
        self.is_verified = True
