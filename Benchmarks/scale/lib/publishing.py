"""The rows about publishing: to a topic with many event subscriptions, and spread over many topics."""

from concurrent.futures import ThreadPoolExecutor

from common.load import EVENT_BYTES

from .broker import Broker
from .row import Goal, Measure, Row


class PublishingRow(Row):
    window = 0

    def disk_bytes(self):
        return len(self.points) * (self.rounds + 1) * self.window * EVENT_BYTES * 1.1 + 1e9

    def begin_round(self):
        for broker in self.brokers.values():
            broker.server.check_alive()


class Subscriptions(PublishingRow):
    name = "subscriptions"
    title = "Publishing to a topic with event subscriptions"
    axis = "event subscriptions on the topic"
    measures = (
        Measure("rate", "publish ev/s", Goal(0.9, is_share=True, is_least=True)),
        Measure("cpu", "server's CPU, µs an event"),
    )

    def scale(self, is_quick):
        self.window = 5_000 if is_quick else 50_000
        return ([1, 2, 5, 10, 20], 2) if is_quick else ([1, 10, 50, 100, 250, 500], 11)

    def prepare(self):
        for point in self.points:
            self.brokers[point] = broker = Broker(self.tools, f"subscriptions-{point}")
            broker.put_topic("wide", [f"reader-{number}" for number in range(point)])
            broker.publish("wide", self.window)

    def measure(self, point):
        return self.brokers[point].publish("wide", self.window)


class Topics(PublishingRow):
    name = "topics"
    title = "Durable publishing spread over topics"
    axis = "topics that are published to in turn"
    # Most of it for making the topics.
    seconds = 150
    measures = (
        Measure("rate", "publish ev/s", Goal(0.3, is_share=True, is_least=True)),
        Measure("cpu", "server's CPU, µs an event"),
    )

    def scale(self, is_quick):
        # At least one batch of 100 for each topic.
        self.window = 5_000 if is_quick else 100_000
        return ([1, 2, 5, 10, 20], 2) if is_quick else ([1, 10, 100, 300, 1_000], 9)

    def prepare(self):
        for point in self.points:
            self.brokers[point] = broker = Broker(self.tools, f"topics-{point}")
            # Each takes several syncs: a few at once.
            with ThreadPoolExecutor(8) as pool:
                for done in [pool.submit(broker.put_topic, f"t{number:06}", ["reader"]) for number in range(point)]:
                    done.result()
            broker.publish("t{}", self.window, topics=point)

    def measure(self, point):
        return self.brokers[point].publish("t{}", self.window, topics=point)
