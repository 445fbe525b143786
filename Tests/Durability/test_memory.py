"""Memory does not grow with the backlog, and what is deleted is let go."""

import os
import time

import pytest

from backlog import MEBIBYTE, Backlog, Connection, receive, sequence, settle
from broker import event, eventually

# What the allocator and the connections may keep.
GROWTH_BYTES_MAX = 6 * MEBIBYTE
RESTART_SECONDS_MAX = 1.0
LOCKED_EVENT_BYTES_MAX = 64
SEGMENT_BYTES_MAX = 64 * MEBIBYTE


@pytest.fixture
def backlog(tmp_path):
    backlog = Backlog(tmp_path / "data")
    yield backlog
    backlog.broker.kill()


def test_anonymous_memory_does_not_grow_between_50_000_and_200_000_waiting_events(backlog):
    backlog.publish(50_000, batch=100)
    backlog.acknowledge(1_000)
    few = backlog.memory
    backlog.publish(150_000, batch=100)
    many = backlog.memory
    backlog.check_count()
    backlog.acknowledge(99_000)
    half = backlog.memory
    print()
    for name, memory in (("50,000 waiting", few), ("200,000 waiting", many), ("half of them read", half)):
        print(f"{name}: anonymous {memory.anonymous / MEBIBYTE:.1f} MiB, resident {memory.resident / MEBIBYTE:.1f} MiB")
    assert many.anonymous - few.anonymous < GROWTH_BYTES_MAX
    assert half.anonymous - few.anonymous < GROWTH_BYTES_MAX
    for ending in ("kill", "stop"):
        seconds = backlog.restart(ending)
        again = backlog.memory
        print(f"restart after {ending}: {seconds:.3f} s, anonymous {again.anonymous / MEBIBYTE:.1f} MiB")
        assert seconds < RESTART_SECONDS_MAX
        assert again.anonymous < few.anonymous + GROWTH_BYTES_MAX


@pytest.mark.r24
def test_locked_and_alternately_acknowledged_events_cost_a_few_bytes_and_survive_a_restart(backlog):
    """A hundred thousand runs of one event each, open and settled in turn: the worst that an index can look like."""
    events = 200_000
    backlog.publish(events, batch=100)
    backlog.acknowledge(100)
    before = backlog.memory.anonymous
    kept = set()
    with Connection(backlog.address) as connection:
        while tokens := receive(connection, backlog.path):
            settle(connection, backlog.path, "acknowledge", tokens[::2])
            kept.update(map(sequence, tokens[1::2]))
        grown = backlog.memory.anonymous - before
        print(f"\n{len(kept):,} locked events cost {grown / MEBIBYTE:.1f} MiB")
        # The remaining ones are locked for as long as this test may last.
        assert len(kept) == (events - 100) // 2
    assert grown < LOCKED_EVENT_BYTES_MAX * len(kept) + GROWTH_BYTES_MAX
    seconds = backlog.start_again("kill")
    print(f"ready {seconds:.3f} s after a kill, anonymous {backlog.memory.anonymous / MEBIBYTE:.1f} MiB")
    assert seconds < RESTART_SECONDS_MAX
    assert backlog.memory.anonymous < before + LOCKED_EVENT_BYTES_MAX * len(kept) + GROWTH_BYTES_MAX
    with Connection(backlog.address) as connection:
        assert receive(connection, backlog.path) == [], "a lock was forgotten"
        backlog.publish(1, 1)
        (token,) = receive(connection, backlog.path)
        assert sequence(token) == events + 1


def held_files(pid):
    """Deleted files of which the process still holds the blocks."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        mapped = {line.split()[5] for line in maps if line.endswith("(deleted)\n") and "/topics/" in line}
    descriptors = (f"/proc/{pid}/fd/{name}" for name in os.listdir(f"/proc/{pid}/fd"))
    opened = {os.readlink(path) for path in descriptors if os.path.islink(path)}
    return mapped | {path for path in opened if path.endswith("(deleted)") and "/topics/" in path}


def test_deleted_topics_and_subscriptions_leave_no_file_mapped_or_open(launch):
    running = launch()
    for _ in range(5):
        topic = running.put_topic("gone")
        topic.put_subscription("sub")
        topic.put_subscription("other")
        topic.publish(*[event(n) for n in range(100)])
        assert len(topic.receive("sub")) == 100
        assert running.request("DELETE", topic.subscription_path("other")).status == 204
        assert running.request("DELETE", topic.path).status == 204
    assert eventually(lambda: not held_files(running.process.pid)), held_files(running.process.pid)


def test_segments_that_are_settled_are_given_back_while_the_process_runs(backlog):
    """Consumers that keep up: of all that goes through it, a segment and a spare one stay."""
    for _ in range(8):
        backlog.publish(50_000, batch=100)
        backlog.acknowledge(50_000)
    time.sleep(0.5)
    files = [path.stat().st_blocks * 512 for path in backlog.broker.data.rglob("*") if path.is_file()]
    # Two segments, and the reserve: twice a sixteenth of one.
    assert sum(files) < (2 + 2 / 16) * SEGMENT_BYTES_MAX + 4 * MEBIBYTE, f"{sum(files) / MEBIBYTE:.0f} MiB for nothing that waits"
    assert len(held_files(backlog.pid)) <= 1
