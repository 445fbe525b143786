"""Every command of `gridlog-inspect` on the golden store, and on stores that are damaged at random: never a crash."""

import json
import os
import random
import shutil

import pytest

from inspect_stores import copy, golden, written
from inspect_tool import DAMAGED, SOUND, USAGE, run

# For each of the two stores. A thousand take 13 to 18 minutes.
DAMAGED_STORES = int(os.environ.get("GRIDLOG_DAMAGED_STORES", "40"))

READING = {
    "ls": [],
    "dump": ["--hex"],
    "verify": ["--deep"],
    "stats": [],
    "tail": ["orders", "-n", "1000"],
    "grep": ["--type", "*"],
    "subscriptions": ["--state", "available"],
    "history": ["5", "--topic", "orders"],
    "export": ["--topic", "orders"],
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    root = tmp_path_factory.mktemp("stores")
    return {"golden": golden(root / "golden"), "written": written(root / "written")}


def test_golden_store_is_read_by_every_command(stores, tmp_path):
    store = stores["golden"]
    listing = {topic["topic"]: topic for topic in run("ls", store, "--json").json}
    events = {name: sum(segment["events"] for segment in topic["segments"]) for name, topic in listing.items()}
    assert events["orders"] > 100
    assert {"packed", "sealed", "active"} <= {segment["state"] for segment in listing["orders"]["segments"]}
    assert run("verify", store, "--json").json["events"] == sum(events.values())
    frames = [frame for frame in run("dump", store, "--topic", "orders", "--json").json_lines if frame["kind"] == "events"]
    assert sum(frame["count"] for frame in frames) == events["orders"]
    stats = {topic["topic"]: topic for topic in run("stats", store, "--json").json}
    assert {name: topic["events"] for name, topic in stats.items()} == events
    assert len(run("tail", store, "orders", "-n", "100000").lines) == events["orders"]
    counts = run("grep", store, "--type", "*", "--count", "--json").json_lines
    assert {each["topic"]: each["count"] for each in counts} == events
    names = {each["name"] for each in run("subscriptions", store, "--topic", "orders", "--json").json}
    assert names == {each["name"] for each in listing["orders"]["subscriptions"]} and names
    first = frames[0]["firstSequence"]
    (history,) = run("history", store, first, "--topic", "orders", "--json").json
    assert history["isInLog"] and history["steps"][0]["operation"] == "published"
    exported = tmp_path / "events.jsonl"
    result = run("export", store, "--topic", "orders", "--positions", "-o", exported)
    assert result.status == SOUND and len(exported.read_text().splitlines()) == events["orders"]
    assert run("backup", store, tmp_path / "copy").status == SOUND
    assert run("diff", store, tmp_path / "copy").status == SOUND
    assert run("repair", store, "--out", tmp_path / "new").status == SOUND
    assert run("diff", store, tmp_path / "new").status == SOUND


def damage(store, chance):
    """Changes one file of a store as a bad disk, a bad copy or a bad hand does; what was done."""
    path = chance.choice(sorted(each for each in store.rglob("*") if each.is_file() and each.stat().st_size))
    content = bytearray(path.read_bytes())
    # Where there is something; much of a segment is zeros.
    used = len(bytes(content).rstrip(b"\0")) or 1
    offset = chance.randrange(min(used, chance.choice([64, 512, 1 << 30])))
    kind = chance.choice(["bit", "word", "zeros", "noise", "short", "long", "gone", "other"])
    if kind == "bit":
        content[offset] ^= 1 << chance.randrange(8)
    elif kind == "word":
        content[offset // 8 * 8 : offset // 8 * 8 + 8] = chance.choice([b"\xff" * 8, b"\0" * 7 + b"\x80", b"\x7f" * 8])
    elif kind == "zeros":
        content[offset // 512 * 512 : offset // 512 * 512 + 512] = bytes(512)
    elif kind == "noise":
        content[offset : offset + 64] = chance.randbytes(64)
    elif kind == "short":
        del content[offset:]
    elif kind == "long":
        content += chance.randbytes(5_000)
    elif kind == "other":
        content = bytearray(chance.choice(sorted(each for each in store.rglob("*") if each.is_file())).read_bytes())
    path.write_bytes(content)
    if kind == "gone":
        path.unlink()
    return path, kind, offset


def quiet(store):
    """Nobody has written to it lately: it is looked at once."""
    for path in store.rglob("*"):
        os.utime(path, (0, 0))


@pytest.mark.r15
@pytest.mark.parametrize("name", ["golden", "written"])
def test_no_damage_ends_a_command_in_a_crash(stores, tmp_path, name):
    chance = random.Random(23)
    store = tmp_path / "store"
    strange = []
    statuses = {command: set() for command in READING}
    for number in range(DAMAGED_STORES):
        copy(stores[name], store)
        done = [damage(store, chance) for _ in range(chance.choice([1, 1, 3]))]
        quiet(store)
        before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
        for command, arguments in READING.items():
            result = run(command, store, *arguments, *(["--json"] if number % 2 else []))
            statuses[command].add(result.status)
            is_told = result.status == SOUND or result.err or result.out
            if result.status not in (SOUND, DAMAGED, USAGE) or not is_told or "Fatal error" in result.err:
                strange.append((command, done, result))
            elif number % 2 and result.status == SOUND and command not in ("dump", "tail", "grep", "export"):
                json.loads(result.out)
        repaired = run("repair", store, "--out", tmp_path / "new", "--skip-damaged")
        if repaired.status not in (SOUND, DAMAGED, USAGE):
            strange.append(("repair", done, repaired))
        elif (tmp_path / "new").exists():
            proved = run("verify", tmp_path / "new")
            if proved.status != SOUND:
                strange.append(("verify of what repair wrote", done, proved))
            shutil.rmtree(tmp_path / "new")
        if before != {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}:
            strange.append(("changed the store", done, None))
        shutil.rmtree(store)
    assert strange == []
    assert all(DAMAGED in found and SOUND in found for command, found in statuses.items()), statuses
