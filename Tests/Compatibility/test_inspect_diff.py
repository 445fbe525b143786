"""`gridlog-inspect diff`: what one store has and the other has not."""

import shutil

import pytest

from broker import Broker, event, tokens
from inspect_tool import DAMAGED, SOUND, USAGE, run


@pytest.fixture
def stores(tmp_path):
    """Makes stores by what is done with a broker on each; every broker is stopped at the end of it."""

    def make(name, work, origin=None):
        directory = tmp_path / name
        if origin is not None:
            shutil.copytree(origin, directory)
        running = Broker(directory).start()
        try:
            work(running)
            running.stop()
        finally:
            running.kill()
        return directory

    return make


def base(broker):
    topic = broker.put_topic("orders")
    topic.put_subscription("sub")
    topic.put_subscription("few", types=["wanted"])
    topic.publish(*(event(number) for number in range(20)))


def only(result):
    """The one topic that was compared."""
    [topic] = result.json["topics"]
    return topic


def test_a_store_is_the_same_as_itself_and_as_a_copy(stores, tmp_path):
    a = stores("a", base)
    b = stores("b", lambda broker: None, origin=a)
    same = run("diff", a, b)
    assert same.status == SOUND and "orders: the same, 20 events" in same.lines, same
    document = run("diff", a, b, "--json").json
    assert document["same"] is True and document["a"] == str(a) and document["b"] == str(b)


def test_events_that_one_has_are_told_as_ranges(stores):
    a = stores("a", base)

    def more(broker):
        broker.put_topic("orders").publish(event("x"), event("y"))

    b = stores("b", more, origin=a)
    result = run("diff", a, b, "--json")
    assert result.status == DAMAGED
    topic = only(result)
    assert topic["eventsOnlyInB"] == {"count": 2, "ranges": [{"first": 21, "last": 22}], "more": 0}
    assert topic["eventsOnlyInA"]["count"] == 0 and topic["eventsCompared"] == 20
    assert topic["subscriptions"] == []
    turned = run("diff", b, a)
    assert turned.status == DAMAGED and "  only in A: 2 events: 21 to 22" in turned.lines, turned


def test_other_events_of_the_same_sequence_differ(stores):
    a = stores("a", base)

    def first(broker):
        broker.put_topic("orders").publish(event("x"), event("same"), event("y"))

    def second(broker):
        broker.put_topic("orders").publish(event("x"), event("same", subject="other"), event("z"))

    topic = only(run("diff", stores("b", first, origin=a), stores("c", second, origin=a), "--json"))
    assert topic["eventsThatDiffer"] == {"count": 2, "ranges": [{"first": 22, "last": 23}], "more": 0}
    assert topic["eventsOnlyInA"]["count"] == topic["eventsOnlyInB"]["count"] == 0


def test_settled_on_one_side(stores):
    a = stores("a", base)

    def settle(broker):
        topic = broker.put_topic("orders")
        taken = tokens(topic.receive("sub", most=10))
        chosen = [taken[0], taken[1], taken[2], taken[6]]
        assert topic.settle("sub", "acknowledge", chosen).json["failedLockTokens"] == []
        # Looks at everything; nothing passes its filter, which is no difference.
        assert topic.receive("few") == []

    b = stores("b", settle, origin=a)
    result = run("diff", a, b, "--json")
    assert result.status == DAMAGED
    [subscription] = only(result)["subscriptions"]
    assert subscription["subscription"] == "sub"
    assert subscription["settledOnlyInB"] == {
        "count": 4,
        "ranges": [{"first": 1, "last": 3}, {"first": 7, "last": 7}],
        "more": 0,
    }
    assert subscription["settledOnlyInA"]["count"] == 0
    text = run("diff", b, a)
    assert "  subscription sub: settled only in A: 4 events: 1 to 3, 7" in text.lines, text


def test_topics_and_subscriptions_that_one_has(stores):
    a = stores("a", base)

    def more(broker):
        broker.put_topic("orders").put_subscription("third")
        broker.put_topic("bills")

    b = stores("b", more, origin=a)
    result = run("diff", a, b, "--json")
    assert result.status == DAMAGED
    bills, orders = result.json["topics"]
    assert bills["topic"] == "bills" and bills["onlyIn"] == "b"
    assert [(each["subscription"], each["onlyIn"]) for each in orders["subscriptions"]] == [("third", "b")]
    assert run("diff", a, b, "--topic", "bills").lines == ["bills: only in B"]


def test_many_ranges_are_counted(stores):
    a = stores("a", lambda broker: broker.put_topic("orders").put_subscription("sub"))

    def publish(broker):
        topic = broker.put_topic("orders")
        for first in range(0, 600, 100):
            topic.publish(*(event(number) for number in range(first, first + 100)))

    def every_second(broker):
        publish(broker)
        topic = broker.put_topic("orders")
        for _ in range(6):
            taken = tokens(topic.receive("sub", most=100))
            topic.settle("sub", "acknowledge", taken[::2])

    [subscription] = only(
        run("diff", stores("b", publish, origin=a), stores("c", every_second, origin=a), "--json")
    )["subscriptions"]
    ranges = subscription["settledOnlyInB"]
    assert ranges["count"] == 300 and len(ranges["ranges"]) == 100 and ranges["more"] == 200


def test_damage_is_a_difference(stores, tmp_path):
    def slowly(broker):
        base(broker)
        broker.put_topic("orders").publish(event("later"))

    a = stores("a", slowly)
    b = tmp_path / "b"
    shutil.copytree(a, b)
    newest = sorted((b / "topics").glob("*/0*.segment"))[-1]
    content = bytearray(newest.read_bytes())
    place = content.index(b'"id": "7"')
    content[place + 7] ^= 1
    newest.write_bytes(content)
    result = run("diff", a, b, "--json")
    assert result.status == DAMAGED
    topic = only(result)
    assert topic["eventsOnlyInA"]["ranges"][0] == {"first": 1, "last": 20}
    assert any(str(newest) in problem for problem in topic["problemsInB"])


def test_usage(stores, tmp_path):
    a = stores("a", base)
    assert run("diff", a).status == USAGE
    assert run("diff", a, tmp_path / "nowhere").status == USAGE
    unknown = run("diff", a, a, "--topic", "nothing")
    assert unknown.status == USAGE and "nothing" in unknown.err
