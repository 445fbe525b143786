"""Stores for the tests of `gridlog-inspect`: a golden one, one that a broker has just written, and damage to copies of them."""

import contextlib
import os
import pathlib
import random
import shutil
import tarfile

from broker import Broker, event, tokens
from inspect_tool import REPOSITORY, run

GOLDEN = REPOSITORY / "Tests/Golden/format-1.tar.gz"


def golden(directory):
    """The store of format 1, with packed segments, gaps and what a crash left."""
    with tarfile.open(GOLDEN) as archive:
        archive.extractall(directory, filter="data")
    return directory


def written(directory):
    """A store whose broker has stopped: several segments, three event subscriptions, and every kind of settlement."""
    running = Broker(directory).start()
    topic = running.put_topic("orders")
    topic.put_subscription("billing", lock=60)
    topic.put_subscription("mail", types=["even"])
    # It settles nothing, so that every segment stays.
    topic.put_subscription("archive")
    chance = random.Random(7)
    for number in range(120):
        batch = [
            event(f"{number}-{index}", type="even" if index % 2 else "odd", data="x" * chance.randrange(20_000))
            for index in range(chance.randrange(1, 8))
        ]
        topic.publish(*batch)
        if number % 3 == 0:
            held = tokens(topic.receive("billing", most=7))
            topic.settle("billing", chance.choice(["acknowledge", "acknowledge", "release", "reject"]), held)
            topic.settle("mail", "acknowledge", tokens(topic.receive("mail", most=3)))
    running.stop()
    return directory


def frames(store):
    """The frames of a store, as `dump` tells of them."""
    return run("dump", store, "--json", "--headers").json_lines


def vouched(store):
    """The ranges of bytes, by file, that damage to must be found: all of packed files, and in the others every frame up to
    where a later one says that it was synced."""
    ranges = {}
    by_file = {}
    for frame in frames(store):
        by_file.setdefault(frame["file"], []).append(frame)
    for file, found in by_file.items():
        path = pathlib.Path(file)
        if path.suffix == ".packed":
            ranges[path] = [(0, path.stat().st_size)]
            continue
        is_sealed = found[-1]["kind"] == "seal"
        end = max(frame["durableWatermark"] for frame in found)
        ranges[path] = [
            (frame["offset"], frame["offset"] + frame["length"])
            for frame in found
            if is_sealed or frame["offset"] + frame["length"] <= end
        ]
    return ranges


@contextlib.contextmanager
def changed(path, offset, change):
    """Bytes of a file are others while this lasts."""
    with open(path, "r+b") as file:
        file.seek(offset)
        before = file.read(len(change))
        file.seek(offset)
        file.write(change)
    # Nobody is writing: what was written to long ago is looked at once.
    os.utime(path, (0, 0))
    try:
        yield before
    finally:
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(before)
        os.utime(path, (0, 0))


def flip(path, offset, bit=0):
    """Flips a bit for good."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


def copy(store, directory):
    shutil.copytree(store, directory)
    return directory
