"""`gridlog-inspect` on what no disk and no crash does: files with right checksums that lie, of a newer format, or of others."""

import os
import pathlib
import signal

import pytest

from broker import Broker, event, identifiers, tokens
from crc32c import crc32c
from inspect_stores import copy, flip, frames, golden
from inspect_tool import DAMAGED, SOUND, USAGE, run


@pytest.fixture
def store(tmp_path):
    """Two topics whose broker has stopped: `orders` with three segments and an event subscription, and `other`."""
    running = Broker(tmp_path / "store").start()
    topic = running.put_topic("orders")
    topic.put_subscription("sub", lock=60)
    for number in range(140):
        topic.publish(*[event(f"{number}-{each}", data="x" * 9_000) for each in range(5)])
    topic.settle("sub", "acknowledge", tokens(topic.receive("sub", most=5)))
    running.put_topic("other").publish(*[event(f"o-{number}") for number in range(20)])
    running.stop()
    return running.data


def log(store, number=1):
    return pathlib.Path(store) / f"topics/{number:016x}"


def segments(store):
    return sorted(log(store).glob("0*.segment"))


def rewrite(frame, offset, change):
    """Changes bytes of a frame's header, and makes its checksum right."""
    path = pathlib.Path(frame["file"])
    content = bytearray(path.read_bytes())
    start = frame["offset"]
    content[start + offset : start + offset + len(change)] = change
    seed = int.from_bytes(content[76:80], "little") ^ frame["segment"] & 0xFFFFFFFF
    content[start + 60 : start + 64] = crc32c(content[start : start + 60], seed).to_bytes(4, "little")
    path.write_bytes(content)


def frame_of(store, kind, position=0):
    return [frame for frame in frames(store) if frame["kind"] == kind and frame["topic"] == "orders"][position]


def messages(store, severity):
    return [finding["message"] for finding in run("verify", store, "--json").json["findings"] if finding["severity"] == severity]


@pytest.mark.r15
@pytest.mark.parametrize("count", [4_000_000_000, 40_000])
def test_a_count_that_lies_costs_neither_time_nor_memory(store, tmp_path, count):
    frame = frame_of(store, "events", 3)
    rewrite(frame, 40, count.to_bytes(4, "little"))
    for command in (
        ["verify", store, "--deep"], ["dump", store], ["stats", store], ["grep", store, "--type", "*"], ["ls", store],
        ["export", store, "--topic", "orders"], ["tail", store, "orders", "-n", "1000"], ["subscriptions", store],
        ["history", store, frame["firstSequence"], "--topic", "orders"],
    ):
        result = run(*command, timeout=10)
        # The state of event subscriptions stands in the newest segment.
        assert result.status == (SOUND if command[0] == "subscriptions" else DAMAGED), (command, result)
        assert len(result.err) < 20_000, command
    assert run("repair", store, "--out", tmp_path / "new", "--skip-damaged").status == DAMAGED
    assert run("verify", tmp_path / "new").status == SOUND


@pytest.mark.r08
def test_what_makes_no_sense_is_left_out_by_a_repair(store, tmp_path):
    """The operation of a settlement is one that there is not; header and payload have the right checksums."""
    frame = frame_of(store, "settlements", -1)
    path = pathlib.Path(frame["file"])
    content = bytearray(path.read_bytes())
    payload = frame["offset"] + 64
    length = int.from_bytes(content[frame["offset"] + 32 : frame["offset"] + 36], "little")
    content[payload + 8 + 12] = 99
    path.write_bytes(content)
    rewrite(frame, 52, crc32c(content[payload : payload + length]).to_bytes(4, "little"))
    result = run("verify", store, "--json")
    assert result.status == DAMAGED and not [f for f in result.json["findings"] if ".slots" in f["advice"]], result
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    (topic,) = [topic for topic in result.json["topics"] if topic["damages"]]
    assert result.status == DAMAGED and topic["damages"][0]["offset"] == frame["offset"]
    assert run("verify", tmp_path / "new").status == SOUND


@pytest.mark.r18
def test_a_segment_of_a_newer_format_is_not_called_damaged_and_not_thrown_away(store, tmp_path):
    path = segments(store)[0]
    content = bytearray(path.read_bytes())
    content[8] = 2
    content[96:100] = crc32c(content[:96]).to_bytes(4, "little")
    path.write_bytes(content)
    result = run("verify", store, "--json")
    assert result.status == USAGE and not result.json["isSound"], result
    assert [finding["severity"] for finding in result.json["findings"] if finding["file"] == str(path)] == ["newer"]
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged")
    assert result.status == USAGE and "of that version" in result.err and not (tmp_path / "new").exists()


@pytest.mark.r08
@pytest.mark.parametrize("what", ["files", "directory", "foreign"])
def test_a_topic_of_which_nothing_is_left_takes_no_other_with_it(store, tmp_path, what):
    if what == "directory":
        os.rename(log(store), tmp_path / "elsewhere")
    elif what == "files":
        for path in log(store).glob("*"):
            if path.is_file():
                path.unlink()
    else:
        for name in ("MANIFEST-A", "MANIFEST-B"):
            (log(store) / name).write_bytes((log(store, 2) / name).read_bytes())
    assert run("verify", store).status == DAMAGED
    refused = run("repair", store, "--out", tmp_path / "new")
    assert refused.status == DAMAGED and not (tmp_path / "new").exists()
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    assert result.status == DAMAGED, result
    lost = {topic["topic"]: topic["isLost"] for topic in result.json["topics"]}
    assert lost == {"orders": True, "other": False}
    assert run("verify", tmp_path / "new").status == SOUND
    assert run("grep", tmp_path / "new", "--type", "*", "--count").lines == ["orders 0", "other 20"]
    # Nobody gets a number that somebody has seen.
    if what != "directory":
        running = Broker(tmp_path / "new").start()
        running.put_topic("orders").publish(event("after"))
        assert identifiers(running.put_topic("orders").drain("sub")) == ["after"]
        running.stop()
        assert int(run("grep", tmp_path / "new", "--id", "after").out.split()[1]) >= 6


@pytest.mark.r08
def test_the_numbers_of_a_newest_segment_that_is_lost_are_given_to_no_other(store, tmp_path):
    newest = segments(store)[-1]
    first = next(frame for frame in frames(store) if frame["file"] == str(newest) and frame["kind"] == "events")
    newest.unlink()
    assert any(f"from {first['firstSequence']} on" in message for message in messages(store, "damage"))
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    (topic,) = [topic for topic in result.json["topics"] if topic["topic"] == "orders"]
    assert topic["lostFrom"] == first["firstSequence"]
    running = Broker(tmp_path / "new").start()
    running.put_topic("orders").publish(event("after"))
    running.stop()
    assert int(run("grep", tmp_path / "new", "--id", "after").out.split()[1]) > 700
    assert run("verify", tmp_path / "new").status == SOUND


@pytest.mark.r10
def test_a_last_frame_that_is_not_whole_is_shown_and_told(tmp_path):
    running = Broker(tmp_path / "store").start()
    topic = running.put_topic("orders")
    topic.publish(*[event(str(number)) for number in range(5)])
    topic.publish(*[event(f"last-{number}") for number in range(3)])
    running.process.send_signal(signal.SIGKILL)
    running.kill()
    frame = frame_of(running.data, "events", -1)
    flip(frame["file"], frame["offset"] + 70)
    torn = [line for line in run("dump", running.data, "--json").json_lines if line["kind"] == "torn"]
    assert [(line["offset"], line["firstSequence"], line["lastSequence"]) for line in torn] == [(frame["offset"], 6, 8)]
    result = run("verify", running.data, "--json")
    (note,) = [finding for finding in result.json["findings"] if finding["severity"] == "note"]
    assert result.status == SOUND and (note["firstSequence"], note["lastSequence"]) == (6, 8)
    repaired = run("repair", running.data, "--out", tmp_path / "new")
    assert repaired.status == SOUND and "events 6 to 8 may have been answered" in repaired.out


@pytest.mark.r18
@pytest.mark.parametrize("reason", [0, 3], ids=["acknowledged", "filtered"])
def test_an_index_that_settles_what_nobody_received_is_found(store, reason):
    (chunk,) = (log(store) / "subscriptions/00000001").glob("0*.slots")
    content = bytearray(chunk.read_bytes())
    slot = 5 | reason << 3
    slot |= (slot.bit_count() & 1) << 15
    content[4_096 + 8 * 100 : 4_096 + 8 * 101] = slot.to_bytes(8, "little")
    chunk.write_bytes(content)
    result = run("verify", store, "--json")
    (finding,) = [finding for finding in result.json["findings"] if finding["severity"] == "damage"]
    assert (finding["firstSequence"], finding["lastSequence"]) == (100, 100) and result.status == DAMAGED


def test_damage_outside_of_what_is_asked_for_is_nobodys_question(store):
    frame = frame_of(store, "events", 3)
    flip(frame["file"], frame["offset"] + 70)
    first, last = frame["firstSequence"], frame["firstSequence"] + frame["count"] - 1
    for command in ("export", "dump"):
        asked = [command, store, "--topic", "orders"]
        assert run(*asked, "--from", last + 1, "--to", last + 9).status == SOUND
        assert run(*asked, "--to", first - 1).status == SOUND
        assert run(*asked, "--from", last, "--to", last + 9).status == DAMAGED


@pytest.mark.parametrize("place", ["directory", "pipe"])
def test_a_manifest_that_cannot_be_opened_leaves_the_other(store, place):
    for manifest in (store / "MANIFEST-A", log(store) / "MANIFEST-B"):
        manifest.unlink()
        os.mkdir(manifest) if place == "directory" else os.mkfifo(manifest)
    assert run("verify", store, timeout=10).status == SOUND
    segments(store)[0].unlink()
    os.mkfifo(log(store) / "0000000000000001.segment")
    assert run("verify", store, timeout=10).status == DAMAGED


def test_directories_that_the_catalog_does_not_name_are_told(tmp_path):
    store = copy(golden(tmp_path / "golden"), tmp_path / "store")
    before = {name: (store / name).read_bytes() for name in ("MANIFEST-A", "MANIFEST-B")}
    running = Broker(store).start()
    running.put_topic("later").publish(event("1"))
    running.stop()
    for name, content in before.items():
        (store / name).write_bytes(content)
    result = run("verify", store, "--json")
    assert result.status == SOUND
    assert any("catalog names no topic" in message for message in messages(store, "note"))
