"""HTTP/1.1 on a raw socket, for what the load does not do: locks that are kept, and receivers that wait."""

import re
import socket

from common.processes import MeasureError

TOKEN = re.compile(rb'"lockToken":"([^"]+)"')
STATUS_AND_LENGTH = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\ncontent-length: (\d+)\r\n", re.DOTALL | re.IGNORECASE)
SOCKET_SECONDS = 30


def post(path, body=b"", content_type="application/json"):
    fields = ["Host: 127.0.0.1", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([f"POST {path} HTTP/1.1", *fields, "", ""]).encode() + body


class Connection:
    """A kept-alive connection with one request under way at most. Every answer must be 200."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SOCKET_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, request):
        self.socket.sendall(request)

    def answer(self):
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = STATUS_AND_LENGTH.match(received)
        if not head:
            raise MeasureError(f"not an answer: {bytes(received[:200])}")
        status, length = head.groups()
        while len(received) < end + 4 + int(length):
            received += self._more()
        body = bytes(received[end + 4:])
        if status != b"200":
            raise MeasureError(f"answered {status.decode()}: {body[:200].decode(errors='replace')}")
        return body

    def receive(self, subscription, most=100, wait=0):
        """The lock tokens of what was received."""
        self.send(post(f"{subscription}:receive?maxEvents={most}&maxWaitTime={wait}"))
        return TOKEN.findall(self.answer())

    def acknowledge(self, subscription, tokens):
        """All of them must succeed."""
        self.send(post(f"{subscription}:acknowledge", b'{"lockTokens":["' + b'","'.join(tokens) + b'"]}'))
        if b'"failedLockTokens":[]' not in self.answer():
            raise MeasureError("lock tokens were lost: did their locks run out?")

    def _more(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise MeasureError("the server ended the connection")
        return data
