"""Clients that go on over kills: each has one keep-alive connection, and knows what it was not answered."""

import http.client
import random
import threading

from ledger import event_bytes

ANSWER_SECONDS = 20


class Unanswered(Exception):
    """The connection ended before the whole answer was there. What was asked may have been done."""


class Ended(Exception):
    """The run is over."""


class Server:
    """Which process answers now. Clients wait here while none does."""

    def __init__(self):
        self.changed = threading.Condition()
        self.address = None
        self.life = 0
        self.ended = False

    def starts(self, broker):
        with self.changed:
            self.address = (broker.host, broker.port)
            self.life += 1
            self.changed.notify_all()

    def dies(self):
        """To be called before the kill."""
        with self.changed:
            self.address = None

    def end(self):
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self):
        """The address of the process that answers, and which one it is."""
        with self.changed:
            self.changed.wait_for(lambda: self.address or self.ended, timeout=60)
            if self.ended or not self.address:
                raise Ended
            return self.address, self.life

    def was_killed(self, life):
        with self.changed:
            return self.life != life or self.address is None


class Client(threading.Thread):
    """A thread that calls `work` until the run is over. What goes wrong in it is a violation."""

    def __init__(self, server, ledger, seed):
        super().__init__(daemon=True)
        self.server, self.ledger, self.chance = server, ledger, random.Random(seed)
        self.connection, self.life = None, 0

    def run(self):
        try:
            while True:
                self.work()
        except Ended:
            pass
        except Exception as error:
            self.ledger.violation(f"{type(self).__name__}: {error!r}")
        finally:
            if self.connection:
                self.connection.close()

    def request(self, path, body, content_type="application/json", method="POST", expected=(200,)):
        if self.server.ended:
            raise Ended
        if self.connection is None or self.server.was_killed(self.life):
            if self.connection:
                self.connection.close()
            address, self.life = self.server.wait()
            self.connection = http.client.HTTPConnection(*address, timeout=ANSWER_SECONDS)
        try:
            self.connection.request(method, path, body=body, headers={"Content-Type": content_type})
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            if not self.server.was_killed(self.life):
                self.ledger.violation(f"{path}: {error!r} though the process was not killed")
            raise Unanswered from error
        if response.status not in expected:
            self.ledger.violation(f"{method} {path}: {response.status} {answer[:500]!r}")
            raise Ended
        return answer


class Publisher(Client):
    """Publishes single events and batches until it is told to stop."""

    BACKLOG_MAX = 3_000

    def __init__(self, server, ledger, seed, topic):
        super().__init__(server, ledger, seed)
        self.topic = topic
        self.stopping = threading.Event()
        self.number = 0

    def work(self):
        if self.stopping.is_set():
            raise Ended
        if self.number % 20 == 0:
            while self.ledger.backlog(self.topic) > self.BACKLOG_MAX and not self.stopping.wait(0.05):
                pass
        self.number += 1
        count = 1 if self.chance.random() < 0.4 else self.chance.randint(2, 40)
        identifiers = [f"{self.topic}-{self.name}-{self.number}-{n}{self.chance.choice('aab')}" for n in range(count)]
        batch = self.ledger.publishing(self.topic, identifiers)
        events = [event_bytes(identifier) for identifier in identifiers]
        path = f"/topics/{self.topic}:publish?api-version=2024-06-01"
        try:
            if count == 1:
                self.request(path, events[0], "application/cloudevents+json; charset=utf-8")
            else:
                body = b"[" + b" ,".join(events) + b"]"
                self.request(path, body, "application/cloudevents-batch+json; charset=utf-8")
            batch.answered = True
        except Unanswered:
            pass
