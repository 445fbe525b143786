"""A webhook of another make: Flask on a free port of the loopback, which answers as a test says."""

import collections
import dataclasses
import json
import logging
import os
import socket
import struct
import threading
import time

import flask
import werkzeug.serving

from broker import eventually

ORIGIN = "eventgrid.azure.net"
ALLOW = ("--allow-webhook-to", "127.0.0.0/8")

logging.getLogger("werkzeug").setLevel(logging.ERROR)


@dataclasses.dataclass
class Reply:
    """What a delivery is answered."""

    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: str = ""
    # In seconds, before the answer.
    delay: float = 0
    # Sent as it is; then the connection is reset.
    reset_after: bytes | None = None


@dataclasses.dataclass
class Received:
    """A request as it came; names of headers are in lower case."""

    method: str
    target: str
    headers: dict
    body: bytes
    time: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def attempts(self):
        """How many attempts were made before, as the request says."""
        return int(self.headers["aeg-delivery-count"])

    @property
    def kind(self):
        return self.headers.get("aeg-event-type", self.method)


class Handler(werkzeug.serving.WSGIRequestHandler):
    """Leaves a connection alone that was reset on purpose."""

    def connection_dropped(self, error, environ=None):
        self.close_connection = True


class Webhook:
    """Records all requests. A delivery gets the next reply, or the default one.

    A reply may be a function of the request."""

    def __init__(self):
        # How it agrees to get events: `cloudevents`, `eventgrid`, `by hand`, or not at all: `none`.
        self.handshake = "cloudevents"
        self.allowed_origin = ORIGIN
        self.handshake_status = 200
        self.replies = collections.deque()
        self.default = Reply()
        self.requests = []
        app = flask.Flask(__name__)
        # So that the server, not the application, sees a connection that was reset on purpose.
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.before_request(self._serve)
        self.server = werkzeug.serving.make_server(
            "127.0.0.1", 0, app, threaded=True, request_handler=Handler
        )
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def of_kind(self, kind):
        return [request for request in list(self.requests) if request.kind == kind]

    @property
    def deliveries(self):
        return self.of_kind("Notification")

    @property
    def identifiers(self):
        """The ids of the events that were delivered, one a request, in their order."""
        return [delivery.json["id"] for delivery in self.deliveries]

    def wait(self, count, seconds=5.0):
        """The deliveries, when there are so many."""
        eventually(lambda: len(self.deliveries) >= count, seconds)
        deliveries = self.deliveries
        assert len(deliveries) >= count, f"{len(deliveries)} deliveries, not {count}"
        return deliveries

    def _serve(self):
        request = flask.request
        headers = {name.lower(): value for name, value in request.headers}
        received = Received(request.method, request.full_path, headers, request.get_data())
        self.requests.append(received)
        if received.kind == "OPTIONS":
            return self._options()
        if received.kind == "SubscriptionValidation":
            return self._validation(received)
        reply = self.replies.popleft() if self.replies else self.default
        return self._answer(reply(received) if callable(reply) else reply)

    def _options(self):
        if self.handshake != "cloudevents":
            return flask.Response(status=404)
        return flask.Response(
            status=self.handshake_status, headers={"WebHook-Allowed-Origin": self.allowed_origin}
        )

    def _validation(self, received):
        if self.handshake == "eventgrid":
            code = received.json[0]["data"]["validationCode"]
            return flask.Response(
                json.dumps({"validationResponse": code}),
                status=self.handshake_status,
                mimetype="application/json",
            )
        return flask.Response(status=200 if self.handshake == "by hand" else 404)

    def _answer(self, reply):
        time.sleep(reply.delay)
        if reply.reset_after is None:
            return flask.Response(reply.body, reply.status, reply.headers)
        connection = flask.request.environ["werkzeug.socket"]
        if reply.reset_after:
            connection.sendall(reply.reset_after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())
        raise ConnectionResetError


class PushSubscription:
    """A push subscription of a topic, over plain HTTP."""

    def __init__(self, topic, name="push"):
        self.topic, self.name = topic, name
        self.path = topic.subscription_path(name)

    def request(self, method, suffix="", body=None, headers=None):
        return self.topic.broker.request(method, self.path + suffix, body, headers)

    def put(self, url, webhook=None, headers=None, **push):
        """The answer; `webhook` is for properties of the endpoint, `push` for those beside it."""
        properties = {"endpointUrl": url, **(webhook or {})}
        push["destination"] = {"endpointType": "WebHook", "properties": properties}
        return self.request("PUT", "", delivery_document("Push", push), headers)

    def created(self, *arguments, **options):
        answer = self.put(*arguments, **options)
        assert answer.status == 201, answer
        return self

    def patch(self, **push):
        answer = self.request("PATCH", "", delivery_document("Push", push))
        assert answer.status == 200, answer

    def properties(self, headers=None):
        answer = self.request("GET", headers=headers)
        assert answer.status == 200, answer
        return answer.json["properties"]

    def counter(self, name):
        return self.properties()["counters"][name]

    def waits_for(self, name, count, seconds=5.0):
        """Returns when a counter has a value."""
        assert eventually(lambda: self.counter(name) == count, seconds), self.properties()

    def waiting(self):
        """The events that are not settled."""
        answer = self.request("GET", "/events?top=100")
        assert answer.status == 200, answer
        return answer.json["value"]


def delivery_document(mode, settings):
    """The body of a subscription; `settings` are those of `mode`."""
    delivery = {"deliveryMode": mode, mode.lower(): settings}
    return {"properties": {"deliveryConfiguration": delivery}}


def dead_letter_directory(path):
    return dead_letter("Directory", path=str(path))


def dead_letter(kind, **properties):
    """The member of a delivery that says where dead letters go."""
    destination = {"endpointType": kind, "properties": properties}
    return {"deadLetterDestinationWithResourceIdentity": {"deadLetterDestination": destination}}
