"""`gridlog bench` against its own server: what it counts is what happened, and it ends when it says."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import xml.etree.ElementTree as xml

import pytest

from broker import BINARY, eventually

SECONDS = 60


class Bench:
    """One run of the benchmark."""

    def __init__(self, endpoint, *arguments, key=""):
        environment = {**os.environ, "GRIDLOG_ENDPOINT": endpoint, "GRIDLOG_KEY": key}
        self.begin = time.monotonic()
        self.process = subprocess.Popen(
            [str(BINARY), "bench", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )

    def end(self, status=0):
        """Waits for the end; the document with the figures, if there is one."""
        try:
            output, errors = self.process.communicate(timeout=SECONDS)
        finally:
            self.process.kill()
        self.seconds = time.monotonic() - self.begin
        self.output, self.errors = output.decode(), errors.decode()
        assert self.process.returncode == status, (self.process.returncode, self.output, self.errors)
        return json.loads(self.output) if self.output.startswith("{") else None


def bench(broker, *arguments, status=0, key=""):
    return Bench(broker.url, *arguments, "--json", key=key).end(status)


def topics(broker):
    return {topic["name"] for topic in broker.request("GET", "/topics?$top=100").json["value"]}


def own_topics(broker):
    return {name for name in topics(broker) if name.startswith("bench-")}


def await_own_topic(broker):
    assert eventually(lambda: own_topics(broker), seconds=20)


@pytest.mark.parametrize("batch, events", [(1, 77), (7, 1000), (100, 250), (1000, 1500)])
def test_topic_holds_what_was_published(broker, topic, batch, events):
    document = bench(
        broker, "publish", "--topic", topic.name, "--events", events, "--batch", batch, "--size", 300, "--connections", 3
    )
    deliveries = topic.drain("sub")
    assert len({delivery["event"]["id"] for delivery in deliveries}) == len(deliveries) == events
    assert document["wholeRun"] == {"published": events, "acknowledged": 0}
    assert document["end"] == "count"
    figures = document["operations"]["publish"]
    assert figures["events"] == events and figures["errors"] == {}
    assert figures["requests"] >= events / batch
    latency = figures["latency"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["p99.9"] <= latency["max"] < 30e6


def test_time_ends_it_and_everything_published_is_counted(broker, topic):
    run = Bench(broker.url, "publish", "--topic", topic.name, "--duration", 1, "--warmup", 0.5, "--rate", 200, "--json")
    document = run.end()
    assert run.seconds < 6
    assert document["end"] == "time" and document["seconds"] == 1
    assert len(topic.drain("sub")) == document["wholeRun"]["published"]
    # Open loop: as many requests as the rate says, give or take those at the edges.
    assert 180 <= document["operations"]["publish"]["requests"] <= 210


def test_consume_acknowledges_what_it_published(broker, topic):
    document = bench(
        broker, "consume", "--topic", topic.name, "--subscription", "sub", "--events", 2345, "--connections", 4
    )
    assert document["wholeRun"] == {"published": 2345, "acknowledged": 2345}
    assert document["operations"]["receive"]["events"] == document["operations"]["acknowledge"]["events"] == 2345
    assert topic.drain("sub") == []


@pytest.mark.parametrize("batch", [1, 100])
def test_both_ends_with_every_event_acknowledged(broker, batch):
    document = bench(broker, "both", "--events", 1234, "--batch", batch, "--connections", 4, "--size", 256)
    assert document["wholeRun"] == {"published": 1234, "acknowledged": 1234}
    assert document["operations"]["acknowledge"]["errors"] == {}


@pytest.mark.parametrize("kind", ["publish", "consume", "both"])
def test_own_topic_is_deleted(broker, kind):
    before = topics(broker)
    document = bench(broker, kind, "--events", 500, "--duration", 2, "--durability", "written")
    assert document["conditions"]["durability"] == "written"
    assert document["conditions"]["topic"].startswith("bench-")
    assert topics(broker) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["publish", "both"])
def test_signal_ends_it_with_figures_and_without_its_topic(broker, kind, number):
    run = Bench(broker.url, kind, "--duration", 50, "--warmup", 0, "--batch", 10, "--json")
    await_own_topic(broker)
    time.sleep(0.5)
    run.process.send_signal(number)
    document = run.end(130)
    assert run.seconds < 10
    assert document["end"] == "interrupted" and document["operations"]["publish"]["events"] > 0
    assert "interrupted" in run.errors
    assert not own_topics(broker)


def test_table_and_progress_without_json(broker):
    run = Bench(broker.url, "publish", "--duration", 1.5, "--warmup", 0, "--batch", 10)
    run.end()
    (row,) = [line.split("\t") for line in run.output.splitlines()]
    assert row[0] == "publish" and row[-1] == "none" and len(row) == 11
    assert "closed loop" in run.errors and "events/s" in run.errors
    silent = Bench(broker.url, "publish", "--events", 10, "--quiet")
    silent.end()
    assert silent.errors == ""


def test_svg_is_a_drawing(broker, tmp_path):
    bench(broker, "both", "--events", 2000, "--svg", tmp_path / "latency.svg")
    root = xml.parse(tmp_path / "latency.svg").getroot()
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 3 and all(len(line.get("points").split()) > 3 for line in lines)
    bench(broker, "publish", "--events", 10, "--svg", tmp_path / "no" / "such" / "folder.svg", status=1)


def test_server_that_dies_ends_it_with_what_was_measured(launch):
    broker = launch()
    run = Bench(broker.url, "publish", "--duration", 50, "--warmup", 0, "--json")
    await_own_topic(broker)
    time.sleep(1)
    broker.kill()
    document = run.end(69)
    assert run.seconds < 15
    assert document["end"] == "failed" and document["failure"]
    assert document["operations"]["publish"]["events"] > 0
    assert "measured until then" in run.errors and "could not be deleted" in run.errors


def test_server_that_hangs_ends_it(launch):
    broker = launch()
    run = Bench(broker.url, "publish", "--duration", 50, "--timeout", 1, "--warmup", 0, "--json")
    await_own_topic(broker)
    time.sleep(0.5)
    broker.process.send_signal(signal.SIGSTOP)
    try:
        document = run.end(69)
    finally:
        broker.process.send_signal(signal.SIGCONT)
    assert run.seconds < 10
    assert "no successful answer for 1 s" in run.errors
    assert document["operations"]["publish"]["errors"]["unanswered"] == 8


def test_time_holds_when_the_server_hangs(launch):
    broker = launch()
    run = Bench(broker.url, "publish", "--duration", 2, "--warmup", 0, "--json")
    await_own_topic(broker)
    broker.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(6)
        broker.process.send_signal(signal.SIGCONT)
        document = run.end(69)
    finally:
        broker.process.send_signal(signal.SIGCONT)
    assert run.seconds < 9
    assert "had no answer when the time was up" in run.errors and document["end"] == "time"


def test_refusals_are_shown(broker, topic, locked_broker):
    run = Bench(broker.url, "publish", "--topic", "no-such-topic")
    run.end(66)
    assert "no-such-topic" in run.errors
    Bench(broker.url, "consume", "--topic", topic.name, "--subscription", "no-such-subscription").end(66)
    Bench(locked_broker.url, "publish", "--events", 10).end(77)
    bench(locked_broker, "both", "--events", 10, key=locked_broker.keys["key1"])


def test_topic_that_goes_away_ends_it(broker):
    run = Bench(broker.url, "publish", "--duration", 50, "--batch", 10, "--json")
    await_own_topic(broker)
    time.sleep(0.5)
    for name in own_topics(broker):
        broker.request("DELETE", f"/topics/{name}")
    document = run.end(66)
    assert document["operations"]["publish"]["errors"]["404"] >= 1
    assert "ResourceNotFound" in run.errors


def test_without_a_server_it_says_how_to_start_one():
    run = Bench("http://127.0.0.1:1", "publish")
    run.end(69)
    assert "127.0.0.1:1" in run.errors and "gridlog serve" in run.errors


ANSWERS = [
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "transfer coding"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" * 2, "nothing was asked"),
    (b"nonsense\r\n\r\n", "no status"),
    (b"", "closed a connection"),
]


@pytest.mark.parametrize("answer, reason", ANSWERS)
def test_what_is_no_server_is_said(answer, reason):
    """A server that makes topics, and answers what is published with something else."""

    def serve(connection):
        with connection:
            while data := connection.recv(1 << 16):
                if b":publish" in data:
                    return connection.sendall(answer)
                if not data.startswith((b"{", b"x")):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        port = listener.getsockname()[1]
        run = Bench(f"http://127.0.0.1:{port}", "publish", "--connections", 1, "--batch", 1, "--timeout", 5)
        run.end(69 if not answer else 1)
        listener.shutdown(socket.SHUT_RDWR)
    assert reason in run.errors
