"""The control plane: topics and event subscriptions as resources."""

import pytest

from broker import assert_error, event, identifiers


def subscription_body(**queue):
    return {"properties": {"deliveryConfiguration": {"deliveryMode": "Queue", "queue": queue}}}


def test_topic_is_created_shown_changed_and_deleted(broker, topic_name):
    path = f"/topics/{topic_name}"
    assert_error(broker.request("GET", path), 404, "ResourceNotFound")
    created = broker.request("PUT", path, {"properties": {"eventRetentionInDays": 3}})
    assert created.status == 201
    document = created.json
    assert document["name"] == topic_name
    assert document["id"].endswith(path)
    assert document["type"].lower() == "microsoft.eventgrid/namespaces/topics"
    properties = document["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["eventRetentionInDays"] == 3
    assert properties["durability"] == "durable"
    assert broker.request("GET", path).json == document
    assert broker.request("PATCH", path, {"properties": {"eventRetentionInDays": 2}}).status == 200
    assert broker.request("GET", path).json["properties"]["eventRetentionInDays"] == 2
    assert broker.request("PUT", path, {"properties": {}}).status == 200
    assert broker.request("GET", path).json["properties"]["eventRetentionInDays"] == 7
    assert broker.request("DELETE", path).status == 204
    assert broker.request("DELETE", path).status == 204
    assert_error(broker.request("GET", path), 404, "ResourceNotFound")


def test_put_of_a_topic_keeps_its_events_and_subscriptions(topic):
    topic.publish(event(1))
    assert topic.broker.request("PUT", topic.path, {"properties": {}}).status == 200
    assert identifiers(topic.receive("sub")) == ["1"]


def test_subscription_is_created_shown_changed_and_deleted(topic):
    path = topic.subscription_path("second")
    assert_error(topic.broker.request("GET", path), 404, "ResourceNotFound")
    body = subscription_body(receiveLockDurationInSeconds=30, maxDeliveryCount=4, eventTimeToLive="P1DT2H")
    body["properties"]["eventDeliverySchema"] = "CloudEventSchemaV1_0"
    body["properties"]["filtersConfiguration"] = {"includedEventTypes": ["a.b", "c"]}
    created = topic.broker.request("PUT", path, body)
    assert created.status == 201
    document = created.json
    assert document["name"] == "second"
    assert document["type"].lower() == "microsoft.eventgrid/namespaces/topics/eventsubscriptions"
    delivery = document["properties"]["deliveryConfiguration"]
    assert delivery["deliveryMode"] == "Queue"
    assert delivery["queue"]["receiveLockDurationInSeconds"] == 30
    assert delivery["queue"]["maxDeliveryCount"] == 4
    assert document["properties"]["filtersConfiguration"]["includedEventTypes"] == ["a.b", "c"]
    assert document["properties"]["provisioningState"] == "Succeeded"
    assert topic.broker.request("GET", path).json == document
    changed = topic.broker.request("PATCH", path, subscription_body(maxDeliveryCount=3))
    assert changed.status == 200
    queue = changed.json["properties"]["deliveryConfiguration"]["queue"]
    assert (queue["maxDeliveryCount"], queue["receiveLockDurationInSeconds"]) == (3, 30)
    assert topic.broker.request("PUT", path, subscription_body()).status == 200
    queue = topic.broker.request("GET", path).json["properties"]["deliveryConfiguration"]["queue"]
    assert (queue["maxDeliveryCount"], queue["receiveLockDurationInSeconds"]) == (10, 60)
    assert topic.broker.request("DELETE", path).status == 204
    assert topic.broker.request("DELETE", path).status == 204
    assert_error(topic.broker.request("GET", path), 404, "ResourceNotFound")


def test_null_in_a_patch_takes_the_default(topic):
    topic.put_subscription("sub", lock=30, types=["a"])
    body = subscription_body(receiveLockDurationInSeconds=None)
    body["properties"]["filtersConfiguration"] = {"includedEventTypes": None}
    changed = topic.broker.request("PATCH", topic.subscription_path("sub"), body).json["properties"]
    assert changed["deliveryConfiguration"]["queue"]["receiveLockDurationInSeconds"] == 60
    assert not (changed.get("filtersConfiguration") or {}).get("includedEventTypes")


def all_pages(broker, path):
    names = []
    for _ in range(1_000):
        answer = broker.request("GET", path)
        assert answer.status == 200, answer
        names += [resource["name"] for resource in answer.json["value"]]
        link = answer.json.get("nextLink")
        if not link:
            return names
        path = link.removeprefix(broker.url)
    raise AssertionError("the list has no end")


def test_lists_hold_every_resource_once(broker, topic):
    for number in range(45):
        topic.put_subscription(f"more-{number}")
    names = all_pages(broker, f"{topic.path}/eventsubscriptions")
    assert sorted(names) == sorted(["sub"] + [f"more-{number}" for number in range(45)])
    assert all_pages(broker, "/topics").count(topic.name) == 1


def test_control_plane_accepts_a_prefix_and_any_case(broker, topic):
    path = f"/ns1/Topics/{topic.name}/EventSubscriptions/sub?api-version=2025-02-15"
    assert broker.request("GET", path).json["name"] == "sub"


@pytest.mark.parametrize("name", ["ab", "x" * 51, "with%20space", "a%2Fb", "caf%C3%A9", "under_score", "dot.dot"])
def test_bad_names_are_refused(topic, name):
    assert_error(topic.broker.request("PUT", f"/topics/{name}", {"properties": {}}), 400, "BadRequest")
    answer = topic.broker.request("PUT", topic.subscription_path(name), subscription_body())
    assert_error(answer, 400, "BadRequest")


@pytest.mark.parametrize("days", [0, 8, 1.5, "7", True])
def test_bad_retention_is_refused(broker, topic_name, days):
    answer = broker.request("PUT", f"/topics/{topic_name}", {"properties": {"eventRetentionInDays": days}})
    assert_error(answer, 400, "BadRequest", "eventRetentionInDays")
    assert_error(broker.request("GET", f"/topics/{topic_name}"), 404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("receiveLockDurationInSeconds", 0), ("receiveLockDurationInSeconds", 301), ("maxDeliveryCount", 0),
        ("maxDeliveryCount", 11), ("maxDeliveryCount", "3"), ("eventTimeToLive", "PT1S"), ("eventTimeToLive", "P8D"),
        ("eventTimeToLive", "soon"),
    ],
)
def test_bad_queue_settings_are_refused(topic, setting, value):
    answer = topic.broker.request("PUT", topic.subscription_path("bad"), subscription_body(**{setting: value}))
    assert_error(answer, 400, "BadRequest", setting)


def test_topic_without_a_document_takes_the_defaults(broker, topic_name):
    created = broker.request("PUT", f"/topics/{topic_name}", b"")
    assert created.status == 201
    assert created.json["properties"]["eventRetentionInDays"] == 7


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b'{"properties":5}', b'{"properties":{"durability":"none"}}'])
def test_bad_documents_are_refused(broker, topic_name, body):
    assert_error(broker.request("PUT", f"/topics/{topic_name}", body), 400, "BadRequest")
    assert_error(broker.request("GET", f"/topics/{topic_name}"), 404, "ResourceNotFound")


def test_subscription_of_an_unknown_topic_is_not_found(broker):
    path = "/topics/no-such-topic/eventsubscriptions/sub"
    for method, body in (("PUT", subscription_body()), ("GET", None), ("PATCH", subscription_body())):
        assert_error(broker.request(method, path, body), 404, "ResourceNotFound")


def test_durability_level_is_visible_in_the_resource(broker, topic_name):
    topic = broker.put_topic(topic_name, durability="written")
    topic.put_subscription("sub")
    assert broker.request("GET", topic.path).json["properties"]["durability"] == "written"
    topic.publish(event(1))
    assert identifiers(topic.receive("sub")) == ["1"]
