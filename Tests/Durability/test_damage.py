"""Durable bytes that changed while the process was down: named, fenced, never repaired by deleting."""

import os
import re
import time

import pytest

from broker import assert_error, event, identifiers, tokens

FRAME_MAGIC = b"FRAM"


@pytest.fixture
def store(launch):
    """A store with a topic of several segments, `hurt`, and another one, `well`; the process does not run."""
    running = launch()
    hurt, well = running.put_topic("hurt"), running.put_topic("well")
    for topic in (hurt, well):
        topic.put_subscription("sub", lock=300)
    for batch in range(60):
        hurt.publish(*[event(f"{batch}-{n}", data="x" * 1000) for n in range(100)])
    well.publish(*[event(n) for n in range(10)])
    # The filler with the newest watermark is written within two seconds of the last event.
    time.sleep(2.3)
    running.stop()
    return Store(running, hurt, well)


class Store:
    """The stopped broker's topics and files."""

    def __init__(self, running, hurt, well):
        self.running, self.hurt, self.well = running, hurt, well
        self.segments = sorted(running.data.glob("topics/0000000000000001/0*.segment"))
        assert len(self.segments) >= 3, self.segments

    def listing(self):
        """Name, size and inode of every file of the topic's log."""
        files = (path for path in self.segments[0].parent.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_size, path.stat().st_ino) for path in files}

    def contents(self, segments=None):
        return {path: path.read_bytes() for path in segments or self.segments if path.exists()}


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))
        os.fsync(file.fileno())


def middle_of_a_payload(path, frame_number):
    """An offset inside the payload of a frame that holds events."""
    data = path.read_bytes()
    starts = [found.start() for found in re.finditer(FRAME_MAGIC, data) if found.start() % 8 == 0]
    starts = [start for start in starts if data[start + 5] == 1]
    return starts[frame_number] + 5_000


def assert_fenced(running, store, file, sequences=True):
    """Everything of the topic answers 503 and says where; the other topic serves; the process is not ready."""
    store.hurt.broker = store.well.broker = running
    # R8: file, offset and sequences.
    where = re.escape(str(file)) + (r", offset \d+, sequences \d+ to \d+" if sequences else "")
    receive = running.request("POST", f"{store.hurt.subscription_path('sub')}:receive?maxEvents=1&maxWaitTime=0", b"")
    assert_error(receive, 503, "StorageDamaged", where)
    assert_error(store.hurt.post_events([event("late")]), 503, "StorageDamaged", where)
    assert_error(store.hurt.settle("sub", "acknowledge", ["AAAA"]), 503, "StorageDamaged", where)
    taken = store.well.receive("sub")
    assert identifiers(taken) == [str(n) for n in range(10)]
    assert len(store.well.settle("sub", "acknowledge", tokens(taken)).json["succeededLockTokens"]) == 10
    store.well.publish(event("another"))
    assert identifiers(store.well.receive("sub")) == ["another"]
    assert running.request("GET", "/health/live").status == 200
    ready = running.request("GET", "/health/ready")
    assert ready.status == 503
    assert ready.json["status"] == "unavailable"
    (problem,) = ready.json["problems"]
    assert re.search("hurt", problem) and re.search(where, problem), problem


@pytest.mark.r08
@pytest.mark.r10
@pytest.mark.r20
@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_flipped_byte_in_the_newest_segment_below_the_watermark_fences_the_topic(launch, store, ending):
    newest = store.segments[-1]
    flip(newest, middle_of_a_payload(newest, 0))
    before, bytes_before = store.listing(), store.contents()
    running = launch(data=store.running.data)
    assert_fenced(running, store, newest)
    getattr(running, ending)()
    assert store.listing() == before
    assert store.contents() == bytes_before
    # A second start decides the same.
    assert_fenced_again(launch, store, newest)


def assert_fenced_again(launch, store, file):
    running = launch(data=store.running.data)
    answer = running.request("POST", f"{store.hurt.subscription_path('sub')}:receive?maxEvents=1&maxWaitTime=0", b"")
    assert_error(answer, 503, "StorageDamaged", re.escape(str(file)))


@pytest.mark.r08
@pytest.mark.r20
def test_flipped_byte_in_a_sealed_segment_fences_the_topic_when_it_is_read(launch, store):
    sealed = store.segments[1]
    flip(sealed, middle_of_a_payload(sealed, 3))
    # What was delivered before the damage was met is noted in the newest segment.
    before, bytes_before = store.listing(), store.contents(store.segments[:-1])
    running = launch(data=store.running.data)
    store.hurt.broker = running
    seen = []
    answer = None
    for _ in range(100):
        path = f"{store.hurt.subscription_path('sub')}:receive?maxEvents=100&maxWaitTime=0"
        answer = running.request("POST", path, b"")
        if answer.status != 200:
            break
        assert answer.json["value"], "the backlog ended without a word about the damage"
        seen += identifiers(answer.json["value"])
    assert answer.status == 503, answer
    assert seen == [f"{batch}-{n}" for batch in range(60) for n in range(100)][: len(seen)]
    assert_fenced(running, store, sealed)
    running.stop()
    after = store.listing()
    assert {name: size for name, size in before.items() if name.endswith("segment")}.items() <= after.items()
    assert store.contents(store.segments[:-1]) == bytes_before


@pytest.mark.r20
@pytest.mark.r39
def test_segment_shortened_under_the_running_process_fences_its_topic_and_no_other(launch, store):
    """What the disk cannot read comes to the process in the same way: as SIGBUS when a page is touched."""
    running = launch(data=store.running.data)
    store.hurt.broker = running
    assert len(identifiers(store.hurt.receive("sub"))) == 100
    sealed = store.segments[1]
    os.truncate(sealed, 64 << 10)
    path = f"{store.hurt.subscription_path('sub')}:receive?maxEvents=100&maxWaitTime=0"
    for _ in range(100):
        answer = running.request("POST", path, b"")
        if answer.status != 200:
            break
        assert answer.json["value"], "the backlog ended without a word about what is missing"
    assert_fenced(running, store, sealed)


@pytest.mark.r18
@pytest.mark.r19
@pytest.mark.r20
@pytest.mark.parametrize("position", [0, 1, -1], ids=["oldest", "middle", "newest"])
def test_deleted_segment_is_named_at_open_and_nothing_else_is_touched(launch, store, position):
    gone = store.segments[position]
    gone.unlink()
    before, bytes_before = store.listing(), store.contents()
    running = launch(data=store.running.data)
    assert_fenced(running, store, gone, sequences=False)
    running.stop()
    assert store.listing() == before
    assert store.contents() == bytes_before


@pytest.mark.r18
def test_shortened_sealed_segment_is_named_at_open(launch, store):
    shortened = store.segments[1]
    os.truncate(shortened, shortened.stat().st_size // 2)
    before = store.listing()
    running = launch(data=store.running.data)
    assert_fenced(running, store, shortened, sequences=False)
    running.kill()
    assert store.listing() == before


@pytest.mark.r20
def test_event_subscriptions_of_a_topic_damaged_at_open_are_not_called_missing(launch, store):
    """A client that is told 404 creates the subscription anew, or forgets it; what is damaged is still there."""
    newest = store.segments[-1]
    flip(newest, middle_of_a_payload(newest, 0))
    running = launch(data=store.running.data)
    assert running.request("GET", store.hurt.path).status == 200
    listed = running.request("GET", f"{store.hurt.path}/eventsubscriptions")
    assert listed.status == 503 or [entry["name"] for entry in listed.json["value"]] == ["sub"], listed
    assert running.request("GET", store.hurt.subscription_path("sub")).status in (200, 503)
    token = {"lockTokens": ["AAAA"]}
    for verb, body in [("receive", b""), ("acknowledge", token), ("renewLock", token)]:
        answer = running.request("POST", f"{store.hurt.subscription_path('sub')}:{verb}", body)
        assert_error(answer, 503, "StorageDamaged", re.escape(str(newest)))
    nothing = running.request("POST", f"{store.hurt.subscription_path('none')}:receive", b"")
    assert nothing.status in (404, 503)
    # Whoever deletes it either gets an error, or it is gone for good.
    deleted = running.request("DELETE", store.hurt.subscription_path("sub"))
    running.stop()
    flip(newest, middle_of_a_payload(newest, 0))
    running = launch(data=store.running.data)
    found = running.request("GET", store.hurt.subscription_path("sub")).status
    assert (deleted.status, found) in [(204, 404), (503, 200)]


@pytest.mark.r08
def test_damage_found_at_open_is_in_the_process_log(launch, store):
    newest = store.segments[-1]
    flip(newest, middle_of_a_payload(newest, 0))
    running = launch(data=store.running.data)
    running.stop()
    with open(f"{store.running.data}.log", encoding="utf-8") as log:
        assert str(newest) in log.read()


@pytest.mark.r20
def test_damage_returned_to_what_it_was_serves_again(launch, store):
    """Fencing keeps everything: who repairs the bytes has the topic back, with every event."""
    newest = store.segments[-1]
    offset = middle_of_a_payload(newest, 0)
    flip(newest, offset)
    running = launch(data=store.running.data)
    assert_fenced(running, store, newest)
    running.stop()
    flip(newest, offset)
    running = launch(data=store.running.data)
    assert running.request("GET", "/health/ready").status == 200
    store.hurt.broker = running
    assert identifiers(store.hurt.drain("sub")) == [f"{batch}-{n}" for batch in range(60) for n in range(100)]
