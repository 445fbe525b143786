"""Push delivery to a webhook: handshakes, what is sent, and what each answer leads to."""

import base64
import concurrent.futures
import email.utils
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request

import pytest

import cloudevents_library as library
from broker import Broker, assert_error, event, eventually
from webhook import ALLOW, ORIGIN, PushSubscription, Reply, Webhook, dead_letter_directory

# Long enough to see that nothing comes.
QUIET_SECONDS = 0.5
SECRETS = ["whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (7, 8)]


@pytest.fixture
def subscription(push_topic, webhook):
    """A push subscription that the webhook has agreed to."""
    return PushSubscription(push_topic).created(webhook.url)


@pytest.fixture
def other_webhook():
    listening = Webhook()
    yield listening
    listening.stop()


def stays(condition, seconds=QUIET_SECONDS):
    """Whether a condition holds all the time."""
    return not eventually(lambda: not condition(), seconds)


# Handshakes


@pytest.mark.parametrize("allowed", [ORIGIN, "*"])
@pytest.mark.parametrize("status", [200, 405])
def test_options_that_allow_the_origin_are_an_agreement(push_topic, webhook, allowed, status):
    webhook.allowed_origin, webhook.handshake_status = allowed, status
    subscription = PushSubscription(push_topic).created(webhook.url)
    assert subscription.properties()["provisioningState"] == "Succeeded"
    (request,) = webhook.requests
    assert request.method == "OPTIONS"
    assert request.headers["webhook-request-origin"] == ORIGIN


def test_validation_code_that_comes_back_is_an_agreement(push_topic, webhook):
    webhook.handshake = "eventgrid"
    subscription = PushSubscription(push_topic).created(webhook.url)
    assert subscription.properties()["provisioningState"] == "Succeeded"
    (request,) = webhook.of_kind("SubscriptionValidation")
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    (validation,) = request.json
    assert validation["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent"
    assert (validation["metadataVersion"], validation["dataVersion"]) == ("1", "1")
    assert {"id", "topic", "subject", "eventTime"} < set(validation)
    assert set(validation["data"]) == {"validationCode", "validationUrl"}
    push_topic.publish(event(1))
    webhook.wait(1)


def test_nothing_is_delivered_before_the_owner_opens_the_link_which_needs_no_key(launch, webhook):
    running = launch("--require-keys", *ALLOW)
    headers = {"aeg-sas-key": running.keys["key1"]}
    topic = running.put_topic("orders", headers=headers)
    webhook.handshake = "by hand"
    subscription = PushSubscription(topic).created(webhook.url, headers=headers)
    topic.publish(event(1), event(2), headers=headers)
    assert subscription.properties(headers)["provisioningState"] == "AwaitingManualAction"
    assert stays(lambda: not webhook.deliveries)
    (request,) = webhook.of_kind("SubscriptionValidation")
    link = request.json[0]["data"]["validationUrl"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{link}x", timeout=5)
    with urllib.request.urlopen(link, timeout=5) as answer:
        assert answer.status == 200
    assert subscription.properties(headers)["provisioningState"] == "Succeeded"
    webhook.wait(2)
    assert sorted(webhook.identifiers) == ["1", "2"]


def test_endpoint_that_does_not_agree_is_refused_and_told_what_to_answer(push_topic, webhook):
    """Together, because each is asked again after 5 s."""
    silent, early = Webhook(), Webhook()
    silent.handshake = "none"
    # Event Grid takes 200 only.
    early.handshake, early.handshake_status = "eventgrid", 202
    webhook.allowed_origin = "elsewhere.example.com"
    names = {"silent": silent, "early": early, "elsewhere": webhook}
    subscriptions = [PushSubscription(push_topic, name) for name in names]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        urls = [f"{endpoint.url}?code=hidden" for endpoint in names.values()]
        answers = list(pool.map(PushSubscription.put, subscriptions, urls))
    for subscription, answer in zip(subscriptions, answers):
        assert_error(answer, 400, "BadRequest", f"WebHook-Allowed-Origin: {ORIGIN}")
        assert_error(answer, 400, "BadRequest", "validationResponse")
        assert b"hidden" not in answer.body
        assert_error(subscription.request("GET"), 404, "ResourceNotFound")
    for endpoint in (silent, early):
        endpoint.stop()


def test_update_asks_a_new_endpoint_only(push_topic, subscription, webhook, other_webhook):
    subscription.patch(maxDeliveryCount=5)
    assert len(webhook.of_kind("OPTIONS")) == 1
    subscription.patch(destination={"properties": {"endpointUrl": other_webhook.url}})
    assert len(webhook.of_kind("OPTIONS")) == len(other_webhook.of_kind("OPTIONS")) == 1
    push_topic.publish(event(1))
    other_webhook.wait(1)
    assert not webhook.deliveries


# What is sent


def test_delivery_is_one_structured_event_with_the_headers_of_event_grid(
    push_topic, subscription, webhook
):
    sent = event(1, subject="orders/9", datacontenttype="application/json", data={"n": 1, "u": "é"})
    push_topic.publish(sent)
    (delivery,) = webhook.wait(1)
    assert delivery.method == "POST"
    assert delivery.headers == {
        "host": f"127.0.0.1:{webhook.port}",
        "user-agent": "gridlog",
        "content-type": "application/cloudevents+json; charset=utf-8",
        "content-length": str(len(delivery.body)),
        "aeg-event-type": "Notification",
        "aeg-subscription-name": "PUSH",
        "aeg-delivery-count": "0",
        "aeg-metadata-version": "1.0",
        "webhook-request-origin": ORIGIN,
    }
    assert delivery.json == sent
    attributes, data = library.read(delivery.body)
    assert (attributes["id"], attributes["subject"], data) == ("1", "orders/9", {"n": 1, "u": "é"})


def test_every_event_is_a_request_of_its_own(push_topic, subscription, webhook):
    push_topic.publish(*[event(n) for n in range(200)])
    webhook.wait(200)
    subscription.waits_for("delivered", 200)
    assert sorted(map(int, webhook.identifiers)) == list(range(200))


def test_retry_is_the_same_request_with_a_higher_delivery_count(push_topic, subscription, webhook):
    webhook.replies.append(Reply(500))
    push_topic.publish(event(1))
    first, second = webhook.wait(2)
    assert (first.attempts, second.attempts) == (0, 1)
    assert first.body == second.body


def test_batches_hold_so_many_events(push_topic, webhook):
    subscription = PushSubscription(push_topic).created(webhook.url, {"maxEventsPerBatch": 10})
    push_topic.publish(*[event(n, data={"n": n}) for n in range(25)])
    subscription.waits_for("delivered", 25)
    assert {request.headers["content-type"] for request in webhook.deliveries} == {
        "application/cloudevents-batch+json; charset=utf-8"
    }
    bodies = [request.json for request in webhook.deliveries]
    assert max(len(body) for body in bodies) == 10
    read = [library.read(json.dumps(element).encode()) for body in bodies for element in body]
    assert sorted(data["n"] for _, data in read) == list(range(25))


def test_batch_is_retried_whole(push_topic, webhook):
    subscription = PushSubscription(push_topic).created(webhook.url, {"maxEventsPerBatch": 10})
    webhook.replies.append(Reply(503, {"Retry-After": "1"}))
    push_topic.publish(*[event(n) for n in range(10)])
    subscription.waits_for("delivered", 10)
    requests = [(request.attempts, len(request.json)) for request in webhook.deliveries]
    assert requests == [(0, 10), (1, 10)]


def test_id_of_a_batch_never_names_two_bodies(push_topic, webhook):
    """An endpoint that knows an id may pass over the request."""
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, {"maxEventsPerBatch": 10}, signingSecrets=SECRETS)
    webhook.replies.extend([Reply(503), Reply(500), Reply(429)])
    push_topic.publish(*[event(n) for n in range(25)])
    webhook.wait(5)
    bodies = {}
    for delivery in webhook.deliveries:
        assert bodies.setdefault(delivery.headers["webhook-id"], delivery.body) == delivery.body


def test_event_beyond_the_preferred_size_is_a_batch_of_its_own(push_topic, webhook):
    preferred = {"preferredBatchSizeInKilobytes": 2}
    subscription = PushSubscription(push_topic).created(webhook.url, preferred)
    sizes = [100, 4_000, 100, 100, 4_000]
    push_topic.publish(*[event(n, data="x" * size) for n, size in enumerate(sizes)])
    subscription.waits_for("delivered", len(sizes))
    batches = [delivery.json for delivery in webhook.deliveries]
    assert all(len(batch) == 1 or len(json.dumps(batch)) < 2_048 for batch in batches)
    assert sorted(element["id"] for batch in batches for element in batch) == list("01234")


def attribute(name, kind, **properties):
    return {"name": name, "type": kind, "properties": properties}


def test_delivery_attributes_are_headers(push_topic, webhook):
    mappings = [
        attribute("X-Static", "Static", value="plain", isSecret=False),
        attribute("Authorization", "Static", value="Bearer hidden", isSecret=True),
        attribute("X-Subject", "Dynamic", sourceField="subject"),
        attribute("X-Number", "Dynamic", sourceField="data.order.number"),
        attribute("X-Missing", "Dynamic", sourceField="data.nothing"),
    ]
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, {"deliveryAttributeMappings": mappings})
    push_topic.publish(event(1, subject="orders/9", data={"order": {"number": 17}}))
    (delivery,) = webhook.wait(1)
    names = ("x-static", "authorization", "x-subject", "x-number", "x-missing")
    values = ["plain", "Bearer hidden", "orders/9", "17", None]
    assert [delivery.headers.get(name) for name in names] == values
    shown = [subscription.request("GET"), subscription.request("POST", "/getDeliveryAttributes")]
    for answer in shown:
        assert answer.status == 200 and b"hidden" not in answer.body
    listed = {element["name"]: element["properties"] for element in shown[1].json["value"]}
    assert listed["Authorization"] == {"value": None, "isSecret": True}
    assert listed["X-Static"] == {"value": "plain", "isSecret": False}


def signatures(delivery):
    """What the Standard Webhooks specification wants for each secret."""
    names = ("webhook-id", "webhook-timestamp")
    signed = ".".join(delivery.headers[name] for name in names).encode() + b"." + delivery.body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in SECRETS]
    codes = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return ["v1," + base64.b64encode(code).decode() for code in codes]


@pytest.mark.parametrize("count", [1, 2])
def test_signatures_are_those_of_standard_webhooks(push_topic, webhook, count):
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, signingSecrets=SECRETS[:count])
    webhook.replies.append(Reply(500))
    push_topic.publish(event(1, data="é"), event(2))
    subscription.waits_for("delivered", 2)
    for delivery in webhook.deliveries:
        assert delivery.headers["webhook-signature"].split(" ") == signatures(delivery)[:count]
        assert abs(int(delivery.headers["webhook-timestamp"]) - time.time()) < 5
    first, again, second = sorted(webhook.deliveries, key=lambda delivery: delivery.json["id"])
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert SECRETS[0].encode() not in subscription.request("GET").body


def test_batch_has_only_events_with_the_same_dynamic_attributes(push_topic, webhook):
    mappings = [attribute("X-Subject", "Dynamic", sourceField="subject")]
    options = {"maxEventsPerBatch": 10, "deliveryAttributeMappings": mappings}
    subscription = PushSubscription(push_topic).created(webhook.url, options)
    push_topic.publish(*[event(n, subject=f"s{n // 3 % 2}") for n in range(12)])
    subscription.waits_for("delivered", 12)
    for delivery in webhook.deliveries:
        assert {sent["subject"] for sent in delivery.json} == {delivery.headers["x-subject"]}
    assert sum(len(delivery.json) for delivery in webhook.deliveries) == 12


# What each answer leads to


def dead_letter_of(directory):
    """What is told of the only dead letter in a directory."""
    (file,) = directory.rglob("*.json")
    (entry,) = json.loads(file.read_text())
    return entry["deadLetterProperties"]


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204])
def test_success_settles(push_topic, subscription, webhook, status):
    webhook.default = Reply(status)
    push_topic.publish(event(1))
    subscription.waits_for("delivered", 1)
    assert subscription.waiting() == []
    assert len(webhook.deliveries) == 1


@pytest.mark.parametrize(
    "status, outcome",
    [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (413, "PayloadTooLarge"),
        (414, "BadRequest"),
    ],
)
def test_client_error_dead_letters_without_a_retry(push_topic, webhook, tmp_path, status, outcome):
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, **dead_letter_directory(tmp_path / "dead"))
    webhook.default = Reply(status)
    push_topic.publish(event(1))
    subscription.waits_for("deadLettered", 1)
    assert len(webhook.deliveries) == 1
    told = dead_letter_of(tmp_path / "dead")
    assert told["deadletterreason"] == "Undeliverable due to client error."
    assert (told["deliveryattempts"], told["deliveryresult"]) == (1, outcome)


@pytest.mark.parametrize("status", [408, 429, 500, 503, 205])
def test_other_failure_is_retried_at_once(push_topic, subscription, webhook, status):
    webhook.replies.append(Reply(status))
    push_topic.publish(event(1))
    first, second = webhook.wait(2)
    assert second.time - first.time < 1
    subscription.waits_for("delivered", 1)
    assert subscription.counter("failedAttempts") == 1


def test_second_retry_waits_ten_seconds_but_not_much_longer(push_topic, subscription, webhook):
    webhook.replies.extend([Reply(500), Reply(503)])
    push_topic.publish(event(1))
    first, second, third = webhook.wait(3, seconds=15)
    assert second.time - first.time < 1
    assert 10 <= third.time - second.time < 11.5
    assert [request.attempts for request in (first, second, third)] == [0, 1, 2]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(push_topic, subscription, webhook, status, form):
    # A date has no fractions of a second.
    moment = email.utils.formatdate(int(time.time()) + 3, usegmt=True)
    webhook.replies.append(Reply(status, {"Retry-After": "2" if form == "seconds" else moment}))
    push_topic.publish(event(1))
    first, second = webhook.wait(2)
    assert (2 if form == "seconds" else 1.5) <= second.time - first.time < 4


def test_retry_after_holds_every_event_for_the_endpoint(push_topic, subscription, webhook):
    """The sender must refrain from all requests (CloudEvents HTTP web hooks, section 2.2)."""
    webhook.replies.append(Reply(429, {"Retry-After": "2"}))
    push_topic.publish(event(1))
    subscription.waits_for("failedAttempts", 1)
    push_topic.publish(event(2))
    webhook.wait(3)
    first, *others = webhook.deliveries
    waits = [(other.json["id"], round(other.time - first.time, 1)) for other in others]
    assert all(seconds >= 2 for _, seconds in waits), waits


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed_but_retried(
    push_topic, subscription, webhook, other_webhook, status
):
    webhook.replies.append(Reply(status, {"Location": other_webhook.url}))
    push_topic.publish(event(1))
    subscription.waits_for("delivered", 1)
    assert [request.attempts for request in webhook.deliveries] == [0, 1]
    assert other_webhook.requests == []


def test_gone_pauses_until_an_update_and_dead_letters_its_event_only(push_topic, webhook, tmp_path):
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, **dead_letter_directory(tmp_path / "dead"))
    webhook.replies.append(Reply(410))
    push_topic.publish(event(1))
    subscription.waits_for("deadLettered", 1)
    assert "410" in subscription.properties()["pauseReason"]
    push_topic.publish(event(2), event(3))
    assert stays(lambda: webhook.identifiers == ["1"])
    assert len(subscription.waiting()) == 2
    subscription.patch(maxDeliveryCount=9)
    webhook.wait(3)
    assert sorted(webhook.identifiers) == ["1", "2", "3"]
    assert "pauseReason" not in subscription.properties()


def test_gone_is_told_with_the_dead_letter(push_topic, webhook, tmp_path):
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, **dead_letter_directory(tmp_path / "dead"))
    webhook.replies.append(Reply(410))
    push_topic.publish(event(1))
    subscription.waits_for("deadLettered", 1)
    told = dead_letter_of(tmp_path / "dead")
    assert told["deadletterreason"] == "Undeliverable due to client error."
    assert (told["deliveryattempts"], told["deliveryresult"]) == (1, "Disabled")


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    ids=["before the answer", "in the status", "in the body"],
)
def test_connection_that_is_reset_is_retried(push_topic, subscription, webhook, sent):
    webhook.replies.append(Reply(reset_after=sent))
    push_topic.publish(event(1))
    first, second = webhook.wait(2)
    assert (first.attempts, second.attempts) == (0, 1)
    subscription.waits_for("delivered", 1)


def test_update_while_a_delivery_is_under_way_neither_repeats_nor_loses_it(
    push_topic, subscription, webhook
):
    webhook.replies.append(Reply(delay=0.3))
    push_topic.publish(event(1), event(2))
    webhook.wait(1)
    subscription.patch(maxDeliveryCount=9)
    subscription.waits_for("delivered", 2)
    assert sorted(webhook.identifiers) == ["1", "2"]


def test_last_delivery_dead_letters(push_topic, webhook, tmp_path):
    subscription = PushSubscription(push_topic)
    destination = dead_letter_directory(tmp_path / "dead")
    subscription.created(webhook.url, maxDeliveryCount=2, **destination)
    webhook.default = Reply(503)
    push_topic.publish(event(1))
    subscription.waits_for("deadLettered", 1)
    assert len(webhook.deliveries) == 2
    told = dead_letter_of(tmp_path / "dead")
    assert told["deadletterreason"] == "Maximum delivery attempts was exceeded."
    assert (told["deliveryattempts"], told["deliveryresult"]) == (2, "Busy")


def test_endpoints_that_hang_keep_no_other_of_their_host_waiting(push_topic, webhook):
    webhook.default = lambda request: Reply(delay=20 if "slow" in request.target else 0)
    # More than a client would open connections to one host.
    for number in range(80):
        PushSubscription(push_topic, f"slow-{number}").created(f"{webhook.url}?slow")
    live = PushSubscription(push_topic).created(webhook.url)
    push_topic.publish(event(1))
    live.waits_for("delivered", 1)
    assert live.counter("failedAttempts") == 0


# Restarts


@pytest.mark.r25
@pytest.mark.parametrize("end", [Broker.kill, Broker.stop], ids=["SIGKILL", "SIGTERM"])
def test_restart_loses_no_event_that_failed_and_repeats_none_that_was_accepted(
    launch, webhook, end
):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    subscription = PushSubscription(topic).created(webhook.url)
    topic.publish(*[event(f"good {n}") for n in range(50)])
    subscription.waits_for("delivered", 50)
    # Fewer than what makes an endpoint unhealthy.
    failing = [f"bad {n}" for n in range(8)]
    webhook.default = Reply(503, {"Retry-After": "2"})
    topic.publish(*[event(identifier) for identifier in failing])
    subscription.waits_for("failedAttempts", 8)
    time.sleep(QUIET_SECONDS)
    before = len(webhook.deliveries)
    end(running)

    webhook.default = Reply()
    topic.broker = launch(*ALLOW, data=running.data)
    webhook.wait(before + 8)
    assert stays(lambda: len(webhook.deliveries) == before + 8)
    assert sorted(webhook.identifiers[before:]) == failing
    assert {request.attempts for request in webhook.deliveries[before:]} == {1}


def test_pause_outlasts_a_restart(launch, webhook):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    subscription = PushSubscription(topic).created(webhook.url)
    webhook.replies.append(Reply(410))
    topic.publish(event(1), event(2))
    assert eventually(lambda: "pauseReason" in subscription.properties())
    running.stop()
    topic.broker = launch(*ALLOW, data=running.data)
    assert "410" in subscription.properties()["pauseReason"]
    topic.publish(event(3))
    assert stays(lambda: len(webhook.deliveries) == 1)
    subscription.patch(maxDeliveryCount=9)
    webhook.wait(3)


def test_delivery_under_way_at_sigterm_is_made_again_soon_after_the_restart(launch, webhook):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    PushSubscription(topic).created(webhook.url)
    webhook.replies.append(Reply(delay=20))
    topic.publish(event(1))
    webhook.wait(1)
    running.stop()
    topic.broker = launch(*ALLOW, data=running.data)
    # Its lock would have lasted a minute.
    webhook.wait(2, seconds=15)
    assert webhook.identifiers == ["1", "1"]


def test_delivery_answered_during_the_shutdown_is_not_made_again(launch, webhook):
    running = launch(*ALLOW)
    topic = running.put_topic("orders")
    subscription = PushSubscription(topic).created(webhook.url)
    webhook.replies.append(Reply(delay=1))
    topic.publish(event(1))
    webhook.wait(1)
    running.stop()
    topic.broker = launch(*ALLOW, data=running.data)
    assert subscription.waiting() == []
    assert webhook.identifiers == ["1"]
