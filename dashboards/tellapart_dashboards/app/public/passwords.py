"""The password of a studio that is open to others: asked for or read, hashed at once, and in no setting as it is."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tellapart.errors import TellapartError

VARIABLE = "TELLAPART_STUDIO_PASSWORD"
SHORTEST = 8
_HASHES = ("argon2:", "sha1:", "sha256:", "sha512:")  # as jupyter_server's passwd writes them


class PasswordError(TellapartError):
    """There is no password, or it is none."""


def hashed_password(file: Path | None, ask: Callable[[str], str] = getpass.getpass) -> str:
    """The password's hash: of the file's first line, of the variable, or of what a person types twice. A hash that
    stands there already is taken as it is. The variable is gone afterwards: what is started from here must not
    have it.

    Raises:
        PasswordError: there is none, the file cannot be read, or it is too short.
    """
    of_variable = os.environ.pop(VARIABLE, "")
    if file is not None:
        try:
            given = file.read_text("utf-8-sig").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PasswordError(f"The password cannot be read from {file} ({error}).") from error
    elif of_variable:
        given = of_variable
    elif sys.stdin is not None and sys.stdin.isatty():
        given = _typed(ask)
    else:
        raise PasswordError(
            "A studio that others can open needs a password, and there is none. Write one into a file that only you "
            f"can read and name it with --password-file FILE, or set the variable {VARIABLE}."
        )
    if given.startswith(_HASHES):
        return given
    if len(given) < SHORTEST:
        raise PasswordError(
            f"The password has {len(given)} characters; take at least {SHORTEST}, better a few words."
        )
    from jupyter_server.auth import passwd

    return str(passwd(given))


def _typed(ask: Callable[[str], str]) -> str:
    first = ask("Password for the studio: ")
    if ask("The same once more: ") != first:
        raise PasswordError("The two are not the same. Start again.")
    return first
