"""`gridlog-inspect backup`: a copy of a store that a server writes to, and a server on the copy."""

import pathlib
import shutil
import stat
import threading
import time

import pytest

from broker import Broker, event, eventually, identifiers, tokens
from inspect_tool import DAMAGED, SOUND, USAGE, run
from webhook import dead_letter, delivery_document


@pytest.fixture
def store(tmp_path):
    """A running broker of its own, stopped when the test is over."""
    running = Broker(tmp_path / "data").start()
    yield running
    running.kill()


@pytest.fixture
def served():
    """Starts a broker on a directory; all are stopped when the test is over."""
    brokers = []

    def serve(directory):
        brokers.append(Broker(directory).start())
        return brokers[-1]

    yield serve
    for each in brokers:
        each.kill()


@pytest.fixture(scope="module", autouse=True)
def aging(tmp_path_factory):
    """A topic whose segments become cold, and are packed, while other tests run."""
    running = Broker(tmp_path_factory.mktemp("aging") / "data").start()
    topic = running.put_topic("orders")
    topic.put_subscription("sub")
    fill(topic, 1_300, size=5_000)
    yield topic
    running.kill()


def fill(topic, count, start=0, size=0):
    """Publishes events in requests of 100."""
    for first in range(start, start + count, 100):
        numbers = range(first, min(first + 100, start + count))
        topic.publish(*(event(number, data="x" * size) for number in numbers))


def acknowledge(topic, subscription, count):
    """Receives and acknowledges so many events; their identifiers."""
    done = []
    while len(done) < count:
        deliveries = topic.receive(subscription, most=min(100, count - len(done)))
        assert deliveries
        answer = topic.settle(subscription, "acknowledge", tokens(deliveries))
        assert answer.json["failedLockTokens"] == []
        done += identifiers(deliveries)
    return done


def sealed_segments(directory):
    """The segments of all logs but the newest of each."""
    found = []
    for log in sorted(pathlib.Path(directory, "topics").iterdir()):
        found += sorted(log.glob("*.segment"))[:-1] if log.is_dir() else []
    return [path for path in found if path.name[0].isdigit()]


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


class Traffic:
    """A publisher and a receiver that go on until they are told to stop; what was answered, by the time of the answer."""

    def __init__(self, topic):
        self.topic = topic
        self.published, self.acknowledged, self.failures = [], [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.guard, args=(work,)) for work in (self.publish, self.receive)]
        for thread in self.threads:
            thread.start()

    def guard(self, work):
        try:
            work()
        except Exception as error:  # noqa: BLE001
            self.failures.append(error)

    def publish(self):
        number = 0
        while not self.over.is_set():
            numbers = range(number, number + 20)
            self.topic.publish(*(event(f"live-{each}", data="y" * 2000) for each in numbers))
            self.published += [f"live-{each}" for each in numbers]
            number += 20

    def receive(self):
        while not self.over.is_set():
            deliveries = self.topic.receive("sub", most=30)
            if deliveries:
                answer = self.topic.settle("sub", "acknowledge", tokens(deliveries))
                assert answer.json["failedLockTokens"] == []
                self.acknowledged += identifiers(deliveries)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert self.failures == []


def test_a_copy_of_a_resting_store_serves_the_same(store, served, tmp_path):
    topic = store.put_topic("orders")
    topic.put_subscription("sub")
    topic.put_subscription("other")
    fill(topic, 250)
    done = acknowledge(topic, "sub", 120)
    copy = tmp_path / "copy"
    result = run("backup", store.data, copy, "--json")
    assert result.status == SOUND, result
    listing = result.json
    assert listing["directory"] == str(copy) and listing["source"] == str(store.data)
    assert [(entry["topic"], entry["endSequence"]) for entry in listing["topics"]] == [("orders", 251)]
    assert run("diff", store.data, copy).status == SOUND
    moved = served(copy)
    waiting = identifiers(topic_of(moved, "orders").drain("sub"))
    assert sorted(waiting + done, key=int) == [str(number) for number in range(250)]
    assert len(topic_of(moved, "orders").drain("other")) == 250
    # Goes on where the log ended, and accepts events.
    fill(topic_of(moved, "orders"), 10, start=250)
    assert len(topic_of(moved, "orders").drain("other")) == 10


def topic_of(broker, name):
    from broker import Topic

    return Topic(broker, name)


def test_a_copy_that_is_made_under_load_loses_nothing_and_brings_nothing_back(store, served, tmp_path):
    topic = store.put_topic("orders")
    topic.put_subscription("sub")
    topic.put_subscription("all")
    traffic = Traffic(topic)
    try:
        copies = []
        for number in range(4):
            time.sleep(1.0)
            published, acknowledged = set(traffic.published), set(traffic.acknowledged)
            copy = tmp_path / f"copy-{number}"
            result = run("backup", store.data, copy)
            assert result.status == SOUND, result
            copies.append((copy, published, acknowledged))
    finally:
        traffic.stop()
    assert len(traffic.published) > 500 and len(traffic.acknowledged) > 100
    everything = set(traffic.published)
    for copy, published, acknowledged in copies:
        moved = topic_of(served(copy), "orders")
        waiting = set(identifiers(moved.drain("sub", seconds=30)))
        # Segments that were settled by both went; 'all' settles nothing, so none did.
        present = set(identifiers(moved.drain("all", seconds=30)))
        assert published <= present
        assert not waiting & acknowledged
        assert published - set(traffic.acknowledged) <= waiting
        assert waiting <= present


def test_topic_that_was_just_made_is_copied(store, served, tmp_path):
    store.put_topic("orders")
    store.stop()
    for path in pathlib.Path(store.data, "topics/0000000000000001").iterdir():
        if path.is_file():
            path.unlink()
    assert run("verify", store.data).status == SOUND
    assert run("backup", store.data, tmp_path / "copy").status == SOUND
    fill(topic_of(served(tmp_path / "copy"), "orders"), 10)


def test_every_file_is_the_same_and_keys_are_for_their_owner(store, tmp_path):
    topic = store.put_topic("orders")
    topic.put_subscription("sub")
    fill(topic, 3000, size=1000)
    sealed = sealed_segments(store.data)
    assert sealed
    copy = tmp_path / "copy"
    copy.mkdir()
    assert run("backup", store.data, copy).status == SOUND
    for path in sealed:
        assert (copy / path.relative_to(store.data)).read_bytes() == path.read_bytes()
    keys = copy / "keys.json"
    assert keys.read_bytes() == (store.data / "keys.json").read_bytes()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    names = {path.name for path in copy.rglob("*") if path.is_file()}
    assert not {name for name in names if name.endswith(".slots") or name in ("LOCK", "spare.segment")}


def test_what_is_not_empty_or_in_the_store_is_refused(store, tmp_path):
    topic = store.put_topic("orders")
    fill(topic, 5)
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    refused = run("backup", store.data, full)
    assert refused.status == USAGE and "not empty" in refused.err
    assert [path.name for path in full.iterdir()] == ["mine.txt"]
    inside = run("backup", store.data, store.data / "copy")
    assert inside.status == USAGE and "outside" in inside.err
    assert not (store.data / "copy").exists()
    nothing = run("backup", tmp_path / "nowhere", tmp_path / "copy")
    assert nothing.status == USAGE and not (tmp_path / "copy").exists()
    orphan = run("backup", store.data, tmp_path / "no" / "such" / "parent")
    assert orphan.status == USAGE and "no" in orphan.err


def damaged_store(store, tmp_path):
    """A stopped copy of the store with a flipped bit in the payload of a sealed segment; and that segment."""
    topic = store.put_topic("orders")
    topic.put_subscription("sub")
    fill(topic, 3000, size=1000)
    store.stop()
    broken = tmp_path / "broken"
    shutil.copytree(store.data, broken)
    segment = sealed_segments(broken)[0]
    flip(segment, segment.stat().st_size // 2)
    return broken, segment


@pytest.mark.parametrize("is_there", [False, True])
def test_damage_is_told_and_nothing_is_kept(store, tmp_path, is_there):
    broken, segment = damaged_store(store, tmp_path)
    copy = tmp_path / "copy"
    if is_there:
        copy.mkdir()
    result = run("backup", broken, copy)
    assert result.status == DAMAGED, result
    assert str(segment) in result.err and "offset" in result.err and "sequences" in result.err
    assert list(copy.iterdir()) == [] if is_there else not copy.exists()


def test_damage_in_the_newest_segment_is_no_end(store, tmp_path):
    topic = store.put_topic("orders")
    for _ in range(3):
        fill(topic, 20)
    time.sleep(2.5)  # A filler vouches for what was written.
    store.stop()
    broken = tmp_path / "broken"
    shutil.copytree(store.data, broken)
    newest = sorted((broken / "topics").glob("*/0*.segment"))[-1]
    flip(newest, 4096 + 64 + 100)
    result = run("backup", broken, tmp_path / "copy")
    assert result.status == DAMAGED, result
    assert str(newest) in result.err
    assert not (tmp_path / "copy").exists()


def test_packed_segments_are_read_beside_a_server(aging, tmp_path):
    data = aging.broker.data
    count = run("grep", data, "--type", "*", "--count").out
    deadline = time.monotonic() + 90
    while not list(pathlib.Path(data, "topics").glob("*/*.packed")):
        assert time.monotonic() < deadline, "a segment that nobody wrote to for a minute is packed"
        time.sleep(0.2)
    assert run("verify", data, "--deep").status == SOUND
    assert run("grep", data, "--type", "*", "--count").out == count
    events = run("dump", data, "--kind", "events", "--json", "--headers").json_lines
    assert events[0]["file"].endswith(".packed") and not events[-1]["file"].endswith(".packed")
    last = events[-1]["firstSequence"] + events[-1]["count"] - 1
    assert len(run("tail", data, "orders", "-n", last).lines) == last
    (history,) = run("history", data, 1, "--json").json
    assert history["steps"][0]["operation"] == "published" and history["steps"][0]["file"].endswith(".packed")
    assert run("backup", data, tmp_path / "copy").status == SOUND
    assert list(pathlib.Path(tmp_path / "copy/topics").glob("*/*.packed"))
    aging.broker.stop()
    assert run("diff", data, tmp_path / "copy").status == SOUND


@pytest.mark.r08
def test_what_was_dead_lettered_before_is_in_a_copy_made_under_load(store, served, tmp_path):
    """Each event waits in the queue of its topic, or was copied to the topic of dead letters, which was made first."""
    dead, topic = store.put_topic("dead"), store.put_topic("orders")
    document = delivery_document("Queue", {"maxDeliveryCount": 5, **dead_letter("NamespaceTopic", resourceId=dead.name)})
    assert store.request("PUT", topic.subscription_path("sub"), document).status == 201
    fill(topic, 5_000, size=1_000)
    is_over = threading.Event()

    def reject():
        while not is_over.is_set():
            topic.settle("sub", "reject", tokens(topic.receive("sub", most=100)))

    worker = threading.Thread(target=reject)
    worker.start()
    try:
        copies = []
        while len(copies) < 6:
            copies.append(tmp_path / f"copy-{len(copies)}")
            assert run("backup", store.data, copies[-1]).status == SOUND
    finally:
        is_over.set()
        worker.join(timeout=20)
    for copy in copies:
        moved = served(copy)
        found = set(identifiers(topic_of(moved, topic.name).drain("sub", seconds=30)))

        def everything():
            # What was rejected and not yet copied is copied after the start.
            lines = run("grep", copy, "--topic", dead.name, "--type", "*", "--json").json_lines
            return found | {line["event"]["id"] for line in lines}

        assert eventually(lambda: everything() == {str(number) for number in range(5_000)}, seconds=30), copy
