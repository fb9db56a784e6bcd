"""The studio for visitors: a password, a project each, limits in words. A real Voila, asked by programs."""

from __future__ import annotations

import io
import logging
import os
import re
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import httpx
import pytest
from jupyter_server.auth.identity import User
from public_studio import PASSWORD, PublicStudio, kernel_of, public_studio
from tellapart_dashboards import __main__ as command
from tellapart_dashboards.app.launcher import LauncherError, Studio, listening_socket, reached_at
from tellapart_dashboards.app.public import passwords, server
from tellapart_dashboards.app.public.passwords import VARIABLE, PasswordError, hashed_password
from tellapart_dashboards.app.public.studio import Certificate, tls_hint, visitors_in
from tellapart_dashboards.app.public.studio import PublicStudio as PublicServer
from tellapart_dashboards.app.public.visiting import Quotas
from tellapart_dashboards.app.server import LimitedKernels
from tornado.web import HTTPError, create_signed_value, decode_signed_value

PAGE = "voila/render/4_classify.ipynb"


N_VISITORS = 12  # more than come in all tests of this module


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicStudio]:
    """One studio for all tests of this module: each ends the pages that it opens, and tells its visitors' projects from
    those that were there."""
    options = ("--pages", "3", "--pages-each", "2", "--visitors", f"{N_VISITORS}", "--pictures", "7")
    with public_studio(tmp_path_factory.mktemp("public"), *options, "--megabytes", "1") as studio:
        yield studio


# who comes in


def test_without_a_password_it_refuses_to_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("typed by nobody"))
    assert command.main(["--public", "--root", str(tmp_path / "visitors")]) == 2
    said = capsys.readouterr().err
    assert "needs a password, and there is none" in said and "--password-file FILE" in said
    assert not (tmp_path / "visitors").exists()
    with pytest.raises(SystemExit):  # a password on the command line could be read by everybody
        command.main(["--public", "--password", PASSWORD])


def test_what_only_a_public_studio_takes_is_not_taken_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--project", str(tmp_path / "p"), "--pages-each", "2", "--no-browser"]) == 2
    assert "--pages-each is for a studio that is open to others. Add --public." in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_a_password_is_hashed_from_wherever_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_server.auth.security import passwd_check

    (tmp_path / "password").write_text(f"{PASSWORD}\nsecond line\n")
    hashed = hashed_password(tmp_path / "password")
    assert PASSWORD not in hashed and passwd_check(hashed, PASSWORD)
    (tmp_path / "password").write_text(PASSWORD, "utf-8-sig")  # as Windows' Notepad writes
    assert passwd_check(hashed_password(tmp_path / "password"), PASSWORD)
    (tmp_path / "password").write_text(hashed)
    assert hashed_password(tmp_path / "password") == hashed, "a hash stays as it is"
    monkeypatch.setenv(VARIABLE, PASSWORD)
    assert passwd_check(hashed_password(None), PASSWORD)
    assert VARIABLE not in os.environ, "no page of the studio gets it"
    monkeypatch.setattr(passwords.sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    assert passwd_check(hashed_password(None, ask=lambda _: PASSWORD), PASSWORD)
    typed = iter([PASSWORD, "another one"])
    with pytest.raises(PasswordError, match="not the same"):
        hashed_password(None, ask=lambda _: next(typed))
    (tmp_path / "short").write_text("geese\n")
    with pytest.raises(PasswordError, match="has 5 characters; take at least 8"):
        hashed_password(tmp_path / "short")
    with pytest.raises(PasswordError, match="cannot be read"):
        hashed_password(tmp_path / "nowhere")


def test_a_server_whose_words_travel_readable_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tls_hint("127.0.0.1", None) == "" and "--certificate" in tls_hint("0.0.0.0", None)
    assert tls_hint("0.0.0.0", Certificate(tmp_path, tmp_path)) == ""
    for options, said in (
        (["--certificate", "nowhere.pem"], "give both"),
        (["--certificate", "nowhere.pem", "--private-key", "x"], "cannot be used"),
    ):
        monkeypatch.setenv(VARIABLE, PASSWORD)
        assert command.main(["--public", "--root", str(tmp_path / "visitors"), "--port", "0", *options]) == 2
        assert said in capsys.readouterr().err


def test_the_address_is_said_wherever_the_server_listens(tmp_path: Path) -> None:
    visitors = visitors_in(tmp_path, Quotas())
    for host, place in (("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]")):
        assert PublicServer(visitors, 8866, "argon2:x", host).url == f"http://{place}:8866/"
    assert reached_at("0.0.0.0") == "127.0.0.1" and reached_at("::") == "::1"
    with pytest.raises(LauncherError, match=r"no address 192\.0\.2\.1 to listen on"):
        listening_socket(8866, "192.0.2.1")


def test_only_who_knows_the_password_comes_in(public: PublicStudio) -> None:
    before = public.projects()
    with public.visitor() as visitor:
        asked = visitor.get(PAGE)
        assert asked.status_code == 302 and "/login?next=" in asked.headers["location"]
        form = visitor.get("login", headers={"Host": "studio.example"}).text
        assert "Sign in to the studio" in form and 'type="password"' in form and "?token=" not in form
        for wrong in ("", "geese", PASSWORD.upper()):
            refused = visitor.post("login", data={"password": wrong})
            assert refused.status_code == 401 and "This is not the password" in refused.text
        assert visitor.get(f"{PAGE}?token=").status_code == 302, "no token opens it, the empty one neither"
        assert visitor.get("open?token=&page=studio.ipynb").status_code == 404
        for path in ("api/kernels/00000000-0000-0000-0000-000000000000", "voila/tree", ""):
            assert visitor.get(path).status_code in (302, 403), path
        for other in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert visitor.post("login", data={"password": PASSWORD}, headers=other).status_code == 403
    assert public.projects() == before
    assert PASSWORD not in public.log.read_text("utf-8")


def test_nobody_fills_the_memory_with_the_body_of_a_question(public: PublicStudio) -> None:
    place = httpx.URL(public.url)
    with socket.create_connection((place.host, place.port), timeout=30) as stranger:
        stranger.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n")
        assert stranger.recv(1000).startswith(b"HTTP/1.1 400"), "before any of it has come"


def test_a_browser_finds_its_project_again_for_a_year(public: PublicStudio) -> None:
    a_page = "api/kernels/00000000-0000-0000-0000-000000000000"
    secret = (public.root / ".cookie-secret").read_bytes()
    with public.visitor() as visitor:
        answer = visitor.post("login?next=/healthz", data={"password": PASSWORD})
        ends = re.search("expires=([^;]+)", answer.headers["set-cookie"], re.IGNORECASE)
        assert ends is not None
        kept_s = parsedate_to_datetime(ends[1]).timestamp() - time.time()
        assert 364 * 86400 < kept_s < 366 * 86400
        ((name, value),) = visitor.cookies.items()
        user = decode_signed_value(secret, name, value.strip('"'))
        for days, status in ((300, 404), (400, 403)):
            signed = create_signed_value(
                secret, name, user or b"", clock=lambda d=days: time.time() - d * 86400
            )
            old = {"Cookie": f"{name}={signed.decode()}"}
            assert httpx.get(f"{public.url}{a_page}", headers=old).status_code == status, days


async def test_who_guesses_passwords_is_stopped_and_told_when_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(server.time, "monotonic", lambda: clock[0])
    door = server.OnePassword(
        hashed_password="sha256::" + sha256(PASSWORD.encode()).hexdigest(), most_wrong=3
    )
    headers: dict[str, str] = {}

    def asked(password: str) -> User | None:
        form = SimpleNamespace(
            get_argument=lambda name, default: password if name == "password" else default,
            set_header=headers.__setitem__,
            log=logging.getLogger("studio"),
        )
        return door.process_login_form(form)

    for second in (0, 10, 20):
        clock[0] = 1000.0 + second
        assert asked(PASSWORD) is not None and asked("geese") is None
    for password in ("geese", PASSWORD):
        with pytest.raises(
            HTTPError, match="3 wrong passwords came within a minute.*in 40 seconds"
        ) as refused:
            asked(password)
        assert refused.value.status_code == 429 and headers == {"Retry-After": "40"}
    clock[0] = 1060.0  # the first of the three is forgotten
    assert asked(PASSWORD) is not None and asked("geese") is None
    with pytest.raises(HTTPError, match="in 10 seconds"):
        asked(PASSWORD)


def test_the_page_for_who_guesses_says_it_in_words(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 0)
    page = studio._own_login_page().get_template("error.html")
    said = page.render(
        status_code=429, message="30 wrong passwords came <b>", base_url="/", status_message=""
    )
    assert "<h1>Wait a moment</h1>" in said and "came &lt;b&gt;." in said and 'href="/login"' in said


# what each of them gets


def test_two_visitors_have_two_projects_and_no_page_of_one_another(public: PublicStudio) -> None:
    before = set(public.projects())
    with public.signed_in() as ada, public.signed_in() as ben:
        kernel, other = kernel_of(ada.get(PAGE).text), kernel_of(ben.get(PAGE).text)
        made = set(public.projects()) - before
        assert len(made) == 2 and all((project / "tellapart.db").is_file() for project in made)
        assert ada.get(f"api/kernels/{kernel}").status_code == 200
        for path in (f"api/kernels/{kernel}", f"api/kernels/{kernel}/channels"):
            assert ben.get(path).status_code == 404, path
        assert ben.post(f"voila/api/shutdown/{kernel}").status_code == 404
        assert ben.delete(f"api/kernels/{kernel}").status_code in (404, 405)
        assert ada.get(f"api/kernels/{kernel}").status_code == 200, "nobody else ends it"
        again = kernel_of(ada.get(PAGE).text)
        assert len(set(public.projects()) - before) == 2, "the same project, by the cookie"

        health = ada.get("healthz")
        assert health.status_code == 503 and health.json() == {"status": "full", "pages": 3, "most": 3}
        full = ada.get(PAGE)
        assert full.status_code == 503 and "You have 2 pages of the studio open" in full.text
        full = ben.get(PAGE)
        assert full.status_code == 503 and "3 pages of the studio are open; close one" in full.text
        for owner, one in ((ada, kernel), (ada, again), (ben, other)):
            assert owner.post(f"voila/api/shutdown/{one}").status_code == 204
        with public.visitor() as anybody:
            assert anybody.get("healthz").json() == {"status": "ok", "pages": 0, "most": 3}


def test_a_page_that_is_loaded_again_has_room(public: PublicStudio) -> None:
    is_sent = Event()

    def note(step: str, _: object) -> None:
        if step == "http11.send_request_body.complete":
            is_sent.set()

    with public.signed_in() as ada, ThreadPoolExecutor(1) as pool:
        first, second = (kernel_of(ada.get(PAGE).text) for _ in range(2))
        left = pool.submit(ada.post, f"voila/api/shutdown/{first}", extensions={"trace": note})
        assert is_sent.wait(60)
        again = ada.get(PAGE)  # as browsers do, which have said that they leave and wait for no answer
        assert again.status_code == 200, "it is not told that its own pages take the room"
        assert left.result().status_code == 204
        for one in (second, kernel_of(again.text)):
            assert ada.post(f"voila/api/shutdown/{one}").status_code == 204


async def test_a_server_that_was_held_up_looks_again_before_it_says_that_there_is_no_room() -> None:
    """What a page said that left came meanwhile, and has not been heard."""
    looks: list[float] = []

    def is_full() -> bool:
        looks.append(time.monotonic())
        if len(looks) == 2:
            time.sleep(0.6)
        return len(looks) < 4

    assert await LimitedKernels().has_room(is_full)
    assert not await LimitedKernels().has_room(lambda: True)


def test_no_more_visitors_than_there_is_room_for(public: PublicStudio) -> None:
    before = public.projects()
    others = [public.root / f"{n:032x}" for n in range(N_VISITORS - len(before))]
    try:
        for one in others:
            one.mkdir()
        with public.signed_in() as visitor:
            refused = visitor.get(PAGE)
        assert refused.status_code == 503
        assert f"takes {N_VISITORS} visitors, and all places are taken. Ask whoever runs it" in refused.text
        assert public.projects() == sorted([*before, *others])
    finally:
        for one in others:
            one.rmdir()


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_the_secret_of_the_cookies_is_kept_and_for_nobody_else(public: PublicStudio) -> None:
    secret = public.root / ".cookie-secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600 and len(secret.read_bytes()) == 64
