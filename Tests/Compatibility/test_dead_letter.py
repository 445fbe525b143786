"""Events that cannot be delivered: where they go, what is told of them, and how they come back."""

import datetime
import json
import re
import uuid

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridConsumerClient, EventGridPublisherClient

import cloudevents_library as library
from broker import assert_error, event, eventually, identifiers, tokens
from test_command_line import Command
from webhook import (
    PushSubscription,
    Reply,
    dead_letter,
    dead_letter_directory,
    delivery_document,
)

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
REJECTED = "Event was rejected."
EXCEEDED = "Maximum delivery attempts was exceeded."


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "dead"


def put_queue(topic, destination, name="dead", deliveries=10):
    """Makes a queue subscription with a dead-letter destination; the answer."""
    queue = {"maxDeliveryCount": deliveries, **destination}
    document = delivery_document("Queue", queue)
    return topic.broker.request("PUT", topic.subscription_path(name), document)


@pytest.fixture
def dead_topic(topic, directory):
    """The topic, with one more queue, `dead`, whose dead letters go to the directory."""
    answer = put_queue(topic, dead_letter_directory(directory))
    assert answer.status == 201, answer
    return topic


def counters(topic, name="dead"):
    return topic.broker.request("GET", topic.subscription_path(name)).json["properties"]["counters"]


def reject(topic, *events):
    """Publishes events and rejects all that `dead` has; returns when they are dead-lettered."""
    topic.publish(*events)
    taken = tokens(topic.receive("dead"))
    assert len(taken) == len(events)
    before = counters(topic)["deadLettered"]
    assert topic.settle("dead", "reject", taken).json["succeededLockTokens"] == taken
    assert eventually(lambda: counters(topic)["deadLettered"] == before + len(events))


def entries(directory):
    """All dead letters in a directory."""
    files = sorted(directory.rglob("*.json"))
    return [entry for file in files for entry in json.loads(file.read_text())]


def redrive(topic, body, query="", name="dead"):
    answer = topic.broker.request("POST", f"{topic.subscription_path(name)}:redrive{query}", body)
    assert answer.status == 200, answer
    return answer.json


def hour_folders(moment):
    """Without leading zeros."""
    return [str(part) for part in (moment.year, moment.month, moment.day, moment.hour)]


# The directory


def test_file_lies_under_topic_subscription_and_hour(dead_topic, directory):
    before = datetime.datetime.now(datetime.timezone.utc)
    reject(dead_topic, event(1))
    after = datetime.datetime.now(datetime.timezone.utc)
    (file,) = [path for path in directory.rglob("*") if path.is_file()]
    *folders, name = file.relative_to(directory).parts
    assert folders[:3] == ["default", dead_topic.name, "dead"]
    assert folders[3:] in (hour_folders(before), hour_folders(after))
    assert name == f"{uuid.UUID(file.stem)}.json"


def test_file_tells_why_and_holds_the_event_as_it_was(dead_topic, directory):
    sent = event("A-1", time="2026-01-02T03:04:05Z", subject="é", myext="v", data={"n": [1, None]})
    reject(dead_topic, sent)
    (entry,) = entries(directory)
    assert set(entry) == {"deadLetterProperties", "customDeliveryProperties", "event"}
    assert entry["customDeliveryProperties"] == {}
    assert entry["event"] == sent
    told = entry["deadLetterProperties"]
    assert (told["deadletterreason"], told["deliveryattempts"]) == (REJECTED, 1)
    assert told["deliveryresult"]
    assert TIME.fullmatch(told["publishutc"]) and TIME.fullmatch(told["deliveryattemptutc"])
    assert told["publishutc"] <= told["deliveryattemptutc"]
    attributes, data = library.read(json.dumps(entry["event"]).encode())
    assert attributes == {name: sent[name] for name in sent if name not in ("time", "data")}
    assert data == {"n": [1, None]}


def test_bytes_stay_base64(dead_topic, directory):
    headers = {f"ce-{name}": value for name, value in event(1).items()}
    answer = dead_topic.post_events(b"\x00\xff", "application/octet-stream", headers)
    assert answer.status == 200, answer
    dead_topic.settle("dead", "reject", tokens(dead_topic.receive("dead")))
    assert eventually(lambda: entries(directory))
    (entry,) = entries(directory)
    assert entry["event"]["data_base64"] == "AP8="
    assert library.read(json.dumps(entry["event"]).encode())[1] == b"\x00\xff"


def test_release_of_the_last_delivery_dead_letters(topic, directory):
    put_queue(topic, dead_letter_directory(directory), deliveries=2)
    topic.publish(event(1))
    for _ in range(2):
        topic.settle("dead", "release", tokens(topic.receive("dead")))
    assert eventually(lambda: entries(directory))
    told = entries(directory)[0]["deadLetterProperties"]
    assert (told["deadletterreason"], told["deliveryattempts"]) == (EXCEEDED, 2)
    assert told["deliveryresult"] == "Event was not acknowledged nor rejected."


def test_azure_consumer_that_rejects_dead_letters(dead_topic, directory):
    connection = (dead_topic.broker.url, AzureKeyCredential("any"))
    names = {"namespace_topic": dead_topic.name}
    with EventGridPublisherClient(*connection, **names) as publisher:
        publisher.send([CloudEvent(id=i, source="/s", type="t", data={"id": i}) for i in "ab"])
    with EventGridConsumerClient(*connection, **names, subscription="dead") as consumer:
        details = consumer.receive(max_events=2, max_wait_time=5)
        locks = {detail.event.id: detail.broker_properties.lock_token for detail in details}
        result = consumer.reject(lock_tokens=[locks["b"]])
        assert result.succeeded_lock_tokens == [locks["b"]]
    assert eventually(lambda: entries(directory))
    (entry,) = entries(directory)
    read = CloudEvent.from_dict(entry["event"])
    assert (read.id, read.data) == ("b", {"id": "b"})
    assert entry["deadLetterProperties"]["deadletterreason"] == REJECTED


def test_blob_storage_is_refused_and_the_others_are_named(topic):
    destination = dead_letter("StorageBlob", resourceId="/x", blobContainerName="dead")
    for answer in (
        put_queue(topic, destination),
        PushSubscription(topic).put("http://192.0.2.1/", **destination),
    ):
        assert_error(answer, 400, "BadRequest", "Directory.*NamespaceTopic")


@pytest.mark.parametrize("path", ["relative/path", "", None])
def test_directory_without_an_absolute_path_is_refused(topic, path):
    assert_error(put_queue(topic, dead_letter("Directory", path=path)), 400, "BadRequest", "path")


# Redrive


@pytest.fixture
def gridlog(broker):
    return Command(broker.url)


def assert_back(topic, *wanted):
    """`dead` has events with these ids, for the first time; the other subscription has none."""
    deliveries = topic.receive("dead")
    assert sorted(identifiers(deliveries)) == sorted(wanted)
    counts = {delivery["brokerProperties"]["deliveryCount"] for delivery in deliveries}
    assert counts == ({1} if wanted else set())
    assert topic.receive("sub") == []
    topic.settle("dead", "acknowledge", tokens(deliveries))


def take_originals(topic):
    topic.settle("sub", "acknowledge", tokens(topic.drain("sub")))


def test_redrive_counts_first_and_puts_back_to_this_subscription_only(dead_topic, directory):
    reject(dead_topic, *[event(n, data={"n": n}) for n in range(3)])
    take_originals(dead_topic)
    assert redrive(dead_topic, {"all": True}, "?dryRun=true") == {"count": 3}
    assert_back(dead_topic)
    assert redrive(dead_topic, {"all": True}) == {"count": 3}
    assert_back(dead_topic, "0", "1", "2")
    assert redrive(dead_topic, {"all": True}) == {"count": 0}
    kept = entries(directory)
    assert [entry["deadLetterProperties"]["redriven"] for entry in kept] == ["true"] * 3
    assert sorted(entry["event"]["data"]["n"] for entry in kept) == [0, 1, 2]


def test_redrive_of_ids_leaves_the_others(dead_topic):
    reject(dead_topic, *[event(n) for n in range(4)])
    take_originals(dead_topic)
    assert redrive(dead_topic, {"ids": ["1", "3", "unknown"]}) == {"count": 2}
    assert_back(dead_topic, "1", "3")
    assert redrive(dead_topic, {"all": True}, "?dryRun=true") == {"count": 2}


def test_redrive_until_a_time_leaves_what_came_later(dead_topic, directory):
    reject(dead_topic, event("early"))
    (entry,) = entries(directory)
    until = entry["deadLetterProperties"]["deadletterutc"]
    reject(dead_topic, event("late"))
    take_originals(dead_topic)
    assert redrive(dead_topic, {"all": True, "until": "2026-01-02T03:04:05Z"}) == {"count": 0}
    assert redrive(dead_topic, {"all": True, "until": until}) == {"count": 1}
    assert_back(dead_topic, "early")


def test_redriven_event_that_fails_again_is_dead_lettered_again(dead_topic, directory):
    reject(dead_topic, event(1))
    redrive(dead_topic, {"all": True})
    dead_topic.settle("dead", "reject", tokens(dead_topic.receive("dead")))
    assert eventually(lambda: len(entries(directory)) == 2)
    take_originals(dead_topic)
    assert redrive(dead_topic, {"all": True}) == {"count": 1}
    assert_back(dead_topic, "1")


def test_redrive_outlasts_a_kill(launch, directory):
    running = launch()
    topic = running.put_topic("orders")
    put_queue(topic, dead_letter_directory(directory))
    topic.put_subscription("sub")
    reject(topic, event(1), event(2))
    take_originals(topic)
    assert redrive(topic, {"ids": ["1"]}) == {"count": 1}
    running.kill()
    topic.broker = launch(data=running.data)
    assert_back(topic, "1")
    assert redrive(topic, {"all": True}) == {"count": 1}
    assert_back(topic, "2")


@pytest.mark.parametrize(
    "body", [{}, {"ids": ["1"], "all": True}, {"all": False}, {"ids": "1"}, []], ids=json.dumps
)
def test_redrive_without_a_clear_choice_is_refused(dead_topic, body):
    path = f"{dead_topic.subscription_path('dead')}:redrive"
    assert_error(dead_topic.broker.request("POST", path, body), 400, "BadRequest")


def test_redrive_without_a_destination_is_refused(topic):
    path = f"{topic.subscription_path('sub')}:redrive"
    answer = topic.broker.request("POST", path, {"all": True})
    assert_error(answer, 409, "Conflict", "dead-letter")


def test_command_redrives(dead_topic, gridlog):
    reject(dead_topic, *[event(n) for n in range(3)])
    take_originals(dead_topic)
    arguments = ("redrive", dead_topic.name, "dead")
    assert gridlog.document(*arguments, "--all", "--dry-run") == {"count": 3}
    assert_back(dead_topic)
    assert gridlog.document(*arguments, "--id", "1") == {"count": 1}
    assert_back(dead_topic, "1")
    assert "2 events put back" in gridlog(*arguments, "--all")
    assert_back(dead_topic, "0", "2")
    gridlog(*arguments, status=64)


def test_command_makes_the_destination(topic, gridlog, directory):
    arguments = ("subscription", "create", topic.name, "dead")
    gridlog(*arguments, "--dead-letter-directory", str(directory))
    reject(topic, event(1))
    assert [entry["event"]["id"] for entry in entries(directory)] == ["1"]


def test_redriven_event_is_pushed_as_a_new_one(push_topic, webhook, directory):
    subscription = PushSubscription(push_topic)
    subscription.created(webhook.url, **dead_letter_directory(directory))
    webhook.replies.extend([Reply(500), Reply(400)])
    push_topic.publish(event(1, data={"a": 1}))
    subscription.waits_for("deadLettered", 1)
    assert redrive(push_topic, {"all": True}, name="push") == {"count": 1}
    requests = webhook.wait(3)
    assert [request.attempts for request in requests] == [0, 1, 0]
    assert requests[0].json == requests[2].json
    subscription.waits_for("delivered", 1)


# Another topic


@pytest.fixture
def graveyard(broker, topic, topic_name):
    """A topic with a queue subscription `sub`, where the dead letters of `dead` of the other go."""
    created = broker.put_topic(f"{topic_name}-dead")
    created.put_subscription("sub")
    answer = put_queue(topic, dead_letter("NamespaceTopic", resourceId=created.path))
    assert answer.status == 201, answer
    yield created
    broker.request("DELETE", topic.subscription_path("dead"))
    broker.request("DELETE", created.path)


def test_dead_letter_is_an_event_of_the_other_topic_with_extensions(topic, graveyard):
    sent = event(1, subject="s", myext="v", data={"a": 1})
    reject(topic, sent)
    (delivery,) = graveyard.receive("sub", wait=5)
    got = delivery["event"]
    assert {name: got[name] for name in sent} == sent
    told = {name: value for name, value in got.items() if name not in sent}
    assert told["deadletterreason"] == REJECTED
    assert told["deliveryattempts"] == 1
    assert told["lastdeliveryoutcome"]
    assert TIME.fullmatch(told["publishtime"]) and TIME.fullmatch(told["lastdeliveryattempttime"])
    attributes, _ = library.read(json.dumps(got).encode())
    assert attributes["deadletterreason"] == REJECTED


def test_redrive_from_a_topic_takes_the_extensions_away(topic, graveyard):
    sent = [event(n, data={"n": n}) for n in range(3)]
    reject(topic, *sent)
    take_originals(topic)
    assert redrive(topic, {"all": True}, "?dryRun=true") == {"count": 3}
    assert redrive(topic, {"ids": ["0"]}) == {"count": 1}
    (delivery,) = topic.receive("dead")
    assert delivery["event"] == sent[0]
    topic.settle("dead", "acknowledge", tokens([delivery]))
    assert redrive(topic, {"all": True}) == {"count": 2}
    assert_back(topic, "1", "2")
    assert redrive(topic, {"all": True}) == {"count": 0}
    assert len(graveyard.drain("sub")) == 3


def test_redrive_from_a_topic_gives_back_extensions_that_were_the_publishers(topic, graveyard):
    sent = event(1, publishtime="2026-01-02", deadletterreason="none of yours")
    reject(topic, sent)
    assert redrive(topic, {"all": True}) == {"count": 1}
    (delivery,) = topic.receive("dead")
    assert delivery["event"] == sent


def test_topic_that_cannot_take_dead_letters_is_refused(topic):
    """Its own would come back again and again."""
    answer = put_queue(topic, dead_letter("NamespaceTopic", resourceId=topic.path))
    assert_error(answer, 400, "BadRequest", topic.name)


def test_topic_that_is_not_there_is_refused(topic):
    answer = put_queue(topic, dead_letter("NamespaceTopic", resourceId="/topics/no-such-topic"))
    assert answer.status in (400, 404), answer
    assert "no-such-topic" in answer.json["error"]["message"]
