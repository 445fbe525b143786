"""The rows about events that wait: receiving from them, and starting with them."""

import signal
import time

from common.load import BATCH, EVENT_BYTES
from common.processes import MeasureError

from .broker import Broker, drop_from_memory
from .row import Goal, Measure, Row

TOPIC, READER = "waiting", "reader"
SUBSCRIPTION = f"/topics/{TOPIC}/eventsubscriptions/{READER}"
# Of 10,000 events that wait, so many are received; then as many are published again.
WINDOW = 5_000

CONSUME = (
    Measure("rate", "receive + acknowledge ev/s", Goal(0.9, is_share=True, is_least=True)),
    Measure("cpu", "server's CPU, µs an event"),
)


class Stores:
    """A broker for each number of waiting events. Filling them takes long, so both rows use the same."""

    def __init__(self, tools):
        self.tools = tools
        self.users = 0
        self.brokers = {}

    def prepare(self, points):
        for point in points:
            if point not in self.brokers:
                self.tools.say(f"  publishing {point:,} events…")
                self.brokers[point] = broker = Broker(self.tools, f"waiting-{point}")
                broker.put_topic(TOPIC, [READER])
                broker.publish(TOPIC, point)

    def leave(self):
        self.users -= 1
        if self.users <= 0:
            for broker in self.brokers.values():
                broker.remove()
            self.brokers = {}


class WaitingRow(Row):
    axis = "events waiting"

    def __init__(self, tools, stores):
        self.stores = stores
        super().__init__(tools)

    def disk_bytes(self):
        return sum(point for point in self.points if point not in self.stores.brokers) * EVENT_BYTES * 1.1 + 1e9

    def prepare(self):
        self.stores.prepare(self.points)

    def finish(self):
        self.stores.leave()

    def scale(self, is_quick):
        if is_quick:
            return [1_000, 2_000, 5_000, 10_000, 20_000], self.quick_rounds
        return [10_000, 100_000, 1_000_000, 3_000_000, 10_000_000], self.full_rounds


class Backlog(WaitingRow):
    name = "backlog"
    title = "Receiving and acknowledging while other events wait"
    measures = CONSUME
    full_rounds, quick_rounds = 41, 3
    seconds = 120

    def measure(self, point):
        return turn_over(self.stores.brokers[point], TOPIC, min(WINDOW, self.points[0] // 2))


class Start(WaitingRow):
    name = "start"
    title = "From the start of the process to the first events received"
    measures = (
        Measure("stopped", "s after SIGTERM", Goal(1), panel="seconds", label="after SIGTERM"),
        Measure("killed", "s after SIGKILL", Goal(1), panel="seconds", label="after SIGKILL"),
        Measure(
            "cold", "s after SIGKILL, nothing in memory", Goal(1), panel="seconds",
            label="after SIGKILL, its files not in the page cache"),
    )
    full_rounds, quick_rounds = 5, 2
    seconds = 60

    def measure(self, point):
        broker = self.stores.brokers[point]
        return {
            "stopped": self.restart(broker, signal.SIGTERM),
            "killed": self.restart(broker, signal.SIGKILL),
            "cold": self.restart(broker, signal.SIGKILL, is_cold=True),
        }

    def restart(self, broker, with_signal, is_cold=False):
        # Something to recover, that no checkpoint has yet.
        turn_over(broker, TOPIC, min(WINDOW, self.points[0] // 2))
        broker.stop(with_signal)
        if is_cold:
            drop_from_memory(broker.directory)
        begin = time.monotonic()
        broker.start()
        with broker.connect() as connection:
            tokens = connection.receive(SUBSCRIPTION, most=BATCH, wait=30)
            seconds = time.monotonic() - begin
            if len(tokens) != BATCH:
                raise MeasureError(f"{len(tokens)} events were received after the restart")
            connection.acknowledge(SUBSCRIPTION, tokens)
        broker.publish(TOPIC, BATCH)
        return seconds


class Locks(Row):
    name = "locks"
    title = "Receiving and acknowledging while other events are locked"
    axis = "events locked by others"
    measures = CONSUME
    # Besides the locked ones, so many events wait.
    WAITING = 10_000
    # Windows end before the first lock can run out.
    SECONDS_MAX = 240

    def scale(self, is_quick):
        if is_quick:
            return [100, 300, 1_000, 3_000, 10_000], 3
        return [1_000, 10_000, 100_000, 300_000, 1_000_000], 41

    def disk_bytes(self):
        return (sum(self.points) + len(self.points) * self.WAITING) * EVENT_BYTES * 1.1 + 1e9

    def prepare(self):
        for point in self.points:
            self.tools.say(f"  publishing {point:,} events to lock…")
            self.brokers[point] = broker = Broker(self.tools, f"locks-{point}")
            broker.put_topic(TOPIC, [READER])
            broker.publish(TOPIC, point + self.WAITING)
        self.began = time.monotonic()
        self.first_tokens = {}
        for point, broker in self.brokers.items():
            self.tools.say(f"  locking {point:,}…")
            with broker.connect() as connection:
                self.first_tokens[point] = lock(connection, point)

    def measure(self, point):
        if time.monotonic() - self.began > self.SECONDS_MAX:
            raise MeasureError("the machine is too slow: the locks would run out")
        return turn_over(self.brokers[point], TOPIC, WINDOW)

    def verify(self):
        """Whoever locked the first still holds them: then all the others are held too."""
        for point, tokens in self.first_tokens.items():
            with self.brokers[point].connect() as connection:
                connection.acknowledge(SUBSCRIPTION, tokens)


def lock(connection, count):
    """Receives so many events and settles none. The tokens of the first request."""
    first = tokens = connection.receive(SUBSCRIPTION, most=min(BATCH, count))
    left = count - len(tokens)
    while left > 0 and tokens:
        tokens = connection.receive(SUBSCRIPTION, most=min(BATCH, left))
        left -= len(tokens)
    if left:
        raise MeasureError(f"{left} of {count} events were not there to lock")
    return first


def turn_over(broker, topic, count):
    """Receives and acknowledges so many events, which is what is measured, and publishes as many again."""
    figures = broker.consume(topic, READER, count)
    broker.publish(topic, count)
    return figures
