"""The files of a multipart body, in memory, as it comes. Names and headers of its parts are not kept."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tellapart.service.request_errors import RequestCode, RequestError
from tellapart.service.settings import Limits


class Parts:
    """A reader of a multipart body.

    Raises:
        RequestError: it has no usable boundary.
    """

    def __init__(self, boundary: bytes, limits: Limits):
        self._limits = limits
        self._files: list[bytearray] = []
        self._name, self._disposition = b"", b""
        self._is_kept = self._is_whole = False
        self.is_too_large = False
        if not boundary:
            raise _not_understood("Content-Type names no boundary")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_begin": self._on_header_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise _not_understood(error) from error

    def take(self, data: bytes) -> None:
        """The next bytes of the body.

        Raises:
            RequestError: they are no multipart body, hold a field that is no file, or too many files.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _not_understood(error) from error

    def files(self) -> list[bytes]:
        """All files, in order.

        Raises:
            RequestError: the body ended too early.
        """
        if not self._is_whole:
            raise _not_understood("it is cut off")
        return [bytes(file) for file in self._files]

    def _on_part_begin(self) -> None:
        self._disposition, self._is_kept = b"", False

    def _on_header_begin(self) -> None:
        self._name = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end].lower()

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        if self._name == b"content-disposition":
            self._disposition += data[start:end]

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"filename" not in options:
            name = options.get(b"name", b"").decode("utf-8", errors="replace")[:60]
            raise _not_understood(f"its part {name!r} is not a file; a file has a filename")
        self._is_kept = options[b"filename"] != b""  # a form that was sent with no file chosen
        if self._is_kept and len(self._files) >= self._limits.n_pictures:
            raise RequestError(
                413,
                RequestCode.TOO_MANY,
                f"A request may hold {self._limits.n_pictures} pictures. Send the others in a request of their own.",
                limit=self._limits.n_pictures,
            )
        if self._is_kept:
            self._files.append(bytearray())

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_kept and not self.is_too_large:
            self._files[-1] += data[start:end]
            self.is_too_large = len(self._files[-1]) > self._limits.picture_bytes

    def _on_end(self) -> None:
        self._is_whole = True


def _not_understood(reason: object) -> RequestError:
    return RequestError(
        400, RequestCode.NOT_UNDERSTOOD, f"The multipart body is not understood: {reason}. Send files."
    )
