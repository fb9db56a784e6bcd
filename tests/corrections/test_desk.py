"""The service takes corrections where its owner says so, hands them to the owner alone, and is not filled by a flood."""

import asyncio
import io
import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from corrections_made import line_of
from PIL import Image
from running_service import multipart, running_service
from starlette.requests import Request
from tellapart.corrections.box import CorrectionBox
from tellapart.corrections.correction import new_correction
from tellapart.corrections.sending import fetch, send
from tellapart.errors import CorrectionError
from tellapart.gather import corrections_from
from tellapart.service.correction_desk import CorrectionDesk
from tellapart.service.description import description
from tellapart.service.entrance import Entrance
from tellapart.service.request_errors import RequestError
from tellapart.service.settings import Limits, settings_from

KEY = "a-key-of-many-letters-1234"
OWN = ("--own",)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "corrections"


@pytest.fixture(scope="module")
def desk(trained, kept):
    """A service that takes corrections, with a key, and answers pages opened as files."""
    settings = {
        "TELLAPART_API_KEY": KEY,
        "TELLAPART_ALLOWED_ORIGINS": "null",
        "TELLAPART_CORRECTIONS": str(kept),
    }
    with running_service(trained[1].bundle_dir, *OWN, **settings) as running:
        yield running


def post(service, files, **headers):
    kind, body = multipart(files)
    return service.ask("POST", "/corrections", body, Content_Type=kind, **headers)


def bare(line):
    return json.dumps(line).encode()


def test_nothing_is_taken_unless_the_owner_says_so(trained, jpegs):
    with running_service(trained[1].bundle_dir, *OWN) as service:
        assert post(service, [bare(line_of()), jpegs[0]]).status == 404
        assert service.ask("GET", "/corrections").status == 404
        assert "/corrections" not in service.ask("GET", "/openapi.json").json["paths"]


def test_a_correction_is_kept_bare_and_once(desk, kept, jpegs):
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    with_exif = io.BytesIO()
    Image.open(io.BytesIO(jpegs[0])).save(with_exif, "JPEG", exif=exif)
    before = list(CorrectionBox(kept))
    first = post(desk, [bare(line_of(at="2020-01-01T00:00:00Z")), with_exif.getvalue()])
    assert (first.status, first.json) == (201, {"kept": True, "new": True})
    assert post(desk, [bare(line_of()), with_exif.getvalue()]).status == 200
    *others, (correction, picture) = list(CorrectionBox(kept))
    assert others == before
    assert correction.said == "square" and not correction.at.startswith("2020")
    assert (
        b"Maker" not in picture.read_bytes() and "127.0.0.1" not in (kept / "corrections.jsonl").read_text()
    )


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([b"{}"], 400), ([b"{}", b"x", b"y"], 413), ([b"{}", b"\xff\xd8"], 422), ([b"no json", b"x"], 422),
        ([bare(line_of()), b"no picture"], 422), ([bare(line_of(kind="?")), b"x"], 422), ([b"x" * 9000, b"x"], 413),
        ([bare(line_of()), b"x" * (9 * 2**20)], 413), ([b"[" * 4000, b"x"], 422),
    ],
)  # fmt: skip
def test_bad_corrections_get_a_reason(desk, files, status):
    reply = post(desk, files)
    assert reply.status == status and reply.json["error"]["text"]


def test_bombs_are_refused_and_it_goes_on(desk, jpegs):
    bomb = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(bomb, "PNG")
    assert post(desk, [bare(line_of()), bomb.getvalue()]).status == 422
    assert desk.ask("GET", "/healthz").status == 200


def test_only_the_owner_gets_them(desk, trained, jpegs, tmp_path):
    post(desk, [bare(line_of(said="triangle")), jpegs[1]])
    assert desk.ask("GET", "/corrections").status == 401 and desk.ask("HEAD", "/corrections").status == 401
    assert desk.ask("GET", "/corrections", X_API_Key="wrong").status == 401
    reply = desk.ask("GET", "/corrections", X_API_Key=KEY)
    assert reply.status == 200 and reply.headers["content-type"] == "application/zip"
    address = f"http://127.0.0.1:{desk.port}/corrections"
    assert fetch(address, KEY, tmp_path / "some.zip").read_bytes()[:2] == b"PK"
    with pytest.raises(CorrectionError, match="A key is needed"):
        fetch(address, "", tmp_path / "other.zip")
    with running_service(trained[1].bundle_dir, *OWN, "--corrections", tmp_path / "box") as keyless:
        assert keyless.ask("GET", "/corrections").status == 403


@pytest.mark.parametrize(
    "part", [(), ((b"range", b"bytes=0-9"),), ((b"range", b"bytes=99999999-"),), ((b"range", b"?"),)]
)
def test_no_zip_is_left_behind_whatever_part_of_it_is_asked_for(tmp_path, monkeypatch, part):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings = settings_from({"TELLAPART_API_KEY": KEY})
    desk = CorrectionDesk(settings, tmp_path / "box", Entrance(Limits()))
    scope = {"type": "http", "method": "GET", "path": "/corrections", "headers": list(part)}
    sent = []

    async def note(message):
        sent.append(message)

    async def given():
        await (await desk.give(Request(scope)))(scope, asyncio.Event().wait, note)

    asyncio.run(given())
    assert sent[0]["type"] == "http.response.start"
    assert list(tmp_path.glob("tellapart-corrections-*")) == []


def test_they_come_into_a_project_over_the_web(desk, tiny_project, jpegs, tmp_path):
    address = f"http://127.0.0.1:{desk.port}"
    send(
        address,
        new_correction(jpegs[5], "circle", 0.5, False, "other", "a <b>boat</b>", "0" * 12, "ab" * 32),
        jpegs[5],
    )
    summary = corrections_from(tiny_project, address, KEY)
    assert summary.n_added >= 1 and corrections_from(tiny_project, address, KEY).n_added == 0
    with pytest.raises(CorrectionError, match="cannot be reached"):
        corrections_from(tiny_project, "http://127.0.0.1:9/corrections", KEY)


@contextmanager
def a_server_that_says(answer):
    """To whoever asks once, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/corrections"
        thread.join()


def test_what_goes_wrong_on_the_way_is_not_blamed_on_the_disk(tiny_project, tmp_path, monkeypatch):
    with (
        a_server_that_says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nPK") as address,
        pytest.raises(CorrectionError, match="cannot be reached"),
    ):
        corrections_from(tiny_project, address, KEY)

    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(CorrectionError, match=r"cannot be reached \(Name or service not known\)"):
        corrections_from(tiny_project, "https://example.org", KEY)
    for key in ("line\nbreak", "schlüssel"):
        with pytest.raises(CorrectionError, match="a sign that no key has") as said:
            fetch("https://example.org", key, tmp_path / "some.zip")
        assert key not in str(said.value)


def test_corrections_that_do_not_come_leave_room_for_questions(tmp_path):
    entrance = Entrance(Limits())
    desk = CorrectionDesk(settings_from({}, corrections=tmp_path), tmp_path, entrance)
    kind = [(b"content-type", b"multipart/form-data; boundary=x")]

    async def many():
        leave = asyncio.Event()

        async def nothing_yet():
            await leave.wait()
            return {"type": "http.disconnect"}

        request = Request({"type": "http", "method": "POST", "headers": kind}, nothing_yet)
        tasks = [asyncio.create_task(desk.take(request)) for _ in range(40)]
        await asyncio.sleep(0)
        assert entrance.n_inside == 8
        leave.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        return [one for one in ended if isinstance(one, RequestError)], await desk.take(request)

    refused, after = asyncio.run(many())
    assert len(refused) == 32 and {one.status for one in refused} == {503}
    assert entrance.n_inside == 0 == entrance.n_bytes and after.status_code == 499, "there is room again"


def test_pages_of_other_sites_may_only_if_the_owner_names_them(desk, jpegs):
    files = [bare(line_of(said="triangle")), jpegs[2]]
    assert post(desk, files, Origin="https://evil.example.org").status == 403
    reply = post(desk, files, Origin="null")
    assert reply.status == 201 and reply.headers["access-control-allow-origin"] == "null"


def test_a_flood_leaves_it_answering(desk, kept, jpegs):
    """Visitors who send as fast as they can: each is told, others are answered, and the same is kept once."""
    before, statuses = len(list(CorrectionBox(kept))), []

    def flood():
        statuses.extend(
            post(desk, [bare(line_of(kind="other", said="flood")), jpegs[3]]).status for _ in range(15)
        )

    floods = [threading.Thread(target=flood) for _ in range(4)]
    for one in floods:
        one.start()
    started = time.monotonic()
    assert desk.ask("GET", "/healthz").status == 200 and time.monotonic() - started < 30
    for one in floods:
        one.join()
    assert set(statuses) <= {200, 201, 503} and len(list(CorrectionBox(kept))) == before + 1


def test_the_log_has_answers_and_no_pictures(desk, trained):
    def is_answer(line):
        return line["event"] == "answer"

    golden = next((trained[1].bundle_dir / "golden").glob("*.jpg")).read_bytes()
    n_before = sum(map(is_answer, desk.log))
    assert desk.predict_many([golden, golden], X_API_Key=KEY).status == 200
    first, second = desk.logged(n_before + 2, is_answer)[n_before:]
    assert (
        first["batch"] == second["batch"]
        and first["sketch"] == second["sketch"]
        and len(first["sketch"]) == 16
    )
    assert set(first) == {
        "time", "level", "event", "model", "batch", "label", "probability", "none_of_these", "sketch"}  # fmt: skip


def test_the_description_says_what_people_agree_to(tmp_path):
    settings = settings_from({}, corrections=tmp_path, consent="Only <b>if</b> you like.")
    found = description(settings, ("a", "b"))
    assert "Only <b>if</b> you like." in found["paths"]["/corrections"]["post"]["description"]
    assert found["components"]["schemas"]["Correction"]["required"]
