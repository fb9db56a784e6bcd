"""What `new` and `add` tell about an intake: counts, labels, what was understood, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tellapart.cli.console import say

if TYPE_CHECKING:
    from tellapart.gather import IntakeSummary

_TOLD = 20  # refusals listed one by one

LABELS_HELP = "Where the labels are: auto, folders, table, table:COLUMN or names (as in cat.12.jpg)."


def tell_intake(summary: IntakeSummary, command: str) -> None:
    """Say what became of the files and how they were read. command: the one whose --json lists everything."""
    say(summary.sentence() + ".")
    if labels := summary.labels_sentence():
        say(labels)
    for sentence in summary.understood:
        say(sentence)
    for refusal in summary.by_weight()[:_TOLD]:
        say(f"  {refusal.path}: {refusal.reason}")
    if len(summary.refusals) > _TOLD:
        say(f"  … and {len(summary.refusals) - _TOLD} more (tellapart {command} --json lists all)")
    for note in summary.remarks():
        say(note)
