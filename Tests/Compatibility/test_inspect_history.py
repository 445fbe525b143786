"""`gridlog-inspect history`: the life of one event, read from the files."""

import pytest

from broker import event, tokens
from inspect_tool import DAMAGED, SOUND, USAGE, run, run_into

PAYLOAD = "x" * 900


@pytest.fixture
def topic(launch):
    """Event `b`, sequence 2, was delivered, released, delivered and acknowledged on `sub`; `picky` refuses it; `idle` waits."""
    broker = launch()
    created = broker.put_topic("orders")
    created.put_subscription("sub")
    created.put_subscription("picky", types=["other"])
    created.put_subscription("idle")
    created.publish(event("a"), event("b"))
    first, second = tokens(created.receive("sub"))
    assert created.settle("sub", "acknowledge", [first]).status == 200
    assert created.settle("sub", "release", [second], "&releaseDelayInSeconds=0").status == 200
    [second] = tokens(created.receive("sub"))
    assert created.settle("sub", "acknowledge", [second]).status == 200
    return created


def history(topic, *arguments, status=SOUND):
    result = run("history", topic.broker.data, *arguments, "--json")
    assert result.status == status, result
    [document] = result.json
    return document


def steps(document):
    """What happened, by deliveries: a delivery may be recorded behind the settlement that ended it."""
    found = [(step["operation"], step.get("subscription"), step.get("deliveryCount")) for step in document["steps"]]
    return sorted(found, key=lambda step: (step[2] or 0, step[0] != "delivered"))


def standings(document):
    return {each["subscription"]: each for each in document["subscriptions"]}


LIFE = [
    ("published", None, None),
    ("delivered", "sub", 1),
    ("released", "sub", 1),
    ("delivered", "sub", 2),
    ("acknowledged", "sub", 2),
]


@pytest.mark.parametrize("runs", [True, False], ids=["server", "no server"])
@pytest.mark.parametrize("arguments", [["2"], ["--id", "b"], ["2", "--topic", "orders"]], ids=" ".join)
def test_a_life(topic, runs, arguments):
    if not runs:
        topic.broker.stop()
    found = history(topic, *arguments)
    assert steps(found) == LIFE
    assert (found["topic"], found["sequence"], found["id"], found["type"]) == ("orders", 2, "b", "com.example.test")
    published = found["steps"][0]
    assert (published["frameFirstSequence"], published["frameEvents"]) == (1, 2)
    assert published["file"].endswith("/0000000000000001.segment") and published["offset"] >= 4096
    # In the order of the log.
    places = [(step["time"], step["offset"]) for step in found["steps"]]
    assert places == sorted(places)
    assert found["lost"] == [] and found["isInLog"] is True
    now = standings(found)
    assert (now["sub"]["state"], now["sub"]["settledAs"]) == ("settled", "acknowledged")
    assert now["idle"]["state"] == "notReached" and now["idle"]["passesFilter"] is True
    assert now["picky"]["state"] == "refused"


def test_what_is_held(topic):
    topic.publish(event("held"), event("delayed"))
    held, delayed = tokens(topic.receive("sub"))
    assert topic.settle("sub", "release", [delayed], "&releaseDelayInSeconds=60").status == 200
    now = standings(history(topic, "--id", "held"))["sub"]
    assert (now["state"], now["deliveryCount"]) == ("locked", 1) and now["until"] > "2026"
    found = history(topic, "4")
    assert steps(found)[-1] == ("released", "sub", 1)
    [released] = [step for step in found["steps"] if step["operation"] == "released"]
    assert released["until"] > released["time"]
    assert standings(found)["sub"]["state"] == "delayed"


def test_rejected_and_refused_by_the_filter(topic):
    topic.publish(event("c"), event("d", type="other"))
    taken = tokens(topic.receive("sub"))
    assert topic.settle("sub", "reject", taken[:1]).status == 200
    [other] = topic.receive("picky")
    assert other["event"]["id"] == "d"
    found = history(topic, "3")
    assert steps(found)[-1] == ("rejected", "sub", 1)
    assert standings(found)["sub"]["settledAs"] == "rejected"
    # The filter was asked, and left no record.
    assert standings(found)["picky"]["state"] == "refused"


def test_a_subscription_that_began_later(topic):
    topic.put_subscription("late")
    assert standings(history(topic, "2"))["late"]["state"] in ("beforeStart", "notReached")


def test_a_sequence_in_several_topics(topic):
    topic.broker.put_topic("other").publish(event("x"), event("y"))
    result = run("history", topic.broker.data, "2")
    assert result.status == USAGE and "--topic" in result.err and "orders, other" in result.err, result
    assert history(topic, "2", "--topic", "other")["id"] == "y"
    assert history(topic, "--id", "y")["topic"] == "other"


def test_several_events_of_one_id(topic):
    topic.publish(event("twice", source="/one"))
    topic.publish(event("twice", source="/two"))
    result = run("history", topic.broker.data, "--id", "twice", "--json")
    assert [(each["sequence"], each["source"]) for each in result.json] == [(3, "/one"), (4, "/two")]


def test_only_the_first_events_of_an_id(topic):
    """The limit is one of each topic, and is told only where something is left out."""
    other = topic.broker.put_topic("other")
    for number in range(20):
        topic.publish(event("often", source=f"/{number}"))
    other.publish(*(event("often", source=f"/{number}") for number in range(3)))
    all_of_them = run("history", topic.broker.data, "--id", "often", "--json")
    assert len(all_of_them.json) == 23 and all_of_them.err == "" and all_of_them.status == SOUND, all_of_them
    topic.publish(*(event("often", source=f"/{number}") for number in range(20, 25)))
    first = run("history", topic.broker.data, "--id", "often", "--json")
    assert [each["topic"] for each in first.json] == ["orders"] * 20 + ["other"] * 3
    assert "topic orders: only the first 20 events" in first.err and "topic other" not in first.err, first


def test_an_event_that_was_dropped_at_its_last_delivery(topic):
    """It was not rejected; but the log keeps one record for both."""
    topic.put_subscription("once", deliveries=1)
    topic.publish(event("dropped"))
    assert topic.settle("once", "release", tokens(topic.receive("once"))).status == 200
    found = history(topic, "3")
    assert steps(found)[-1] == ("rejected", "once", 1)
    rows = [line.split("\t") for line in run("history", topic.broker.data, "3").lines]
    assert any(row[1:3] == ["rejected or dropped", "once"] for row in rows), rows
    assert ["once", "settled", "1", "-", "rejected or dropped"] in rows
    text = run("dump", topic.broker.data, "--kind", "settlements").out
    assert ": 3 rejected or dropped, delivery 1" in text, text


def test_not_found_and_wrong_usage(topic):
    directory = topic.broker.data
    for arguments in (["--id", "nobody"], ["--id", "b*"], ["999"], ["0"]):
        result = run("history", directory, *arguments)
        assert result.status == DAMAGED and result.out == "" and result.err, result
    for arguments in ([], ["2", "--id", "b"], ["two"], ["2", "--topic", "unknown"]):
        result = run("history", directory, *arguments)
        assert result.status == USAGE and result.err, result


def test_text(topic):
    result = run("history", topic.broker.data, "2")
    assert result.status == SOUND and result.err == ""
    rows = [line.split("\t") for line in result.lines]
    assert rows[0] == ["orders", "2", "b", "/test", "com.example.test"]
    assert sorted(row[1] for row in rows[1:6]) == sorted(operation for operation, _, _ in LIFE)
    document = history(topic, "2")
    assert [row[4] for row in rows[1:6]] == [f"{step['segment']}, {step['offset']}" for step in document["steps"]]
    assert ["idle", "notReached", "0", "-", "-"] in rows and ["sub", "settled", "2", "-", "acknowledged"] in rows


def test_a_closed_pipe_ends_it(topic):
    result = run_into("head -1", "history", topic.broker.data, "2")
    assert (result.status, result.err) == (SOUND, "") and result.out.count("\n") == 1


def test_help_says_what_is_not_recorded():
    text = " ".join(run("history", "--help").out.split())
    assert "Not recorded are the end of a lock, and its renewal" in text and "Example: gridlog-inspect history" in text


def test_segments_that_were_given_up(launch):
    """Settlements far behind the event go with their segments; event 1 is held, so its own stays."""
    broker = launch()
    topic = broker.put_topic("orders")
    topic.put_subscription("sub", lock=300)
    topic.publish(event("kept"), event("gone"))
    held, _ = tokens(topic.receive("sub"))

    def segments():
        """The first sequences of segments, by their ids."""
        [listing] = run("ls", broker.data, "--json").json
        return {segment["id"]: segment["firstSequence"] for segment in listing["segments"]}

    for _ in range(40):
        topic.publish(*(event(each, data=PAYLOAD) for each in range(500)))
        for _ in range(5):
            assert topic.settle("sub", "acknowledge", tokens(topic.receive("sub"))).status == 200
        if max(segments()) > 2 and 2 not in segments():
            break
    there = segments()
    assert 1 in there and 2 not in there and max(there) > 2, there
    found = history(topic, "1")
    assert steps(found) == [("published", None, None), ("delivered", "sub", 1)]
    assert len(found["lost"]) == 1 and "given up" in found["lost"][0] and "2" in found["lost"][0], found["lost"]
    assert standings(found)["sub"]["state"] == "locked"
    # In a segment that is gone.
    lost = history(topic, str(there[min(set(there) - {1})] - 1))
    assert lost["isInLog"] is False and lost["steps"] == [] and lost["lost"]
    assert standings(lost)["sub"]["state"] == "settled"


def test_damage_is_said(topic):
    topic.broker.stop()
    [segment] = topic.broker.data.rglob("0000000000000001.segment")
    [released] = [step for step in history(topic, "2")["steps"] if step["operation"] == "released"]
    content = bytearray(segment.read_bytes())
    content[released["offset"] + 64 + 8] ^= 1
    segment.write_bytes(content)
    result = run("history", topic.broker.data, "2", "--json")
    assert result.status == DAMAGED and segment.name in result.err and "offset" in result.err, result
    [found] = result.json
    assert ("released", "sub", 1) not in steps(found) and ("acknowledged", "sub", 2) in steps(found)
    assert any(segment.name in each for each in found["lost"])
