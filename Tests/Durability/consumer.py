"""Consumers that go on over kills, and know of each delivery how long its token must work."""

import json
import threading
import time

from clients import Client, Unanswered


class Held:
    """A delivery whose lock may still run."""

    def __init__(self, delivery, asked, life):
        self.identifier = delivery["event"]["id"]
        self.token = delivery["brokerProperties"]["lockToken"]
        self.count = delivery["brokerProperties"]["deliveryCount"]
        # The lock began after the receive was asked for.
        self.asked, self.life = asked, life


class Consumer(Client):
    """Receives, acknowledges, rejects and releases; keeps some tokens over a kill, and lets some locks run out."""

    # The last delivery of an event is the tenth: it must not get there.
    RELEASED_COUNT_MAX = 5
    MARGIN_SECONDS = 0.3

    def __init__(self, server, ledger, seed, subscription, lock_seconds):
        super().__init__(server, ledger, seed)
        self.subscription, self.lock_seconds = subscription, lock_seconds
        self.held = []
        # What was asked and not answered: (verb, deliveries).
        self.unanswered = []
        self.draining = threading.Event()
        self.last_delivery = time.monotonic()

    def work(self):
        if self.unanswered:
            self.ask_again(*self.unanswered.pop())
        older = [held for held in self.held if held.life != self.server.life or self.draining.is_set()]
        if older:
            self.held = [held for held in self.held if held not in older]
            self.settle("acknowledge", older)
        try:
            asked, deliveries = time.monotonic(), self.receive()
        except Unanswered:
            return
        if deliveries:
            self.last_delivery = time.monotonic()
            self.deal(deliveries, [Held(delivery, asked, self.life) for delivery in deliveries])

    def receive(self):
        most, wait = self.chance.randint(1, 100), 0 if self.draining.is_set() else self.chance.randint(0, 1)
        path = f"{self.subscription.path}:receive?api-version=2024-06-01&maxEvents={most}&maxWaitTime={wait}"
        body = self.request(path, b"")
        deliveries = json.loads(body)["value"]
        for delivery in deliveries:
            self.ledger.delivered(self.subscription, delivery, body)
        if not deliveries and wait == 0:
            time.sleep(0.05)
        return deliveries

    def deal(self, deliveries, taken):
        if self.draining.is_set():
            return self.settle("acknowledge", taken)
        self.chance.shuffle(taken)
        while taken:
            size = self.chance.randint(1, 40)
            group, taken = taken[:size], taken[size:]
            verb = self.chance.choices(
                ["acknowledge", "reject", "release", "release-later", "keep", "forget"], [60, 10, 12, 2, 12, 4]
            )[0]
            is_given_back = verb in ("release", "release-later", "forget")
            if is_given_back and max(held.count for held in group) > self.RELEASED_COUNT_MAX:
                verb = "acknowledge"
            if verb == "keep":
                self.held += group
            elif verb != "forget":
                self.settle(verb, group)

    def ask(self, verb, group):
        """Which of them were settled; whether all their locks ran until the answer."""
        operation, _, later = verb.partition("-")
        query = "&releaseDelayInSeconds=10" if later else ""
        body = json.dumps({"lockTokens": [held.token for held in group]}).encode()
        answer = json.loads(self.request(f"{self.subscription.path}:{operation}?api-version=2024-06-01{query}", body))
        succeeded = set(answer["succeededLockTokens"])
        failed = {failed["lockToken"]: failed["error"]["code"] for failed in answer["failedLockTokens"]}
        if succeeded | failed.keys() != {held.token for held in group} or set(failed.values()) - {"TokenLost"}:
            self.violation(f"{operation} was answered {answer}")
        return succeeded

    def violation(self, text):
        self.ledger.violation(f"{self.subscription.path}: {text}")

    def is_locked(self, held):
        return time.monotonic() < held.asked + self.lock_seconds - self.MARGIN_SECONDS

    def settle(self, verb, group):
        try:
            succeeded = self.ask(verb, group)
        except Unanswered:
            self.unanswered.append((verb, group))
            return
        for held in group:
            if held.token in succeeded:
                self.ledger.tokens_over_a_kill += held.life != self.life
                if not verb.startswith("release"):
                    self.ledger.settled(self.subscription, held.identifier)
            elif self.is_locked(held):
                over = " after a kill" if held.life != self.life else ""
                self.violation(f"{verb} of {held.identifier} failed{over}; its lock runs")

    def ask_again(self, verb, group):
        """A settlement that was not answered was done whole, or not at all: asked again, all tokens fail, or none."""
        try:
            succeeded = self.ask("acknowledge", group)
        except Unanswered:
            self.unanswered.append((verb, group))
            return
        self.ledger.groups_asked_again += 1
        for held in group:
            if held.token in succeeded:
                self.ledger.settled(self.subscription, held.identifier)
        if all(map(self.is_locked, group)):
            if 0 < len(succeeded) < len(group):
                self.violation(f"{verb} was done for {len(succeeded)} of {len(group)} events")
            if not succeeded and not verb.startswith("release"):
                # It was done before, by the request that was not answered: for good.
                for held in group:
                    self.ledger.settled(self.subscription, held.identifier)
        elif not verb.startswith("release"):
            for held in group:
                if held.token not in succeeded:
                    self.ledger.doubt(self.subscription, held.identifier)
