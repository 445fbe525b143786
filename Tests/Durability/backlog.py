"""Many events of 1 KiB, published and consumed fast enough that the broker and not the client is what is measured."""

import base64
import concurrent.futures
import multiprocessing
import re
import socket
import struct
import threading
import time

from broker import Broker

EVENT_BYTES = 1024
SOCKET_SECONDS = 60
LOCK_SECONDS = 300
MEBIBYTE = 1 << 20

TOKEN = re.compile(rb'"lockToken":"([\w-]+)"')
ROLLUP = re.compile(r"^(Rss|Anonymous|Pss_Anon):\s+(\d+) kB$", re.MULTILINE)
STATUS_AND_LENGTH = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\ncontent-length: (\d+)\r\n", re.DOTALL | re.IGNORECASE)


class Memory:
    """What a process uses, in bytes: its own (anonymous) memory, and all that is resident, mapped files included."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            sizes = {name: int(size) << 10 for name, size in ROLLUP.findall(file.read())}
        self.resident, self.anonymous = sizes["Rss"], sizes["Anonymous"]


class PeakMemory(threading.Thread):
    """Looks at a process from time to time; the most anonymous memory that was seen."""

    EVERY_SECONDS = 0.5

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.anonymous, self.done = pid, 0, threading.Event()

    def run(self):
        while not self.done.wait(self.EVERY_SECONDS):
            self.anonymous = max(self.anonymous, Memory(self.pid).anonymous)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()
        self.anonymous = max(self.anonymous, Memory(self.pid).anonymous)


class Connection:
    """A keep-alive connection that sends prepared requests."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=SOCKET_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def exchange(self, request):
        self.socket.sendall(request)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        status, length = STATUS_AND_LENGTH.match(received).groups()
        while len(received) < end + 4 + int(length):
            received += self._more()
        body = bytes(received[end + 4 :])
        assert status == b"200", (status, body[:500])
        return body

    def _more(self):
        data = self.socket.recv(MEBIBYTE)
        assert data, "the connection ended"
        return data


def post(path, body=b"", content_type="application/json"):
    fields = ["Host: gridlog", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([f"POST {path} HTTP/1.1", *fields, "", ""]).encode() + body


def event_of_a_kibibyte(number):
    head = f'{{"specversion":"1.0","id":"{number:06}","source":"/backlog","type":"com.example.backlog","data":"'
    return (head + "x" * (EVENT_BYTES - len(head) - 2) + '"}').encode()


def publish(address, path, count, batch):
    """Publishes exactly so many events on one connection. Every request has the same bytes."""
    body = b"[" + b",".join(map(event_of_a_kibibyte, range(batch))) + b"]"
    assert count % batch == 0
    request = post(f"{path}:publish", body, "application/cloudevents-batch+json; charset=utf-8")
    with Connection(address) as connection:
        for _ in range(count // batch):
            connection.exchange(request)


def sequence(token):
    """The first 8 bytes of a lock token (DeliveryIndex/FORMAT.md section 4)."""
    return struct.unpack(">Q", base64.urlsafe_b64decode(token[:12])[:8])[0]


def receive(connection, path, most=100, wait=0):
    """The lock tokens of what was received."""
    return TOKEN.findall(connection.exchange(post(f"{path}:receive?maxEvents={most}&maxWaitTime={wait}")))


def settle(connection, path, verb, tokens):
    """All of them must succeed."""
    answer = connection.exchange(post(f"{path}:{verb}", b'{"lockTokens":["' + b'","'.join(tokens) + b'"]}'))
    assert b'"failedLockTokens":[]' in answer, answer[-500:]


def consume(address, path, remaining):
    """Receives and acknowledges until the shared number of remaining events is zero. Count and sum of the sequences."""
    count = total = 0
    with Connection(address) as connection:
        while True:
            with remaining.get_lock():
                most = min(100, remaining.value)
                remaining.value -= most
            if most == 0:
                return count, total
            while most:
                tokens = receive(connection, path, most, wait=10)
                assert tokens, "nothing was received for ten seconds"
                settle(connection, path, "acknowledge", tokens)
                most -= len(tokens)
                count += len(tokens)
                total += sum(map(sequence, tokens))


def _consume_in_a_process(address, path, remaining, results):
    results.put(consume(address, path, remaining))


class Backlog:
    """A broker with one topic and one event subscription; how many events were published and acknowledged."""

    CONNECTIONS = 4
    CONSUMERS = 3

    def __init__(self, data):
        self.broker = Broker(data)
        self.broker.start()
        self.topic = self.broker.put_topic("backlog")
        self.topic.put_subscription("reader", lock=LOCK_SECONDS)
        self.path = self.topic.subscription_path("reader")
        self.published = self.acknowledged = 0

    @property
    def address(self):
        return self.broker.host, self.broker.port

    @property
    def pid(self):
        return self.broker.process.pid

    @property
    def memory(self):
        return Memory(self.pid)

    def publish(self, count, batch):
        """Exactly so many events, over several connections."""
        batches = count // batch
        shares = [batches // self.CONNECTIONS + (n < batches % self.CONNECTIONS) for n in range(self.CONNECTIONS)]
        with concurrent.futures.ThreadPoolExecutor(self.CONNECTIONS) as pool:
            for done in [pool.submit(publish, self.address, self.topic.path, n * batch, batch) for n in shares]:
                done.result()
        self.published += batches * batch

    def acknowledge(self, count):
        """Receives and acknowledges exactly the next so many events."""
        context = multiprocessing.get_context("fork")
        remaining, results = context.Value("q", count), context.SimpleQueue()
        arguments = (self.address, self.path, remaining, results)
        consumers = [context.Process(target=_consume_in_a_process, args=arguments) for _ in range(self.CONSUMERS)]
        for consumer in consumers:
            consumer.start()
        for consumer in consumers:
            consumer.join()
            assert consumer.exitcode == 0, "a consumer failed"
        answers = [results.get() for _ in consumers]
        first, last = self.acknowledged + 1, self.acknowledged + count
        assert sum(number for number, _ in answers) == count
        assert sum(total for _, total in answers) == (first + last) * count // 2, "other events than the next came"
        self.acknowledged = last

    def check_count(self):
        """The next event gets the sequence after those that were published: there are as many as were counted."""
        self.topic.put_subscription("check")
        self.publish(1, 1)
        (delivery,) = self.topic.receive("check", wait=5)
        assert sequence(delivery["brokerProperties"]["lockToken"]) == self.published
        answer = self.broker.request("DELETE", self.topic.subscription_path("check"))
        assert answer.status == 204, answer

    def start_again(self, ending, meanwhile=lambda: None):
        """Seconds from the start of the process to the line that says it is ready."""
        getattr(self.broker, ending)()
        meanwhile()
        begin = time.monotonic()
        self.broker.start()
        return time.monotonic() - begin

    def restart(self, ending, meanwhile=lambda: None):
        """Seconds from the start of the process to the first received event. It is the next one, and acknowledged.

        :param meanwhile: called while the process does not run.
        """
        seconds = self.start_again(ending, meanwhile)
        begin = time.monotonic()
        (delivery,) = self.topic.receive("reader", most=1, wait=30)
        seconds += time.monotonic() - begin
        token = delivery["brokerProperties"]["lockToken"]
        assert sequence(token) == self.acknowledged + 1
        assert self.topic.settle("reader", "acknowledge", [token]).json["succeededLockTokens"] == [token]
        self.acknowledged += 1
        return seconds
