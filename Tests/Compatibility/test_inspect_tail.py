"""`gridlog-inspect tail`: the last events of a topic, and those that follow, read from the files."""

import json
import select
import signal
import subprocess
import time

import pytest

from broker import event, eventually, tokens
from inspect_tool import DAMAGED, SOUND, USAGE, command, run, run_into

PAYLOAD = "x" * 900


@pytest.fixture
def topic(launch):
    broker = launch()
    created = broker.put_topic("orders")
    created.publish(*(event(each) for each in range(1, 26)))
    return created


class Following:
    """A running `tail -f --json`."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            command("tail", *arguments, "-f", "--json"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.rest = b""

    def sequences(self, count, seconds=20):
        """The next so many sequences."""
        deadline = time.monotonic() + seconds
        while self.rest.count(b"\n") < count and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                block = self.process.stdout.read1(1 << 20)
                if not block:
                    break
                self.rest += block
        lines = self.rest.split(b"\n")
        self.rest = b"\n".join(lines[count:])
        return [json.loads(line)["sequence"] for line in lines[:count] if line]

    def end(self):
        """Ctrl-C. Returns what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)
        self.process.stdout.close()
        with self.process.stderr as errors:
            return errors.read().decode()


def ids(result):
    assert result.err == "", result
    return [line["event"]["id"] for line in result.json_lines]


def test_the_last_events(topic):
    directory = topic.broker.data
    assert ids(run("tail", directory, "orders", "--json")) == [str(each) for each in range(16, 26)]
    assert ids(run("tail", directory, "orders", "-n", "3", "--json")) == ["23", "24", "25"]
    assert ids(run("tail", directory, "orders", "-n", "0", "--json")) == []
    assert ids(run("tail", directory, "orders", "-n", "100", "--json")) == [str(each) for each in range(1, 26)]
    text = run("tail", directory, "orders", "-n", "1")
    assert text.status == SOUND and text.out.startswith("orders 25 20") and text.out.endswith("}\n"), text


def test_of_a_stopped_server_and_an_empty_topic(topic):
    topic.broker.put_topic("empty")
    topic.broker.stop()
    assert ids(run("tail", topic.broker.data, "orders", "-n", "2", "--json")) == ["24", "25"]
    result = run("tail", topic.broker.data, "empty")
    assert (result.status, result.out, result.err) == (SOUND, "", "")


def test_wrong_usage(topic):
    for arguments in ([topic.broker.data], [topic.broker.data, "unknown"], [topic.broker.data, "orders", "-n", "-1"]):
        result = run("tail", *arguments)
        assert result.status == USAGE and result.err, (arguments, result)


def test_a_closed_pipe_ends_it(topic):
    topic.publish(*(event(each, data=PAYLOAD) for each in range(500)))
    result = run_into("head -1", "tail", topic.broker.data, "orders", "-n", "500")
    assert (result.status, result.err) == (SOUND, "") and result.out.count("\n") == 1
    # Nothing is published: it notices nevertheless.
    result = run_into("head -1", "tail", topic.broker.data, "orders", "-f", timeout=20)
    assert (result.status, result.err) == (SOUND, "") and result.out.count("\n") == 1


def test_follows(topic):
    following = Following(topic.broker.data, "orders", "-n", "1")
    assert following.sequences(1) == [25]
    for each in range(3):
        topic.publish(event(f"new-{each}"))
        assert following.sequences(1, seconds=2) == [26 + each]
    assert following.end() == ""


def test_follows_a_server_that_is_killed_and_started_again(topic):
    broker = topic.broker
    following = Following(broker.data, "orders", "-n", "1")
    assert following.sequences(1) == [25]
    broker.kill()
    broker.start()
    topic.publish(event("again"))
    assert following.sequences(1, seconds=5) == [26]
    assert following.end() == ""


def test_follows_through_rolls_and_release(topic):
    """Segments of a MiB at first: some are rolled, and given up when all is acknowledged."""
    topic.put_subscription("sub")
    directory = topic.broker.data
    following = Following(directory, "orders", "-n", "0")
    assert eventually(lambda: following.process.poll() is None)
    time.sleep(0.5)
    published = 25
    for _ in range(12):
        topic.publish(*(event(each, data=PAYLOAD) for each in range(500)))
        wanted = list(range(published + 1, published + 501))
        assert following.sequences(500) == wanted
        published += 500
        for _ in range(5):
            assert topic.settle("sub", "acknowledge", tokens(topic.receive("sub"))).status == 200
    segments = sorted(path.name for path in directory.rglob("*.segment") if len(path.stem) == 16)
    assert "0000000000000001.segment" not in segments, segments
    topic.publish(event("last"))
    assert following.sequences(1) == [published + 1]
    assert following.end() == ""


def test_damage_in_what_is_shown(launch, tmp_path):
    broker = launch()
    topic = broker.put_topic("orders")
    for each in range(5):
        topic.publish(event(f"id-{each}", data="a" * 100))
    broker.stop()
    [segment] = broker.data.rglob("0000000000000001.segment")
    content = bytearray(segment.read_bytes())
    content[content.index(b'"id-2"') + 2] ^= 1
    segment.write_bytes(content)
    result = run("tail", broker.data, "orders", "--json")
    assert result.status == DAMAGED
    assert [line["event"]["id"] for line in result.json_lines] == ["id-0", "id-1", "id-3", "id-4"]
    assert segment.name in result.err and "given up" not in result.err, result.err
    # The damage lies before what is asked for.
    assert ids(run("tail", broker.data, "orders", "-n", "2", "--json")) == ["id-3", "id-4"]
