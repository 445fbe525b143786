"""Publish as bytes on the wire: limits, bad input, and what a client library does not show."""

import json

import pytest

from broker import assert_error, event, identifiers

LIMIT = 1_048_576
STRUCTURED = "application/cloudevents+json"


def padded(identifier, length):
    """An event of exactly this many bytes."""
    empty = json.dumps(event(identifier, data="")).encode()
    return empty[:-2] + b"x" * (length - len(empty)) + empty[-2:]


def test_answer_is_an_empty_object(topic):
    answer = topic.post_events([event(1)])
    assert answer.status == 200
    assert answer.json == {}
    assert answer.headers["content-type"].startswith("application/json")


def test_unknown_topic_is_not_found(broker):
    answer = broker.request("POST", "/topics/no-such-topic:publish", [event(1)])
    assert_error(answer, 404, "ResourceNotFound", "no-such-topic")


def test_empty_batch_is_accepted(topic):
    assert topic.post_events([]).json == {}
    assert topic.receive("sub") == []


@pytest.mark.parametrize("content_type", [STRUCTURED, STRUCTURED + "; charset=utf-8", "Application/CloudEvents+JSON"])
def test_first_byte_decides_between_one_event_and_a_batch(topic, content_type):
    assert topic.post_events(event(1), content_type).status == 200
    assert topic.post_events([event(2), event(3)], content_type).status == 200
    assert sorted(identifiers(topic.receive("sub"))) == ["1", "2", "3"]


def test_single_event_under_the_batch_type_is_accepted(topic):
    assert topic.post_events(event(1), "application/cloudevents-batch+json").status == 200
    assert identifiers(topic.receive("sub")) == ["1"]


def test_event_is_given_back_byte_for_byte(topic):
    text = '{ "specversion":"1.0","id":"1","source":"/s","type":"t","data":{"n":1.10,"e":1E+2,"u":"\\u00e9é"} }'
    assert topic.post_events(text.encode(), STRUCTURED).status == 200
    answer = topic.broker.request("POST", f"{topic.subscription_path('sub')}:receive?maxWaitTime=0", b"")
    assert b'{"n":1.10,"e":1E+2,"u":"\\u00e9\xc3\xa9"}' in answer.body


def test_event_of_exactly_the_limit_is_accepted(topic):
    body = padded(1, LIMIT)
    assert len(body) == LIMIT
    assert topic.post_events(body, STRUCTURED).status == 200
    assert identifiers(topic.receive("sub")) == ["1"]


@pytest.mark.parametrize("length", [LIMIT + 1, 3 * LIMIT])
def test_body_above_the_limit_is_too_large(topic, length):
    answer = topic.post_events(padded(1, length), STRUCTURED)
    assert_error(answer, 413, "PayloadTooLarge")
    assert answer.headers.get("connection", "").lower() == "close"
    assert topic.receive("sub") == []


def test_endless_body_does_not_stop_the_server(topic):
    """Above what the server is ready to throw away it may just close the connection."""
    try:
        answer = topic.post_events(b"[" + b" " * (20 * LIMIT), STRUCTURED)
        assert_error(answer, 413, "PayloadTooLarge")
    except OSError:
        pass
    topic.publish(event(1))


def test_thousand_events_are_accepted_and_one_more_is_not(topic):
    topic.publish(*[event(n) for n in range(1_000)])
    assert len(topic.drain("sub")) == 1_000
    answer = topic.post_events([event(n) for n in range(1_001)])
    assert_error(answer, 400, "BadRequest", "1,?000")
    assert topic.receive("sub") == []


@pytest.mark.parametrize("position", [0, 37, 99])
def test_bad_event_in_a_batch_refuses_all_and_is_named_by_its_position(topic, position):
    events = [event(n) for n in range(100)]
    del events[position]["source"]
    answer = topic.post_events(events)
    assert_error(answer, 400, "BadRequest", rf"\b{position}\b")
    assert_error(answer, 400, "BadRequest", "source")
    assert topic.receive("sub") == []


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"a" 1}', 5),
        ('{"é" 1}'.encode(), 6),
        (b'[{"specversion":"1.0"} {}]', 23),
        (b'{"id":"1",}', 10),
        (b"", 0),
    ],
)
def test_broken_json_names_the_byte(topic, body, offset):
    assert_error(topic.post_events(body), 400, "BadRequest", rf"\b{offset}\b")


@pytest.mark.parametrize(
    "members",
    [
        {"id": None}, {"id": ""}, {"source": None}, {"type": ""}, {"specversion": "0.3"}, {"id": 5},
        {"Bad": "x"}, {"my_ext": "x"}, {"my-ext": "x"}, {"ext": {"a": 1}}, {"ext": [1]}, {"ext": 1.5},
        {"ext": 2**31}, {"data": 1, "data_base64": "AA=="}, {"data_base64": "no base64"}, {"time": "yesterday"},
        {"time": "2026-01-02 03:04:05Z"}, {"time": "2026-02-30T03:04:05Z"}, {"subject": ""}, {"dataschema": "x"},
        {"subject": "a\u0001b"}, {"datacontenttype": "nonsense"},
    ],
    ids=lambda members: json.dumps(members),
)
def test_bad_event_is_refused_before_it_can_poison_a_receiver(topic, members):
    bad = {name: value for name, value in {**event(1), **members}.items() if value is not None}
    assert_error(topic.post_events(bad, STRUCTURED), 400, "BadRequest")
    assert topic.receive("sub") == []


@pytest.mark.parametrize("body", [b"5", b'"x"', b"null", b"[1]", b"[[]]", b"[null]"])
def test_json_that_is_no_event_is_refused(topic, body):
    assert_error(topic.post_events(body), 400, "BadRequest")


def test_nesting_has_a_limit(topic):
    def nested(depth):
        return json.dumps(event(1)).encode()[:-1] + b',"data":' + b"[" * depth + b"]" * depth + b"}"

    assert topic.post_events(nested(63), STRUCTURED).status == 200
    assert_error(topic.post_events(nested(64), STRUCTURED), 400, "BadRequest")
    assert_error(topic.post_events(nested(100_000), STRUCTURED), 400, "BadRequest")


def test_null_members_are_as_if_not_sent(topic):
    topic.publish({**event(1), "subject": None, "ext": None, "data_base64": None, "data": None})
    (delivery,) = topic.receive("sub")
    assert delivery["event"] == {**event(1), "data": None}


BINARY = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/test", "ce-type": "com.example.test"}


def test_binary_mode_with_json_becomes_data(topic):
    headers = {**BINARY, "CE-Subject": "caf%C3%A9%20%22x%22", "ce-myext": '"quoted \\" value"'}
    assert topic.post_events(b'{"a": 1.10}', "application/json", headers).status == 200
    (delivery,) = topic.receive("sub")
    assert delivery["event"] == event(
        1, subject='café "x"', myext='quoted " value', datacontenttype="application/json", data={"a": 1.10}
    )


def test_binary_mode_with_other_content_becomes_base64(topic):
    assert topic.post_events(b"plain", "text/plain", BINARY).status == 200
    (delivery,) = topic.receive("sub")
    assert delivery["event"] == event(1, datacontenttype="text/plain", data_base64="cGxhaW4=")


def test_binary_mode_without_a_body_has_no_data(topic):
    assert topic.post_events(b"", None, BINARY).status == 200
    (delivery,) = topic.receive("sub")
    assert delivery["event"] == event(1)


def test_lenient_time_in_a_header_is_normalised(topic):
    headers = {**BINARY, "ce-time": "2026-01-02 03:04:05.678901+00:00"}
    assert topic.post_events(b"1", "application/json", headers).status == 200
    (delivery,) = topic.receive("sub")
    assert delivery["event"]["time"].startswith("2026-01-02T03:04:05.678901")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"ce-id": ""}, b"1"), ({"ce-source": None}, b"1"), ({"ce-specversion": "2.0"}, b"1"), ({}, b"{broken"),
        ({"ce-datacontenttype": "x/y"}, b"1"), ({"ce-subject": "%C3%28"}, b"1"), ({"ce-data": "x"}, b"1"),
        ({"ce-my_ext": "x"}, b"1"), ({"ce-time": "yesterday"}, b"1"),
    ],
    ids=str,
)
def test_bad_binary_event_is_refused(topic, headers, body):
    headers = {name: value for name, value in {**BINARY, **headers}.items() if value is not None}
    assert_error(topic.post_events(body, "application/json", headers), 400, "BadRequest")
    assert topic.receive("sub") == []


def test_included_event_types_select_without_regard_to_case(topic):
    topic.put_subscription("some", types=["com.example.A", "b"])
    topic.publish(*[event(kind, type=kind) for kind in ("COM.EXAMPLE.a", "b", "c", "com.example.ab")])
    assert sorted(identifiers(topic.drain("some"))) == ["COM.EXAMPLE.a", "b"]
    assert len(topic.drain("sub")) == 4
