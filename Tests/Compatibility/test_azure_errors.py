"""The Azure SDK for Python as a client: what it raises."""

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridConsumerClient, EventGridPublisherClient

EVENT = CloudEvent(source="/s", type="t", data=1)


def publisher_of(broker, topic, key="any"):
    return EventGridPublisherClient(broker.url, AzureKeyCredential(key), namespace_topic=topic)


def consumer_of(broker, topic, subscription, key="any"):
    return EventGridConsumerClient(
        broker.url, AzureKeyCredential(key), namespace_topic=topic, subscription=subscription
    )


def test_unknown_topic_is_not_found(broker):
    with pytest.raises(ResourceNotFoundError):
        publisher_of(broker, "no-such-topic").send(EVENT)
    with pytest.raises(ResourceNotFoundError) as caught:
        consumer_of(broker, "no-such-topic", "sub").receive(max_wait_time=10)
    assert caught.value.error.code == "ResourceNotFound"
    assert "no-such-topic" in caught.value.message


def test_unknown_subscription_is_not_found(topic):
    with pytest.raises(ResourceNotFoundError) as caught:
        consumer_of(topic.broker, topic.name, "no-such-subscription").acknowledge(lock_tokens=["x"])
    assert "no-such-subscription" in caught.value.message


def test_dict_that_is_no_event_is_refused(topic):
    with pytest.raises(HttpResponseError) as caught:
        publisher_of(topic.broker, topic.name).send({"foo": 1})
    assert caught.value.status_code == 400
    assert caught.value.error.code == "BadRequest"


def test_wrong_key_is_refused_and_the_right_ones_are_not(locked_broker, topic_name):
    headers = {"aeg-sas-key": locked_broker.keys["key1"]}
    locked_broker.put_topic(topic_name, headers=headers).put_subscription("sub", headers=headers)
    for wrong in ("wrong", locked_broker.keys["key1"][:-2]):
        with pytest.raises(ClientAuthenticationError):
            publisher_of(locked_broker, topic_name, wrong).send(EVENT)
        with pytest.raises(ClientAuthenticationError) as caught:
            consumer_of(locked_broker, topic_name, "sub", wrong).receive(max_wait_time=10)
        assert caught.value.error.code == "Unauthorized"
    for name in ("key1", "key2"):
        key = locked_broker.keys[name]
        publisher_of(locked_broker, topic_name, key).send(EVENT)
        assert len(consumer_of(locked_broker, topic_name, "sub", key).receive(max_wait_time=10)) == 1
