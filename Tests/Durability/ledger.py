"""What clients asked and were answered, and what follows from it: the model that the kills are checked against."""

import random
import threading

TYPES = ("com.example.a", "com.example.b")


class Batch:
    """The events of one publish request."""

    def __init__(self, topic, identifiers):
        self.topic, self.identifiers = topic, identifiers
        self.answered = False


def event_type(identifier):
    return TYPES[0] if identifier.endswith("a") else TYPES[1]


def event_bytes(identifier):
    """The JSON of an event. It depends on the id alone, and is written in ways that a parser would not give back."""
    chance = random.Random(identifier)
    space = " " * chance.randrange(3)
    text = chance.choice(["x", "\\u00e9", "é", "\\n", "\\/", "日"]) * chance.randrange(chance.choice([20, 400, 1500]))
    number = chance.choice(["1.50", "-0", "1e3", "12345678901234567890"])
    return (
        f'{{{space}"specversion":"1.0","id":{space}"{identifier}","type":"{event_type(identifier)}","source":"/kills",'
        f'"data":{{"n":{number},{space}"text":"{text}"}}{space}}}'
    ).encode()


class Subscription:
    """Every event that one event subscription handed out, and how far its settlement is known."""

    def __init__(self, topic, name, types):
        self.topic, self.name, self.types = topic, name, types
        self.published = 0
        self.counts = {}
        self.settled = set()
        # A settlement of it was asked for and never answered, and the lock has run out since: settled, or not.
        self.doubtful = set()

    @property
    def path(self):
        return f"/topics/{self.topic}/eventsubscriptions/{self.name}"

    def wants(self, identifier):
        return not self.types or event_type(identifier) in self.types


class Ledger:
    """All batches and event subscriptions. Methods may be called from any thread."""

    def __init__(self, subscriptions):
        self.subscriptions = list(subscriptions)
        self.batches = []
        self.known = set()
        self.violations = []
        self.tokens_over_a_kill = 0
        self.groups_asked_again = 0
        self.lock = threading.RLock()

    def violation(self, text):
        with self.lock:
            self.violations.append(text)

    def publishing(self, topic, identifiers):
        batch = Batch(topic, identifiers)
        with self.lock:
            self.batches.append(batch)
            self.known.update(identifiers)
            for subscription in self.subscriptions:
                if subscription.topic == topic:
                    subscription.published += sum(map(subscription.wants, identifiers))
        return batch

    def backlog(self, topic):
        """How many published events the slowest subscription of a topic has not settled yet."""
        with self.lock:
            return max(s.published - len(s.settled) for s in self.subscriptions if s.topic == topic)

    def delivered(self, subscription, delivery, body):
        """A receive was answered with it."""
        identifier = delivery["event"]["id"]
        count = delivery["brokerProperties"]["deliveryCount"]
        where = f"{subscription.path}: event {identifier} (delivery {count})"
        with self.lock:
            if identifier not in self.known or not identifier.startswith(subscription.topic):
                self.violation(f"{where} was never published there")
            elif not subscription.wants(identifier):
                self.violation(f"{where} does not pass the filter")
            elif b'"event":' + event_bytes(identifier) + b"}" not in body:
                self.violation(f"{where} has other bytes than were published")
            if identifier in subscription.settled:
                self.violation(f"{where} came back after its settlement was answered")
            before = subscription.counts.get(identifier, 0)
            if count <= before:
                self.violation(f"{where} was delivered {before} times before")
            subscription.counts[identifier] = count

    def settled(self, subscription, identifier):
        with self.lock:
            subscription.settled.add(identifier)

    def doubt(self, subscription, identifier):
        with self.lock:
            subscription.doubtful.add(identifier)

    def check_drained(self):
        """Every subscription has run empty: all that was answered was delivered, the rest whole or not at all."""
        for batch in self.batches:
            mine = [subscription for subscription in self.subscriptions if subscription.topic == batch.topic]
            wanted = {subscription: list(filter(subscription.wants, batch.identifiers)) for subscription in mine}
            seen = {s: [identifier for identifier in wanted[s] if identifier in s.counts] for s in mine}
            is_there = batch.answered or any(seen.values())
            for subscription in mine:
                if is_there and seen[subscription] != wanted[subscription]:
                    missing = sorted(set(wanted[subscription]) - set(seen[subscription]))
                    kind = "an answered publish" if batch.answered else "an unanswered publish, partly there,"
                    self.violation(f"{subscription.path}: of {kind} {len(missing)} are missing: {missing[:5]}")
        for subscription in self.subscriptions:
            lost = subscription.counts.keys() - subscription.settled - subscription.doubtful
            if lost:
                some = sorted(lost)[:5]
                self.violation(f"{subscription.path}: {len(lost)} were delivered, not settled, and are gone: {some}")

    def summary(self):
        answered = [batch for batch in self.batches if batch.answered]
        first = {subscription.topic: subscription for subscription in reversed(self.subscriptions)}
        there = sum(batch.identifiers[0] in first[batch.topic].counts for batch in self.batches if not batch.answered)
        lines = [
            f"published: {sum(len(batch.identifiers) for batch in answered)} events in {len(answered)} requests; "
            f"{len(self.batches) - len(answered)} not answered, of which {there} are there, whole",
            f"tokens of before a kill that settled after it: {self.tokens_over_a_kill}; "
            f"settlements asked again after no answer: {self.groups_asked_again}",
        ]
        for subscription in self.subscriptions:
            again = sum(count > 1 for count in subscription.counts.values())
            lines.append(
                f"{subscription.path}: {len(subscription.settled)} settled, {len(subscription.doubtful)} in doubt, "
                f"{again} delivered again, highest count {max(subscription.counts.values(), default=0)}"
            )
        return "\n".join(lines)
