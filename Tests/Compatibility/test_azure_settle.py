"""The Azure SDK for Python as a client: acknowledge, release, reject, renew."""

import time

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridConsumerClient, EventGridPublisherClient
from azure.eventgrid.models import ReleaseDelay


@pytest.fixture
def publish(topic):
    """Publishes events with the given ids."""
    publisher = EventGridPublisherClient(topic.broker.url, AzureKeyCredential("any"), namespace_topic=topic.name)
    with publisher:
        yield lambda *ids: publisher.send([CloudEvent(id=i, source="/s", type="t", data={"i": i}) for i in ids])


@pytest.fixture
def consumer_of(topic):
    """Consumers of the topic's subscriptions, by name."""
    opened = []

    def open_consumer(subscription):
        opened.append(
            EventGridConsumerClient(
                topic.broker.url, AzureKeyCredential("any"), namespace_topic=topic.name, subscription=subscription
            )
        )
        return opened[-1]

    yield open_consumer
    for consumer in opened:
        consumer.close()


@pytest.fixture
def consumer(consumer_of):
    return consumer_of("sub")


def take(consumer, most=100, wait=0):
    """Receives; token by event id, and delivery count by event id."""
    details = consumer.receive(max_events=most, max_wait_time=wait)
    tokens = {detail.event.id: detail.broker_properties.lock_token for detail in details}
    return tokens, {detail.event.id: detail.broker_properties.delivery_count for detail in details}


def test_acknowledged_events_are_gone(publish, consumer):
    publish("a", "b")
    tokens, _ = take(consumer)
    result = consumer.acknowledge(lock_tokens=list(tokens.values()))
    assert sorted(result.succeeded_lock_tokens) == sorted(tokens.values())
    assert result.failed_lock_tokens == []
    released = consumer.release(lock_tokens=list(tokens.values()))
    assert {failed.error.code for failed in released.failed_lock_tokens} == {"TokenLost"}
    assert take(consumer)[0] == {}


def test_released_events_are_available_at_once_with_the_next_count(publish, consumer):
    publish("a")
    tokens, _ = take(consumer)
    result = consumer.release(lock_tokens=list(tokens.values()))
    assert result.succeeded_lock_tokens == list(tokens.values())
    again, counts = take(consumer)
    assert counts == {"a": 2}
    assert again["a"] != tokens["a"]


def test_release_with_a_delay_holds_the_event_back_that_long(publish, consumer):
    publish("a")
    tokens, _ = take(consumer)
    begin = time.monotonic()
    result = consumer.release(lock_tokens=list(tokens.values()), release_delay=ReleaseDelay.TEN_SECONDS)
    assert result.succeeded_lock_tokens == list(tokens.values())
    assert take(consumer)[0] == {}
    _, counts = take(consumer, wait=20)
    waited = time.monotonic() - begin
    assert counts == {"a": 2}
    assert 9.9 <= waited < 12


def test_rejected_events_are_gone(publish, consumer):
    publish("a")
    tokens, _ = take(consumer)
    result = consumer.reject(lock_tokens=list(tokens.values()))
    assert result.succeeded_lock_tokens == list(tokens.values())
    assert take(consumer)[0] == {}


def test_renewed_lock_outlives_its_first_duration(topic, publish, consumer_of):
    topic.put_subscription("short", lock=2)
    consumer = consumer_of("short")
    publish("a")
    tokens, _ = take(consumer)
    for _ in range(2):
        time.sleep(1.2)
        result = consumer.renew_locks(lock_tokens=list(tokens.values()))
        assert result.succeeded_lock_tokens == list(tokens.values())
    assert take(consumer)[0] == {}
    assert consumer.acknowledge(lock_tokens=list(tokens.values())).succeeded_lock_tokens == list(tokens.values())


def test_two_subscriptions_have_independent_state(topic, publish, consumer_of):
    topic.put_subscription("other")
    first, second = consumer_of("sub"), consumer_of("other")
    publish("a", "b", "c")
    of_first, _ = take(first)
    first.acknowledge(lock_tokens=list(of_first.values()))
    of_second, counts = take(second)
    assert counts == {"a": 1, "b": 1, "c": 1}
    foreign = first.acknowledge(lock_tokens=[of_second["a"]])
    assert foreign.failed_lock_tokens[0].error.code == "BadToken"
    assert second.acknowledge(lock_tokens=[of_second["a"]]).succeeded_lock_tokens == [of_second["a"]]


def test_one_bad_token_fails_alone(publish, consumer):
    publish("a")
    tokens, _ = take(consumer)
    result = consumer.acknowledge(lock_tokens=[tokens["a"], "not-a-token"])
    assert result.succeeded_lock_tokens == [tokens["a"]]
    (failed,) = result.failed_lock_tokens
    assert failed.lock_token == "not-a-token"
    assert failed.error.code == "BadToken"
    assert failed.error.message


def test_expired_lock_is_lost_and_the_event_comes_again(topic, publish, consumer_of):
    topic.put_subscription("short", lock=1)
    consumer = consumer_of("short")
    publish("a")
    begin = time.monotonic()
    tokens, _ = take(consumer)
    again, counts = take(consumer, wait=10)
    assert counts == {"a": 2}
    assert 0.95 <= time.monotonic() - begin < 2.5
    (failed,) = consumer.acknowledge(lock_tokens=[tokens["a"]]).failed_lock_tokens
    assert failed.error.code == "TokenLost"
    assert consumer.acknowledge(lock_tokens=[again["a"]]).succeeded_lock_tokens == [again["a"]]


def test_every_token_failing_is_still_a_result(consumer):
    result = consumer.reject(lock_tokens=["x", "y"])
    assert result.succeeded_lock_tokens == []
    assert [failed.lock_token for failed in result.failed_lock_tokens] == ["x", "y"]


def test_last_delivery_ends_an_event(topic, publish, consumer_of):
    topic.put_subscription("twice", deliveries=2)
    consumer = consumer_of("twice")
    publish("a")
    for count in (1, 2):
        tokens, counts = take(consumer)
        assert counts == {"a": count}
        consumer.release(lock_tokens=list(tokens.values()))
    assert take(consumer)[0] == {}
