"""The release binary, killed at random moments while clients publish, receive and settle."""

import os
import random
import signal
import threading
import time

import pytest

from broker import Broker, Refused, eventually
from clients import Publisher, Server
from consumer import Consumer
from ledger import TYPES, Ledger, Subscription
from owner import Owner

KILLS = int(os.environ.get("GRIDLOG_KILLS", "50"))
SEED = int(os.environ.get("GRIDLOG_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
LOCK_SECONDS = 6
RELEASE_DELAY_SECONDS = 10
DRAIN_SECONDS = 90


@pytest.mark.r01
@pytest.mark.r21
@pytest.mark.r25
@pytest.mark.r27
def test_kills_lose_nothing_answered_undo_no_settlement_and_take_back_no_delivery_count(launch):
    print(f"\nGRIDLOG_SEED={SEED} GRIDLOG_KILLS={KILLS}")
    chance = random.Random(SEED)
    run = Run(launch, chance)
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.02, 1.4))
            run.kill_and_start()
            if run.ledger.violations:
                break
        run.drain()
    finally:
        run.end()
    print(run.ledger.summary())
    print(f"topics made, filled, emptied and deleted: {sum(owner.lives for owner in run.owners)}")
    average = sum(run.restarts) / len(run.restarts)
    print(f"restart to ready: {max(run.restarts):.3f} s at most, {average:.3f} s on average")
    if not run.ledger.violations:
        run.ledger.check_drained()
        run.check_nothing_comes_back()
    shown = "\n".join(run.ledger.violations[:20])
    assert not run.ledger.violations, f"GRIDLOG_SEED={SEED}: {len(run.ledger.violations)} violations:\n{shown}"
    assert all(subscription.settled for subscription in run.ledger.subscriptions), "nothing was done"
    assert run.ledger.tokens_over_a_kill


def kill_once_started(broker, seconds):
    process = eventually(lambda: broker.process, every=0.001)
    time.sleep(seconds)
    process.kill()


class Run:
    """One process after the other on the same directory, with clients that go on."""

    def __init__(self, launch, chance):
        self.launch, self.chance = launch, chance
        self.server = Server()
        self.restarts = []
        self.broker = launch()
        self.data = self.broker.data
        self.ledger = Ledger(
            Subscription(level, name, types)
            for level in ("durable", "written")
            for name, types in (("all", None), ("some", [TYPES[0]]))
        )
        for level in ("durable", "written"):
            topic = self.broker.put_topic(level, durability=level)
            for subscription in self.ledger.subscriptions:
                if subscription.topic == level:
                    topic.put_subscription(subscription.name, lock=LOCK_SECONDS, types=subscription.types)
        levels = ("durable", "written")
        self.publishers = [Publisher(self.server, self.ledger, chance.random(), level) for level in levels]
        # Two compete for each subscription that gets everything.
        shared = [s for s in self.ledger.subscriptions if s.name == "all"] + self.ledger.subscriptions
        self.consumers = [Consumer(self.server, self.ledger, chance.random(), s, LOCK_SECONDS) for s in shared]
        self.owners = [Owner(self.server, self.ledger, chance.random(), level) for level in levels]
        self.clients = self.publishers + self.consumers + self.owners
        self.server.starts(self.broker)
        for client in self.clients:
            client.start()

    def kill_and_start(self):
        self.server.dies()
        self.broker.kill()
        while self.chance.random() < 0.2:
            self.kill_while_starting()
        begin = time.monotonic()
        self.broker = self.launch(data=self.data)
        self.restarts.append(time.monotonic() - begin)
        self.server.starts(self.broker)

    def kill_while_starting(self):
        """The process dies before it says that it is ready, or just after."""
        starting = Broker(self.data)
        killer = threading.Thread(target=kill_once_started, args=(starting, self.chance.uniform(0, 0.15)), daemon=True)
        killer.start()
        try:
            starting.start()
        except Refused as refused:
            if refused.status != -signal.SIGKILL:
                self.ledger.violation(f"a start after a kill: {refused}")
        finally:
            killer.join(timeout=30)
            starting.kill()

    def drain(self):
        """Ends publishing, and consumes until nothing has come for as long as any lock or delay lasts."""
        for client in self.publishers + self.owners:
            client.stopping.set()
        for consumer in self.consumers:
            consumer.draining.set()
        quiet = max(LOCK_SECONDS, RELEASE_DELAY_SECONDS) + 1
        begin = time.monotonic()
        while not self.ledger.violations and time.monotonic() < begin + DRAIN_SECONDS:
            newest = max(consumer.last_delivery for consumer in self.consumers)
            waits = any(consumer.held or consumer.unanswered for consumer in self.consumers)
            waits = waits or any(owner.is_alive() for owner in self.owners)
            if not waits and time.monotonic() > max(newest, begin) + quiet:
                return
            time.sleep(0.2)
        if not self.ledger.violations:
            self.ledger.violation("the subscriptions do not run empty")

    def end(self):
        self.server.end()
        for client in self.clients:
            client.join(timeout=30)
            if client.is_alive():
                self.ledger.violation(f"{type(client).__name__} hangs")

    def check_nothing_comes_back(self):
        """After another kill, and after an orderly stop, every subscription is still empty."""
        for ending in ("kill", "stop"):
            getattr(self.broker, ending)()
            self.broker = self.launch(data=self.data)
            for subscription in self.ledger.subscriptions:
                answer = self.broker.request("POST", f"{subscription.path}:receive?maxEvents=100&maxWaitTime=1", b"")
                if answer.status != 200 or answer.json["value"]:
                    self.ledger.violation(f"{subscription.path}: not empty after {ending}: {answer}")
