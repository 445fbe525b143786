"""`gridlog-inspect repair`: a new store without what is damaged, and without anything else missing."""

import json
import os
import random
import shutil
import signal
import subprocess

import pytest

from broker import Broker, event, identifiers, tokens
from inspect_stores import copy, flip, frames, golden, vouched, written
from inspect_tool import DAMAGED, SOUND, USAGE, command, run


BIG_EVENTS = 100


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A store of 100 MB."""
    root = tmp_path_factory.mktemp("big")
    lines = root / "lines"
    lines.write_text("".join(json.dumps(event(number, data="x" * 1_000_000)) + "\n" for number in range(BIG_EVENTS)))
    assert run("import", root / "data", lines, "--topic", "orders", "--create").status == SOUND
    lines.unlink()
    return root / "data"


@pytest.mark.parametrize("is_there", [True, False], ids=["empty directory", "no directory"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("work", ["repair", "backup"])
def test_a_signal_leaves_nothing_behind(big, tmp_path, work, number, is_there):
    new = tmp_path / "new"
    arguments = [work, big, "--out", new] if work == "repair" else [work, big, new]
    if is_there:
        new.mkdir()
    running = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (new / "topics").exists():
        assert running.poll() is None, running.stderr.read()
    # So that it does not end before the signal reaches it.
    running.send_signal(signal.SIGSTOP)
    running.send_signal(number)
    running.send_signal(signal.SIGCONT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == -number and out == b"" and b"nothing was kept" in err, (running.returncode, out, err)
    assert new.exists() == is_there and (not is_there or list(new.iterdir()) == [])
    if number == signal.SIGINT and not is_there:
        assert run(*arguments).status == SOUND
        assert run("verify", new, "--json").json["events"] == BIG_EVENTS


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    root = tmp_path_factory.mktemp("stores")
    return {"golden": golden(root / "golden"), "written": written(root / "written")}


@pytest.fixture(params=["golden", "written"])
def store(stores, tmp_path, request):
    """A copy to be damaged."""
    return copy(stores[request.param], tmp_path / "store")


def events(store):
    """The JSON of each event that can be read, by topic and sequence, with the time of its frame."""
    found = {}
    for frame in run("dump", store, "--json", "--kind", "events").json_lines:
        for each in frame.get("events", []):
            found[frame["topic"], each["sequence"]] = (json.dumps(each["event"]), frame["appendTime"])
    return found


def states(store):
    """What each event subscription says of its events."""
    return {
        (topic["topic"], each["name"]): {key: each[key] for key in each if key != "source"}
        for topic in run("ls", store, "--json").json
        for each in topic["subscriptions"]
    }


def damaged_frame(store, kind, chance):
    """Flips a bit in the payload of a frame of a kind in a segment that is not packed; the frame."""
    ranges = vouched(store)
    candidates = [
        frame
        for frame in frames(store)
        if frame["kind"] == kind
        and frame["file"].endswith(".segment")
        and any(start == frame["offset"] for path, parts in ranges.items() if str(path) == frame["file"] for start, _ in parts)
    ]
    frame = chance.choice(candidates)
    flip(frame["file"], frame["offset"] + 64 + chance.randrange(8))
    return frame


@pytest.mark.r08
def test_sound_store_comes_out_the_same(store, tmp_path):
    result = run("repair", store, "--out", tmp_path / "new", "--json")
    assert result.status == SOUND, result
    assert run("verify", tmp_path / "new", "--deep").status == SOUND
    assert events(tmp_path / "new") == events(store)
    # What only the index knows, that a filter passed over events, is not in the log.
    shutil.rmtree(store / "topics/0000000000000001/subscriptions")
    assert states(tmp_path / "new") == states(store)


@pytest.mark.r08
@pytest.mark.parametrize("seed", range(10))
def test_flipped_bit_loses_exactly_its_frame(store, tmp_path, seed):
    before = events(store)
    original = copy(store, tmp_path / "original")
    frame = damaged_frame(store, "events", random.Random(seed))
    lost = range(frame["firstSequence"], frame["firstSequence"] + frame["count"])
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    assert result.status == DAMAGED, result
    (topic,) = [topic for topic in result.json["topics"] if topic["damages"]]
    assert topic["lostSequences"] == [[lost[0], lost[-1]]]
    assert (topic["damages"][0]["file"], topic["damages"][0]["offset"]) == (frame["file"], frame["offset"])
    for sequence in lost:
        del before[frame["topic"], sequence]
    assert events(tmp_path / "new") == before
    assert run("verify", tmp_path / "new").status == SOUND
    difference = run("diff", original, tmp_path / "new", "--json")
    assert difference.status == DAMAGED
    (topic,) = [topic for topic in difference.json["topics"] if topic["eventsOnlyInA"]["count"]]
    assert topic["eventsOnlyInA"]["ranges"] == [{"first": lost[0], "last": lost[-1]}]
    assert topic["eventsOnlyInB"]["count"] == topic["eventsThatDiffer"]["count"] == 0
    assert topic["subscriptions"] == topic["problemsInA"] == topic["problemsInB"] == []


@pytest.mark.r08
def test_flipped_bit_in_a_packed_segment_loses_nothing(stores, tmp_path):
    chance = random.Random(5)
    paths = [path for path in vouched(stores["golden"]) if path.suffix == ".packed"]
    assert len(paths) > 1
    for number in range(30):
        path = chance.choice(paths)
        length = path.stat().st_size
        # The header, the blocks, and the block index, which ends the file.
        offset = chance.choice([chance.randrange(160), chance.randrange(160, length), length - 1 - chance.randrange(48)])
        store = copy(stores["golden"], tmp_path / f"store-{number}")
        flip(store / path.relative_to(stores["golden"]), offset, chance.randrange(8))
        assert run("verify", store).status == DAMAGED, offset
        result = run("repair", store, "--out", tmp_path / f"new-{number}", "--json")
        assert result.status == SOUND, (offset, result)
        assert [topic for topic in result.json["topics"] if topic["damages"] or topic["faults"]], offset
        assert run("diff", stores["golden"], tmp_path / f"new-{number}").status == SOUND, offset


@pytest.mark.r08
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["settlements", "checkpoint", "seal"])
def test_what_is_no_event_loses_no_event(store, tmp_path, kind, seed):
    before = events(store)
    damaged_frame(store, kind, random.Random(seed))
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    assert result.status == DAMAGED, result
    assert [topic["lostSequences"] for topic in result.json["topics"] if topic["lostSequences"]] == []
    assert events(tmp_path / "new") == before
    assert run("verify", tmp_path / "new").status == SOUND


@pytest.mark.r08
def test_segment_without_its_header_and_without_a_manifest_is_read(stores, tmp_path):
    store = copy(stores["written"], tmp_path / "store")
    before = events(store)
    log = store / "topics/0000000000000001"
    flip(log / "0000000000000001.segment", 77)
    for name in ("MANIFEST-A", "MANIFEST-B"):
        os.remove(log / name)
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    assert events(tmp_path / "new") == before, result
    assert run("verify", tmp_path / "new").status == SOUND


@pytest.mark.r08
def test_repaired_store_serves_what_is_left_and_takes_more(stores, tmp_path):
    store = copy(stores["written"], tmp_path / "store")
    frame = damaged_frame(store, "events", random.Random(3))
    run("repair", store, "--out", tmp_path / "new", "--skip-damaged")
    running = Broker(tmp_path / "new").start()
    try:
        topic = running.put_topic("orders")
        topic.publish(event("after"))
        seen = identifiers(topic.drain("billing"))
    finally:
        running.stop()
    left = events(tmp_path / "new")
    assert "after" in seen and len(seen) == len(set(seen))
    assert not any(sequence in range(frame["firstSequence"], frame["firstSequence"] + frame["count"]) for _, sequence in left)
    assert run("verify", tmp_path / "new").status == SOUND


def test_without_the_switch_nothing_is_written(store, tmp_path):
    damaged_frame(store, "events", random.Random(1))
    result = run("repair", store, "--out", tmp_path / "new")
    assert result.status == DAMAGED and "--skip-damaged" in result.err
    assert not (tmp_path / "new").exists()


def test_place_that_is_not_empty_is_refused(store, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "photo.jpg").write_text("x")
    result = run("repair", store, "--out", tmp_path / "new")
    assert result.status == USAGE and "not empty" in result.err
    assert os.listdir(tmp_path / "new") == ["photo.jpg"]


def test_place_in_the_store_itself_is_refused(store):
    before = sorted(store.rglob("*"))
    result = run("repair", store, "--out", store / "topics" / "new")
    assert result.status == USAGE and "in the store itself" in result.err
    assert sorted(store.rglob("*")) == before
