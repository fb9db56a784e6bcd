"""POST /corrections: a visitor says what a picture really shows. GET: the owner fetches all of them, with the key."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from msgspec import structs
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tellapart.corrections.asking import KEY_VARIABLE
from tellapart.corrections.box import CorrectionBox
from tellapart.corrections.correction import MAX_LINE_BYTES, bare_jpeg, moment, parsed
from tellapart.errors import CorrectionError, ImageError
from tellapart.service.entrance import Entrance
from tellapart.service.reading.bodies import pictures_of
from tellapart.service.request_errors import RequestCode, RequestError, error_json
from tellapart.service.settings import Settings

PICTURE_BYTES = 8 * 2**20
_N_FILES = 2
_MOST_INSIDE = (
    8  # corrections that are read or kept at once: anybody may send them, and asking takes the same places
)


class CorrectionDesk:
    """Keeps corrections in a folder and hands them out. Pictures are written anew: nothing but pixels is kept."""

    def __init__(self, settings: Settings, folder: Path, entrance: Entrance):
        self._settings, self._box, self._entrance = settings, CorrectionBox(folder), entrance
        self._limits = replace(
            settings.limits,
            picture_bytes=PICTURE_BYTES,
            request_bytes=PICTURE_BYTES + 2**16,
            n_pictures=_N_FILES,
        )
        # one at a time is written anew: visitors write seldom, and a flood shall not take the cores
        self._turn = asyncio.Lock()
        self._n_inside = 0

    async def take(self, request: Request) -> Response:
        """201 for a new correction, 200 for one that was here."""
        if self._n_inside >= _MOST_INSIDE:
            raise self._entrance.busy()
        self._n_inside += 1
        try:
            return await self._taken(request)
        finally:
            self._n_inside -= 1

    async def _taken(self, request: Request) -> Response:
        with self._entrance.place() as place:
            try:
                files = await pictures_of(request, self._limits, place)
            except ClientDisconnect:
                return Response(status_code=499)
            request.state.bytes = place.n_bytes
            if len(files) != _N_FILES:
                raise RequestError(
                    400,
                    RequestCode.NO_CORRECTION,
                    "A correction is two files of multipart/form-data: the correction as JSON, then the picture.",
                )
            async with self._turn:
                try:
                    is_new = await asyncio.to_thread(self._keep, *files)
                except ImageError as error:
                    return JSONResponse(error_json(error.code.name.lower(), str(error)), 422)
        return JSONResponse({"kept": True, "new": is_new}, 201 if is_new else 200)

    async def give(self, _: Request) -> Response:
        """All of them as a zip."""
        if not self._settings.key:
            raise RequestError(
                403,
                RequestCode.WRONG_KEY,
                f"Corrections are handed out to whoever has the key alone, and this service has none. Put one into "
                f"{KEY_VARIABLE} and start it again.",
            )
        path = await asyncio.to_thread(self._packed)
        return _PassingFile(path, media_type="application/zip", filename="corrections.zip")

    def _keep(self, line: bytes, picture: bytes) -> bool:
        if len(line) > MAX_LINE_BYTES:
            raise RequestError(
                413, RequestCode.TOO_LARGE, f"The correction has more than {MAX_LINE_BYTES:,} bytes."
            )
        try:
            correction = structs.replace(parsed(line), at=moment())  # a visitor's clock says nothing
        except CorrectionError as error:
            raise RequestError(422, RequestCode.NO_CORRECTION, str(error)) from None
        jpeg = bare_jpeg(picture)
        try:
            return self._box.put(correction, jpeg)
        except CorrectionError as error:
            raise RequestError(507, RequestCode.FULL, str(error)) from None

    def _packed(self) -> str:
        handle, path = tempfile.mkstemp(prefix="tellapart-corrections-", suffix=".zip")
        try:
            with os.fdopen(handle, "wb") as file:
                self._box.write_zip(file)
        except BaseException:
            Path(path).unlink()
            raise
        return path


class _PassingFile(FileResponse):
    """A file that is gone once it was sent, or could not be: a background task is left out where a part is asked for
    that does not exist."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            Path(self.path).unlink(missing_ok=True)
