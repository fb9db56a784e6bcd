"""Why a server gave no answer, as an enumeration, and in words."""

from __future__ import annotations

from enum import Enum

CONNECT_S, READ_S = 5.0, 10.0  # the longest wait for a connection, and for the next bytes


class NetworkFailure(Enum):
    """What went wrong between us and a server."""

    NAME_UNKNOWN = "name unknown"  # nobody knows a number for its name; the next answer would be the same
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect timeout"
    TLS = "tls"  # no safe connection: its certificate is not right, or it does not speak TLS
    SILENT = "silent"  # connected, and then nothing came for too long
    BROKEN_OFF = "broken off"


def in_words(failure: NetworkFailure) -> str:
    """The failure as the end of a sentence, without a full stop."""
    return _WORDS[failure]


_WORDS = {
    NetworkFailure.NAME_UNKNOWN: "its server's name is not known",
    NetworkFailure.UNREACHABLE: "its server cannot be reached",
    NetworkFailure.CONNECT_TIMEOUT: "its server cannot be reached in time",
    NetworkFailure.TLS: "no secure connection (TLS) to its server",
    NetworkFailure.SILENT: f"its server said nothing for {READ_S:.0f} s",
    NetworkFailure.BROKEN_OFF: "the connection broke off",
}
