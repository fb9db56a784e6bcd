"""Corrections over HTTP, to and from their owner's own service; see `asking` for the addresses that may be asked."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tellapart.corrections.asking import KEY_HEADER, checked_address
from tellapart.corrections.correction import Correction
from tellapart.errors import CorrectionError
from tellapart.safe_text import harmless

_PATIENCE_S = 30.0
_MAX_REPLY_BYTES = 100_000
MAX_ZIP_BYTES = 2**30
_PIECE = 2**20


def send(address: str, correction: Correction, jpeg: bytes) -> None:
    """Have the service at that address keep a correction.

    Raises:
        CorrectionError: the address may not be used, nobody answers there, or it does not take it.
    """
    boundary = uuid.uuid4().hex
    parts = (("correction", "correction.json", correction.line().encode()), ("picture", "picture.jpg", jpeg))
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, file, data in parts
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    connection, path = _connection(address)
    try:
        connection.request("POST", path, body + f"--{boundary}--\r\n".encode(), headers)
        reply = connection.getresponse()
        if reply.status not in (200, 201):
            raise _refused(address, reply)
    except (OSError, http.client.HTTPException) as error:
        raise _silent(address, error) from error
    finally:
        connection.close()


def fetch(address: str, key: str, target: Path) -> Path:
    """The zip of all corrections that the service at that address keeps, written to `target`. key: of the service.

    Raises:
        CorrectionError: the address may not be used, nobody answers there, the key is wrong, or there is too much.
        OSError: the disk does not take it.
    """
    key = key.strip()
    if not key.isascii() or not key.isprintable():
        raise CorrectionError(
            f"The key for {address} holds a sign that no key has. Copy it again from where the service was started."
        )
    connection, path = _connection(address)
    try:
        with target.open("wb") as file:
            for piece in _pieces(connection, path, address, key):
                file.write(piece)
    finally:
        connection.close()
    return target


def _pieces(connection: http.client.HTTPConnection, path: str, address: str, key: str) -> Iterator[bytes]:
    """What comes over the web, whose failures are told apart from those of the disk."""
    n_bytes = 0
    try:
        connection.request("GET", path, headers={KEY_HEADER: key})
        reply = connection.getresponse()
        if reply.status != 200:
            raise _refused(address, reply)
        while piece := reply.read(_PIECE):
            n_bytes += len(piece)
            if n_bytes > MAX_ZIP_BYTES:
                raise CorrectionError(
                    f"{address} sends more than {MAX_ZIP_BYTES // 2**30} GB. Nothing was taken."
                )
            yield piece
        if reply.length:
            raise http.client.IncompleteRead(b"", reply.length)
    except (OSError, http.client.HTTPException) as error:
        raise _silent(address, error) from error


def _connection(address: str) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(checked_address(address))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=_PATIENCE_S), parts.path


def _refused(address: str, reply: http.client.HTTPResponse) -> CorrectionError:
    try:
        said = harmless(str(json.loads(reply.read(_MAX_REPLY_BYTES))["error"]["text"]))[:300]
    except (ValueError, KeyError, TypeError, RecursionError, OSError, http.client.HTTPException):
        said = f"it answers with {reply.status}"
    return CorrectionError(f"{address} refuses: {said}")


def _silent(address: str, error: Exception) -> CorrectionError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CorrectionError(f"{address} cannot be reached ({harmless(str(reason))[:200]}). Try again later.")
