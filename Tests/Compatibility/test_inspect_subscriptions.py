"""`gridlog-inspect subscriptions`: who holds what and until when, read from the files."""

import datetime
import shutil
import threading
import time

import pytest

from broker import event, tokens
from inspect_tool import DAMAGED, SOUND, USAGE, run, run_into


@pytest.fixture
def topic(launch):
    """Ten events, of which `sub` has 1, 3, 4 acknowledged, 2 and 5 locked, 6 delayed, and 7 to 10 not reached."""
    broker = launch()
    created = broker.put_topic("orders")
    created.put_subscription("sub", lock=60)
    created.put_subscription("picky", types=["other"])
    created.publish(*(event(each) for each in range(1, 11)))
    taken = tokens(created.receive("sub", most=6))
    assert len(taken) == 6
    assert created.settle("sub", "acknowledge", [taken[0], taken[2], taken[3]]).status == 200
    assert created.settle("sub", "release", [taken[5]], "&releaseDelayInSeconds=600").status == 200
    return created


def detail(topic, *arguments, name="sub", status=SOUND):
    result = run("subscriptions", topic.broker.data, name, *arguments, "--json")
    assert result.status == status, result
    [document] = result.json
    assert (document["topic"], document["name"]) == ("orders", name)
    return document


def counts(document):
    return [document[name] for name in ("available", "locked", "delayed", "deadLetterPending", "notReached")]


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def test_with_a_server(topic):
    found = detail(topic)
    assert counts(found) == [0, 2, 1, 0, 4]
    assert (found["floor"], found["cursor"], found["tail"]) == (2, 7, 11)
    assert found["oldest"]["sequence"] == 2 and found["oldest"]["id"] == "2"
    assert abs(moment(found["oldest"]["time"]) - time.time()) < 60
    assert found["settledRanges"] == [{"first": 3, "last": 4}]
    assert (found["mode"], found["source"], found["contradictions"]) == ("queue", "index", [])
    expiries = [(each["sequence"], each["state"]) for each in found["nextExpiries"]]
    assert expiries == [(2, "locked"), (5, "locked"), (6, "delayed")]
    assert "events" not in found


def test_locks_show_beside_a_busy_server(topic):
    topic.put_subscription("busy", lock=60)
    topic.publish(*(event(f"held-{number}") for number in range(3)))
    held = topic.receive("busy", most=3)
    assert len(held) == 3
    is_over = threading.Event()

    def work():
        while not is_over.is_set():
            topic.publish(*(event(f"b{number}", data="x" * 3_000) for number in range(30)))
            topic.settle("busy", "acknowledge", tokens(topic.receive("busy", most=40)))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        found = [detail(topic, name="busy") for _ in range(20)]
        locked = detail(topic, "--state", "locked", name="busy")["events"]
    finally:
        is_over.set()
        worker.join(timeout=20)
    assert [each["source"] for each in found] == ["index"] * 20
    assert [each["contradictions"] for each in found] == [[]] * 20
    assert all(each["locked"] >= 3 for each in found) and found[-1]["tail"] > found[0]["tail"]
    assert [each["id"] for each in locked[:3]] == [each["event"]["id"] for each in held]


def test_events_in_a_state(topic):
    locked = detail(topic, "--state", "locked")["events"]
    assert [(each["sequence"], each["id"], each["deliveryCount"]) for each in locked] == [(2, "2", 1), (5, "5", 1)]
    assert all(each["type"] == "com.example.test" for each in locked)
    assert all(30 < moment(each["until"]) - time.time() <= 61 for each in locked)
    [delayed] = detail(topic, "--state", "delayed")["events"]
    assert delayed["sequence"] == 6 and 570 < moment(delayed["until"]) - time.time() <= 601
    assert [each["sequence"] for each in detail(topic, "--state", "notReached")["events"]] == [7, 8, 9, 10]
    assert detail(topic, "--state", "available")["events"] == []
    limited = detail(topic, "--state", "notReached", "--limit", "2")
    assert [each["sequence"] for each in limited["events"]] == [7, 8] and limited["hasMoreEvents"] is True


def test_what_the_filter_refuses_does_not_wait(topic):
    found = detail(topic, "--state", "notReached", name="picky")
    assert found["notReached"] == 10 and found["events"] == [] and "oldest" not in found
    topic.publish(event("wanted", type="other"))
    found = detail(topic, "--state", "notReached", name="picky")
    assert [each["id"] for each in found["events"]] == ["wanted"] and found["oldest"]["sequence"] == 11


def test_what_is_older(topic):
    assert detail(topic, "--older", "1h")["events"] == []
    time.sleep(2.1)
    topic.publish(event("young"))
    old = detail(topic, "--older", "2s")["events"]
    assert [each["sequence"] for each in old] == [2, 5, 6, 7, 8, 9, 10]
    assert [each["sequence"] for each in detail(topic, "--older", "2s", "--state", "locked")["events"]] == [2, 5]


def test_with_no_server(topic, tmp_path):
    """Locks run on, for the files of the index are those of this boot; in a directory without them they are not known."""
    topic.broker.stop()
    assert counts(detail(topic)) == [0, 2, 1, 0, 4]
    for path in topic.broker.data.rglob("subscriptions"):
        shutil.rmtree(path)
    found = detail(topic, "--state", "available")
    assert counts(found) == [2, 0, 1, 0, 4] and found["source"] == "log"
    assert [(each["sequence"], each["deliveryCount"]) for each in found["events"]] == [(2, 1), (5, 1)]


def test_many_settled_ranges_are_counted(launch):
    broker = launch()
    created = broker.put_topic("orders")
    created.put_subscription("sub")
    created.publish(*(event(each) for each in range(60)))
    taken = tokens(created.receive("sub"))
    assert created.settle("sub", "acknowledge", taken[1::2]).status == 200
    found = detail(created)
    assert found["settledRanges"] == [{"first": each, "last": each} for each in range(2, 42, 2)]
    assert found["moreSettledRanges"] == 10 and found["floor"] == 1 and counts(found) == [0, 30, 0, 0, 0]


def test_text(topic):
    result = run("subscriptions", topic.broker.data, "--state", "locked")
    assert result.status == SOUND and result.err == "", result
    assert "orders/picky\tqueue\t1\t1\t11\t0\t0\t0\t0\t10" in result.lines
    assert "orders/sub\tqueue\t2\t7\t11\t0\t2\t1\t0\t4" in result.lines
    assert "  settled above the floor: 3-4" in result.lines
    assert [line.split("\t")[0] for line in result.lines if "\tlocked\t" in line] == ["2", "5"]


def test_control_characters_do_not_reach_a_terminal(topic):
    """Attributes must not hold any, and a server refuses them; what is shown holds none either."""
    topic.publish(event("Zoë"))
    result = run("subscriptions", topic.broker.data, "sub", "--state", "notReached")
    assert "Zoë" in result.out and not any(ord(each) < 0x20 for each in result.out if each not in "\t\n"), result


def test_wrong_usage(topic, tmp_path):
    directory = topic.broker.data
    for arguments in (
        [directory, "unknown"],
        [directory, "--topic", "unknown"],
        [directory, "--state", "lost"],
        [directory, "--older", "soon"],
        [directory, "--limit", "0"],
        [tmp_path / "nowhere"],
    ):
        result = run("subscriptions", *arguments)
        assert result.status == USAGE and result.err and result.out == "", (arguments, result)


def test_a_closed_pipe_ends_it(topic):
    result = run_into("head -1", "subscriptions", topic.broker.data)
    assert (result.status, result.err) == (SOUND, "") and result.out.count("\n") == 1


def test_damage_is_said(topic):
    """The settlements of the three acknowledgements are lost: those events count as not settled."""
    topic.broker.stop()
    for path in topic.broker.data.rglob("subscriptions"):
        shutil.rmtree(path)
    [segment] = topic.broker.data.rglob("0000000000000001.segment")
    dump = run("dump", topic.broker.data, "--kind", "settlements", "--json").json_lines
    [frame] = [line for line in dump if line["settlements"][0]["operation"] == "acknowledged"]
    content = bytearray(segment.read_bytes())
    content[frame["offset"] + 64 + 8] ^= 1
    segment.write_bytes(content)
    result = run("subscriptions", topic.broker.data, "sub", "--json")
    assert result.status == DAMAGED and "orders" in result.err, result
    assert result.json[0]["available"] == 5
