"""Examples in an app: which pictures may be some, that they come small and without metadata, and whose they are."""

import json
import shutil
from pathlib import Path

import pytest
from bundle_records import put_record
from command_line import tellapart
from tellapart.deploy import export_html, export_voila
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.examples.choosing import Example, examples_of, showable
from tellapart.deploy.share_settings import ShareSettings, keep_share
from tellapart.deploy.voila.settings import read_settings, write_settings
from tellapart.errors import DeployError
from tellapart.store.ledger import credit_line
from tellapart.store.project import open_project

CREDIT = (
    "[One](<https://a.example/1>) by Ada \\*B\\*, [CC BY 2.0](<https://creativecommons.org/licenses/by/2.0/>)"
)


def set_origin(project, image_id, **columns):
    names = ", ".join(f"{name} = ?" for name in columns)
    with project.manifest.transaction() as db:
        db.execute(f"UPDATE pictures SET {names} WHERE image_id = ?", [*columns.values(), image_id])


def test_only_what_others_may_be_shown_is_offered_and_each_label_in_turn(tiny_project):
    pictures = tiny_project.manifest.pictures()
    web = {"page_url": "https://a.example/1", "author": "Ada *B*", "title": "One"}
    set_origin(tiny_project, pictures[0].image_id, licence="CC BY 2.0", **web)
    for picture, licence in zip(pictures[1:4], ["CC BY-ND 4.0", "All rights reserved", None], strict=True):
        set_origin(tiny_project, picture.image_id, licence=licence, **web)
    offered = showable(tiny_project.manifest, 1000)
    refused = {one.image_id for one in pictures[1:4]}
    assert len(offered) == len(pictures) - 3 and not refused & {one.image_id for one in offered}
    labels = list(tiny_project.manifest.labels())
    assert [one.label for one in offered[: len(labels)]] == labels
    assert showable(tiny_project.manifest, 3) == offered[:3]
    wanted = [pictures[5].image_id, pictures[0].image_id, pictures[1].image_id, "0" * 64]
    (own, named) = examples_of(tiny_project, wanted)
    assert own.source == tiny_project.root / pictures[5].path and own.credit == ""
    assert named.credit == CREDIT == credit_line(tiny_project.manifest.picture(pictures[0].image_id))


def test_few_rows_are_read_but_where_the_first_may_not_be_shown(tiny_project, monkeypatch):
    manifest, read = tiny_project.manifest, []
    usual, label = manifest.pictures, next(iter(manifest.labels()))

    def noted(*wanted, **more):
        found = usual(*wanted, **more)
        read.append(len(found))
        return found

    monkeypatch.setattr(manifest, "pictures", noted)
    (one,) = showable(manifest, 1)
    assert [example.source for example in examples_of(tiny_project, [one.image_id])]
    assert one.label == label and max(read) == 4, "four times as many as wanted"
    of_label = usual(label)
    assert len(of_label) > 4
    for picture in of_label[:4]:
        set_origin(
            tiny_project, picture.image_id, licence="All rights reserved", page_url="https://a.example/1"
        )
    assert showable(manifest, 1) == usual(label)[4:5]


def test_names_that_go_on_and_on_make_no_app_that_does_not_open(tiny_project, tmp_path):
    """A stranger's title of a picture may be as long as a book."""
    picture = tiny_project.manifest.pictures()[0]
    page = "https://a.example/" + "ä" * 300
    set_origin(
        tiny_project,
        picture.image_id,
        page_url=page,
        title="[日本語]" * 9000,
        author="*é*" * 9000,
        licence="by " * 9000,
    )
    picture = tiny_project.manifest.picture(picture.image_id)
    credits = {f"examples/{n}.jpg": credit_line(picture) for n in range(1, 13)}
    write_settings(tmp_path, Appearance(), credits)
    found = read_settings(tmp_path).example_credits
    assert (
        found == list(credits.values()) and "…](<https" in found[0] and "…" in found[0].partition(" by ")[2]
    )


def test_a_repository_shows_them_small_with_their_credits(trained, tmp_path):
    picture = next((trained[0] / "images").rglob("*.png"))
    app = export_voila(
        trained[1].bundle_dir, tmp_path / "app", examples=[Example(picture, CREDIT), "golden/1.jpg"]
    )
    said = json.loads((app / "app.json").read_text("utf-8"))
    assert said["examples"] == ["examples/1.jpg", "examples/2.jpg"]
    assert said["example_credits"] == [CREDIT, ""]
    assert f"## Examples in this app\n\n- Example 1: {CREDIT}\n" in (app / "CREDITS.md").read_text("utf-8")


def test_golden_pictures_that_may_not_be_shown_are_no_examples(trained, tmp_path):
    bundle = Path(shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle"))
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    record["golden"][0]["lacks_licence"] = True
    put_record(bundle, record)
    with pytest.raises(DeployError, match=r"No licence lets others see golden/1\.jpg"):
        export_voila(bundle, tmp_path / "app", examples=[record["golden"][0]["file"]])
    assert not (tmp_path / "app").exists()


def test_a_web_page_shows_them_and_classifies_one_that_is_pressed(trained, runtime, tmp_path, open_page):
    picture = next((trained[0] / "images" / "circle").iterdir())
    made = export_html(
        trained[1].bundle_dir,
        tmp_path / "page.html",
        runtime=runtime,
        examples=[Example(picture, CREDIT), picture],
    )
    page = open_page(made).page
    page.get_by_role("button", name="Example 2").click()
    page.locator(".answer .percent").first.wait_for()
    assert page.locator(".answer").count() == 1
    said = page.locator(".answer").text_content()
    assert "circle" in said and "Example 2" in said and "Not classified" not in said
    page.get_by_text("Credits", exact=True).click()
    page.get_by_role("link", name="One").wait_for()
    assert (
        "Example 1: One by Ada *B*, CC BY 2.0" in page.locator("details[data-paper=credits]").text_content()
    )
    assert page.locator("button.example").count() == 2


def test_the_command_line_takes_what_the_share_page_remembers(trained, runtime, tmp_path):
    root = Path(shutil.copytree(trained[0], tmp_path / "shapes"))
    with open_project(root) as project:
        chosen = showable(project.manifest, 2)
        settings = ShareSettings(examples=tuple(one.image_id for one in chosen), all_the_same=("error",))
        keep_share(project.manifest, settings)
    tellapart("app", root, tmp_path / "page.html", "--runtime", runtime)
    assert (tmp_path / "page.html").read_text("utf-8").count('class="example"') == 2


@pytest.mark.parametrize(
    "value",
    [{"examples": "x"}, {"examples": ["../secret", 3, "A" * 64]}, {"repository": "../..", "all_the_same": 3},
     {"repository": ["a"], "examples": {"a": 1}, "all_the_same": [1, "x" * 1000]}],
)  # fmt: skip
def test_what_a_stranger_wrote_there_is_no_harm(tiny_project, value):
    assert ShareSettings.from_json(value) == ShareSettings()
    many = ShareSettings.from_json({"examples": [f"{n:064x}" for n in range(99)] * 2})
    assert len(many.examples) == 12 and len(set(many.examples)) == 12
