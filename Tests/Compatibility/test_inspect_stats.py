"""`gridlog-inspect stats`: counts, frequent values, and distributions."""

import json
import xml.etree.ElementTree

import pytest

from broker import Broker, event, tokens
from inspect_tool import SOUND, USAGE, run

SIZES = [len(json.dumps(event(number, subject=f"s{number % 3}"))) for number in range(30)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Three frames of ten events; ten are acknowledged at their first delivery and five at their second."""
    running = Broker(tmp_path_factory.mktemp("stats") / "data").start()
    try:
        topic = running.put_topic("orders")
        topic.put_subscription("sub")
        for first in range(0, 30, 10):
            topic.publish(*(event(number, subject=f"s{number % 3}") for number in range(first, first + 10)))
        taken = tokens(topic.receive("sub", most=15))
        topic.settle("sub", "acknowledge", taken[:10])
        topic.settle("sub", "release", taken[10:])
        again = [each for each in topic.receive("sub", most=20) if each["brokerProperties"]["deliveryCount"] == 2]
        assert topic.settle("sub", "acknowledge", tokens(again)).json["failedLockTokens"] == []
        assert len(again) == 5
        running.stop()
    finally:
        running.kill()
    return running.data


def distribution(document, kind):
    [found] = [each for each in document["distributions"] if each["kind"] == kind]
    return found


def test_counts_and_distributions(store):
    result = run("stats", store, "--json")
    assert result.status == SOUND, result
    [document] = result.json
    assert (document["topic"], document["events"], document["frames"]) == ("orders", 30, 3)
    assert document["eventBytes"] == sum(SIZES)
    assert document["types"] == {"top": [{"value": "com.example.test", "count": 30}], "distinct": 1, "others": 0}
    assert document["subjects"]["top"] == [{"value": f"s{number}", "count": 10} for number in range(3)]
    size = distribution(document, "size")
    assert size["count"] == 30 and size["max"] == max(SIZES)
    deliveries = distribution(document, "deliveries")
    assert (deliveries["count"], deliveries["p50"], deliveries["max"]) == (15, 1, 2)
    assert [(bar["from"], bar["count"]) for bar in deliveries["bars"]] == [(0, 10), (2, 5)]
    assert distribution(document, "latency")["count"] == 15
    assert distribution(document, "age")["count"] == 15
    assert distribution(document, "frame")["count"] == 3
    for each in document["distributions"]:
        assert sum(bar["count"] for bar in each["bars"]) == each["count"]


def test_text_and_drawing(store, tmp_path):
    target = tmp_path / "deliveries.svg"
    result = run("stats", store, "--topic", "orders", "--histogram", "deliveries", "--svg", target)
    assert result.status == SOUND
    assert result.lines[0].startswith("orders: 30 events, ") and result.lines[0].endswith("10.0 events a frame")
    assert any(line.endswith("#" * 50 + " 10") for line in result.lines), result
    drawing = target.read_text()
    root = xml.etree.ElementTree.fromstring(drawing)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "href" not in drawing
    assert sum(rect.get("fill") == "#2a6fb0" for rect in root.iter("{http://www.w3.org/2000/svg}rect")) == 2


def test_the_largest_is_not_rounded(tmp_path):
    running = Broker(tmp_path / "data").start()
    try:
        events = [event(number, data="x" * number) for number in (2_251, 5_003, 70_001)]
        running.put_topic("orders").publish(*events)
        running.stop()
    finally:
        running.kill()
    sizes = [len(json.dumps(each)) for each in events]
    [document] = run("stats", running.data, "--json").json
    size = distribution(document, "size")
    assert size["max"] == max(sizes) and size["p99"] <= size["max"]
    only = run("export", running.data, "--to", 1).out
    smaller = run("import", tmp_path / "one", tmp_path / "line", "--topic", "one", "--create")
    assert smaller.status == USAGE
    (tmp_path / "line").write_text(only)
    assert run("import", tmp_path / "one", tmp_path / "line", "--topic", "one", "--create").status == SOUND
    text = run("stats", tmp_path / "one")
    [row] = [line.split("\t") for line in text.lines if line.startswith("size\t")]
    assert row[1:] == ["1", *[f"{sizes[0]} B"] * 4]
    assert text.lines[0].startswith("one: 1 event, "), text


def test_usage(store):
    assert run("stats", store, "--histogram", "nothing").status == USAGE
    assert run("stats", store, "--topic", "nothing").status == USAGE
