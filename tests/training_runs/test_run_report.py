"""The report: one file with all that is known of a training, every text escaped, nothing fetched."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from tellapart.errors import RunError
from tellapart.label_names import sayable
from tellapart.planning.held_out import FILE
from tellapart.store.journal import Relabel, Remove
from tellapart.training_runs.changing import name_run
from tellapart.training_runs.finding import find_run
from tellapart.training_runs.report.facts import report_facts
from tellapart.training_runs.report.notebook import write_notebook
from tellapart.training_runs.report.page import PARTS, report_html, write_report
from tellapart.training_runs.report.sections import calibration_sentence

FIRST = "20260101-120000-aaaaaa"
NASTY = '<script>alert("x")</script>`{{7*7}}`'


class Tags(HTMLParser):
    """The tags of a page, its texts, and every address in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.addresses, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def run(keep, tiny_project):
    mistake = {"image_id": tiny_project.manifest.pictures()[0].image_id, "path": "images/circle/a.png"}
    run = keep(FIRST, (0, 1, 3))
    path = tiny_project.runs_dir / FIRST / "result.json"
    result = json.loads(path.read_text())
    result["mistakes"] = [{**mistake, "label": "circle", "predicted": "square", "confidence": 0.91}]
    path.write_text(json.dumps(result))
    return run


def test_the_report_holds_every_part_and_asks_for_nothing(run, tiny_project, tmp_path):
    out = write_report(tiny_project, run, tmp_path / "report.html")
    text = out.read_text("utf-8")
    page = Tags(text)
    assert page.open == []
    said = " ".join(page.texts)
    for part in (
        "Error", "What is mistaken for what", "Label by label", "Most confident mistakes", "Where it is weaker",
        "What its probabilities are worth", "without what chance adds", "Answer only when confident", "How it learned", "no curve over time", "Data", "Settings",
        "Model card and environment", "Datasheet for shapes-project", "mean probability", "share of the label",
        "onnxruntime", "coverage", "predicted square 91.0 %",
    ):  # fmt: skip
        assert part in said, part
    assert page.tags.count("svg") == 4 and page.tags.count("img") == 1 and "script" not in page.tags
    fetched = [one for one in page.addresses if not one.startswith(("data:", "#"))]
    assert all(re.match(r"https://", one) for one in fetched)  # links to read, none that loads
    assert "default-src 'none'" in text and "url(" not in text and "@import" not in text


def test_the_report_of_a_thorough_training_shows_how_it_learned(run, tiny_project):
    path = tiny_project.runs_dir / FIRST / "result.json"
    result = json.loads(path.read_text())
    one = {"losses": [0.9, 0.8, 0.7, 0.6], "held_out_losses": [1.0, 0.8], "held_out_errors": [0.25, 0.125]}
    curve = {"n_epochs": 1, "rates": [0.001] * 4, "networks": [one, one]}
    variation = {"min_scale": 0.35, "rotate": 12}
    result["recipe"] = {"kept": "thorough", "said": "Better.", "curve": curve, "variation": variation}
    path.write_text(json.dumps(result))
    page = Tags(report_html(report_facts(tiny_project, run)))
    assert page.open == [] and page.tags.count("svg") == 7
    said = " ".join(page.texts)
    for part in ("Learning rate", "loss (cross-entropy)", "12.5 %", "views: rotate", "The curves as a table"):
        assert part in said, part
    result["recipe"]["curve"] = {"n_epochs": "many"}
    path.write_text(json.dumps(result))
    assert Tags(report_html(report_facts(tiny_project, run))).tags.count("svg") == 4


def test_every_text_is_escaped(run, tiny_project, tmp_path):
    label = sayable("<img src=x onerror=alert(1)>")
    pictures = tiny_project.manifest.pictures(label="circle")
    tiny_project.journal.decide(*(Relabel(one.image_id, label) for one in pictures))
    path = tiny_project.runs_dir / FIRST / "result.json"
    renamed = path.read_text().replace('"circle"', json.dumps(label))
    result = json.loads(renamed)
    result["notes"] = [NASTY]
    result["recipe"]["said"] = NASTY
    path.write_text(json.dumps(result))
    (tiny_project.root / "DATASHEET.md").write_text(
        f"**Who chose the queries and the pictures, and how?**\n\n{NASTY}\n"
    )
    card = tiny_project.bundles_dir / FIRST / "MODEL_CARD.md"
    card.write_text(f"# {NASTY}\n\n| {NASTY} |\n|---|\n| {NASTY} |\n")
    record = tiny_project.bundles_dir / FIRST / "bundle.json"
    changed = json.loads(record.read_text())
    changed["versions"] = {NASTY: NASTY}
    changed["by_slice"] = {
        "slices": [{"by": NASTY, "value": NASTY, "n": 10, "n_wrong": 5, "error_interval": [0.2, 0.8]}],
        "worst": {"by": NASTY, "value": NASTY, "n": 10, "n_wrong": 5},
    }
    record.write_text(json.dumps(changed))
    name_run(tiny_project, run, "<b>first<b>")
    page = Tags(report_html(report_facts(tiny_project, find_run(tiny_project, FIRST))))
    assert page.open == [] and "script" not in page.tags and page.tags.count("img") == 1
    assert page.texts.count("<img src=x onerror=alert(1)>") >= 4
    assert sum(NASTY in one or "alert" in one for one in page.texts) >= 6


def test_it_replaces_a_report_and_nothing_else(run, tiny_project, tmp_path):
    out = tmp_path / "report.html"
    write_report(tiny_project, run, out)
    write_report(tiny_project, run, out)
    (tmp_path / "letter.html").write_text("dear")
    with pytest.raises(RunError, match="no report of tellapart"):
        write_report(tiny_project, run, tmp_path / "letter.html")
    with pytest.raises(RunError, match="cannot be written"):
        write_report(tiny_project, run, tmp_path / "nowhere" / "report.html")
    assert (tmp_path / "letter.html").read_text() == "dear"


def test_the_notebook_is_valid_holds_the_same_and_runs_again(run, tiny_project, tmp_path, monkeypatch):
    out = write_notebook(tiny_project, run, tmp_path / "report.ipynb")
    found = nbformat.read(out, as_version=4)
    nbformat.validate(found)
    shown = [cell.outputs[0].data["text/html"] for cell in found.cells if cell.cell_type == "code"]
    assert len(shown) == 1 + len(PARTS) and "Most confident mistakes" in "".join(shown)
    again = []
    display = SimpleNamespace(HTML=lambda text: text, display=again.append)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.chdir(tiny_project.root.parent)
    names = {}
    for cell in found.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    names["project"].close()
    assert again == shown
    write_notebook(tiny_project, run, out)
    (tmp_path / "mine.ipynb").write_text("{}")
    with pytest.raises(RunError, match="no notebook of tellapart"):
        write_notebook(tiny_project, run, tmp_path / "mine.ipynb")


def test_what_is_gone_is_said(run, tiny_project):
    (tiny_project.runs_dir / FIRST / FILE).unlink()
    for path in (tiny_project.bundles_dir / FIRST).iterdir():
        path.unlink()
    facts = report_facts(tiny_project, run)
    gone = replace(facts.mistakes[0], jpeg=b"", why_not="no longer in the project")
    text = report_html(replace(facts, mistakes=(gone,)))
    assert "The model of this run is gone." in text and "no longer in the project" in text
    assert "did not keep what it answered" in text
    (tiny_project.runs_dir / FIRST / FILE).write_bytes(b"no arrays")
    assert "is damaged" in report_facts(tiny_project, run).why_not_held


def test_a_picture_that_was_removed_is_not_shown(run, tiny_project):
    (shown,) = report_facts(tiny_project, run).mistakes
    tiny_project.journal.decide(Remove(tiny_project.manifest.pictures()[0].image_id))
    (gone,) = report_facts(tiny_project, run).mistakes
    assert shown.jpeg and not gone.jpeg and gone.why_not == "no longer in the project"


def test_many_labels_make_a_list_and_not_a_huge_matrix(run, tiny_project):
    facts = report_facts(tiny_project, run)
    n = 40
    classes = [f"kind {k}" for k in range(n)]
    confusion = np.eye(n, dtype=int)
    confusion[3, 5] = 7
    one = {"n": 1, "precision": None, "recall": 1.0}
    result = {
        **facts.result, "classes": classes, "confusion": confusion.tolist(),
        "per_class": [{**one, "label": label} for label in classes],
    }  # fmt: skip
    text = report_html(replace(facts, result=result, held=None))
    assert 'class="matrix"' not in text and "The commonest of the mistakes among 40 labels." in text
    assert re.search(r"kind 3</th><td>kind 5</td><td>7", text)


@pytest.mark.parametrize("odd", [{"counts": 5}, {"counts": {"train": []}}])
def test_a_model_whose_record_cannot_be_used_is_a_sentence(run, tiny_project, tmp_path, odd):
    path = tiny_project.bundles_dir / FIRST / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **odd}))
    with pytest.raises(RunError, match="cannot be used"):
        write_report(tiny_project, run, tmp_path / "report.html")


def test_the_calibration_error_of_an_older_run_is_told_as_it_was_kept():
    assert calibration_sentence({"calibration_error": 0.0612}) == (
        "Calibration error: 6.1 % (15 bins, Guo et al. 2017)."
    )
