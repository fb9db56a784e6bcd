"""The exported page answers as the program does, in Node and in a real Chromium, asks nobody and obeys no text."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from made_texts import made_reviews
from tellapart.errors import DeployError
from tellapart.texts import export_html, load_predictor
from tellapart.texts.model_file import FILE_NAME
from tellapart.texts.page import export
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.tokens import tokens
from tellapart.texts.training import train_texts

MODEL_JS = Path(export.__file__).parent / "model.js"
EVIL = "</script><script>window.hacked = 1</script> {{title}} \" ' & <img src=x onerror=hacked=1>"
ODD_TEXTS = [
    "", " ", "a lovely film", "DULL! Dull, dull…", "İstanbul ΣΊΣΥΦΟΣ Straße ﬁne x² ½ ﷺ", "日本語のテキスト、とても boring",
    "😀😀 lovely 👩‍👩‍👧 end", "e\u0301tude étude", "<b>boring</b> &amp; tired", "a" * 200, "tab\tand\nline\r\nend", "\u0085\u00a0\ufeffx",
    "हिन्दी में लिखा", "x_1 __ ´ ¨ ‿", "lazy " * 3000, "𝔩𝔬𝔳𝔢𝔩𝔶 \ud800 z", "مرحبا بالعالم dull",
    "ﷺ" * 14 + " dull",
]  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Made reviews with the odd texts among them, so that their words are known, and a label that is an attack."""
    texts, labels, _ = made_reviews(100, seed=11)
    labels = [{"good": "good", "bad": EVIL[:90]}[one] for one in labels]
    odd = [one.replace("\ud800", "") for one in ODD_TEXTS if one.strip()]
    project = create_text_project(
        tmp_path_factory.mktemp("page") / "p",
        TextTable(texts + odd * 3, labels + ["good", "odd", "odd"] * len(odd), "t", ""),
    )
    return train_texts(project).bundle_dir


def probe_texts():
    texts, _, _ = made_reviews(60, seed=12)
    return [*texts, *ODD_TEXTS]


def test_node_gives_the_same_words_answers_and_evidence(bundle, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this computer; the browser test compares the same page")
    texts = probe_texts()
    (tmp_path / "texts.json").write_text(json.dumps(texts), "utf-8")
    (tmp_path / "model.mjs").write_text(MODEL_JS.read_text("utf-8"), "utf-8")
    (tmp_path / "main.mjs").write_text(
        """import { readFileSync } from "node:fs";
        import { answerOf, isFaithful, modelOf, tokenPlaces } from "./model.mjs";
        const read = (path) => JSON.parse(readFileSync(path, "utf-8"));
        const model = modelOf(read(process.argv[2]));
        const all = read("texts.json").map((text) => ({
          words: tokenPlaces(text).map((one) => one.word), ...answerOf(model, text) }));
        console.log(JSON.stringify({ faithful: isFaithful(model), all }));""",
        "utf-8",
    )
    done = subprocess.run(
        [node, "main.mjs", str(bundle / FILE_NAME)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["faithful"]
    model = load_predictor(bundle).model
    expected = model.probabilities(texts)
    for text, row, one in zip(texts, expected, said["all"], strict=True):
        assert one["words"] == tokens(text), text[:50]
        assert one["probabilities"] == pytest.approx(row.tolist(), abs=1e-6), text[:50]
        assert one["isStrange"] == model.is_strange(text)
        for k, label in enumerate(model.labels):
            weights = [weight for _, _, weight in model.evidence(text, label)]
            assert [place["weights"][k] for place in one["places"]] == pytest.approx(weights, abs=1e-6)


def test_every_character_is_read_alike_in_node(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this computer")
    (tmp_path / "model.mjs").write_text(MODEL_JS.read_text("utf-8"), "utf-8")
    (tmp_path / "main.mjs").write_text(
        """import { tokenPlaces } from "./model.mjs";
        const kinds = [];
        for (let code = 0; code < 0x110000; code += 1) {
          const found = tokenPlaces(`a${String.fromCodePoint(code)}b`).length;
          kinds.push(found === 1 ? "w" : found === 3 ? "s" : "-");
        }
        console.log(kinds.join(""));""",
        "utf-8",
    )
    done = subprocess.run([node, "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    import unicodedata

    wrong = [
        hex(code)
        for code, kind in enumerate(done.stdout.strip())
        if unicodedata.category(chr(code)) != "Cn"
        and {1: "w", 3: "s", 2: "-"}[len(tokens(f"a{chr(code)}b"))] != kind
    ]
    assert wrong == []


def test_the_page_is_one_file_without_addresses_and_escapes_everything(bundle, tmp_path):
    page = export_html(bundle, tmp_path / "page.html", EVIL[:100])
    html = page.read_text("utf-8")
    assert html.count("<script") == 2 and html.count("</script>") == 2
    assert "<img" not in html
    assert "http://" not in html and "https://" not in html
    assert "default-src 'none'" in html and "unsafe" not in html


def test_only_a_page_of_ours_is_replaced(bundle, tmp_path):
    page = export_html(bundle, tmp_path / "page.html")
    with pytest.raises(DeployError, match="exists. Choose another name"):
        export_html(bundle, page)
    export_html(bundle, page, force=True)
    page.write_text("mine")
    with pytest.raises(DeployError, match="not replaced, --force or not"):
        export_html(bundle, page, force=True)
    assert page.read_text() == "mine"
    for name in ("page.txt", "."):
        with pytest.raises(DeployError, match="ends in .html"):
            export_html(bundle, tmp_path / name)
    with pytest.raises(DeployError, match="at most 120 fit"):
        export_html(bundle, tmp_path / "long.html", "x" * 121)


@pytest.mark.browser
def test_it_answers_live_in_a_browser(bundle, tmp_path, browser):
    page_file = export_html(bundle, tmp_path / "page.html", EVIL[:100])
    page = browser.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(page_file.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    assert page.title().startswith("</script>")
    assert page.get_by_role("alert").count() == 0  # it gives the program's answers
    predictor = load_predictor(bundle)
    box = page.get_by_label("Type or paste a text")
    for text in ("a lovely, moving and clever film", "boring and awful <b>dull</b>"):
        box.fill(text)
        expected = predictor.predict(text)
        said = page.get_by_role("heading", level=2).inner_text()
        assert said == f"{' '.join(expected.label.split())}, {100 * expected.confidence:.1f} %"
        marks = page.locator("#marked mark.for").all_inner_texts()
        strongest = max(predictor.evidence(text), key=lambda one: one[1])[0]
        assert strongest in marks
        assert page.locator("#marked").inner_text() == text
    page.get_by_role("button", name="good").click()
    assert page.locator("#which").inner_text() == "good"
    assert page.get_by_role("button", name="good").get_attribute("aria-pressed") == "true"
    box.fill("qqqq zzzz")
    assert page.get_by_text("None of these words").is_visible()
    box.fill(EVIL)
    page.get_by_role("button", name="Clear").click()
    assert not page.get_by_label("Answer", exact=True).is_visible()
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert errors == [] and [one for one in requests if not one.startswith(("file:", "data:"))] == []
    page.close()


@pytest.mark.browser
def test_it_is_accessible_at_phone_width_light_and_dark(bundle, tmp_path, browser):
    from axe import violations

    page_file = export_html(bundle, tmp_path / "page.html")
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
        page.goto(page_file.as_uri())
        page.get_by_label("Type or paste a text").fill("a lovely but boring film")
        assert page.evaluate("document.documentElement.scrollWidth <= 390")
        assert violations(page) == []
        page.close()
