"""`gridlog-inspect verify`: finds every damage that changes an answered event, and none in a sound store."""

import os
import pathlib
import random
import shutil
import threading

import pytest

from broker import Broker, event, tokens
from inspect_stores import changed, copy, flip, golden, vouched, written
from inspect_tool import DAMAGED, SOUND, USAGE, run

# For each of the two stores.
DAMAGES = 1_000


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    root = tmp_path_factory.mktemp("stores")
    return {"golden": golden(root / "golden"), "written": written(root / "written")}


@pytest.fixture
def store(stores, tmp_path):
    """A copy to be damaged."""
    return copy(stores["golden"], tmp_path / "store")


def findings(result, severity="damage"):
    return [finding for finding in result.json["findings"] if finding["severity"] == severity]


@pytest.mark.parametrize("name", ["golden", "written"])
@pytest.mark.parametrize("deep", [[], ["--deep"]], ids=["", "deep"])
def test_sound_store_is_sound(stores, name, deep):
    result = run("verify", stores[name], "--json", *deep)
    assert (result.status, findings(result)) == (SOUND, []), result
    assert result.json["isSound"] and result.json["events"] > 100


@pytest.mark.r18
@pytest.mark.parametrize("name", ["golden", "written"])
def test_every_flipped_bit_in_what_was_answered_is_found(stores, tmp_path, name):
    store = quiet(copy(stores[name], tmp_path / "store"))
    chance = random.Random(11)
    ranges = [(path, start, end) for path, parts in vouched(store).items() for start, end in parts]
    assert len({path for path, _, _ in ranges}) >= 2
    # Small frames as often as long ones, and their headers as often as what is in them.
    missed = []
    for _ in range(DAMAGES):
        path, start, end = chance.choice(ranges)
        offset = chance.randrange(start, min(end, start + chance.choice([64, end - start])))
        byte = path.read_bytes()[offset]
        with changed(path, offset, bytes([byte ^ 1 << chance.randrange(8)])):
            result = run("verify", store)
        if result.status != DAMAGED or str(path) not in result.out:
            missed.append((path.name, offset, result))
    assert missed == []
    assert run("verify", store).status == SOUND


def quiet(store):
    """Nobody has written to it lately."""
    for path in store.rglob("*"):
        os.utime(path, (0, 0))
    return store


@pytest.mark.r18
def test_zeroed_sectors_and_short_files_are_found(stores, tmp_path):
    store = copy(stores["written"], tmp_path / "store")
    chance = random.Random(12)
    for path, parts in vouched(store).items():
        start, end = chance.choice(parts)
        offset = start // 512 * 512
        with changed(path, offset, bytes(512)):
            assert run("verify", store).status == DAMAGED, (path, offset)
        with open(path, "rb") as file:
            whole = file.read()
        os.truncate(path, chance.randrange(parts[-1][1] - 1))
        assert run("verify", store).status == DAMAGED, path
        path.write_bytes(whole)
    assert run("verify", store).status == SOUND


def segments(store, ending=".segment"):
    found = sorted((store / "topics/0000000000000001").glob(f"0*{ending}"))
    assert found
    return found


def test_finding_names_file_offset_sequences_and_what_to_do(store):
    path = segments(store)[0]
    offset, end = vouched(store)[path][2]
    flip(path, offset + 70)
    (finding,) = findings(run("verify", store, "--json"))
    assert (finding["file"], finding["offset"], finding["topic"]) == (str(path), offset, "orders")
    assert finding["firstSequence"] <= finding["lastSequence"]
    assert "repair" in finding["advice"]


@pytest.mark.parametrize("ending", [".segment", ".packed"])
def test_missing_segment_is_found(store, ending):
    path = segments(store, ending)[0]
    path.unlink()
    result = run("verify", store, "--json")
    assert result.status == DAMAGED
    assert str(path) in [finding["file"] for finding in findings(result)]


@pytest.mark.r18
def test_segment_of_another_topic_in_its_place_is_found_and_not_read(launch):
    running = launch()
    for name, identifier in (("ours", "mine"), ("theirs", "foreign")):
        running.put_topic(name).publish(*[event(f"{identifier}-{number}") for number in range(20)])
    running.stop()
    ours, theirs = sorted((pathlib.Path(running.data) / "topics").iterdir())
    shutil.copy(theirs / "0000000000000001.segment", ours / "0000000000000001.segment")
    result = run("verify", running.data, "--json")
    assert result.status == DAMAGED
    assert "another log" in findings(result)[0]["message"]
    assert "foreign" not in run("dump", running.data, "--topic", "ours").out


@pytest.mark.r18
def test_segment_in_the_place_of_another_is_found_and_not_repaired_into_it(stores, tmp_path):
    store = copy(stores["written"], tmp_path / "store")
    first, second = segments(store)[:2]
    shutil.copy(first, second)
    assert run("verify", store).status == DAMAGED
    result = run("repair", store, "--out", tmp_path / "new", "--skip-damaged", "--json")
    assert result.status == DAMAGED and result.json["topics"][0]["damages"]
    (topic,) = run("ls", tmp_path / "new", "--json").json
    assert [segment["id"] for segment in topic["segments"] if segment["events"]] == [1]


@pytest.mark.r18
def test_sealed_segment_of_a_copy_that_went_another_way_is_found(launch, tmp_path):
    """Both are sound, and bear the same number, sequences and identities."""
    running = launch()
    running.put_topic("orders").put_subscription("sub")
    running.stop()
    ours, theirs = (copy(running.data, tmp_path / name) for name in ("ours", "theirs"))
    for store, letter in ((ours, "a"), (theirs, "b")):
        other = Broker(store).start()
        for number in range(140):
            other.put_topic("orders").publish(*[event(f"{number}-{each}", data=letter * 9_000) for each in range(5)])
        other.stop()
        assert run("verify", store).status == SOUND
    assert len(segments(ours)) == 3, "two are sealed"
    for swapped in ("0000000000000001.segment", "0000000000000002.segment"):
        place = quiet(copy(ours, tmp_path / f"swapped-{swapped}"))
        shutil.copy(segments(theirs)[0].parent / swapped, segments(place)[0].parent / swapped)
        result = run("verify", place, "--json")
        assert result.status == DAMAGED
        assert swapped in [pathlib.Path(finding["file"]).name for finding in findings(result)]
        assert run("backup", place, tmp_path / f"backup-{swapped}").status == DAMAGED


@pytest.mark.r06
def test_newest_segment_that_was_shortened_is_found(stores, tmp_path):
    store = copy(stores["written"], tmp_path / "store")
    newest = segments(store)[-1]
    os.truncate(newest, newest.stat().st_size - 4_096)
    assert "shortened" in run("verify", store).out


def test_one_manifest_that_is_damaged_loses_nothing_and_is_told(store):
    flip(store / "topics/0000000000000001/MANIFEST-A", 40)
    result = run("verify", store, "--json")
    assert result.status == SOUND
    assert [finding["file"][-10:] for finding in findings(result, "warning")] == ["MANIFEST-A"]


def test_both_manifests_that_are_damaged_are_found(store):
    for name in ("MANIFEST-A", "MANIFEST-B"):
        flip(store / "topics/0000000000000001" / name, 40)
    assert run("verify", store).status == DAMAGED


def test_index_that_settles_what_the_log_does_not_is_found(launch):
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("billing", lock=60)
    topic.publish(*[event(str(number)) for number in range(20)])
    topic.settle("billing", "acknowledge", tokens(topic.receive("billing", most=10)))
    topic.receive("billing", most=3)
    running.stop()
    store = running.data
    assert run("verify", store).status == SOUND
    (chunk,) = (pathlib.Path(store) / "topics/0000000000000001/subscriptions/00000001").glob("0*.slots")
    # A lock that becomes an acknowledgement: state 2 to 5, with the parity that goes with it.
    offset = 4_096 + 8 * 12
    slot = int.from_bytes(chunk.read_bytes()[offset : offset + 8], "little")
    assert slot & 7 == 2
    settled = slot & ~0x7 | 5
    settled ^= (settled.bit_count() & 1) << 15
    with changed(chunk, offset, settled.to_bytes(8, "little")):
        result = run("verify", store, "--json")
    assert result.status == DAMAGED
    (finding,) = findings(result)
    assert (finding["firstSequence"], finding["lastSequence"]) == (12, 12)
    assert "billing" in finding["message"]


def test_store_is_sound_while_a_server_writes(launch):
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("billing")
    topic.put_subscription("mail", types=["even"])
    is_over = threading.Event()

    def work():
        number = 0
        while not is_over.is_set():
            number += 1
            topic.publish(*[event(f"{number}-{index}", type="odd", data="x" * 9_000) for index in range(10)])
            topic.settle("billing", "acknowledge", tokens(topic.receive("billing", most=25)))
            topic.receive("mail", most=5)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        results = [run("verify", running.data, "--json", *deep) for deep in ([], ["--deep"]) * 15]
    finally:
        is_over.set()
        worker.join(timeout=20)
    assert [findings(result) for result in results if result.status != SOUND] == []
    assert results[-1].json["events"] > results[0].json["events"]


@pytest.mark.parametrize("kind", ["none", "file", "foreign", "newer"])
def test_what_is_no_store_is_refused_with_a_sentence(stores, tmp_path, kind):
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("x")
    if kind == "foreign":
        place.mkdir()
        (place / "photo.jpg").write_text("x")
    if kind == "newer":
        shutil.copytree(stores["golden"], place)
        for name in ("MANIFEST-A", "MANIFEST-B"):
            manifest = bytearray((place / name).read_bytes())
            manifest[8] = 2
            (place / name).write_bytes(with_checksum(manifest))
    result = run("verify", place)
    assert result.status == USAGE and result.out == "", result
    assert str(place) in result.err


def with_checksum(manifest):
    """A manifest whose header has the checksum that goes with it."""
    manifest[28:32] = crc32c(manifest[:28]).to_bytes(4, "little")
    return bytes(manifest)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF
