"""The delivery index's files, damaged while the process was down: the state comes from the log again."""

import os

import pytest

from broker import event, identifiers, tokens

HEADER_BYTES = 4_096


def overwrite(path, data, at=0):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def zero(path):
    overwrite(path, bytes(path.stat().st_size))


def zero_slots(path):
    overwrite(path, bytes(path.stat().st_size - HEADER_BYTES), HEADER_BYTES)


def fill_with_garbage(path):
    overwrite(path, os.urandom(path.stat().st_size))


def shorten(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def remove(path):
    path.unlink()


@pytest.mark.r17
@pytest.mark.r22
@pytest.mark.r23
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("00000000.slots", zero),
        ("00000000.slots", zero_slots),
        ("00000000.slots", fill_with_garbage),
        ("00000000.slots", shorten),
        ("00000000.slots", empty),
        ("00000000.slots", remove),
        ("00000001.slots", zero_slots),
        ("WINDOW", zero),
        ("WINDOW", fill_with_garbage),
        ("WINDOW", shorten),
        ("WINDOW", empty),
        ("WINDOW", remove),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_damaged_index_file_settles_nothing_and_undoes_no_acknowledgement(launch, name, damage):
    running = launch()
    topic = running.put_topic("orders")
    topic.put_subscription("sub", lock=1)
    published = []
    for batch in range(60):
        published += [f"{batch}-{n}" for n in range(100)]
        topic.publish(*[event(identifier) for identifier in published[-100:]])
    settled = []
    # Every second of what came, into the second chunk; the rest is locked, and was delivered once.
    for _ in range(45):
        taken = topic.receive("sub")
        answer = topic.settle("sub", "acknowledge", tokens(taken[::2]))
        assert answer.json["failedLockTokens"] == []
        settled += identifiers(taken[::2])
    running.kill()
    (path,) = running.data.glob(f"topics/*/subscriptions/*/{name}")
    damage(path)

    topic.broker = launch(data=running.data)
    assert topic.broker.request("GET", "/health/ready").status == 200
    rest = []
    while deliveries := topic.receive("sub", wait=1):
        answer = topic.settle("sub", "acknowledge", tokens(deliveries))
        assert answer.json["failedLockTokens"] == []
        rest += identifiers(deliveries)
    assert sorted(rest) == sorted(set(published) - set(settled))
    topic.publish(event("next"))
    assert identifiers(topic.receive("sub", wait=5)) == ["next"]
