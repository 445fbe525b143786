"""`gridlog-inspect export` and `import`: events out of a store, and into one."""

import json
import subprocess

import pytest

from broker import Broker, Topic, event, identifiers
from inspect_tool import DAMAGED, SOUND, USAGE, command, run


@pytest.fixture
def stores(tmp_path):
    """Runs a broker on a directory for what is done with it; the directory."""

    def make(name, work):
        running = Broker(tmp_path / name).start()
        try:
            result = work(running)
            running.stop()
        finally:
            running.kill()
        return running.data if result is None else result

    return make


EVENTS = [
    event("plain", data={"n": 1}),
    event("über", subject="ünïcode \"quoted\" \\ back", data="text\nwith a break"),
    event("binary", data_base64="AAECAw=="),
    event("ext", time="2026-01-31T12:00:00.123456Z", number=7, flag=True, word="w"),
]


def fill(broker):
    topic = broker.put_topic("orders")
    topic.put_subscription("sub")
    topic.publish(*EVENTS)
    spread = json.dumps(event("spread", data=[1, 2]), indent=2).replace("\n", "\r\n").encode()
    assert topic.post_events(spread, "application/cloudevents+json").status == 200


def two_topics(broker):
    fill(broker)
    broker.put_topic("bills").publish(event("bill"))


def received(broker, name="orders", subscription="sub"):
    return [delivery["event"] for delivery in Topic(broker, name).drain(subscription)]


def pipe(text, *arguments):
    """Runs the tool with a text as its standard input."""
    ended = subprocess.run(command(*arguments), input=text, capture_output=True, timeout=60, check=False)
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


def test_each_line_is_an_event_as_it_is_stored(stores):
    store = stores("a", fill)
    result = run("export", store)
    assert result.status == SOUND and result.err == ""
    assert [json.loads(line) for line in result.lines] == [*EVENTS, event("spread", data=[1, 2])]
    # As it was sent, but for line breaks.
    assert result.lines[1] == json.dumps(EVENTS[1], ensure_ascii=False)
    assert result.lines[4].startswith('{    "specversion": "1.0",')
    assert run("export", store, "--from", 2, "--to", 3).lines == result.lines[1:3]
    assert run("export", store, "--from", "2030-01-01T00:00:00Z").lines == []


def test_with_positions(stores, tmp_path):
    store = stores("a", two_topics)
    refused = run("export", store)
    assert refused.status == USAGE and "bills, orders" in refused.err and refused.out == ""
    one = run("export", store, "--topic", "bills")
    assert [json.loads(line)["id"] for line in one.lines] == ["bill"]
    lines = [json.loads(line) for line in run("export", store, "--positions").lines]
    assert [(line["topic"], line["sequence"]) for line in lines] == [("bills", 1)] + [
        ("orders", sequence) for sequence in range(1, 6)
    ]
    assert [line["event"] for line in lines[1:5]] == EVENTS
    dumped = run("dump", store, "--topic", "orders", "--kind", "events", "--json").json_lines
    # To the nanosecond, where `dump` says milliseconds.
    assert {line["publishedAt"][:23] for line in lines[1:]} <= {frame["appendTime"][:23] for frame in dumped}


def test_into_a_file(stores, tmp_path):
    store = stores("a", fill)
    target = tmp_path / "orders.jsonl"
    result = run("export", store, "-o", target)
    assert result.status == SOUND and result.lines == [f"{target}: 5 events"]
    assert target.read_text() == run("export", store).out
    assert run("export", store, "-o", target, "--json").json == {"file": str(target), "events": 5, "unreadable": 0}
    assert sorted(path.name for path in tmp_path.glob("orders*")) == ["orders.jsonl"]
    assert run("export", store, "-o", tmp_path / "no" / "where").status == USAGE


@pytest.mark.parametrize("positions", [False, True])
def test_what_was_exported_comes_back(stores, tmp_path, positions):
    store = stores("a", fill)
    target = tmp_path / "events.jsonl"
    flags = ["--positions"] if positions else []
    assert run("export", store, "-o", target, *flags).status == SOUND

    other = stores("b", lambda broker: broker.put_topic("orders").put_subscription("sub") and None)
    result = run("import", other, target)
    assert result.status == SOUND and result.lines == ["orders: 5 events imported"], result
    assert run("diff", store, other).lines[0] == "orders: the same, 5 events"
    again = Broker(other).start()
    try:
        assert received(again) == [*EVENTS, event("spread", data=[1, 2])]
    finally:
        again.kill()


def test_topics_come_from_the_lines(stores, tmp_path):
    store = stores("a", two_topics)
    target = tmp_path / "events.jsonl"
    run("export", store, "--positions", "-o", target)
    refused = run("import", tmp_path / "new", target)
    assert refused.status == USAGE and not (tmp_path / "new").exists()
    made = run("import", tmp_path / "new", target, "--create", "--json")
    assert made.status == SOUND, made
    assert made.json == {"imported": 6, "topics": {"bills": 1, "orders": 5}, "passedOver": 0}
    assert run("export", tmp_path / "new", "--topic", "orders").out == run("export", store, "--topic", "orders").out
    # The command line says where, whatever the lines say.
    missing = run("import", tmp_path / "new", target, "--topic", "third")
    assert missing.status == USAGE and "bills, orders" in missing.err and "--create" in missing.err
    third = run("import", tmp_path / "new", target, "--topic", "third", "--create")
    assert third.lines == ["third: 6 events imported"]


def test_many_events_in_batches(stores, tmp_path):
    lines = "".join(json.dumps(event(number, data="x" * 700)) + "\n" for number in range(5_000))
    store = stores("a", lambda broker: broker.put_topic("orders").put_subscription("sub") and None)
    status, out, err = pipe(lines.encode(), "import", store, "-")
    assert (status, out, err) == (SOUND, "orders: 5000 events imported\n", "")
    assert run("export", store).out == lines


BROKEN = [
    ('{"specversion":"1.0"', "not one JSON object"),
    ("[]", "not one JSON object"),
    ('{"specversion":"1.0","id":"a","source":"/s"}', "type"),
    ('{"topic":"orders","event":{"id":"x"}}', "specversion|source|type"),
]


@pytest.mark.parametrize(("line", "text"), BROKEN)
def test_a_line_that_is_no_event_ends_it(stores, tmp_path, line, text):
    import re

    store = stores("a", lambda broker: broker.put_topic("orders").put_subscription("sub") and None)
    good = [json.dumps(event(number)) for number in range(4)]
    source = tmp_path / "lines"
    source.write_text("\n".join([*good[:3], "", line, good[3]]))
    result = run("import", store, source)
    assert result.status == USAGE and result.out == "", result
    assert "Line 5 " in result.err and re.search(text, result.err) and "3 events were imported" in result.err
    assert run("export", store).lines == good[:3]
    # What it says to do.
    rest = source.read_text().replace(line, good[0])
    status, out, _ = pipe("\n".join(rest.split("\n")[4:]).encode(), "import", store, "-")
    assert (status, out) == (SOUND, "orders: 2 events imported\n")


def test_a_line_is_bounded(stores):
    store = stores("a", lambda broker: broker.put_topic("orders") and None)
    frame = json.dumps(event("big", data=""))
    fits = json.dumps(event("big", data="x" * (1_048_576 - len(frame))))
    assert len(fits) == 1_048_576
    status, out, err = pipe(fits.encode(), "import", store, "-")
    assert (status, out) == (SOUND, "orders: 1 event imported\n"), err
    too_long = json.dumps(event("big", data="x" * 1_048_576))
    status, _, err = pipe(too_long.encode(), "import", store, "-")
    assert status == USAGE and "Line 1 " in err and "0 events" in err
    status, _, err = pipe(b"x" * 50_000_000, "import", store, "-")
    assert status == USAGE and "longer than" in err


@pytest.mark.parametrize(
    ("line", "arguments", "text"),
    [
        ("{}", ["--topic", "orders"], "specversion|source|type|id"),
        ("no JSON", ["--topic", "orders"], "not one JSON object"),
        (json.dumps(event("1")), ["--topic", "a topic"], "3 to 50 characters"),
        (json.dumps(event("1")), [], "names no topic"),
        ("", ["--topic", "orders"], None),
    ],
)
def test_no_store_is_made_for_nothing(tmp_path, line, arguments, text):
    import re

    source = tmp_path / "lines"
    source.write_text(line + "\n")
    result = run("import", tmp_path / "new", source, "--create", *arguments)
    assert not (tmp_path / "new").exists(), result
    if text is None:
        assert result.status == SOUND and result.out == "no events imported\n", result
    else:
        assert result.status == USAGE and "Line 1 " in result.err and re.search(text, result.err), result


def test_what_is_passed_over_is_told(tmp_path):
    lines = [{"topic": "orders", "event": event("1")}] + [
        {"topic": "orders", "addressee": 1, "event": event(number)} for number in range(2)
    ]
    source = tmp_path / "lines"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run("import", tmp_path / "new", source, "--create")
    assert result.status == SOUND and result.lines[0] == "orders: 1 event imported", result
    assert result.lines[1].startswith("2 events passed over: "), result
    assert run("import", tmp_path / "new", source, "--json").json["passedOver"] == 2


def test_a_dash_is_standard_output(stores, tmp_path, monkeypatch):
    store = stores("a", fill)
    monkeypatch.chdir(tmp_path)
    result = run("export", store, "-o", "-")
    assert result.status == SOUND and result.out == run("export", store).out and result.out
    assert not (tmp_path / "-").exists()


def test_a_served_store_is_not_imported_into(tmp_path):
    running = Broker(tmp_path / "data").start()
    try:
        running.put_topic("orders").publish(event("1"))
        source = tmp_path / "lines"
        source.write_text(json.dumps(event("2")))
        refused = run("import", running.data, source)
        assert refused.status == USAGE and "another process" in refused.err, refused
        assert identifiers([{"event": json.loads(line)} for line in run("export", running.data).lines]) == ["1"]
    finally:
        running.kill()


def test_damage_is_passed_over_and_told(stores):
    def slowly(broker):
        fill(broker)
        broker.put_topic("orders").publish(event("later"))

    store = stores("a", slowly)
    newest = sorted((store / "topics").glob("*/0*.segment"))[-1]
    content = bytearray(newest.read_bytes())
    place = content.index(b'"id": "binary"')
    content[place + 8] ^= 1
    newest.write_bytes(content)
    result = run("export", store)
    assert result.status == DAMAGED
    assert [json.loads(line)["id"] for line in result.lines] == ["spread", "later"]
    assert str(newest) in result.err and "sequences 1 to 4" in result.err
