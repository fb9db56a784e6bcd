"""The report as one HTML file that asks for nothing and runs nothing."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path

import tellapart
from tellapart import atomic_files
from tellapart.errors import RunError
from tellapart.store.files.own_files import check_own, has_in_head
from tellapart.store.project import Project
from tellapart.training_runs.listing import MALFORMED, TrainingRun
from tellapart.training_runs.report import sections
from tellapart.training_runs.report.facts import ReportFacts, report_facts
from tellapart.training_runs.report.html_parts import interval
from tellapart.words.percents import tenths

STYLE = Path(__file__).with_name("report.css")
PARTS = (
    sections.error_section, sections.confusion_section, sections.classes_section, sections.mistakes_section,
    sections.slices_section, sections.probabilities_section, sections.curve_section, sections.data_section,
    sections.settings_section, sections.papers_section,
)  # fmt: skip
_MARK = '<meta name="generator" content="tellapart report'
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def write_report(project: Project, run: TrainingRun, out: Path) -> Path:
    """The report at `out`; one that was made before is replaced, nothing else is.

    Raises:
        RunError: something else is at `out`, the disk does not take it, or the run's result cannot be used.
    """
    out = out.expanduser().absolute()
    try:
        check_own(out, has_in_head(_MARK.encode()), "report of tellapart", RunError)
        atomic_files.write_bytes(out, report_html(report_facts(project, run)).encode())
    except OSError as error:
        raise RunError(f"{out} cannot be written ({error.strerror}). Choose another place.") from error
    except MALFORMED as error:
        raise unusable(run, error) from error
    return out


def unusable(run: TrainingRun, error: Exception) -> RunError:
    """What to say of a result that is not as training writes it."""
    return RunError(
        f"The result of run {run.title} cannot be used ({type(error).__name__}: {error}). Train again, and report that "
        "run."
    )


def title(facts: ReportFacts) -> str:
    """The project and its error, as plain text."""
    return f"{facts.project}: {tenths(facts.result['error_rate'])} wrong"


def lead(facts: ReportFacts) -> str:
    """What was trained, when and how well, as plain text."""
    run, result = facts.run, facts.result
    at = datetime.fromtimestamp(run.started).astimezone()
    return (
        f"{len(result['classes'])} labels, trained on {result['n_train']} pictures; {result['n_wrong']} of "
        f"{result['n_valid']} held-out pictures wrong, 95 % interval {interval(result['error_interval'])}. Training "
        f"“{run.title}”, {at:%d %B %Y}."
    )


def report_html(facts: ReportFacts) -> str:
    """The page, every text escaped."""
    head = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'{_MARK} {tellapart.__version__}"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">',
        f"<title>{escape(title(facts))}</title><style>{STYLE.read_text('utf-8')}</style></head>",
        f'<body><main><h1>{escape(title(facts))}</h1><p class="lead">{escape(lead(facts))}</p>',
    ]
    return "".join([*head, *(part(facts) for part in PARTS), "</main></body></html>\n"])
