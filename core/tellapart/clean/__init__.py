"""Clean: what is wrong with the pictures."""

from tellapart.clean.duplicates import group_near_duplicates, near_duplicate_pairs
from tellapart.clean.findings import KINDS, Finding, Suggestion, decision_of
from tellapart.clean.first_look import NearPairs
from tellapart.clean.gain import Gain
from tellapart.clean.replay import Replay, export_decisions, list_decisions, replay_decisions
from tellapart.clean.report import ReviewReport
from tellapart.clean.review import Review, open_review

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
