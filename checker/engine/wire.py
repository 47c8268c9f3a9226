"""What passes between the checker and the processes that carry out runs: messages, answers, the seal of a report."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

REPORT_LIMIT = 8_000_000  # bytes; an honest report has a few thousand
READY = b"ready"
_LENGTH = 4  # bytes that say how long a message is


def send_message(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send a request, or ``{"stop": key}`` for the one under way: its length, then JSON. Raises OSError."""
    data = json.dumps(message).encode()
    connection.sendall(len(data).to_bytes(_LENGTH, "big") + data)


def receive_message(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None once the checker has ended, in whatever way. Nothing is read ahead of it."""
    try:
        length = int.from_bytes(connection.recv(_LENGTH, socket.MSG_WAITALL), "big")
        data = connection.recv(length, socket.MSG_WAITALL) if length else b""
    except OSError:
        return None
    return dict(json.loads(data)) if data else None


def seal(key: str) -> bytes:
    """The line that ends a whole report."""
    return json.dumps([key, "seal"]).encode() + b"\n"


def next_request(connection: socket.socket) -> dict[str, Any] | None:
    """The next request, or None. A stop that comes here is late: its run has ended by itself."""
    message = receive_message(connection)
    while message and "stop" in message:
        message = receive_message(connection)
    return message


def answer(connection: socket.socket, header: dict[str, Any], report: bytes) -> None:
    """Send what came of a run: a line of JSON, then the report."""
    data = json.dumps({**header, "size": len(report)}).encode() + b"\n" + report
    with contextlib.suppress(OSError):  # the checker is gone, and with it the next request
        connection.sendall(data)
