"""What every command of `gridlog-inspect` writes: on a terminal, into a pipe, and where nothing can be written."""

import re
import subprocess

import pytest

from broker import Broker, event
from inspect_stores import golden, written
from inspect_tool import SOUND, USAGE, command, run, run_into, run_on_terminal

COLUMNS = 80

COMMANDS = [
    "ls", "dump", "verify", "stats", "tail", "grep", "subscriptions", "history", "export", "import", "diff", "repair",
    "backup",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A directory with two stores: `golden` and `written`."""
    root = tmp_path_factory.mktemp("stores")
    golden(root / "golden")
    written(root / "written")
    return root


NAMES = ["golden", "written"]


def released(store):
    """The sequence of an event that was released, if there is one."""
    for frame in run("dump", store, "--topic", "orders", "--kind", "settlements", "--json").json_lines:
        for each in frame["settlements"]:
            if each["operation"] == "released":
                return each["firstSequence"]
    return 1


def everything(store):
    """The commands that read, with what they must be told."""
    return [
        ["ls", store], ["dump", store], ["verify", store], ["stats", store], ["tail", store, "orders"],
        ["grep", store, "--type", "*"], ["subscriptions", store, "--state", "available"],
        ["history", store, "5", "--topic", "orders"], ["export", store, "--positions"], ["diff", store, store],
    ]  # fmt: skip


# MARK: - Where nothing can be written


def test_a_full_disk_is_told(root):
    for arguments in everything(root / "golden"):
        with open("/dev/full", "wb") as full:
            ended = subprocess.run(
                command(*arguments), stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
            )
        assert ended.returncode == USAGE, (arguments, ended)
        assert b"standard output cannot be written: No space left on device" in ended.stderr, (arguments, ended)


def test_a_closed_pipe_is_none_of_its_business(root):
    for arguments in everything(root / "golden"):
        ended = run_into("true", *arguments)
        assert (ended.status, ended.err) == (SOUND, ""), (arguments, ended)


# MARK: - Tables on a terminal


def on_terminal(root, *arguments, environment=None):
    """The lines on a terminal of 80 columns, none of them longer than that."""
    # Where the store is named by a short path: that is never cut.
    result = run_on_terminal(*arguments, columns=COLUMNS, directory=root, environment=environment)
    assert result.status == SOUND and result.lines, result
    assert [line for line in result.lines if len(line) > COLUMNS] == []
    assert "…" not in result.out, result.out
    return result


@pytest.mark.parametrize("local", [False, True], ids=["UTC", "local"])
@pytest.mark.parametrize("name", NAMES)
def test_ls_fits(root, name, local):
    flags, environment = (["--local"], {"TZ": "Europe/Berlin"}) if local else ([], None)
    shown = on_terminal(root, "ls", name, "--topic", "orders", *flags, environment=environment)
    [listing] = run("ls", root / name, "--topic", "orders", "--json", *flags, environment=environment).json
    assert len(listing["segments"]) > 1
    for segment in listing["segments"]:
        assert re.search(rf"^{segment['id']} +{segment['state']} +{segment['firstSequence']} ", shown.out, re.MULTILINE)
        for name in ("firstTime", "lastTime"):
            assert re.sub(r"\.\d+", "", segment.get(name, "")) in shown.out
    for each in listing["subscriptions"]:
        assert re.search(rf"^{each['name']} +queue +{each['floor']} +{each['cursor']} ", shown.out, re.MULTILINE)


@pytest.mark.parametrize("local", [False, True], ids=["UTC", "local"])
@pytest.mark.parametrize("name", NAMES)
def test_history_fits(root, name, local):
    flags, environment = (["--local"], {"TZ": "Europe/Berlin"}) if local else ([], None)
    arguments = [str(released(root / name)), "--topic", "orders", *flags]
    shown = on_terminal(root, "history", name, *arguments, environment=environment)
    [document] = run("history", root / name, *arguments, "--json", environment=environment).json
    assert document["steps"]
    for step in document["steps"]:
        assert f" {step['segment']}, {step['offset']}" in shown.out
        assert step["time"] in shown.out and step.get("until", "") in shown.out


@pytest.mark.parametrize("name", NAMES)
def test_subscriptions_fit(root, name):
    shown = on_terminal(root, "subscriptions", name, "--topic", "orders", "--older", "0s", "--limit", 20)
    for each in run("subscriptions", root / name, "--topic", "orders", "--older", "0s", "--limit", 20, "--json").json:
        assert f"orders/{each['name']}" in shown.out and f"unreached {each['notReached']}\n" in shown.out
        for listed in each["events"]:
            assert listed["time"] in shown.out and listed["id"] in shown.out


@pytest.mark.parametrize("name", NAMES)
def test_stats_and_backup_fit(root, name, tmp_path):
    shown = on_terminal(root, "stats", name, "--topic", "orders")
    assert re.search(r"^DISTRIBUTION +COUNT +P50 +P90 +P99 +MAX$", shown.out, re.MULTILINE)
    backup = run_on_terminal("backup", name, tmp_path / "new", directory=root)
    assert backup.status == SOUND and re.search(r"^TOPIC +SEGMENTS +BYTES +UP TO$", backup.out, re.MULTILINE), backup


def test_a_narrow_terminal_shows_everything_too(root):
    result = run_on_terminal("ls", "written", columns=40, directory=root)
    [listing] = run("ls", root / "written", "--json").json
    table = result.lines[1:]
    assert max(map(len, table)) <= 40
    for each in listing["subscriptions"]:
        assert f"unreached {each['notReached']}" in result.out
    for segment in listing["segments"]:
        assert re.sub(r"\.\d+", "", segment.get("lastTime", "")) in result.out


# MARK: - Colours


def test_no_escape_sequences(root):
    """Neither in a pipe nor on a terminal; there is no colour to be turned off."""
    for arguments in everything(root / "golden"):
        results = [
            run(*arguments),
            run_on_terminal(*arguments),
            run_on_terminal(*arguments, environment={"NO_COLOR": "1", "TERM": "xterm-256color"}),
        ]
        for result in results:
            assert "\x1b" not in result.out + result.err, (arguments, result)


def test_progress_has_no_colours(root, tmp_path):
    """On a terminal's standard error it is taken away again, and that is all: nothing is set in colours."""
    for arguments in (["verify", "golden"], ["backup", "golden", tmp_path / "new"]):
        result = run_on_terminal(*arguments, directory=root, environment={"NO_COLOR": "1"}, errors=True)
        assert result.status == SOUND and set(re.findall(r"\x1b[^A-Za-z]*[A-Za-z]?", result.out)) == {"\x1b[K"}, result


# MARK: - Times

BERLIN = {"TZ": "Europe/Berlin"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"


def test_local_times_are_times_with_an_offset(root):
    store = root / "written"
    [utc] = run("tail", store, "orders", "-n", 1).lines
    [here] = run("tail", store, "orders", "-n", 1, "--local", environment=BERLIN).lines
    moment = here.split(" ")[2]
    assert re.fullmatch(TIME + r"\+0[12]:00", moment), here
    from datetime import datetime

    assert datetime.fromisoformat(moment) == datetime.fromisoformat(utc.split(" ")[2].replace("Z", "+00:00"))
    # The tool reads what it wrote: to the millisecond, so that the last event itself lies behind it.
    assert run("grep", store, "--type", "*", "--since", moment).lines[-1] == utc
    india = run("tail", store, "orders", "-n", 1, "--local", environment={"TZ": "Asia/Kolkata"}).lines[0]
    west = run("tail", store, "orders", "-n", 1, "--local", environment={"TZ": "America/St_Johns"}).lines[0]
    assert re.fullmatch(TIME + r"\+05:30", india.split(" ")[2]) and re.fullmatch(TIME + r"-0[23]:30", west.split(" ")[2])
    assert run("tail", store, "orders", "-n", 1, "--local", environment={"TZ": "UTC"}).lines == [utc]
    for text in (india, west):
        assert datetime.fromisoformat(text.split(" ")[2]) == datetime.fromisoformat(moment)


def test_exported_times_are_exact_everywhere(root, tmp_path):
    from datetime import datetime

    arguments = ["export", root / "written", "--positions", "--to", 3]
    utc = [line["publishedAt"] for line in run(*arguments).json_lines]
    here = [line["publishedAt"] for line in run(*arguments, "--local", environment=BERLIN).json_lines]
    assert all(re.fullmatch(TIME + "Z", each) for each in utc) and len(utc) == 3
    assert all(re.fullmatch(TIME + r"\+0[12]:00", each) for each in here)
    assert [each.split(".")[1][:-1] for each in utc] == [re.split(r"[.+]", each)[1] for each in here]
    assert [datetime.fromisoformat(each[:-1] + "+00:00") for each in utc] == list(map(datetime.fromisoformat, here))


# MARK: - Words


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name):
    result = run(name, "--help")
    assert result.status == SOUND and result.err == "", result
    assert f"Example: gridlog-inspect {name} " in " ".join(result.out.split()), result.out


def test_every_command_is_known():
    listed = re.findall(r"^  ([a-z]+) ", run("--help").out.split("SUBCOMMANDS:")[1], re.MULTILINE)
    assert sorted(set(listed) - {"help"}) == sorted(COMMANDS)


def test_one_is_not_many(tmp_path):
    running = Broker(tmp_path / "data").start()
    try:
        running.put_topic("orders").publish(event("1"))
        running.stop()
    finally:
        running.kill()
    store = running.data
    texts = [
        run("verify", store).out, run("ls", store).out, run("stats", store).out, run("diff", store, store).out,
        run("backup", store, tmp_path / "copy").out, run("repair", store, "--out", tmp_path / "new").out,
        run("export", store, "-o", tmp_path / "lines").out,
        run("import", tmp_path / "copy", tmp_path / "lines").out,
    ]  # fmt: skip
    for text in texts:
        assert re.search(r"\b1 (event|topic)\b", text) and not re.search(r"(?<![\d.,])1 [a-z]+s\b", text), text


def test_a_directory_within_a_store(root):
    [topic, *_] = sorted((root / "golden/topics").iterdir())
    result = run("ls", topic)
    assert result.status == USAGE and result.out == "", result
    assert "is that of one topic" in result.err and "Error" not in result.err and "two above" in result.err
