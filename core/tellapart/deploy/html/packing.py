"""What a page carries, as text inside its HTML: gzip in base64, or JSON in which no HTML can end or begin."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any


def packed(data: bytes) -> str:
    """Base64 of the data, gzipped."""
    return as_base64(gzip.compress(data, 9, mtime=0))


def as_base64(data: bytes) -> str:
    """Base64 of the data as they are."""
    return base64.b64encode(data).decode()


def json_in_html(value: Any) -> str:
    """JSON that may stand in a script element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
