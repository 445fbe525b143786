"""The two interfaces of the CloudEvents library for Python behind one set of names."""

import datetime
import importlib.metadata
import json

VERSION = importlib.metadata.version("cloudevents")

if VERSION.startswith("1."):
    from cloudevents.conversion import to_binary, to_structured
    from cloudevents.http import CloudEvent, from_json

    ENCODES_HEADERS = False
    TIME = "2026-01-02T03:04:05.678901+00:00"

    def make(attributes, data):
        return CloudEvent(dict(attributes), data)

    def structured(event):
        """Headers and body."""
        return to_structured(event)

    def binary(event):
        """Headers and body."""
        return to_binary(event)

    def read(text):
        """Attributes, without the time, and data of an event's JSON."""
        event = from_json(text)
        return {name: value for name, value in event.get_attributes().items() if name != "time"}, event.data

else:
    from cloudevents.core.bindings import http
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    ENCODES_HEADERS = True
    TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)

    def make(attributes, data):
        return CloudEvent(dict(attributes), data)

    def structured(event):
        """Headers and body."""
        message = http.to_structured_event(event)
        return message.headers, message.body

    def binary(event):
        """Headers and body."""
        message = http.to_binary_event(event)
        return message.headers, message.body

    def read(text):
        """Attributes, without the time, and data of an event's JSON."""
        event = JSONFormat().read(None, text)
        attributes = {name: value for name, value in event.get_attributes().items() if name != "time"}
        return {name: value for name, value in attributes.items() if value is not None}, event.get_data()


def batch(events):
    """Headers and body of a batch, which the library leaves to its users."""
    bodies = [json.loads(structured(event)[1]) for event in events]
    return {"Content-Type": "application/cloudevents-batch+json"}, json.dumps(bodies).encode()
