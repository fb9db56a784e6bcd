"""Trainings in words and rows: the table, two recipes side by side, a comparison."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tellapart.training_runs.listing import TrainingRun
from tellapart.words.percents import whole

from tellapart_dashboards.app.wording import percent, seconds
from tellapart_dashboards.pages.train.runs_state import LastStep, RunsState

if TYPE_CHECKING:
    from tellapart.training_runs.comparing import ChangedPicture, RunComparison
    from tellapart.training_runs.waiting import WaitingTraining

_RECIPES = {"quick": "Quick", "thorough": "Thorough", "everything": "Everything"}


def shown_name(run: TrainingRun) -> str:
    """How the page calls a training: “first”, or "Thorough, 21 Nov 10:15"."""
    return run.name or f"{recipe_name(run.recipe)}, {begun(run)}"


def recipe_name(recipe: str) -> str:
    """As the page writes it."""
    return _RECIPES.get(recipe, recipe)


def table_row(run: TrainingRun, state: RunsState) -> dict[str, Any]:
    """A row of the table, see `RunTable`."""
    resting = state.resting_as(run.run_id)
    kept = f", {run.kept} kept" if run.kept not in ("", run.recipe) else ""
    return {
        "run": run.run_id, "name": run.name, "started": run.started, "when": begun(run),
        "recipe": recipe_name(run.recipe) + kept, "error": run.error_rate, "error_text": error_words(run),
        "note": _note(run, resting), "can_resume": resting is not None and not state.is_running,
        "pictures": run.n_pictures, "seconds": run.seconds, "time": seconds(run.seconds), "bytes": run.n_bytes,
        "size": f"{run.n_bytes / 1e6:.1f} MB",
    }  # fmt: skip


def trash_row(run: TrainingRun) -> dict[str, str]:
    """A deleted training."""
    error = f", {percent(run.error_rate)} wrong" if run.error_rate is not None else f", {run.ending}"
    return {
        "run": run.run_id,
        "name": run.name,
        "text": f"{recipe_name(run.recipe)}, {begun(run)}{error}, {run.n_bytes / 1e6:.1f} MB",
    }


def error_words(run: TrainingRun) -> str:
    """Its error with the interval: "8.3 % (4.1 % to 15 %)"; "failed", "stopped" or "paused" without one."""
    if run.error_rate is None or run.error_interval is None:
        return run.ending
    low, high = run.error_interval
    return f"{percent(run.error_rate)} ({percent(low)} to {percent(high)})"


def _note(run: TrainingRun, resting: WaitingTraining | None) -> str:
    """Why a training has no result, "" where that needs no word."""
    if run.stage == "paused":
        if resting is None:
            return "a later training took its place"
        return f"{whole(resting.fraction)} is done and kept" if resting.is_kept else "nothing of it is kept"
    return run.said if run.stage == "failed" else ""


def step_html(step: LastStep | None) -> str:
    """What the newest training changed: "14 % → 11 % wrong", and whether that may be chance; "" without one before."""
    if step is None:
        return ""
    before, after = percent(step.before), percent(step.after)
    return (
        f'<p class="ta-step" role="status">Since the training before: {before} → <b>{after} wrong</b>. '
        f'<span class="ta-soft">{_step_told(step)}</span></p>'
    )


def _step_told(step: LastStep) -> str:
    if step.told is None:
        return "Not checked on the same pictures, so the two are hard to compare."
    is_beyond, change = step.told.is_beyond_chance, step.told.difference
    if is_beyond and change * (step.after - step.before) <= 0:  # copies, or other pictures, outvoted the rest
        return f"On the same pictures, near-duplicates counted once, it got {'worse' if change > 0 else 'better'}."
    if is_beyond:
        return "More than chance."
    return "As many as before." if step.before == step.after else "This may be chance."


def side_by_side_html(state: RunsState) -> str:
    """The newest quick training and the newest of the others, and what comparing them says."""
    if state.quick is None or state.thorough is None:
        return ""
    columns = "".join(
        f'<div><p class="ta-soft">{recipe_name(run.recipe)}</p>'
        f'<div class="ta-big">{percent(run.error_rate or 0.0)}</div>'
        f'<p class="ta-soft">wrong, {html.escape(_interval(run))}; took {seconds(run.seconds)}</p></div>'
        for run in (state.quick, state.thorough)
    )
    said = [state.thorough.said, *state.beside]
    return (
        f'<h2>Quick and {html.escape(state.thorough.recipe)}</h2><div class="ta-beside">{columns}</div>'
        f"{''.join(f'<p>{html.escape(one)}</p>' for one in said if one)}"
    )


def comparison_html(found: RunComparison) -> str:
    """What the comparison of two trainings says, and its four counts as a table."""
    first, second = html.escape(found.first.title), html.escape(found.second.title)
    said = "".join(f"<p>{html.escape(one)}</p>" for one in found.sentences())
    if not found.pairs.n:
        return said
    pairs = found.pairs
    rows = (
        ("right", pairs.both_right, pairs.only_first),
        ("wrong", pairs.only_second, pairs.both_wrong),
    )
    body = "".join(
        f'<tr><th scope="row">{first} {word}</th><td class="ta-number">{right:,}</td>'
        f'<td class="ta-number">{wrong:,}</td></tr>'
        for word, right, wrong in rows
    )
    return (
        f'{said}<div class="ta-scroll" tabindex="0" role="region" aria-label="Pictures right and wrong">'
        '<table class="ta-table ta-counts"><thead><tr><td></td>'
        f'<th scope="col" class="ta-number">{second} right</th><th scope="col" class="ta-number">{second} wrong</th>'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def changed_badge(one: ChangedPicture) -> str:
    """What the two predicted of a picture: "now right: crab 80 %, then bear 70 %"."""
    before, after = (
        f"{label} {percent(prob)}" for label, prob in zip(one.predicted, one.probabilities, strict=True)
    )
    return f"{'now right' if one.is_better else 'now wrong'}: {before}, then {after}"


def _interval(run: TrainingRun) -> str:
    if run.error_interval is None:
        return ""
    low, high = run.error_interval
    return f"between {percent(low)} and {percent(high)} (95 % interval)"


def begun(run: TrainingRun) -> str:
    """When it began: "21 Nov 10:15"."""
    at = datetime.fromtimestamp(run.started).astimezone()
    return f"{at:%d %b %H:%M}".lstrip("0")
