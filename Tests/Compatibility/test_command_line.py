"""The client verbs of the command against its own server."""

import json
import os
import subprocess

import pytest

from broker import BINARY, event, identifiers

SECONDS = 60


class Command:
    """`gridlog` with the endpoint and the key in its environment."""

    def __init__(self, endpoint, key=""):
        self.environment = {**os.environ, "GRIDLOG_ENDPOINT": endpoint, "GRIDLOG_KEY": key}

    def __call__(self, *arguments, stdin="", status=0):
        outcome = subprocess.run(
            [str(BINARY), *arguments], input=stdin.encode(), capture_output=True, timeout=SECONDS, env=self.environment
        )
        assert outcome.returncode == status, outcome
        self.errors = outcome.stderr.decode()
        return outcome.stdout.decode()

    def rows(self, *arguments, **options):
        return [line.split("\t") for line in self(*arguments, **options).splitlines()]

    def document(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options))


@pytest.fixture
def gridlog(broker):
    return Command(broker.url)


def test_topic_verbs(gridlog, broker, topic_name):
    assert gridlog.rows("topic", "create", topic_name, "--retention-days", "3") == [
        [topic_name, "3 d", "durable", "Succeeded"]
    ]
    assert topic_name in [row[0] for row in gridlog.rows("topic", "list")]
    assert gridlog.document("topic", "update", topic_name, "--retention-days", "2")["name"] == topic_name
    assert gridlog.document("topic", "show", topic_name) == broker.request("GET", f"/topics/{topic_name}").json
    assert gridlog("topic", "delete", topic_name) == f"{topic_name} deleted\n"
    gridlog("topic", "show", topic_name, status=66)
    assert topic_name in gridlog.errors and "ResourceNotFound" in gridlog.errors


def test_subscription_verbs(gridlog, topic):
    settings = ["--lock-duration", "30", "--max-delivery-count", "4", "--time-to-live", "P1D"]
    types = ["--event-type", "a", "--event-type", "b"]
    row = gridlog.rows("subscription", "create", topic.name, "second", *settings, *types)[0]
    assert row[0:4] == ["second", "Queue", "30 s", "4"]
    assert row[7] == "a, b"
    gridlog("subscription", "update", topic.name, "second", "--all-event-types", "--max-delivery-count", "5")
    (row,) = [row for row in gridlog.rows("subscription", "list", topic.name) if row[0] == "second"]
    assert row[2:4] == ["30 s", "5"]
    assert row[7] == "all"
    document = gridlog.document("subscription", "show", topic.name, "second")
    assert document["properties"]["deliveryConfiguration"]["queue"]["maxDeliveryCount"] == 5
    gridlog("subscription", "delete", topic.name, "second")
    gridlog("subscription", "show", topic.name, "second", status=66)


def test_filters_choose_and_explain_says_why(gridlog, topic, tmp_path):
    chosen = '{"operatorType":"NumberGreaterThan","key":"data.total","value":10}'
    row = gridlog.rows("subscription", "create", topic.name, "large", "--filter", chosen)[0]
    assert row[8] == "data.total NumberGreaterThan 10"
    for number in (5, 50):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(
            {"specversion": "1.0", "id": str(number), "source": "/s", "type": "t", "data": {"total": number}}))
        gridlog("publish", topic.name, "--file", str(file))
    assert [row[5] for row in gridlog.rows("peek", topic.name, "large")] == ["50"]
    assert [row[0:3] for row in gridlog.rows("peek", topic.name, "sub", "--max", "1")] == [["1", "available", "0"]]
    rows = gridlog.rows("subscription", "explain", topic.name, "large", "--sequence", "1")
    assert rows[0] == ["data.total", "NumberGreaterThan", "[10]", "5", "false"]
    explained = gridlog.document("subscription", "explain", topic.name, "large", "--event", str(tmp_path / "50.json"))
    assert explained["matched"] is True
    received = gridlog.document("receive", topic.name, "large", "--max", "10")
    assert [element["event"]["id"] for element in received["value"]] == ["50"]
    assert [row[1] for row in gridlog.rows("peek", topic.name, "large", "--state", "locked")] == ["locked"]
    gridlog("subscription", "update", topic.name, "large", "--no-filters", "--expires", "2127-01-31T09:00:00Z")
    properties = gridlog.document("subscription", "show", topic.name, "large")["properties"]
    assert properties["filtersConfiguration"]["filters"] == []
    assert properties["expirationTimeUtc"] == "2127-01-31T09:00:00Z"


def test_list_follows_every_page(gridlog, topic):
    for number in range(25):
        topic.put_subscription(f"more-{number}")
    assert len(gridlog.document("subscription", "list", topic.name)["value"]) == 26


@pytest.mark.parametrize("form", ["argument", "file", "input"])
@pytest.mark.parametrize("text", ["one", "array", "lines"])
def test_publish_takes_each_form_from_each_place(gridlog, topic, tmp_path, form, text):
    events = [json.dumps(event(n, data="é")) for n in range(1 if text == "one" else 3)]
    text = {"one": events[0], "array": f"[{','.join(events)}]", "lines": "\n".join(events) + "\n"}[text]
    if form == "argument":
        gridlog("publish", topic.name, text)
    elif form == "file":
        (tmp_path / "events").write_text(text)
        gridlog("publish", topic.name, "--file", str(tmp_path / "events"))
    else:
        gridlog("publish", topic.name, stdin=text)
    assert len(topic.receive("sub")) == len(events)


def test_published_bytes_are_received_bytes(gridlog, topic):
    text = '{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"n":1.10,"e":1E+2,"u":"\\u00e9"}}'
    gridlog("publish", topic.name, text)
    printed = gridlog("receive", topic.name, "sub", "--json")
    for part in ('"n": 1.10', '"e": 1E+2', '"u": "\\u00e9"'):
        assert part in printed


def test_many_events_are_sent_in_several_requests(gridlog, topic):
    lines = "".join(json.dumps(event(n, data="x" * 600)) + "\n" for n in range(2_500))
    assert gridlog("publish", topic.name, stdin=lines) == "2500 events published\n"
    assert sorted(map(int, identifiers(topic.drain("sub")))) == list(range(2_500))


def test_event_is_made_from_options(gridlog, topic):
    gridlog("publish", topic.name, "--type", "a.b", "--subject", "s", "--id", "7", "--data", '{"n":1}')
    gridlog("publish", topic.name, "--type", "a.b", "--data", "plain")
    events = {delivery["event"]["id"]: delivery["event"] for delivery in topic.receive("sub")}
    assert events["7"]["data"] == {"n": 1} and events["7"]["subject"] == "s"
    assert sorted(str(event["data"]) for event in events.values()) == ["plain", "{'n': 1}"]


def test_refused_events_exit_with_bad_data(gridlog, topic):
    gridlog("publish", topic.name, '{"specversion":"1.0","id":"1","type":"t"}', status=65)
    assert "source" in gridlog.errors
    gridlog("publish", topic.name, "[1]", status=65)
    gridlog("publish", topic.name, "nonsense", status=65)
    gridlog("publish", topic.name, "--file", "/no/such/file", status=66)
    gridlog("publish", "no-such-topic", json.dumps(event(1)), status=66)
    assert topic.receive("sub") == []


def test_receive_shows_rows_and_acknowledges(gridlog, topic):
    topic.publish(event(1, subject="s", data={"a": 1}), event(2))
    rows = gridlog.rows("receive", topic.name, "sub", "--max", "10", "--acknowledge")
    assert sorted(row[2] for row in rows) == ["1", "2"]
    assert {row[1] for row in rows} == {"1"}
    (failed,) = topic.settle("sub", "release", [rows[0][0]]).json["failedLockTokens"]
    assert failed["error"]["code"] == "TokenLost"
    assert gridlog("receive", topic.name, "sub") == ""


def test_settle_verbs_take_tokens_from_arguments_and_input(gridlog, topic):
    topic.publish(*[event(n) for n in range(4)])
    taken = [row[0] for row in gridlog.rows("receive", topic.name, "sub", "--max", "10")]
    assert gridlog.rows("renew-lock", topic.name, "sub", taken[0])[0][1] == "renewed"
    assert gridlog.rows("reject", topic.name, "sub", taken[0])[0][1] == "rejected"
    rows = gridlog.rows("acknowledge", topic.name, "sub", "-", stdin="\n".join(taken[1:3]))
    assert [row[0:2] for row in rows] == [[token, "acknowledged"] for token in taken[1:3]]
    assert gridlog.document("release", topic.name, "sub", taken[3], "--delay", "0")["succeededLockTokens"] == taken[3:]
    assert len(topic.receive("sub")) == 1


def test_failed_token_exits_with_failure_and_names_it(gridlog, topic):
    topic.publish(event(1))
    (row,) = gridlog.rows("receive", topic.name, "sub")
    rows = gridlog.rows("acknowledge", topic.name, "sub", row[0], "nonsense", status=1)
    assert [row[0:2] for row in rows] == [[row[0], "acknowledged"], ["nonsense", "BadToken"]]


def test_missing_or_wrong_key_is_denied(locked_broker):
    Command(locked_broker.url)("topic", "list", status=77)
    Command(locked_broker.url, "wrong")("topic", "list", status=77)
    Command(locked_broker.url, locked_broker.keys["key2"])("topic", "list")
    Command(locked_broker.url)("topic", "list", "--key", locked_broker.keys["key1"])


def test_no_server_is_unreachable():
    gridlog = Command("http://127.0.0.1:1")
    gridlog("topic", "list", status=69)
    assert "127.0.0.1:1" in gridlog.errors


def test_endpoint_with_a_prefix_is_used(broker, topic):
    Command(f"{broker.url}/ns1")("publish", topic.name, "--type", "t")
    assert len(topic.receive("sub")) == 1


def test_wrong_command_line_is_a_usage_error(gridlog):
    for arguments in (["nonsense"], ["topic", "create"], ["receive", "a", "b", "--max", "0"], ["topic", "update", "a"]):
        gridlog(*arguments, status=64)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_made(gridlog, shell):
    assert "renew-lock" in gridlog("--generate-completion-script", shell)


def test_version_and_help(gridlog):
    assert gridlog("--version").strip()
    assert "Exit statuses" in gridlog("--help")
