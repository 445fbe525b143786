"""A real filesystem that is full to its last block: publishing waits for space, everything else goes on."""

import contextlib
import http.client
import json
import time

import pytest

from broker import Refused, assert_error, event, eventually
from small_disk import SmallDisk, Unavailable

# About 1 KiB on disk: 64 MiB hold more than ten chunks of 4,096 slots.
DATA = "x" * 900
BATCH = 100
BATCHES_MAX = 5_000
RESUME_SECONDS = 10
MATCHING = "com.example.match"


@pytest.fixture(params=["ext4", "xfs"])
def disk(request, tmp_path, launch):
    """`launch` is asked for so that the processes end before the disk is unmounted."""
    with contextlib.ExitStack() as stack:
        try:
            yield stack.enter_context(SmallDisk(tmp_path, request.param))
        except Unavailable as reason:
            print(f"\nNOTICE: a full {request.param} was not tried: {reason}")
            pytest.skip(str(reason))


class Filled:
    """A broker on a small disk, and a topic whose events fill it; of its two subscriptions one gets every fiftieth."""

    def __init__(self, launch, disk, durability="durable"):
        self.disk = disk
        self.broker = launch(data=disk.data)
        self.topic = self.broker.put_topic("orders", durability=durability)
        self.topic.put_subscription("all", lock=300)
        self.topic.put_subscription("some", lock=300, types=[MATCHING])
        self.published = 0
        self.publish_until_full(BATCH)
        assert self.published > 3 * 4_096, "too few events for several chunks"
        disk.fill()
        # The last segment has room for a few more.
        for count in (BATCH, 1):
            self.publish_until_full(count)
        self.assert_full(self.publish())

    def publish_until_full(self, count):
        for _ in range(BATCHES_MAX):
            answer = self.publish(count)
            if answer.status != 200:
                break
        self.assert_full(answer)

    def publish(self, count=BATCH):
        first = self.published
        events = [
            event(n, type=MATCHING if n % 50 == 0 else "com.example.other", data=DATA)
            for n in range(first, first + count)
        ]
        answer = self.topic.post_events(events)
        if answer.status == 200:
            self.published += count
        return answer

    def assert_full(self, answer):
        assert_error(answer, 507, "InsufficientStorage", "(?i)space|full")
        self.assert_alive()

    def assert_alive(self):
        status = self.broker.process.poll()
        assert status is None, f"the process ended with {status}"

    def assert_publishing_resumes(self):
        """By itself, as soon as there is space; and what is published then arrives."""
        deadline = time.monotonic() + RESUME_SECONDS
        while (answer := self.publish()).status == 507 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answer.status == 200, answer
        for _ in range(10):
            answer = self.publish()
            assert answer.status == 200, answer
        with Consumer(self, "all") as consumer:
            assert consumer.acknowledge_all() == 11 * BATCH


class Consumer:
    """Receives and settles on one connection; every refusal is a failure."""

    def __init__(self, filled, subscription):
        self.filled, self.path = filled, filled.topic.subscription_path(subscription)

    def __enter__(self):
        broker = self.filled.broker
        self.connection = http.client.HTTPConnection(broker.host, broker.port, timeout=30)
        return self

    def __exit__(self, *_):
        self.connection.close()

    def post(self, operation, body):
        try:
            self.connection.request("POST", f"{self.path}:{operation}", body=body)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            self.filled.assert_alive()
            raise
        assert response.status == 200, f"{operation}: {response.status} {answer[:500]!r}"
        return json.loads(answer)

    def receive(self, most=100):
        value = self.post(f"receive?maxEvents={most}&maxWaitTime=0", b"")["value"]
        return [delivery["brokerProperties"]["lockToken"] for delivery in value]

    def settle(self, verb, tokens):
        answer = self.post(verb, json.dumps({"lockTokens": tokens}).encode())
        assert answer["failedLockTokens"] == [], answer
        assert len(answer["succeededLockTokens"]) == len(tokens)

    def receive_everything(self):
        taken = []
        while tokens := self.receive():
            taken += tokens
        return taken

    def acknowledge_all(self, singly=0):
        """Until nothing comes; the first ones one by one. How many there were."""
        count = 0
        while tokens := self.receive():
            size = 1 if count < singly else 100
            for first in range(0, len(tokens), size):
                self.settle("acknowledge", tokens[first : first + size])
            count += len(tokens)
        return count


@pytest.mark.r37
@pytest.mark.r38
@pytest.mark.r39
@pytest.mark.parametrize("durability", ["durable", "written"])
def test_full_disk_is_emptied_by_acknowledging_and_publishing_resumes_by_itself(launch, disk, durability):
    filled = Filled(launch, disk, durability)
    published = filled.published
    with Consumer(filled, "some") as some, Consumer(filled, "all") as everything:
        assert some.acknowledge_all(singly=100) == (published + 49) // 50
        filled.assert_full(filled.publish())
        assert everything.acknowledge_all(singly=3_000) == published
    assert eventually(lambda: disk.free_bytes), "no space came back"
    filled.assert_publishing_resumes()
    filled.broker.stop()


@pytest.mark.r37
@pytest.mark.r38
def test_settlements_that_free_no_segment_go_on_without_end(launch, disk):
    """Every segment keeps an unsettled event until the end; events are settled in an order that codes badly."""
    filled = Filled(launch, disk)
    with Consumer(filled, "some") as some:
        some.acknowledge_all()
    with Consumer(filled, "all") as consumer:
        for _ in range(4):
            taken = consumer.receive_everything()
            for start in range(50):
                apart = taken[start::50]
                for first in range(0, len(apart), 100):
                    consumer.settle("release", apart[first : first + 100])
        taken = consumer.receive_everything()
        assert len(taken) == filled.published
        last = taken[::500]
        rest = [token for number, token in enumerate(taken) if number % 500]
        # No two that are neighbours in one request: each is a run of its own.
        for start in range(50):
            apart = rest[start::50]
            for first in range(0, len(apart), 20):
                consumer.settle("acknowledge", apart[first : first + 20])
        filled.assert_full(filled.publish())
        for token in last:
            consumer.settle("acknowledge", [token])
        assert consumer.receive() == []
    filled.assert_publishing_resumes()
    filled.broker.stop()


@pytest.mark.r37
@pytest.mark.r38
@pytest.mark.parametrize("ending", ["kill", "stop"])
def test_full_disk_is_opened_again_and_serves_receive_and_acknowledge(launch, disk, ending):
    filled = Filled(launch, disk)
    waiting = filled.published
    for _ in range(3):
        with Consumer(filled, "all") as consumer:
            held = consumer.receive()
            settled = consumer.receive()
            consumer.settle("acknowledge", settled)
        getattr(filled.broker, ending)()
        # What came free is gone again.
        disk.fill()
        filled.broker = filled.topic.broker = launch(data=disk.data)
        assert filled.broker.request("GET", "/health/ready").status == 200
        with Consumer(filled, "all") as consumer:
            consumer.settle("acknowledge", held)
        waiting -= len(held) + len(settled)
        filled.assert_full(filled.publish())
    with Consumer(filled, "some") as some, Consumer(filled, "all") as everything:
        assert some.acknowledge_all() == (filled.published + 49) // 50
        assert everything.acknowledge_all() == waiting
    filled.assert_publishing_resumes()
    filled.broker.stop()


@pytest.mark.r37
def test_topic_and_subscription_made_on_a_full_disk_are_a_clear_507(launch, disk):
    # What is to come free later: publishing takes all the rest.
    disk.fill(4 << 20)
    filled = Filled(launch, disk)
    broker = filled.broker
    properties = {"properties": {}}
    for path in ("/topics/another", filled.topic.subscription_path("another")):
        for _ in range(3):
            filled.assert_full(broker.request("PUT", path, properties))
        assert broker.request("GET", path).status == 404
    assert broker.request("GET", "/health/ready").status == 200
    # The topic that is there serves on, and what failed left nothing that is in the way.
    with Consumer(filled, "all") as consumer:
        consumer.settle("acknowledge", consumer.receive())
    disk.unfill()
    for path in ("/topics/another", filled.topic.subscription_path("another")):
        answer = broker.request("PUT", path, properties)
        assert answer.status == 201, answer
    broker.stop()
    filled.broker = filled.topic.broker = launch(data=disk.data)
    assert filled.broker.request("GET", "/topics/another").status == 200


@pytest.mark.r37
@pytest.mark.r38
def test_quiet_topic_beside_the_one_that_filled_the_disk_is_settled_to_the_end(launch, disk):
    broker = launch(data=disk.data)
    quiet = broker.put_topic("quiet")
    quiet.put_subscription("all", lock=300)
    for batch in range(50):
        quiet.publish(*[event(f"{batch}-{n}") for n in range(100)])
    broker.stop()
    filled = Filled(launch, disk)
    filled.topic = type(filled.topic)(filled.broker, "quiet")
    with Consumer(filled, "all") as consumer:
        assert consumer.acknowledge_all(singly=5_000) == 5_000
    filled.broker.stop()


@pytest.mark.r37
def test_deleting_a_topic_on_a_full_disk_makes_room_for_another(launch, disk):
    filled = Filled(launch, disk)
    assert filled.broker.request("DELETE", filled.topic.path).status == 204
    assert eventually(lambda: disk.free_bytes > 16 << 20), f"{disk.free_bytes} bytes came back"
    topic = filled.broker.put_topic("orders")
    topic.put_subscription("all")
    filled.topic, filled.published = topic, 0
    with Consumer(filled, "all") as consumer:
        for _ in range(20):
            assert filled.publish().status == 200
        assert consumer.acknowledge_all() == 20 * BATCH


@pytest.mark.r37
@pytest.mark.r38
def test_deleting_a_subscription_on_a_full_disk_gives_back_what_only_it_held(launch, disk):
    filled = Filled(launch, disk)
    with Consumer(filled, "all") as consumer:
        assert consumer.acknowledge_all() == filled.published
    filled.assert_full(filled.publish())
    assert filled.broker.request("DELETE", filled.topic.subscription_path("some")).status == 204
    assert eventually(lambda: disk.free_bytes), "no space came back"
    filled.assert_publishing_resumes()


@pytest.mark.r05
@pytest.mark.r37
def test_first_start_on_a_full_disk_is_refused_clearly_and_succeeds_when_there_is_space(launch, disk):
    data = disk.data
    disk.fill()
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            launch(data=data)
        assert refused.value.status > 0, "it must exit, not trap"
        assert "space" in refused.value.errors.lower()
    disk.unfill()
    running = launch(data=data)
    running.put_topic("orders")
    running.stop()
