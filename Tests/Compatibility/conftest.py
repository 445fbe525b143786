"""Fixtures: a broker for all tests of a run, and a fresh topic for each."""

import itertools

import pytest

from broker import Broker
from launching import launch, pytest_configure  # noqa: F401

# The older CloudEvents library has an environment of its own, in which nothing else is installed.
try:
    import azure.eventgrid  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_azure_*.py", "test_push*.py", "test_dead_letter.py", "test_inspect_*.py"]
else:
    from webhook import ALLOW, Webhook

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    """A broker on the loopback, which needs no keys."""
    running = Broker(tmp_path_factory.mktemp("open") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def locked_broker(tmp_path_factory):
    """A broker that needs keys."""
    running = Broker(tmp_path_factory.mktemp("keys") / "data", "--require-keys").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def push_broker(tmp_path_factory):
    """A broker that needs no keys and may deliver to webhooks on the loopback."""
    running = Broker(tmp_path_factory.mktemp("push") / "data", *ALLOW).start()
    yield running
    running.stop()


@pytest.fixture
def webhook():
    """A webhook that agrees in the way of CloudEvents and accepts everything."""
    listening = Webhook()
    yield listening
    listening.stop()


@pytest.fixture
def topic_name():
    return f"topic-{next(_numbers)}"


@pytest.fixture
def topic(broker, topic_name):
    """A topic with one queue subscription, `sub`."""
    created = broker.put_topic(topic_name)
    created.put_subscription("sub")
    yield created
    broker.request("DELETE", created.path)


@pytest.fixture
def push_topic(push_broker, topic_name):
    """A topic without subscriptions, whose webhooks may be on the loopback."""
    created = push_broker.put_topic(topic_name)
    yield created
    push_broker.request("DELETE", created.path)
