"""Clean: what is wrong with the pictures."""

from tellapart.clean.duplicates import NearPairs, group_near_duplicates, near_duplicate_pairs
from tellapart.clean.findings import KINDS, Finding, Suggestion
from tellapart.clean.gain import Gain
from tellapart.clean.review import Review, open_review

__all__ = [
    "KINDS",
    "Finding",
    "Gain",
    "NearPairs",
    "Review",
    "Suggestion",
    "group_near_duplicates",
    "near_duplicate_pairs",
    "open_review",
]
