"""`gridlog-inspect grep`: events by their attributes and their data, read from the files."""

import datetime
import pathlib
import shutil
import time

import pytest

from broker import event
from inspect_tool import DAMAGED, SOUND, USAGE, run, run_into

ORDERS = [
    event("a-1", type="order.created", source="/shop/1", subject="orders/1", data={"customer": {"name": "Zoë"}, "total": 5}),
    event("a-2", type="order.paid", source="/shop/1", subject="orders/1", data={"customer": {"name": "Al"}, "total": 12.5}),
    event("b-3", type="order.created", source="/shop/2", data={"customer": {"name": "Zoë"}, "gift": True}),
    event('quote"d', type="stock.low", source="/store/2", data="Zoë"),
]


@pytest.fixture
def store(launch, tmp_path):
    """A stopped server's directory with the events in topic `orders`, and one in `other`."""
    broker = launch()
    broker.put_topic("orders").publish(*ORDERS)
    broker.put_topic("other").publish(event("a-1", type="order.created", source="/elsewhere"))
    broker.stop()
    return tmp_path / "data"


def found(*arguments):
    """What was found, as topic and id."""
    result = run("grep", *arguments, "--json")
    assert result.status == (SOUND if result.out else DAMAGED), result
    assert result.err == "", result
    return [(line["topic"], line["event"]["id"]) for line in result.json_lines]


@pytest.mark.parametrize(
    "conditions, wanted",
    [
        (["--id", "a-1"], ["a-1"]),
        (["--id", 'quote"d'], ['quote"d']),
        (["--id", 'q*'], ['quote"d']),
        (["--type", "order.created"], ["a-1", "b-3"]),
        (["--type", "order.*"], ["a-1", "a-2", "b-3"]),
        (["--type", "*created"], ["a-1", "b-3"]),
        (["--type", "*der.c*"], ["a-1", "b-3"]),
        (["--type", "order.create"], []),
        (["--type", "rder.created"], []),
        (["--source", "/shop/1", "--type", "order.paid"], ["a-2"]),
        (["--subject", "orders/1"], ["a-1", "a-2"]),
        (["--subject", "*"], ["a-1", "a-2"]),
        (["--data", "customer.name=Zoë"], ["a-1", "b-3"]),
        (["--data", "customer.name=Z*", "--data", "total=5"], ["a-1"]),
        (["--data", "total=12.5"], ["a-2"]),
        (["--data", "gift=true"], ["b-3"]),
        (["--data", "customer=Zoë"], []),
        ([], ["a-1", "a-2", "b-3", 'quote"d']),
    ],
)
def test_all_conditions_must_hold(store, conditions, wanted):
    assert found(store, "--topic", "orders", *conditions) == [("orders", each) for each in wanted]


def test_all_topics_are_searched(store):
    assert found(store, "--id", "a-1") == [("orders", "a-1"), ("other", "a-1")]
    assert found(store, "--id", "a-1", "--limit", "1") == [("orders", "a-1")]


def test_a_line_for_each_event(store):
    result = run("grep", store, "--id", "b-3")
    topic, sequence, appended, json = result.out.rstrip("\n").split(" ", 3)
    assert (topic, sequence) == ("orders", "3")
    assert datetime.datetime.fromisoformat(appended).utcoffset() == datetime.timedelta(0)
    assert json.startswith('{"specversion": "1.0", "id": "b-3"') and "Zoë" in json
    line = run("grep", store, "--id", "b-3", "--json").json_lines[0]
    assert line["sequence"] == 3 and line["time"] == appended and line["event"] == ORDERS[2]


def test_counts(store):
    assert run("grep", store, "--type", "order.created", "--count").lines == ["orders 2", "other 1"]
    result = run("grep", store, "--type", "order.created", "--count", "--json")
    assert result.json_lines == [{"topic": "orders", "count": 2}, {"topic": "other", "count": 1}]


def test_times_are_those_of_appending(launch):
    broker = launch()
    topic = broker.put_topic("times")
    topic.publish(event("before", time="2020-01-01T00:00:00Z"))
    time.sleep(0.05)
    middle = datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
    time.sleep(0.05)
    topic.publish(event("after", time="2020-01-01T00:00:00Z"))
    # A server runs.
    assert found(broker.data, "--since", middle) == [("times", "after")]
    assert found(broker.data, "--until", middle) == [("times", "before")]
    assert found(broker.data, "--since", "1h") == [("times", "before"), ("times", "after")]
    assert found(broker.data, "--until", "1h") == []


def test_wrong_usage(store, tmp_path):
    for arguments in (
        [store, "--topic", "unknown"],
        [store, "--data", "no-value"],
        [store, "--data", "=value"],
        [store, "--limit", "0"],
        [store, "--since", "yesterday"],
        [tmp_path / "nowhere"],
        [],
    ):
        result = run("grep", *arguments)
        assert result.status == USAGE and result.out == "" and result.err, (arguments, result)


def test_nothing_found(store):
    result = run("grep", store, "--id", "nobody")
    assert (result.status, result.out, result.err) == (DAMAGED, "", "")


def test_a_closed_pipe_ends_it(launch):
    broker = launch()
    topic = broker.put_topic("many")
    for start in range(0, 2_000, 500):
        topic.publish(*(event(start + each, data="x" * 200) for each in range(500)))
    result = run_into("head -1", "grep", broker.data)
    assert (result.status, result.err) == (SOUND, "")
    assert result.out.count("\n") == 1 and '"id": "0"' in result.out


def test_control_characters_do_not_reach_a_terminal(launch):
    broker = launch()
    broker.put_topic("control").publish(event("c", data={"text": "\x7f\x9b2J\u00e9\u00c2\t"}))
    result = run("grep", broker.data)
    assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 for each in result.out.rstrip("\n")), result
    line = run("grep", broker.data, "--json").json_lines[0]
    assert line["event"]["data"]["text"] == "\x7f\x9b2J\u00e9\u00c2\t"


def test_damage_is_said_and_the_rest_is_found(launch, tmp_path):
    broker = launch()
    topic = broker.put_topic("orders")
    for each in range(5):
        topic.publish(event(f"id-{each}", data="a" * 100))
    broker.stop()
    copy = tmp_path / "copy"
    shutil.copytree(broker.data, copy)
    [segment] = pathlib.Path(copy).rglob("0000000000000001.segment")
    content = bytearray(segment.read_bytes())
    place = content.index(b'"id-2"')
    content[place + 2] ^= 1
    segment.write_bytes(content)
    result = run("grep", copy, "--type", "com.example.test", "--json")
    assert result.status == DAMAGED, result
    assert [line["event"]["id"] for line in result.json_lines] == ["id-0", "id-1", "id-3", "id-4"]
    assert str(segment) in result.err and "3" in result.err.split(segment.name)[1], result.err
    assert "orders" in result.err
    # The original is as it was.
    assert len(found(broker.data)) == 5
