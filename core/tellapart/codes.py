"""Codes: what modules and files tell one another instead of sentences, which are for people and may be reworded."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

AnyCode = TypeVar("AnyCode", bound="Code")


class Code(str, Enum):
    """An enumeration whose members are their values in JSON, SQL and f-strings (`enum.StrEnum` from Python 3.11 on)."""

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def known(cls: type[AnyCode], value: Any) -> AnyCode | None:
        """The code of that value; None for one that only another version of tellapart knows, and for None."""
        return next((code for code in cls if code.value == value), None)
