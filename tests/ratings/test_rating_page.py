"""The exported page recommends as the program does, in Node and in a real Chromium; it asks nobody and holds no user."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from made_ratings import made_rows, write_table
from tellapart.deploy.html import one_file
from tellapart.errors import DeployError
from tellapart.ratings import export_html, load_predictor, open_review
from tellapart.ratings.item_map import mapped_places
from tellapart.ratings.model_file import FILE_NAME
from tellapart.ratings.page import export
from tellapart.ratings.project import create_rating_project
from tellapart.ratings.training import train_ratings

MODEL_JS = Path(export.__file__).parent / "model.js"
EVIL = "</script><script>window.hacked = 1</script> {{title}} \" ' & <img src=x onerror=hacked=1>"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Made ratings where a title is an attack, and a user who gives 5 to all, found and left out."""
    folder = tmp_path_factory.mktemp("page")
    rows = [(*row[:4], EVIL if row[1] == "f3" else row[4]) for row in made_rows()]
    rows += [("fan-of-all-x", f"f{n}", 5, 1_400_000 + n, "") for n in range(24)]
    project = create_rating_project(folder / "p", write_table(folder / "r.csv", rows))
    review = open_review(project)
    review.decide(review.suggestions(0.5))
    return train_ratings(project).bundle_dir


def persons(model, n=60):
    """Ratings of made persons: of none, of one item, of all."""
    rng = np.random.default_rng(5)
    low, high = model.scale
    sizes = [0, 1, 5, len(model.item_names), *rng.integers(1, 12, n)]
    return [
        [[int(at), float(rng.uniform(low, high))] for at in rng.permutation(len(model.item_names))[:size]]
        for size in sizes
    ]


def test_node_expects_recommends_and_compares_as_python(bundle, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this computer; the browser test compares the same page")
    model = load_predictor(bundle)
    asked = persons(model)
    (tmp_path / "asked.json").write_text(json.dumps(asked), "utf-8")
    (tmp_path / "model.mjs").write_text(MODEL_JS.read_text("utf-8"), "utf-8")
    (tmp_path / "main.mjs").write_text(
        """import { readFileSync } from "node:fs";
        import { expectedFor, isFaithful, modelOf, recommended, similarTo, usualStars } from "./model.mjs";
        const read = (path) => JSON.parse(readFileSync(path, "utf-8"));
        const model = modelOf(read(process.argv[2]));
        const people = read("asked.json").map((rated) => {
          const expected = expectedFor(model, new Map(rated));
          return { expected, order: recommended(model, new Map(rated), expected) };
        });
        const alike = model.items.map((_, place) => similarTo(model, place));
        console.log(JSON.stringify({ faithful: isFaithful(model), usual: usualStars(model), people, alike }));""",
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
    assert said["faithful"] and said["usual"] == pytest.approx(model.predict({}).tolist(), abs=1e-6)
    for rated, one in zip(asked, said["people"], strict=True):
        places, stars = np.array([at for at, _ in rated], int), np.array([stars for _, stars in rated])
        expected = model.expected_for(places, stars)
        assert one["expected"] == pytest.approx(expected.tolist(), abs=1e-6)
        left = [at for at in range(len(expected)) if at not in set(places.tolist())]
        assert sorted(one["order"]) == left
        best = [expected[at] for at in one["order"]]
        assert best == pytest.approx(sorted(best, reverse=True), abs=1e-9)
    for name, alike in zip(model.item_names, said["alike"], strict=True):
        found = model.similar(name, 1000)
        assert [model.item_names[one["place"]] for one in alike] == [one.item for one in found]
        assert [one["likeness"] for one in alike] == pytest.approx([one.likeness for one in found], abs=1e-6)


def test_the_page_is_one_file_without_addresses_escapes_titles_and_holds_no_person(bundle, tmp_path):
    page = export_html(bundle, tmp_path / "page.html", EVIL[:100])
    html = page.read_text("utf-8")
    assert html.count("<script") == 3 and html.count("</script>") == 3 and "<img" not in html
    assert (
        "http://" not in html.replace("http://www.w3.org/2000/svg", "") and "https://" not in html
    )  # a name, no address
    assert "default-src 'none'" in html and "unsafe" not in html
    users = {row[0] for row in made_rows()}
    assert len(users) == 80 and [one for one in users if one in html] == []
    assert "lonely" not in html and "Seen by one" not in html  # that one person rated
    record = json.loads(html.partition('<script id="model" type="application/json">')[2].partition("<")[0])
    lists = [len(value) for value in record.values() if isinstance(value, list)]
    assert set(lists) <= {
        2,
        5,
        24,
        len(record["factors"]),
    }  # scale, golden, one for each item, factors: none for users
    assert "80 people, of whom nothing is kept" in html


def test_only_a_page_of_ours_is_replaced_and_a_huge_one_is_refused(bundle, tmp_path, monkeypatch):
    page = export_html(bundle, tmp_path / "page.html")
    with pytest.raises(DeployError, match="exists. Choose another name"):
        export_html(bundle, page)
    export_html(bundle, page, force=True)
    page.write_text("mine")
    with pytest.raises(DeployError, match="not replaced, --force or not"):
        export_html(bundle, page, force=True)
    assert page.read_text() == "mine"
    monkeypatch.setattr(one_file, "MOST_BYTES", 2**20 // 64)
    with pytest.raises(
        DeployError, match="at most 0 MB open on a phone. Leave out items that few rated, or share"
    ):
        export_html(bundle, tmp_path / "large.html")
    assert not (tmp_path / "large.html").exists()


@pytest.mark.browser
def test_five_stars_bring_the_program_s_recommendations(bundle, tmp_path, browser):
    model = load_predictor(bundle)
    page_file = export_html(bundle, tmp_path / "page.html", EVIL[:100])
    page = browser.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(page_file.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    assert page.get_by_role("alert").count() == 0  # it gives the program's answers
    so_far = page.locator("#so-far")
    assert "this is what everybody likes" in so_far.inner_text()
    liked = {}
    for number, stars in ((0, 5), (2, 5), (1, 1), (5, 1), (4, 4)):
        page.get_by_label("Search by name").fill(f"FILM, number {number}")
        name = f"The {'ab'[number % 2]} film, number {number}"
        group = page.get_by_role("list", name="Found").get_by_role(
            "group", name=f"Your stars for {name}", exact=True
        )
        group.get_by_role("radio", name=f"{stars} star").check()
        liked[name] = stars
    assert so_far.inner_text() == "From your 5 ratings."
    answers = page.get_by_role("list", name="What you would like")
    shown = answers.locator("> li .names .name").all_inner_texts()
    expected = model.recommend(liked, 10)
    assert [" ".join(one.split()) for one in shown] == [" ".join(one.title.split()) for one in expected]
    said = answers.locator("> li > .percent").all_inner_texts()
    assert said == [f"{one.stars:.1f} of 5" for one in expected]
    answers.get_by_role("button", name="People who liked this").first.click()
    alike = answers.locator(".alike li").all_inner_texts()
    near = model.similar(expected[0].item, 6)
    assert [one.split(" likeness")[0] for one in alike] == [one.title for one in near]
    mine = page.get_by_role("list", name="Your ratings")
    assert mine.locator("> li").count() == 5
    mine.get_by_role("button", name="Remove The a film, number 4").click()
    assert mine.locator("> li").count() == 4 and so_far.inner_text().startswith("4 of 5 rated. 1 more")
    page.get_by_label("Search by name").fill("</script>")
    assert page.get_by_role("list", name="Found").locator(".name").inner_text().count("<img src=x") == 1
    page.get_by_label("Search by name").fill("qqqq")
    assert page.get_by_text("Nothing is called so").is_visible()
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert errors == [] and [one for one in requests if not one.startswith(("file:", "data:"))] == []
    page.close()


@pytest.mark.browser
def test_the_map_tells_names_by_pointer_and_by_keyboard(bundle, tmp_path, browser):
    model = load_predictor(bundle)
    page = browser.new_page()
    page.goto(export_html(bundle, tmp_path / "page.html").as_uri())
    chart = page.get_by_role("listbox", name="Map of tastes")
    places = mapped_places(model, 400)
    assert chart.get_by_role("option").count() == len(places) == 24
    chart.get_by_role("option").nth(3).hover(force=True)
    named = page.locator("#looked-name")
    assert named.inner_text() == chart.locator("[aria-selected=true]").get_attribute("aria-label")
    page.mouse.move(0, 0)
    page.get_by_role("button", name="Show more").focus()
    page.keyboard.press("Tab")
    assert chart.evaluate("one => one === document.activeElement")
    where = {model.titles[at]: (x, y) for at, x, y in places}
    before = where[named.inner_text()]
    key = "ArrowLeft" if before[0] > 0 else "ArrowRight"
    page.keyboard.press(key)
    after = where[named.inner_text()]
    assert (after[0] < before[0]) if key == "ArrowLeft" else (after[0] > before[0])
    assert page.locator("#looked-facts").inner_text().count("rated by") == 1
    assert page.locator("#map text.name").text_content() == named.inner_text()
    page.get_by_role("button", name="Rate it").click()
    assert page.get_by_label("Search by name").input_value() == named.inner_text()
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_accessible_on_phone_and_laptop_light_and_dark(bundle, tmp_path, browser, width):
    from axe import assert_accessible

    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(export_html(bundle, tmp_path / "page.html").as_uri())
    page.get_by_label("Search by name").fill("number 1")
    page.get_by_role("radio", name="4 stars").first.check()
    page.get_by_role("button", name="People who liked this").first.click()
    page.get_by_role("listbox").focus()
    page.get_by_text("About this recommender").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page, f"{width} px")
    page.close()
