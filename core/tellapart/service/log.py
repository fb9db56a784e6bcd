"""The log of a service: one JSON object a line on standard output, in which no text of a stranger can do anything."""

from __future__ import annotations

import logging
import sys
from datetime import datetime, timezone

from tellapart.safe_text import harmless_json

logger = logging.getLogger("tellapart.service")


class JsonFormatter(logging.Formatter):
    """time (UTC), level, event, and the facts given as `extra={"facts": {…}}`; an exception as "trace"."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return harmless_json(line)


def log_to_standard_output() -> None:
    """Send our lines, and the server's warnings, to standard output from now on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.raiseExceptions = (
        False  # nobody reads standard output any more: then there is no log, and no harm
    )
    for name, level in (("tellapart.service", logging.INFO), ("uvicorn.error", logging.WARNING)):
        one = logging.getLogger(name)
        one.handlers, one.propagate = [handler], False
        one.setLevel(level)


def say(event: str, **facts: object) -> None:
    """One line."""
    logger.info(event, extra={"facts": facts})
