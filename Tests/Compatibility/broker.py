"""The real binary as a child process, and plain HTTP to it."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("GRIDLOG_BINARY", REPOSITORY / ".build/release/gridlog")).resolve()

START_SECONDS = 20
STOP_SECONDS = 15
ANSWER_SECONDS = 30

READY = re.compile(r"gridlog listening on http://(?P<host>\[[0-9a-f:]+\]|[^:]+):(?P<port>\d+)\n")


class Answer:
    """What the server answered: the status, the headers and the body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


class Refused(Exception):
    """The process ended before it was ready."""

    def __init__(self, status, output, errors, seconds):
        super().__init__(f"exit status {status} after {seconds:.2f} s: {output}{errors}")
        self.status, self.output, self.errors, self.seconds = status, output, errors, seconds


class Broker:
    """`gridlog serve` on a free port of the loopback, with its own data directory."""

    def __init__(self, data, *arguments, port=0):
        self.data = pathlib.Path(data)
        self.arguments = list(arguments)
        self.wanted_port = port
        self.process = None

    def start(self):
        """Returns when the server says that it is ready."""
        command = [BINARY, "serve", "--data", self.data, "--port", str(self.wanted_port), *self.arguments]
        self.log = open(f"{self.data}.log", "ab")
        log_start = self.log.tell()
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log
        )
        line = self._first_line(begin + START_SECONDS)
        ready = READY.fullmatch(line)
        if ready is None:
            try:
                status = self.process.wait(timeout=STOP_SECONDS)
            finally:
                self.kill()
            seconds = time.monotonic() - begin
            errors = pathlib.Path(self.log.name).read_bytes()[log_start:].decode()
            raise Refused(status, line, errors, seconds)
        self.host, self.port = ready["host"], int(ready["port"])
        self.url = f"http://{self.host}:{self.port}"
        return self

    def _first_line(self, deadline):
        output = self.process.stdout.fileno()
        line = b""
        while not line.endswith(b"\n") and time.monotonic() < deadline:
            if select.select([output], [], [], 0.1)[0]:
                byte = os.read(output, 1)
                if not byte:
                    break
                line += byte
        return line.decode()

    def stop(self):
        """SIGTERM; the process has to end with 0, soon, and without a second line on its output."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOP_SECONDS)
        finally:
            rest = self.kill()
        assert status == 0, f"exit status {status} after SIGTERM"
        assert rest == b"", f"more than one line on standard output: {rest!r}"

    def kill(self):
        """SIGKILL, if it still runs. Returns what was left on its output."""
        if self.process is None:
            return b""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=STOP_SECONDS)
        with self.process.stdout as output:
            rest = output.read()
        self.process = None
        self.log.close()
        return rest

    @property
    def keys(self):
        return json.loads((self.data / "keys.json").read_text())

    def connection(self, timeout=ANSWER_SECONDS):
        return contextlib.closing(http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=timeout))

    def request(self, method, path, body=None, headers=None, timeout=ANSWER_SECONDS):
        """One request on a connection of its own. A body that is no bytes is sent as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        with self.connection(timeout) as connection:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())

    def put_topic(self, name, headers=None, **properties):
        answer = self.request("PUT", f"/topics/{name}", {"properties": properties}, headers)
        assert answer.status in (200, 201), answer
        return Topic(self, name)


class Topic:
    """A topic of a broker, over plain HTTP."""

    def __init__(self, broker, name):
        self.broker, self.name = broker, name
        self.path = f"/topics/{name}"

    def put_subscription(self, name, lock=60, deliveries=10, types=None, headers=None):
        queue = {"receiveLockDurationInSeconds": lock, "maxDeliveryCount": deliveries}
        properties = {"deliveryConfiguration": {"deliveryMode": "Queue", "queue": queue}}
        if types is not None:
            properties["filtersConfiguration"] = {"includedEventTypes": types}
        answer = self.broker.request("PUT", self.subscription_path(name), {"properties": properties}, headers)
        assert answer.status in (200, 201), answer
        return name

    def subscription_path(self, subscription):
        return f"{self.path}/eventsubscriptions/{subscription}"

    def post_events(self, body, content_type="application/cloudevents-batch+json; charset=utf-8", headers=None):
        headers = {**(headers or {}), **({"Content-Type": content_type} if content_type else {})}
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        return self.broker.request("POST", f"{self.path}:publish?api-version=2024-06-01", body, headers)

    def publish(self, *events, headers=None):
        answer = self.post_events(list(events), headers=headers)
        assert answer.status == 200 and answer.json == {}, answer

    def receive(self, subscription, most=100, wait=0, timeout=ANSWER_SECONDS):
        query = f"api-version=2024-06-01&maxEvents={most}&maxWaitTime={wait}"
        path = f"{self.subscription_path(subscription)}:receive?{query}"
        answer = self.broker.request("POST", path, b"", timeout=wait + timeout)
        assert answer.status == 200, answer
        return answer.json["value"]

    def settle(self, subscription, verb, tokens, query=""):
        path = f"{self.subscription_path(subscription)}:{verb}?api-version=2024-06-01{query}"
        return self.broker.request("POST", path, {"lockTokens": tokens})

    def drain(self, subscription, seconds=10):
        """Receives until nothing is available; the deliveries, none of which is settled."""
        deliveries = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            batch = self.receive(subscription)
            if not batch:
                return deliveries
            deliveries += batch
        raise AssertionError("the subscription does not run empty")


def event(identifier, **members):
    """An event with what it must have."""
    return {"specversion": "1.0", "id": str(identifier), "source": "/test", "type": "com.example.test", **members}


def tokens(deliveries):
    return [delivery["brokerProperties"]["lockToken"] for delivery in deliveries]


def identifiers(deliveries):
    return [delivery["event"]["id"] for delivery in deliveries]


def assert_error(answer, status, code, text=None):
    """The error body, the header that repeats its code, and words for a human."""
    assert answer.status == status, answer
    error = answer.json["error"]
    assert error["code"] == code, answer
    assert answer.headers["x-ms-error-code"] == code, answer
    assert error["message"], answer
    if text is not None:
        assert re.search(text, error["message"]), f"{text!r} is not in {error['message']!r}"


def eventually(condition, seconds=5.0, every=0.02):
    """Waits until the condition holds; its last value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return value
