"""The exported form answers as the program does, in Node and in a real Chromium, asks nobody and obeys no cell."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_tables import made_table
from tellapart.deploy.html import one_file
from tellapart.errors import DeployError
from tellapart.tables import export_html, load_predictor
from tellapart.tables.columns import TableColumn, recognised
from tellapart.tables.encoding import Feature
from tellapart.tables.model import LinearScores, TableModel
from tellapart.tables.model_file import FILE_NAME, write_model
from tellapart.tables.page import export
from tellapart.tables.project import create_table_project
from tellapart.tables.reading import Table
from tellapart.tables.training import train_table

MODEL_JS = Path(export.__file__).parent / "model.js"
EVIL = "</script><script>window.hacked = 1</script> {{title}} \" ' & <img src=x onerror=hacked=1>"
ODD_CELLS = [
    "",
    "?",
    "n/a",
    " 45 ",
    "4,5",
    "1.234,5",
    "1,234",
    "+.5",
    "5.",
    "1e400",
    "1e15",
    "-2E-3",
    "٤٥",
    "𝟜𝟝",
    "x",
    "NaN",
    "0x10",
]


def trained(folder, titles, rows, target):
    columns = [recognised(title, [row[i] for row in rows]) for i, title in enumerate(titles)]
    return train_table(
        create_table_project(folder, Table(tuple(columns), rows, target, "kind", "t.csv"))
    ).bundle_dir


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """Trees that tell three answers with titles, categories and answers that attack; and a line, decimal commas."""
    folder = tmp_path_factory.mktemp("form")
    _, rows = made_table(240)
    labels = [EVIL[:90] if i % 7 == 3 else row[5] for i, row in enumerate(rows)]
    rows = [[row[1], f"{EVIL} {row[2]}" if row[2] == "Rome" else row[2], row[3], row[4]] for row in rows]
    trees = trained(folder / "trees", ["income", EVIL[:100], "sex", "since"], rows, labels)
    rng = np.random.default_rng(3)
    one, other = rng.normal(10, 4, 80), rng.choice(["left", "right"], 80)
    cells = [
        [f"{x:.3f}".replace(".", ",") if i % 9 else "", place]
        for i, (x, place) in enumerate(zip(one, other, strict=True))
    ]
    is_big = one + 4 * (other == "left") + rng.normal(0, 0.5, 80) > 12
    line = trained(folder / "line", ["size", "place"], cells, ["big" if it else "small" for it in is_big])
    return {"trees": trees, "line": line}


def probe_rows(model):
    """Cells as a person may fill them in: categories and dates as the fields give them, numbers as they are typed."""
    rng = np.random.default_rng(5)
    rows = []
    for n in range(300):
        row = []
        for feature in model.features:
            if feature.is_category:
                row.append(str(rng.choice(["", *feature.categories, "Atlantis"])))
            elif feature.column.kind == "date":
                row.append(
                    ""
                    if n % 5 == 0
                    else f"20{rng.integers(10, 24)}-0{rng.integers(1, 10)}-1{rng.integers(0, 10)}"
                )
            else:
                row.append(
                    ODD_CELLS[n]
                    if n < len(ODD_CELLS)
                    else f"{rng.normal(feature.centre, 2 * feature.scale):.3f}"
                )
        rows.append(row)
    return rows


@pytest.mark.parametrize("kind", ["trees", "line"])
def test_node_gives_the_same_answers(bundles, kind, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this computer; the browser test compares the same page")
    model = load_predictor(bundles[kind]).model
    assert (type(model.scorer).__name__ == "Trees") == (kind == "trees")
    rows = probe_rows(model)
    (tmp_path / "rows.json").write_text(json.dumps(rows), "utf-8")
    (tmp_path / "model.mjs").write_text(MODEL_JS.read_text("utf-8"), "utf-8")
    (tmp_path / "main.mjs").write_text(
        """import { readFileSync } from "node:fs";
        import { dayOf, encodedOf, isFaithful, modelOf, probabilitiesOf } from "./model.mjs";
        const read = (path) => JSON.parse(readFileSync(path, "utf-8"));
        const model = modelOf(read(process.argv[2]));
        const all = read("rows.json").map((row) => probabilitiesOf(model, encodedOf(model, row)));
        const days = ["1970-01-02", "2024-02-31", "0099-01-01", "0000-01-01", "x", "", "2024-05-31T12:00"].map(dayOf);
        console.log(JSON.stringify({ faithful: isFaithful(model), all, days }));""",
        "utf-8",
    )
    command = [node, "main.mjs", str(bundles[kind] / FILE_NAME)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    used = iter(range(len(model.features)))
    place = [next(used) if one.is_used else None for one in model.columns]
    expected = model.probabilities([["" if at is None else row[at] for at in place] for row in rows])
    assert said["faithful"] and np.abs(np.array(said["all"]) - expected).max() < 1e-6
    assert said["days"] == [1, None, -683368, None, None, None, 19874.5]


@pytest.mark.parametrize("kind", ["trees", "line"])
def test_the_form_is_one_file_without_addresses_and_escapes_everything(bundles, kind, tmp_path):
    html = export_html(bundles[kind], tmp_path / "page.html", EVIL[:100]).read_text("utf-8")
    assert html.count("<script") == 3 and html.count("</script>") == 3 and "<img" not in html
    assert "http://" not in html and "https://" not in html
    assert "default-src 'none'" in html and "unsafe" not in html
    assert ("It asks who people are (sex)" in html) == (kind == "trees")


def test_only_a_page_of_ours_is_replaced_and_a_huge_one_is_refused(bundles, tmp_path, monkeypatch):
    page = export_html(bundles["line"], tmp_path / "page.html")
    with pytest.raises(DeployError, match="exists. Choose another name"):
        export_html(bundles["line"], page)
    export_html(bundles["line"], page, force=True)
    page.write_text("mine")
    with pytest.raises(DeployError, match="not replaced, --force or not"):
        export_html(bundles["line"], page, force=True)
    assert page.read_text() == "mine"
    monkeypatch.setattr(one_file, "MOST_BYTES", 2**20 // 64)
    with pytest.raises(DeployError, match="at most 0 MB open on a phone"):
        export_html(bundles["line"], tmp_path / "large.html")
    assert not (tmp_path / "large.html").exists()


@pytest.mark.browser
def test_it_answers_live_in_a_browser(bundles, tmp_path, browser):
    page_file = export_html(bundles["trees"], tmp_path / "page.html", EVIL[:100])
    page = browser.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(page_file.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    assert page.get_by_role("alert").count() == 0  # it gives the program's answers
    assert page.get_by_text("Nothing is known yet").is_visible()
    predictor = load_predictor(bundles["trees"])
    row = {}

    def agrees():
        expected = predictor.predict(row)
        said = page.get_by_role("heading", level=2).inner_text()
        assert said == f"{' '.join(expected.label.split())}, {100 * expected.confidence:.1f} %"

    agrees()
    for title, value, fill in (
        ("income", "45.5", lambda field: field.fill("45.5")),
        (EVIL[:100], f"{EVIL} Rome", lambda field: field.select_option(f"{EVIL} Rome")),
        ("since", "2015-03-12", lambda field: field.fill("2015-03-12")),
        ("income", "20", lambda field: field.fill("20")),
    ):
        row[title] = value
        fill(page.get_by_label(title))
        agrees()
    assert page.get_by_text("about who people are").is_visible()
    assert page.get_by_text(f"{len(row)} of 4 fields filled in").is_visible()
    page.get_by_label("income").fill("many")
    row["income"] = ""
    agrees()
    assert page.get_by_text("“many” is no number, so it counts as not known.").is_visible()
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("Nothing is known yet").wait_for()
    row.clear()
    agrees()
    assert page.get_by_text("is no number").count() == 0
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert errors == [] and [one for one in requests if not one.startswith(("file:", "data:"))] == []
    page.close()


@pytest.mark.browser
def test_of_many_columns_most_are_folded_away_and_still_count(tmp_path, browser):
    columns = tuple(TableColumn(f"c{i}", "number", "comma") for i in range(50))
    weights = np.zeros((100, 1))
    weights[2 * 45] = 3.0
    scorer = LinearScores(weights, np.zeros(1))
    features = tuple(Feature(one, (), 1234.5, 2.0) for one in columns)
    write_model(
        TableModel(("no", "yes"), "kind", columns, features, scorer, np.zeros(2), 1.0, 0.01, {}), tmp_path
    )
    page = browser.new_page()
    page.goto(export_html(tmp_path, tmp_path / "page.html").as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    assert page.get_by_label("c39", exact=True).is_visible() and not page.get_by_label("c45").is_visible()
    page.get_by_text("More fields").click()
    page.get_by_label("c45").fill("1.236,5")
    expected = load_predictor(tmp_path).predict({"c45": "1.236,5"})
    said = page.get_by_role("heading", level=2).inner_text()
    assert said == f"yes, {100 * expected.confidence:.1f} %" and expected.confidence > 0.9
    page.close()


@pytest.mark.browser
def test_it_is_accessible_and_fits_phone_and_laptop_light_and_dark(bundles, tmp_path, browser):
    from axe import assert_accessible

    page_file = export_html(bundles["trees"], tmp_path / "page.html")
    for width, height in ((390, 844), (1366, 768)):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(page_file.as_uri())
        page.get_by_label("income").fill("many")
        assert page.evaluate(f"document.documentElement.scrollWidth <= {width}")
        page.get_by_text("About this classifier").click()
        assert_accessible(page, f"{width} px")
        page.screenshot(path=tmp_path / f"form-{width}.png", full_page=True)
        page.close()
