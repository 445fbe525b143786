"""The Azure SDK for Python as a client: what is published is what is received."""

import datetime
import threading
import time

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridConsumerClient, EventGridPublisherClient


@pytest.fixture
def clients(topic):
    """A publisher and a consumer on the fresh topic."""
    credential = AzureKeyCredential("any")
    with EventGridPublisherClient(topic.broker.url, credential, namespace_topic=topic.name) as publisher:
        with EventGridConsumerClient(
            topic.broker.url, credential, namespace_topic=topic.name, subscription="sub"
        ) as consumer:
            yield publisher, consumer


def received(consumer, most=100):
    return [detail.event for detail in consumer.receive(max_events=most, max_wait_time=10)]


def test_one_event_comes_back_with_all_its_attributes(clients):
    publisher, consumer = clients
    time_of_event = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)
    sent = CloudEvent(
        id="id-1", source="/src/a b", type="com.example.t", subject="orders/9", time=time_of_event,
        datacontenttype="application/json", dataschema="https://example.com/schema", data={"n": 1, "u": "é😀"},
        extensions={"ext1": "v", "number": 5, "flag": True},
    )
    publisher.send(sent)
    (detail,) = consumer.receive(max_events=5, max_wait_time=10)
    assert detail.broker_properties.delivery_count == 1
    assert detail.broker_properties.lock_token
    for member in "id source type subject time datacontenttype dataschema specversion data extensions".split():
        assert getattr(detail.event, member) == getattr(sent, member), member


def test_a_list_comes_back_whole(clients):
    publisher, consumer = clients
    publisher.send([CloudEvent(id=str(n), source="/s", type="t", data=n) for n in range(50)])
    events = received(consumer)
    assert {event.id: event.data for event in events} == {str(n): n for n in range(50)}


def test_a_dict_and_a_list_of_dicts_are_events(clients):
    publisher, consumer = clients
    publisher.send({"id": "1", "source": "/s", "type": "t", "specversion": "1.0", "data": {"a": 1}})
    publisher.send([{"id": str(n), "source": "/s", "type": "t", "specversion": "1.0", "ext": "x"} for n in (2, 3)])
    events = sorted(received(consumer), key=lambda event: event.id)
    assert [event.id for event in events] == ["1", "2", "3"]
    assert events[0].data == {"a": 1}
    assert events[1].extensions == {"ext": "x"}


def test_binary_data_survives(clients):
    publisher, consumer = clients
    data = bytes(range(256))
    publisher.send(CloudEvent(source="/s", type="t", data=data, datacontenttype="application/octet-stream"))
    (event,) = received(consumer)
    assert event.data == data


def test_explicit_null_data_is_data(clients):
    publisher, consumer = clients
    publisher.send({"id": "1", "source": "/s", "type": "t", "specversion": "1.0", "data": None})
    publisher.send(CloudEvent(id="2", source="/s", type="t", data=None))
    assert {event.id for event in received(consumer)} == {"1", "2"}


def test_unicode_everywhere_survives(clients):
    publisher, consumer = clients
    text = "caf\u00e9 \u4e2d\u6587 \U0001f600 \"quoted\" 100% \\ /"
    publisher.send(
        CloudEvent(id=text, source="/s", type=text, subject=text, data={text: [text]}, extensions={"ext": text})
    )
    (event,) = received(consumer)
    assert (event.id, event.type, event.subject, event.extensions["ext"]) == (text,) * 4
    assert event.data == {text: [text]}


def test_receive_without_arguments_gives_one_event(clients):
    publisher, consumer = clients
    publisher.send([CloudEvent(source="/s", type="t", data=n) for n in range(3)])
    assert len(consumer.receive()) == 1


def test_receive_gives_at_most_what_was_asked(clients):
    publisher, consumer = clients
    publisher.send([CloudEvent(source="/s", type="t", data=n) for n in range(10)])
    assert len(consumer.receive(max_events=4, max_wait_time=10)) == 4
    assert len(consumer.receive(max_events=100, max_wait_time=10)) == 6


def test_empty_receive_returns_an_empty_list_after_its_wait(clients):
    _, consumer = clients
    begin = time.monotonic()
    assert consumer.receive(max_events=5, max_wait_time=2) == []
    assert 1.9 <= time.monotonic() - begin < 4


def test_waiting_receiver_is_woken_by_a_publish(clients):
    publisher, consumer = clients
    outcome = {}

    def wait():
        outcome["events"] = consumer.receive(max_events=5, max_wait_time=20)
        outcome["at"] = time.monotonic()

    receiver = threading.Thread(target=wait, daemon=True)
    receiver.start()
    time.sleep(1)
    published = time.monotonic()
    publisher.send(CloudEvent(source="/s", type="t", data=1))
    receiver.join(timeout=10)
    assert len(outcome["events"]) == 1
    assert outcome["at"] - published < 1


def test_path_prefix_of_the_endpoint_is_accepted(topic):
    credential = AzureKeyCredential("any")
    endpoint = f"{topic.broker.url}/ns1"
    EventGridPublisherClient(endpoint, credential, namespace_topic=topic.name).send(
        CloudEvent(id="p", source="/s", type="t", data=1)
    )
    consumer = EventGridConsumerClient(endpoint, credential, namespace_topic=topic.name, subscription="sub")
    assert [event.id for event in received(consumer)] == ["p"]
