"""Events made and read by the CloudEvents library, in the three content modes of its HTTP binding."""

import json

import pytest

import cloudevents_library as library

JSON = {"datacontenttype": "application/json"}


def attributes(identifier, **others):
    return {"specversion": "1.0", "id": identifier, "source": "/test", "type": "com.example.test", **others}


def post(topic, message):
    headers, body = message
    return topic.broker.request("POST", f"{topic.path}:publish", body, dict(headers))


def received(topic):
    """Attributes and data of what the subscription gives, as the library reads it."""
    deliveries = topic.receive("sub")
    return [library.read(json.dumps(delivery["event"]).encode()) for delivery in deliveries]


MODES = {
    "structured": library.structured,
    "binary": library.binary,
    "batch": lambda event: library.batch([event]),
}


@pytest.fixture(params=MODES)
def mode(request):
    return MODES[request.param]


def test_json_data_and_attributes_survive_each_mode(topic, mode):
    sent = attributes("1", subject="orders/9", dataschema="https://example.com/schema", myext="v", **JSON)
    data = {"n": 1, "u": "\u00e9\U0001f600", "list": ["a", None, 1.5]}
    answer = post(topic, mode(library.make(sent, data)))
    assert answer.status == 200 and answer.json == {}, answer
    ((got, got_data),) = received(topic)
    assert got == sent
    assert got_data == data


@pytest.mark.parametrize("data", [["a", None, 1.5], "text", 5, True], ids=str)
@pytest.mark.parametrize("mode", ["structured", "batch"])
def test_any_json_value_survives_as_data(topic, mode, data):
    """Not in binary mode: for other values than objects the newer library writes no JSON there."""
    sent = attributes("1", **JSON)
    assert post(topic, MODES[mode](library.make(sent, data))).status == 200
    ((got, got_data),) = received(topic)
    assert got == sent
    assert got_data == data


def test_time_survives_each_mode(topic, mode):
    sent = attributes("1", time=library.TIME, **JSON)
    assert post(topic, mode(library.make(sent, {"a": 1}))).status == 200
    (delivery,) = topic.receive("sub")
    assert delivery["event"]["time"].replace("+00:00", "Z") == "2026-01-02T03:04:05.678901Z"


def test_event_without_data_survives_each_mode(topic, mode):
    sent = attributes("1", subject="s")
    assert post(topic, mode(library.make(sent, None))).status == 200
    ((got, got_data),) = received(topic)
    assert {name: got[name] for name in sent} == sent
    assert got_data is None


def test_bytes_survive_each_mode(topic, mode):
    sent = attributes("1", datacontenttype="application/octet-stream")
    data = bytes(range(256))
    assert post(topic, mode(library.make(sent, data))).status == 200
    ((got, got_data),) = received(topic)
    assert got == sent
    assert got_data == data


def test_batch_keeps_every_event(topic):
    events = [library.make(attributes(str(n), **JSON), {"n": n}) for n in range(20)]
    assert post(topic, library.batch(events)).status == 200
    assert sorted(data["n"] for _, data in received(topic)) == list(range(20))


@pytest.mark.parametrize("text", ['say "hi"', "100% sure", "two  spaces", "a,b;c=d", "50%-60%"])
def test_headers_with_spaces_quotes_and_percent_survive(topic, text):
    """The newer library encodes them; the older one sends them as they are."""
    sent = attributes("1", subject=text, myext=text, **JSON)
    answer = post(topic, library.binary(library.make(sent, {"a": 1})))
    assert answer.status == 200, answer
    ((got, _),) = received(topic)
    assert got == sent


@pytest.mark.skipif(not library.ENCODES_HEADERS, reason="this version cannot send them")
@pytest.mark.parametrize("text", ["caf\u00e9", "\u4e2d\u6587", "\U0001f600 %41 \"\u00fc\""])
def test_unicode_in_headers_survives(topic, text):
    sent = attributes("1", subject=text, myext=text, **JSON)
    answer = post(topic, library.binary(library.make(sent, {"a": 1})))
    assert answer.status == 200, answer
    ((got, _),) = received(topic)
    assert got == sent


@pytest.mark.skipif(library.ENCODES_HEADERS, reason="this version encodes them")
def test_header_that_is_not_utf8_is_refused(topic):
    """The older library leaves the encoding to the HTTP client, which sends Latin-1."""
    sent = attributes("1", subject="caf\u00e9", **JSON)
    answer = post(topic, library.binary(library.make(sent, {"a": 1})))
    assert answer.status == 400, answer
    assert received(topic) == []
