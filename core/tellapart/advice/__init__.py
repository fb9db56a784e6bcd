"""Advice: what would help a trained classifier most, each with what it would probably bring."""

from tellapart.advice.advising import advise
from tellapart.advice.values import Advice, AdviceKind, Advised, Basis

__all__ = ["Advice", "AdviceKind", "Advised", "Basis", "advise"]
