"""Why a request gets no answer, as a status, a code for programs and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from tellapart.codes import Code
from tellapart.errors import TellapartError
from tellapart.safe_text import harmless


class RequestCode(Code):
    """What is wrong with a request; part of the service's interface, so the values never change."""

    NO_PICTURE = "no_picture"
    NOT_UNDERSTOOD = "not_understood"  # a multipart body that is none, or is cut off
    WRONG_TYPE = "wrong_type"  # Content-Type
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"  # pictures
    TOO_SLOW = "too_slow"  # the body did not come, or no answer came in time
    BUSY = "busy"
    WRONG_KEY = "wrong_key"
    FOREIGN_HOST = "foreign_host"
    FOREIGN_ORIGIN = "foreign_origin"
    NOT_FOUND = "not_found"
    WRONG_METHOD = "wrong_method"
    FULL = "full"  # no room for another correction
    NO_CORRECTION = "no_correction"
    FAILED = "failed"


class RequestError(TellapartError):
    """A request is refused. facts: what a program can use besides the text, plain JSON values."""

    def __init__(
        self,
        status: int,
        code: RequestCode,
        text: str,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ):
        super().__init__(text)
        self.status, self.code, self.headers, self.facts = status, code, dict(headers or {}), facts

    def response(self) -> JSONResponse:
        """What the client gets. The connection ends with it, since the body may not have been read."""
        headers = {"Connection": "close", **self.headers}
        return JSONResponse(error_json(self.code, str(self), **self.facts), self.status, headers)


def error_json(code: str, text: str, **facts: Any) -> dict[str, Any]:
    """The body that goes with every refusal."""
    return {"error": {"code": str(code), "text": harmless(text), **facts}}
