"""The row about receivers that wait: long polls on one event subscription without events."""

import resource
import select
import time
from statistics import median, quantiles

from common.processes import MeasureError

from .broker import Broker
from .client import TOKEN, Connection, post
from .row import Goal, Measure, Row

TOPIC, READER = "quiet", "reader"
SUBSCRIPTION = f"/topics/{TOPIC}/eventsubscriptions/{READER}"
EVENT = b'{"specversion":"1.0","id":"1","source":"/bench/scale","type":"com.example.bench.v1","data":1}'
# The longest that a client may ask for; a round must be over before.
WAIT_SECONDS = 120
WAKE = "milliseconds since an event was sent"


class Waiters(Row):
    name = "waiters"
    title = "Receivers that wait for the next event"
    axis = "long polls open"
    measures = (
        Measure("idle", "CPU while nothing happens, %", Goal(0.5, text="0 % (less than 0.5)")),
        Measure("memory", "resident KiB each", Goal(20)),
        Measure("wake", "publish to receiver, ms", Goal(2), panel=WAKE, label="the receiver has it: median"),
        Measure("slow", "its slowest tenth, ms", panel=WAKE, label="its slowest tenth begins"),
        Measure("answer", "publish to its own answer, ms", panel=WAKE, label="the publisher has its answer: median"),
    )
    # They are opened one after the other, so that the points of a round only grow.
    is_rotated = False
    seconds = 75

    def scale(self, is_quick):
        self.idle_seconds, self.wakes = (0.5, 10) if is_quick else (2, 50)
        return ([10, 50, 100, 200, 500], 1) if is_quick else ([100, 1_000, 2_500, 5_000, 10_000], 3)

    def disk_bytes(self):
        return 1e9

    def prepare(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = self.points[-1] + 256
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise MeasureError(f"needs {needed} open files; the limit is {hard} (ulimit -Hn)")
        if soft < needed:
            # The server, which is started later, inherits it.
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))

    def begin_round(self):
        self.finish()
        self.broker = self.brokers["all"] = Broker(self.tools, "waiters")
        self.broker.put_topic(TOPIC, [READER])
        self.polls = Polls(self.broker)
        for _ in range(self.wakes):
            self.polls.publish_and_receive()
        self.own_kib = self.broker.anonymous_kib()

    def measure(self, point):
        self.polls.open_up_to(point)
        idle = self.idle_percent()
        memory = (self.broker.anonymous_kib() - self.own_kib) / point
        times = [self.polls.wake_one() for _ in range(self.wakes)]
        woken = [receiver for receiver, _ in times]
        return {
            "idle": idle, "memory": memory, "wake": median(woken), "slow": quantiles(woken, n=10)[-1],
            "answer": median(own for _, own in times),
        }

    def idle_percent(self):
        time.sleep(self.idle_seconds / 2)
        before = self.broker.cpu_seconds()
        time.sleep(self.idle_seconds)
        cpu = self.broker.cpu_seconds() - before
        if self.polls.answered():
            raise MeasureError("a long poll was answered while nothing was published")
        return cpu / self.idle_seconds * 100

    def finish(self):
        if hasattr(self, "polls"):
            self.polls.close()
        super().finish()


class Polls:
    """Connections that each have a receive under way."""

    REQUEST = post(f"{SUBSCRIPTION}:receive?maxEvents=1&maxWaitTime={WAIT_SECONDS}")
    PUBLISH = post(f"/topics/{TOPIC}:publish", EVENT, "application/cloudevents+json")

    def __init__(self, broker):
        self.broker = broker
        self.connections = {}
        self.poll = select.epoll()
        self.publisher = broker.connect()
        self.settler = broker.connect()

    def open_up_to(self, count):
        while len(self.connections) < count:
            connection = Connection(self.broker.port)
            connection.send(self.REQUEST)
            self.connections[connection.socket.fileno()] = connection
            self.poll.register(connection.socket.fileno(), select.EPOLLIN)

    def answered(self, seconds=0):
        return [self.connections[descriptor] for descriptor, _ in self.poll.poll(seconds)]

    def wake_one(self):
        """Publishes one event. Milliseconds until a receiver has it, and until the publisher has its answer."""
        begin = time.monotonic()
        self.publisher.send(self.PUBLISH)
        woken = self.answered(seconds=10)
        if len(woken) != 1:
            raise MeasureError(f"one event woke {len(woken)} receivers")
        tokens = TOKEN.findall(woken[0].answer())
        received = time.monotonic() - begin
        self.publisher.answer()
        own = time.monotonic() - begin
        # It waits again, last in line, before the event is acknowledged.
        woken[0].send(self.REQUEST)
        self.settler.acknowledge(SUBSCRIPTION, tokens)
        if self.answered():
            raise MeasureError("a second receiver was woken by one event")
        return received * 1e3, own * 1e3

    def publish_and_receive(self):
        """The same without anybody who waits: what the server needs once for all is there afterwards."""
        self.publisher.send(self.PUBLISH)
        self.publisher.answer()
        self.settler.acknowledge(SUBSCRIPTION, self.settler.receive(SUBSCRIPTION, most=1))

    def close(self):
        for connection in [self.publisher, self.settler, *self.connections.values()]:
            connection.socket.close()
        self.connections = {}
        self.poll.close()
