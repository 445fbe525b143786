"""Access keys in every form that clients send them."""

import base64
import stat
import urllib.parse

import pytest

from broker import assert_error, event

FORMS = {
    "authorization": lambda key: ({"Authorization": f"SharedAccessKey {key}"}, ""),
    "authorization in other letters": lambda key: ({"authorization": f"sharedaccesskey {key}"}, ""),
    "header": lambda key: ({"aeg-sas-key": key}, ""),
    "query": lambda key: ({}, f"&aeg-sas-key={urllib.parse.quote(key, safe='')}"),
}


@pytest.fixture
def keyed_topic(locked_broker, topic_name):
    headers = {"aeg-sas-key": locked_broker.keys["key1"]}
    topic = locked_broker.put_topic(topic_name, headers=headers)
    topic.put_subscription("sub", headers=headers)
    return topic


def publish(topic, headers, query):
    headers = {"Content-Type": "application/cloudevents+json", **headers}
    return topic.broker.request("POST", f"{topic.path}:publish?api-version=2024-06-01{query}", event(1), headers)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["key1", "key2"])
def test_each_key_is_accepted_in_each_form(keyed_topic, form, name):
    assert publish(keyed_topic, *FORMS[form](keyed_topic.broker.keys[name])).status == 200


@pytest.mark.parametrize("form", FORMS)
def test_wrong_keys_are_refused_in_each_form(keyed_topic, form):
    right = keyed_topic.broker.keys["key1"]
    for wrong in ("", "x", right[:-1], right.swapcase(), right + "x", base64.b64encode(bytes(32)).decode()):
        assert_error(publish(keyed_topic, *FORMS[form](wrong)), 401, "Unauthorized")


def test_no_key_is_refused_everywhere_but_for_health(keyed_topic):
    broker = keyed_topic.broker
    subscription = keyed_topic.subscription_path("sub")
    requests = [
        ("POST", f"{keyed_topic.path}:publish"), ("POST", f"{subscription}:receive"),
        ("POST", f"{subscription}:acknowledge"), ("GET", "/topics"), ("GET", keyed_topic.path), ("PUT", subscription),
        ("PATCH", keyed_topic.path), ("DELETE", keyed_topic.path), ("GET", f"{keyed_topic.path}/eventsubscriptions"),
        ("POST", "/topics/no-such-topic:publish"),
    ]
    for method, path in requests:
        assert_error(broker.request(method, path, b"{}"), 401, "Unauthorized")
    for path in ("/health/live", "/health/ready"):
        assert broker.request("GET", path).status == 200


def test_keys_are_two_of_32_bytes_in_a_private_file(locked_broker):
    mode = (locked_broker.data / "keys.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert sorted(locked_broker.keys) == ["key1", "key2"]
    assert [len(base64.b64decode(key, validate=True)) for key in locked_broker.keys.values()] == [32, 32]
    assert locked_broker.keys["key1"] != locked_broker.keys["key2"]


def test_where_no_key_is_required_a_wrong_one_is_ignored(topic):
    for form in FORMS.values():
        assert publish(topic, *form("wrong")).status == 200
