"""Push delivery: secrets stay secret, and webhooks lead nowhere that is not allowed."""

import json
import pathlib

import pytest

from broker import assert_error, event, eventually
from webhook import ALLOW, PushSubscription, Reply, dead_letter_directory

SWITCHES = "--allow-webhook-to|--allow-private-webhooks"


def test_secrets_of_the_url_are_sent_and_never_shown(launch, webhook, tmp_path):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    secret_url = webhook.url.replace("://", "://user:hidden1@") + "?code=hidden2"
    # A file where the directory should be, so that the log has something to tell.
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "default").write_text("")
    destination = dead_letter_directory(tmp_path / "dead")
    subscription = PushSubscription(topic)
    created = subscription.put(secret_url, maxDeliveryCount=2, **destination)
    assert created.status == 201, created
    webhook.default = Reply(500)
    topic.publish(event(1))
    assert webhook.wait(1)[0].target == "/hook?code=hidden2"
    assert webhook.deliveries[0].headers["authorization"] == "Basic dXNlcjpoaWRkZW4x"
    subscription.waits_for("deadLetterPending", 1)
    webhook.default = Reply(410)
    topic.publish(event(2))
    assert eventually(lambda: "pauseReason" in subscription.properties())
    shown = [
        created,
        subscription.request("GET"),
        running.request("GET", f"{topic.path}/eventsubscriptions"),
        subscription.request("PATCH", "", {"properties": {}}),
    ]
    for answer in shown:
        assert answer.status in (200, 201), answer
        assert f'"endpointBaseUrl":"{webhook.url}"'.encode() in answer.body
        assert b"hidden" not in answer.body and b"user" not in answer.body
    full = subscription.request("POST", "/getFullUrl")
    assert full.json == {"endpointUrl": secret_url}
    log = pathlib.Path(running.log.name).read_text()
    assert "event subscription 'push'" in log
    assert "hidden" not in log


def test_answer_that_is_sent_back_keeps_the_secrets(push_topic, webhook):
    subscription = PushSubscription(push_topic)
    secret = {"value": "hidden", "isSecret": True}
    mappings = [{"name": "X-Secret", "type": "Static", "properties": secret}]
    url = f"{webhook.url}?code=hidden"
    subscription.created(url, {"deliveryAttributeMappings": mappings})
    answer = subscription.request("PUT", "", subscription.request("GET").json)
    assert answer.status == 200, answer
    push_topic.publish(event(1))
    (delivery,) = webhook.wait(1)
    assert delivery.target == "/hook?code=hidden"
    assert delivery.headers["x-secret"] == "hidden"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "[fd00::1]",
        "user:password@127.0.0.1",
    ],
)
def test_address_that_is_not_public_is_refused(topic, webhook, host):
    subscription = PushSubscription(topic)
    answer = subscription.put(f"http://{host}:{webhook.port}/hook?code=hidden")
    assert_error(answer, 400, "BadRequest", SWITCHES)
    assert b"hidden" not in answer.body
    assert_error(subscription.request("GET"), 404, "ResourceNotFound")
    assert webhook.requests == []


def test_update_to_an_address_that_is_not_allowed_leaves_the_old_endpoint(push_topic, webhook):
    subscription = PushSubscription(push_topic).created(webhook.url)
    destination = {"properties": {"endpointUrl": "http://10.0.0.1/hook"}}
    push = {"deliveryConfiguration": {"push": {"destination": destination}}}
    answer = subscription.request("PATCH", "", {"properties": push})
    assert_error(answer, 400, "BadRequest", SWITCHES)
    push_topic.publish(event(1))
    webhook.wait(1)


def test_name_that_leads_to_an_allowed_address_is_used(push_topic, webhook):
    subscription = PushSubscription(push_topic)
    subscription.created(f"http://localhost:{webhook.port}/hook")
    push_topic.publish(event(1))
    assert webhook.wait(1)[0].headers["host"] == f"localhost:{webhook.port}"


def test_endpoint_that_is_not_allowed_any_more_gets_nothing(launch, webhook):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    names = {"address": "127.0.0.1", "name": "localhost"}
    subscriptions = [
        PushSubscription(topic, name).created(f"http://{host}:{webhook.port}/hook")
        for name, host in names.items()
    ]
    running.stop()
    asked = len(webhook.requests)
    topic.broker = launch(data=running.data)
    topic.publish(event(1))
    for subscription in subscriptions:
        assert eventually(lambda: subscription.counter("failedAttempts") >= 2)
        assert len(subscription.waiting()) == 1
    assert len(webhook.requests) == asked


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "http://",
        "http://example.com/#fragment",
        "http://example.com/a b",
        "http://example.com:0/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/\r\nX-Injected: 1",
        "/hook",
        "",
    ],
    ids=json.dumps,
)
def test_text_that_is_no_url_of_a_webhook_is_refused(topic, url):
    assert_error(PushSubscription(topic).put(url), 400, "BadRequest", "URL")


@pytest.mark.parametrize("name", ["aeg-x", "Host", "Content-Length", "Transfer-Encoding", "a b"])
def test_delivery_attribute_that_would_break_the_request_is_refused(push_topic, webhook, name):
    mapping = {"name": name, "type": "Static", "properties": {"value": "x"}}
    answer = PushSubscription(push_topic).put(webhook.url, {"deliveryAttributeMappings": [mapping]})
    assert_error(answer, 400, "BadRequest", "name")


def test_event_cannot_add_headers(push_topic, webhook):
    mapping = {"name": "X-Data", "type": "Dynamic", "properties": {"sourceField": "data.text"}}
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, {"deliveryAttributeMappings": [mapping]})
    push_topic.publish(event(1, data={"text": "a\r\nX-Injected: 1"}))
    (delivery,) = webhook.wait(1)
    assert "x-injected" not in delivery.headers
    assert "x-data" not in delivery.headers
