"""The real process, killed and started again: nothing that was answered is lost or undone."""

import http.client
import itertools
import random
import threading
import time

import pytest

from broker import event, identifiers, tokens


@pytest.mark.r21
@pytest.mark.r25
@pytest.mark.parametrize("durability", ["durable", "written"])
def test_kill_keeps_events_locks_tokens_and_acknowledgements(launch, durability):
    running = launch()
    topic = running.put_topic("orders", durability=durability)
    topic.put_subscription("sub", lock=300)
    for batch in range(5):
        topic.publish(*[event(batch * 100 + n) for n in range(100)])
    taken = topic.receive("sub")
    assert len(taken) == 100
    answer = topic.settle("sub", "acknowledge", tokens(taken[:50]))
    assert len(answer.json["succeededLockTokens"]) == 50
    running.kill()

    topic.broker = launch(data=running.data)
    rest = topic.drain("sub")
    assert all(delivery["brokerProperties"]["deliveryCount"] == 1 for delivery in rest)
    everything = {str(n) for n in range(500)}
    assert sorted(identifiers(rest)) == sorted(everything - set(identifiers(taken)))
    held = taken[50:]
    answer = topic.settle("sub", "acknowledge", tokens(held[:10]))
    assert answer.json["succeededLockTokens"] == tokens(held[:10])
    lost = topic.settle("sub", "acknowledge", tokens(taken[:50]))
    assert {failed["error"]["code"] for failed in lost.json["failedLockTokens"]} == {"TokenLost"}
    answer = topic.settle("sub", "release", tokens(held[10:]))
    assert answer.json["succeededLockTokens"] == tokens(held[10:])
    again = topic.drain("sub")
    assert sorted(identifiers(again)) == sorted(identifiers(held[10:]))
    assert all(delivery["brokerProperties"]["deliveryCount"] == 2 for delivery in again)


def test_lock_that_ran_before_a_kill_ends_after_it(launch):
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("sub", lock=3)
    topic.publish(event(1))
    assert len(topic.receive("sub")) == 1
    begin = time.monotonic()
    running.kill()
    topic.broker = launch(data=running.data)
    (delivery,) = topic.receive("sub", wait=20)
    assert time.monotonic() - begin < 6
    assert delivery["brokerProperties"]["deliveryCount"] == 2


def test_orderly_stop_keeps_everything_too(launch):
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("sub")
    topic.publish(*[event(n) for n in range(10)])
    taken = topic.receive("sub", most=5)
    topic.settle("sub", "acknowledge", tokens(taken[:2]))
    running.stop()
    topic.broker = launch(data=running.data)
    assert len(topic.drain("sub")) == 5
    assert len(topic.settle("sub", "acknowledge", tokens(taken[2:])).json["succeededLockTokens"]) == 3


@pytest.mark.r01
@pytest.mark.r25
def test_kills_under_load_lose_no_answered_publish_and_undo_no_acknowledgement(launch):
    """A publisher and a consumer work while the process is killed, several times."""
    chance = random.Random(20260102)
    load = Load()
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("sub", lock=2)
    for _ in range(5):
        stopping = threading.Event()
        workers = [
            threading.Thread(target=work, args=(topic, stopping), daemon=True)
            for work in (load.publish_until, load.consume_until)
        ]
        for worker in workers:
            worker.start()
        time.sleep(0.3 + chance.random() * 0.5)
        topic.broker.kill()
        stopping.set()
        for worker in workers:
            worker.join(timeout=30)
            assert not worker.is_alive()
        topic.broker = launch(data=running.data)
    assert load.published and load.acknowledged, "nothing was answered"
    time.sleep(2.1)
    rest = set(identifiers(topic.drain("sub")))
    assert not load.delivered_again
    assert not rest & load.acknowledged
    assert load.published <= rest | load.acknowledged | load.unanswered


class Load:
    """What a publisher and a consumer were answered, by event id."""

    FAILURES = (OSError, http.client.HTTPException, AssertionError, ValueError)

    def __init__(self):
        self.published, self.acknowledged = set(), set()
        # Their acknowledgement was asked for and not answered: they may be settled, or not.
        self.unanswered = set()
        # They came although their acknowledgement had been answered.
        self.delivered_again = set()
        self.numbers = itertools.count()

    def publish_until(self, topic, stopping):
        while not stopping.is_set():
            batch = [str(next(self.numbers)) for _ in range(10)]
            try:
                topic.publish(*[event(identifier) for identifier in batch])
            except self.FAILURES:
                return
            self.published.update(batch)

    def consume_until(self, topic, stopping):
        while not stopping.is_set():
            try:
                deliveries = topic.receive("sub", most=7, wait=1)
            except self.FAILURES:
                return
            self.delivered_again |= self.acknowledged & set(identifiers(deliveries))
            try:
                answer = topic.settle("sub", "acknowledge", tokens(deliveries)).json
            except self.FAILURES:
                self.unanswered.update(identifiers(deliveries))
                return
            succeeded = set(answer["succeededLockTokens"])
            self.acknowledged.update(
                delivery["event"]["id"]
                for delivery in deliveries
                if delivery["brokerProperties"]["lockToken"] in succeeded
            )
