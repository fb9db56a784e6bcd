"""watch_log: the logs of an app and its bundle in, what the weeks come to out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tellapart.bundle.reference import read_reference
from tellapart.corrections.correction import model_of
from tellapart.deploy.facts import made_of, record_of
from tellapart.errors import WatchError
from tellapart.watching.log_lines import AnswerLines
from tellapart.watching.weeks import Watched, watch


def watch_log(logs: Sequence[Path], bundle_dir: Path | None = None) -> Watched:
    """What the answers in these files come to, week by week.

    Args:
        bundle_dir: the bundle that gave them, to compare its pictures with; without it, answers of the model that
            answered last are counted and nothing is compared.
    Raises:
        WatchError: a log cannot be read, or holds no answer at all.
        BundleError: the bundle's reference is damaged.
    """
    lines = AnswerLines(logs)
    model, reference, expected = "", None, None
    if bundle_dir is not None:
        model, reference = model_of(bundle_dir)[:12], read_reference(bundle_dir)
        made = made_of(record_of(bundle_dir))
        expected = None if made is None else made.scores.reject_rate
    watched = watch(lines, model, reference, expected)
    if not watched.n and not watched.n_of_others:
        raise WatchError(
            f"{logs[0]} holds no answers ({lines.n_other:,} other line(s), {lines.n_broken:,} broken). Give the log "
            "that tellapart serve writes, or the file that TELLAPART_LOG names for an app."
        )
    return replace(watched, n_broken=lines.n_broken)
