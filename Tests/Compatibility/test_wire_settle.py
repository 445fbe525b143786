"""Receive and the operations on lock tokens as bytes on the wire."""

import threading
import time

import pytest

from broker import assert_error, event, identifiers, tokens

VERBS = ["acknowledge", "release", "reject", "renewLock"]
NOTHING = {"succeededLockTokens": [], "failedLockTokens": []}


@pytest.mark.parametrize("verb", VERBS)
def test_empty_list_gives_two_empty_lists(topic, verb):
    answer = topic.settle("sub", verb, [])
    assert answer.status == 200
    assert answer.json == NOTHING


@pytest.mark.parametrize("verb", VERBS)
def test_thousand_tokens_are_the_limit(topic, verb):
    answer = topic.settle("sub", verb, ["x"] * 1_000)
    assert answer.status == 200
    assert len(answer.json["failedLockTokens"]) == 1_000
    assert_error(topic.settle("sub", verb, ["x"] * 1_001), 400, "BadRequest")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"{", b'{"lockTokens":"x"}', b'{"lockTokens":[1]}', b"null"])
@pytest.mark.parametrize("verb", VERBS)
def test_body_without_a_list_of_tokens_is_refused(topic, verb, body):
    answer = topic.broker.request("POST", f"{topic.subscription_path('sub')}:{verb}", body)
    assert_error(answer, 400, "BadRequest")


def test_hundred_settle_in_one_request(topic):
    topic.publish(*[event(n) for n in range(100)])
    taken = tokens(topic.receive("sub"))
    assert len(set(taken)) == 100
    answer = topic.settle("sub", "acknowledge", taken)
    assert answer.json == {"succeededLockTokens": taken, "failedLockTokens": []}


def test_same_token_twice_is_lost_the_second_time(topic):
    topic.publish(event(1))
    (token,) = tokens(topic.receive("sub"))
    answer = topic.settle("sub", "acknowledge", [token, token])
    assert answer.json["succeededLockTokens"] == [token]
    assert [failed["error"]["code"] for failed in answer.json["failedLockTokens"]] == ["TokenLost"]


def test_forged_tokens_are_bad(topic):
    topic.publish(event(1))
    (token,) = tokens(topic.receive("sub"))
    forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), token + "A", token[1:], "", "x" * 10_000, "\u00e9\x00"]
    answer = topic.settle("sub", "acknowledge", forged)
    assert answer.json["succeededLockTokens"] == []
    assert [failed["lockToken"] for failed in answer.json["failedLockTokens"]] == forged
    assert {failed["error"]["code"] for failed in answer.json["failedLockTokens"]} == {"BadToken"}
    assert topic.settle("sub", "acknowledge", [token]).json["succeededLockTokens"] == [token]


@pytest.mark.r26
def test_token_of_an_overtaken_delivery_leaves_the_newer_lock_alone(topic):
    topic.put_subscription("short", lock=1)
    topic.publish(event(1))
    (old,) = tokens(topic.receive("short"))
    (new,) = tokens(topic.receive("short", wait=5))
    for verb in VERBS:
        (failed,) = topic.settle("short", verb, [old]).json["failedLockTokens"]
        assert failed["error"]["code"] == "TokenLost"
    assert topic.settle("short", "acknowledge", [new]).json["succeededLockTokens"] == [new]


@pytest.mark.r30
def test_token_of_a_topic_that_was_created_again_is_bad(topic):
    topic.publish(event(1))
    (token,) = tokens(topic.receive("sub"))
    assert topic.broker.request("DELETE", topic.path).status == 204
    again = topic.broker.put_topic(topic.name)
    again.put_subscription("sub")
    again.publish(event(2))
    (delivery,) = again.receive("sub")
    assert delivery["event"]["id"] == "2"
    (failed,) = again.settle("sub", "acknowledge", [token]).json["failedLockTokens"]
    assert failed["error"]["code"] == "BadToken"


@pytest.mark.parametrize(
    "query", ["maxEvents=0", "maxEvents=101", "maxEvents=-1", "maxEvents=x", "maxEvents=", "maxWaitTime=-1",
              "maxWaitTime=121", "maxWaitTime=1.5", "maxEvents=99999999999999999999"]
)
def test_receive_out_of_range_is_refused(topic, query):
    answer = topic.broker.request("POST", f"{topic.subscription_path('sub')}:receive?{query}", b"")
    assert_error(answer, 400, "BadRequest", query.split("=")[0])


@pytest.mark.parametrize("delay", ["5", "-10", "x", "3601"])
def test_release_delay_outside_of_the_list_is_refused(topic, delay):
    answer = topic.settle("sub", "release", [], f"&releaseDelayInSeconds={delay}")
    assert_error(answer, 400, "BadRequest", "releaseDelayInSeconds")


@pytest.mark.parametrize("delay", ["0", "10", "60", "600", "3600"])
def test_release_delays_of_the_list_are_accepted(topic, delay):
    topic.publish(event(1))
    taken = tokens(topic.receive("sub"))
    answer = topic.settle("sub", "release", taken, f"&releaseDelayInSeconds={delay}")
    assert answer.json["succeededLockTokens"] == taken
    assert len(topic.receive("sub")) == (1 if delay == "0" else 0)


def test_unknown_subscription_is_not_found_for_every_verb(topic):
    for verb in ["receive", *VERBS]:
        answer = topic.settle("nobody", verb, [])
        assert_error(answer, 404, "ResourceNotFound", "nobody")


def test_one_publish_wakes_one_of_many_waiting_receivers(topic):
    results = []
    waiting = [
        threading.Thread(target=lambda: results.append(topic.receive("sub", wait=3)), daemon=True) for _ in range(20)
    ]
    for receiver in waiting:
        receiver.start()
    time.sleep(0.5)
    topic.publish(event(1))
    for receiver in waiting:
        receiver.join(timeout=15)
    assert sorted(len(deliveries) for deliveries in results) == [0] * 19 + [1]


def test_release_wakes_a_waiting_receiver(topic):
    topic.publish(event(1))
    taken = tokens(topic.receive("sub"))
    results = []
    receiver = threading.Thread(target=lambda: results.append(topic.receive("sub", wait=10)), daemon=True)
    receiver.start()
    time.sleep(0.3)
    begin = time.monotonic()
    topic.settle("sub", "release", taken)
    receiver.join(timeout=15)
    assert time.monotonic() - begin < 1
    assert identifiers(results[0]) == ["1"]


def test_receiver_that_goes_away_takes_no_event_with_it(topic):
    with topic.broker.connection() as connection:
        connection.request("POST", f"{topic.subscription_path('sub')}:receive?maxWaitTime=30", b"")
        time.sleep(0.3)
    time.sleep(0.3)
    topic.publish(event(1))
    (delivery,) = topic.receive("sub", wait=5)
    assert delivery["brokerProperties"]["deliveryCount"] == 1


@pytest.mark.r25
def test_competing_receivers_share_every_event_once(topic):
    topic.publish(*[event(n) for n in range(1_000)])
    taken = []
    receivers = [threading.Thread(target=lambda: taken.extend(topic.drain("sub")), daemon=True) for _ in range(8)]
    for receiver in receivers:
        receiver.start()
    for receiver in receivers:
        receiver.join(timeout=20)
    assert sorted(map(int, identifiers(taken))) == list(range(1_000))
