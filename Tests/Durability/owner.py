"""A client that makes a topic, fills segments, consumes and deletes it, again and again under one name, over kills."""

import json
import threading
import time

from clients import Client, Ended, Unanswered

LOCK_SECONDS = 2
BATCHES = 30
EVENTS = 10
# A batch of about 100 KB: the first segment of a topic, of 1 MiB, is full after ten of them.
TEXT = "0123456789abcdef" * 640
PATIENCE_SECONDS = 60


class Owner(Client):
    """Nobody else uses its topic. What it was answered must hold: made, deleted, published, acknowledged."""

    def __init__(self, server, ledger, seed, durability):
        super().__init__(server, ledger, seed)
        self.durability = durability
        self.path = f"/topics/owned-{durability}"
        self.subscription = f"{self.path}/eventsubscriptions/sub"
        self.stopping = threading.Event()
        self.lives = 0

    def work(self):
        if self.stopping.is_set():
            raise Ended
        self.lives += 1
        queue = {"deliveryMode": "Queue", "queue": {"receiveLockDurationInSeconds": LOCK_SECONDS}}
        self.insist("PUT", self.path, {"durability": self.durability}, (200, 201))
        self.insist("PUT", self.subscription, {"deliveryConfiguration": queue}, (200, 201))
        answered, unanswered = [], []
        for number in range(BATCHES):
            events = {f"{self.lives}-{number}-{n}": TEXT for n in range(EVENTS)}
            (answered if self.publish(events) else unanswered).append(events)
        self.consume(answered, unanswered)
        self.insist("DELETE", self.path, None, (204,))
        self.insist("GET", self.path, None, (404,))

    def insist(self, method, path, properties, expected):
        """Asks until there is an answer. A change that is made twice is made once."""
        body = None if properties is None else json.dumps({"properties": properties}).encode()
        while True:
            try:
                return self.request(path, body, method=method, expected=expected)
            except Unanswered:
                pass

    def publish(self, events):
        body = [
            {"specversion": "1.0", "id": identifier, "source": self.path, "type": "com.example.owned", "data": text}
            for identifier, text in events.items()
        ]
        try:
            self.request(f"{self.path}:publish", json.dumps(body).encode(), "application/cloudevents-batch+json")
            return True
        except Unanswered:
            return False

    def consume(self, answered, unanswered):
        """Until everything answered has come and nothing more does."""
        seen, acknowledged = set(), set()
        wanted = {identifier for events in answered for identifier in events}
        quiet_since, begin = None, time.monotonic()
        while quiet_since is None or time.monotonic() < quiet_since + LOCK_SECONDS + 0.5:
            if time.monotonic() > begin + PATIENCE_SECONDS:
                self.ledger.violation(f"{self.path}: {len(wanted - seen)} of {len(wanted)} answered events do not come")
                raise Ended
            try:
                deliveries = json.loads(self.request(f"{self.subscription}:receive?maxEvents=100&maxWaitTime=0", b""))
                if not deliveries["value"]:
                    # Over a kill nothing is forgotten either: what is not here now is locked, or lost.
                    quiet_since = quiet_since or time.monotonic()
                    time.sleep(0.1)
                    continue
                quiet_since = None
                self.acknowledge(deliveries["value"], seen, acknowledged)
            except Unanswered:
                quiet_since = None
        if not wanted <= seen:
            self.ledger.violation(f"{self.path}: {len(wanted - seen)} of {len(wanted)} answered events are lost")
        for events in unanswered:
            there = len(seen & events.keys())
            if there not in (0, EVENTS):
                self.ledger.violation(f"{self.path}: {there} of an unanswered batch of {EVENTS} are there")

    def acknowledge(self, deliveries, seen, acknowledged):
        names = {delivery["brokerProperties"]["lockToken"]: delivery["event"]["id"] for delivery in deliveries}
        for delivery in deliveries:
            identifier = delivery["event"]["id"]
            if not identifier.startswith(f"{self.lives}-") or delivery["event"]["data"] != TEXT:
                self.ledger.violation(f"{self.path}: event {identifier} is not of this topic (life {self.lives})")
            if identifier in acknowledged:
                self.ledger.violation(f"{self.path}: event {identifier} came back after it was acknowledged")
            seen.add(identifier)
        body = json.dumps({"lockTokens": list(names)}).encode()
        answer = json.loads(self.request(f"{self.subscription}:acknowledge", body))
        acknowledged.update(names[token] for token in answer["succeededLockTokens"])
