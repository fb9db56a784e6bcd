"""Clean: what is wrong with the pictures."""

from tellapart.clean.findings import KINDS, Finding, Suggestion, decision_of
from tellapart.clean.gain import Gain
from tellapart.clean.report import ReviewReport
from tellapart.clean.review import Review, open_review
from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.near_duplicates import group_near_duplicates, near_duplicate_pairs
from tellapart.store.decision_files import Replay, export_decisions, list_decisions, replay_decisions

__all__ = [
    "KINDS",
    "Finding",
    "Gain",
    "NearPairs",
    "Replay",
    "Review",
    "ReviewReport",
    "Suggestion",
    "decision_of",
    "export_decisions",
    "group_near_duplicates",
    "list_decisions",
    "near_duplicate_pairs",
    "open_review",
    "replay_decisions",
]
