"""HTTP itself: paths, methods, framing, and what a sloppy or hostile client sends."""

import json
import socket
import time

import pytest

from broker import Answer, assert_error, event, identifiers

BATCH = "application/cloudevents-batch+json"


class Wire:
    """A bare connection, to write what no HTTP library writes."""

    def __init__(self, broker):
        self.socket = socket.create_connection((broker.host.strip("[]"), broker.port), timeout=20)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def write(self, data):
        self.socket.sendall(data)

    def answer(self):
        status = int(self.input.readline().split(b" ")[1])
        headers = []
        while (line := self.input.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers.append((name, value.strip()))
        length = int(dict((name.lower(), value) for name, value in headers).get("content-length", 0))
        return Answer(status, headers, self.input.read(length))


def publish_head(topic, rest):
    return f"POST {topic.path}:publish HTTP/1.1\r\nHost: h\r\nContent-Type: {BATCH}\r\n{rest}".encode()


def publish_request(topic, *events, extra=""):
    body = json.dumps(list(events)).encode()
    return publish_head(topic, f"{extra}Content-Length: {len(body)}\r\n\r\n") + body


def receive_request(topic, most=100):
    path = f"{topic.subscription_path('sub')}:receive?maxEvents={most}&maxWaitTime=0"
    return f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    "path",
    [
        "/Topics/{t}:Publish", "/TOPICS/{t}:PUBLISH", "/topics/{t}:publish?api-Version=2023-11-01",
        "/topics/{t}:publish?api-version=anything", "/topics/{e}:publish", "/ns1/topics/{t}:publish",
        "/a/b/topics/{t}:publish",
    ],
)
def test_publish_path_is_read_tolerantly(topic, path):
    encoded = "".join(f"%{ord(letter):02x}" for letter in topic.name)
    path = path.format(t=topic.name, e=encoded)
    answer = topic.broker.request("POST", path, json.dumps([event(1)]).encode(), {"Content-Type": BATCH})
    assert answer.status == 200, answer
    assert identifiers(topic.receive("sub")) == ["1"]


@pytest.mark.parametrize(
    "path",
    [
        "/topics/{t}/EventSubscriptions/sub:Receive", "/Topics/{t}/EVENTSUBSCRIPTIONS/%73ub:receive",
        "/ns1/topics/{t}/eventSubscriptions/sub:RECEIVE",
    ],
)
def test_receive_path_is_read_tolerantly(topic, path):
    topic.publish(event(1))
    answer = topic.broker.request("POST", path.format(t=topic.name) + "?maxWaitTime=0", b"")
    assert identifiers(answer.json["value"]) == ["1"]


@pytest.mark.parametrize("verb", ["renewlock", "RenewLock", "RENEWLOCK", "Acknowledge"])
def test_verb_is_read_without_regard_to_case(topic, verb):
    assert topic.settle("sub", verb, []).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("verb", [":publish", "/eventsubscriptions/sub:receive"])
def test_other_methods_on_the_data_plane_are_not_allowed(topic, method, verb):
    answer = topic.broker.request(method, topic.path + verb)
    assert_error(answer, 405, "MethodNotAllowed")
    assert "POST" in answer.headers["allow"]


def test_head_has_the_headers_and_no_body(topic):
    with Wire(topic.broker) as wire:
        wire.write(f"HEAD {topic.path}:publish HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        status = wire.input.readline()
        assert b" 405 " in status
        headers = b""
        while (line := wire.input.readline()) not in (b"\r\n", b""):
            headers += line.lower()
        assert b"x-ms-error-code: methodnotallowed" in headers
        wire.write(publish_request(topic, event(1)))
        assert wire.answer().json == {}


@pytest.mark.parametrize(
    "path", ["/", "/nonsense", "/topics/{t}:nonsense", "/topics/{t}/eventsubscriptions/sub:publish", "/topics/{t}/x/y"]
)
def test_unknown_route_is_not_found(topic, path):
    assert_error(topic.broker.request("POST", path.format(t=topic.name), b""), 404, "ResourceNotFound")


def test_pipelined_requests_are_answered_in_order(topic):
    with Wire(topic.broker) as wire:
        unknown = publish_request(topic, event("x")).replace(topic.name.encode(), b"no-such-topic", 1)
        wire.write(
            publish_request(topic, event(1), event(2)) + unknown + receive_request(topic)
            + publish_request(topic, {"foo": 1}) + publish_request(topic, event(3)) + receive_request(topic)
        )
        assert wire.answer().json == {}
        assert_error(wire.answer(), 404, "ResourceNotFound")
        assert sorted(identifiers(wire.answer().json["value"])) == ["1", "2"]
        assert_error(wire.answer(), 400, "BadRequest")
        assert wire.answer().json == {}
        assert identifiers(wire.answer().json["value"]) == ["3"]


def test_hundred_pipelined_publishes_are_all_answered(topic):
    with Wire(topic.broker) as wire:
        wire.write(b"".join(publish_request(topic, event(n)) for n in range(100)))
        assert [wire.answer().status for _ in range(100)] == [200] * 100
    assert len(topic.drain("sub")) == 100


def test_chunked_body_is_read(topic):
    body = json.dumps([event(1, data="é" * 100)], ensure_ascii=False).encode()
    head = publish_head(topic, "Transfer-Encoding: chunked\r\n\r\n")
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    with Wire(topic.broker) as wire:
        wire.write(head + b"".join(f"{len(p):x}\r\n".encode() + p + b"\r\n" for p in pieces) + b"0\r\n\r\n")
        assert wire.answer().json == {}
        wire.write(receive_request(topic))
        assert identifiers(wire.answer().json["value"]) == ["1"]


def test_chunked_body_above_the_limit_is_too_large(topic):
    head = publish_head(topic, "Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with Wire(topic.broker) as wire:
        wire.write(head + chunk * 17 + b"0\r\n\r\n")
        assert_error(wire.answer(), 413, "PayloadTooLarge")


def test_expect_continue_is_answered(topic):
    body = json.dumps([event(1)]).encode()
    with Wire(topic.broker) as wire:
        wire.write(publish_head(topic, f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"))
        assert wire.answer().status == 100
        wire.write(body)
        assert wire.answer().json == {}


def test_request_in_small_pieces_is_read(topic):
    request = publish_request(topic, event(1))
    with Wire(topic.broker) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(request), 11):
            wire.write(request[start : start + 11])
            time.sleep(0.001)
        assert wire.answer().json == {}


def test_connection_goes_on_after_an_error(topic):
    with Wire(topic.broker) as wire:
        for _ in range(3):
            wire.write(publish_request(topic, {"foo": 1}))
            assert_error(wire.answer(), 400, "BadRequest")
            wire.write(publish_request(topic, event(1)))
            assert wire.answer().json == {}


def test_connection_close_is_honoured(topic):
    with Wire(topic.broker) as wire:
        wire.write(publish_request(topic, event(1), extra="Connection: close\r\n"))
        assert wire.answer().json == {}
        assert wire.input.read() == b""


@pytest.mark.parametrize(
    "junk",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\n", b"x" * 200_000],
    ids=["tls", "short", "version", "empty", "long"],
)
def test_junk_on_a_connection_harms_nobody(topic, junk):
    with Wire(topic.broker) as wire:
        try:
            wire.write(junk)
            wire.socket.shutdown(socket.SHUT_WR)
            wire.input.read()
        except OSError:
            pass
    topic.publish(event(1))


def test_body_that_is_cut_off_publishes_nothing(topic):
    with Wire(topic.broker) as wire:
        wire.write(publish_request(topic, event(1))[:-5])
        wire.socket.shutdown(socket.SHUT_WR)
        try:
            wire.input.read()
        except OSError:
            pass
    assert topic.receive("sub") == []


def test_client_request_id_does_no_harm(topic):
    headers = {"x-ms-client-request-id": "7d86c760-e604-11f1-981e-02fc00000001"}
    topic.publish(event(1), headers=headers)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers(broker, path):
    assert broker.request("GET", path).status == 200
