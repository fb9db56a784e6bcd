"""Exports whose visitors may correct: the owner's wish is in the app's own record, checked, and off unless said."""

import json

from command_line import tellapart
from tellapart.corrections.asking import CONSENT, Asking
from tellapart.deploy import export_api, export_voila
from tellapart.deploy.voila.settings import read_settings

ADDRESS = "https://example.org/corrections"


def test_the_app_in_voila_knows_whom_to_ask_and_keeps_it_out_of_git(trained, tmp_path, voila_app):
    asking = Asking(True, 'Agree to <b>"this"</b>?', ADDRESS)
    app = export_voila(trained[1].bundle_dir, tmp_path / "app", corrections=asking)
    assert read_settings(app).asking() == asking
    assert "/corrections/" in (app / ".gitignore").read_text("utf-8").splitlines()
    assert not read_settings(voila_app).asking().is_on
    record = json.loads((app / "app.json").read_text("utf-8"))
    assert record["corrections"]["address"] == ADDRESS


def test_the_service_shows_what_people_agree_to(trained, tmp_path):
    made = [
        export_api(trained[1].bundle_dir, tmp_path / name, corrections=asking)
        for name, asking in (("usual", None), ("own", Asking(True, "Only if you like.")))
    ]
    texts = [json.loads((folder / "service.json").read_text("utf-8"))["consent"] for folder in made]
    assert texts == [CONSENT, "Only if you like."]
    assert "TELLAPART_CORRECTIONS" in (made[0] / "compose.yaml").read_text("utf-8")


def test_wrong_wishes_are_said_on_the_command_line(trained, tmp_path):
    out = tmp_path / "app"
    said = tellapart("app", trained[0], out, "--target", "space", "--corrections", code=1)
    assert "Give the address of your own service" in said
    wish = ("--target", "voila", "--corrections", "--corrections-to", "http://example.org/")
    assert "Corrections cannot be sent to" in tellapart("app", trained[0], out, *wish, code=1)
    long = ("--target", "voila", "--corrections", "--consent", "x" * 1001)
    assert "at most 1,000 fit" in tellapart("app", trained[0], out, *long, code=1)
    assert not out.exists()
