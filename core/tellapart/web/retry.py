"""How long to wait before asking a server again."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_LONGEST_S = 24 * 3600.0  # whatever a server says, it is asked again after a day


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds a server asks for in Retry-After, given as a number or as a date, at most a day; None where it does
    not."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait_s = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        wait_s = (at - datetime.now(timezone.utc)).total_seconds()
    return None if math.isnan(wait_s) else min(max(0.0, wait_s), _LONGEST_S)


def backoff_s(attempt: int, first_s: float) -> float:
    """The pause after the attempt of this number, counted from 0: twice as long each time, and never the same for
    all, so that many who failed together do not come back together."""
    return first_s * 2.0**attempt * random.uniform(0.5, 1.5)
