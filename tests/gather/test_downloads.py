"""Fetching from a server that lies, hangs, breaks off, sends on and never ends."""

import hashlib
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from fakes.pictures import photo
from fakes.server import Answer
from tellapart.errors import Cancelled, ProjectError
from tellapart.gather.downloads import Downloads, Fetched, FetchLimits
from tellapart.web.addresses import AddressGuard
from tellapart.web.client import Line


@contextmanager
def downloads(folder, **limits):
    """A way to fetch, and its line."""
    limits = {"backoff_s": 0.01, **limits}
    with Line(AddressGuard(may_be_local=True)) as line:
        fetching = Downloads(line, folder, FetchLimits(**limits))
        try:
            yield lambda *urls: line.wait_for(fetching.fetch(urls)), line, fetching
        finally:
            fetching.close()


@pytest.fixture
def fetch(tmp_path):
    with downloads(tmp_path) as (fetch, _, _):
        yield fetch


def test_a_picture_arrives_whole_under_the_ending_of_what_it_is(fake, fetch, tmp_path):
    got = fetch(fake.pictures.link(3, "wrongtype", ".png"))
    assert isinstance(got, Fetched) and got.path.suffix == ".jpg" and got.path.read_bytes() == photo(3)
    assert got.image_id == hashlib.sha256(photo(3)).hexdigest() and got.n_bytes == len(photo(3))
    assert fetch(fake.pictures.link(3, "photo", ".png")).path.suffix == ".png"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".jpg", ".png"]
    (asked, _) = fake.pictures.asked
    assert asked.headers["Accept-Encoding"] == "identity" and asked.headers["User-Agent"].startswith(
        "tellapart/"
    )


def test_rotated_animated_and_redirected_pictures_are_taken(fake, fetch):
    assert fetch(fake.pictures.link(1, "rotated")).facts.width == 96
    assert fetch(fake.pictures.link(1, "animated", ".gif")).facts.format == "GIF"
    assert fetch(fake.pictures.link(1, "animated", ".webp")).facts.format == "WEBP"
    assert isinstance(fetch(f"{fake.pictures.url}/to//photo/5.jpg"), Fetched)


@pytest.mark.parametrize(
    ("kind", "fate", "said"),
    [
        ("html", "unreadable", "a web page, not a picture"), ("svg", "unreadable", "an SVG drawing"),
        ("cutfile", "unreadable", "damaged or cut off"), ("wide", "unreadable", "too many pixels"),
        ("tiny", "too small", "at least 64 × 64"), ("cut", "unreachable", "the connection broke off"),
        ("status/404", "unreachable", "answers 404"), ("status/403", "unreachable", "answers 403"),
        ("status/500", "unreachable", "answers 500"), ("pause", "unreachable", "asks for a pause of 600 s"),
        ("to-private", "not allowed", "10.0.0.1"), ("endless", "unreachable", "the download took longer than 2 s"),
        ("to/file%3A%2F%2F%2Fetc%2Fpasswd", "not allowed", "not http"), ("to/http%3A%2F%2F%5B", "not allowed", "web address"),
    ],
)  # fmt: skip
def test_what_is_no_use_is_refused_with_the_reason_and_leaves_no_file(fake, tmp_path, kind, fate, said):
    suffix = {"wide": ".png", "tiny": ".png", "svg": ".svg"}.get(kind, ".jpg")
    with downloads(tmp_path, **({"total_s": 2.0} if kind == "endless" else {})) as (fetch, _, _):
        outcome = fetch(
            f"{fake.pictures.url}/{kind}" if kind.startswith("to/") else fake.pictures.link(4, kind, suffix)
        )
    assert (outcome.fate, said in outcome.reason) == (fate, True), outcome
    assert list(tmp_path.iterdir()) == []


def test_three_tries_and_no_more(fake, fetch):
    assert isinstance(fetch(fake.pictures.link(1, "flaky")), Fetched) and len(fake.pictures.asked) == 2
    fake.pictures.asked.clear()
    fetch(fake.pictures.link(1, "status/503"))
    assert len(fake.pictures.asked) == 3
    fake.pictures.asked.clear()
    fetch(fake.pictures.link(1, "status/404"))
    assert len(fake.pictures.asked) == 1, "a picture that is gone is not asked for again"


def test_a_short_pause_is_kept_and_a_long_one_ends_the_server_s_turn(fake, fetch):
    fake.pictures.script, fake.pictures.retry_after = ["limited"], "1"
    clock = time.monotonic()
    assert isinstance(fetch(fake.pictures.link(1)), Fetched) and time.monotonic() - clock > 0.9
    fetch(fake.pictures.link(2, "pause"))
    n_asked = len(fake.pictures.asked)
    assert "asks for a pause of" in fetch(fake.pictures.link(3)).reason
    assert len(fake.pictures.asked) == n_asked, "nobody knocks during the pause"


def test_circles_of_redirects_end(fake, fetch):
    fake.pictures.answer = lambda asked: Answer(status=302, headers=(("Location", "/again"),))
    assert "more than 5 times" in fetch(fake.pictures.link(1)).reason and len(fake.pictures.asked) == 6


def test_too_many_bytes_are_cut_off_whatever_the_header_says(fake, tmp_path):
    with downloads(tmp_path, max_bytes=200_000) as (fetch, _, _):
        outcome = fetch(fake.pictures.link(1, "endless"))
        assert outcome.fate == "unreadable" and "more than the 0 MB" in outcome.reason
    with downloads(tmp_path, max_bytes=100) as (fetch, _, _):
        assert "more than" in fetch(fake.pictures.link(1)).reason
    assert list(tmp_path.iterdir()) == []


def test_the_second_address_is_tried_when_the_first_cannot_be_reached(fake, fetch):
    assert isinstance(fetch(fake.pictures.link(1, "status/424"), fake.pictures.link(2)), Fetched)
    fake.pictures.asked.clear()
    assert fetch(fake.pictures.link(1, "tiny"), fake.pictures.link(2)).fate == "too small"
    assert len(fake.pictures.asked) == 1


def test_a_server_that_is_not_there_or_not_safe_is_said(fake, fetch):
    assert "cannot be reached" in fetch("http://127.0.0.1:9/a.jpg").reason
    outcome = fetch(fake.pictures.link(1).replace("http://", "https://"))
    assert "no secure connection (TLS)" in outcome.reason and outcome.fate == "unreachable"
    outcome = fetch("http://no-such-name.invalid/a.jpg")
    assert "name is not known" in outcome.reason and outcome.dead_host == "no-such-name.invalid"


@pytest.mark.skipif(sys.platform == "win32", reason="needs the openssl program")
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(fake, fetch, tmp_path_factory):
    import shutil
    import ssl

    if not shutil.which("openssl"):
        pytest.skip("needs the openssl program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]
    subprocess.run(
        [*command, "-days", "1", "-subj", "/CN=127.0.0.1"], cwd=folder, check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    fake.pictures.socket = context.wrap_socket(fake.pictures.socket, server_side=True)
    outcome = fetch(fake.pictures.link(1).replace("http://", "https://"))
    assert "no secure connection (TLS)" in outcome.reason and fake.pictures.asked == []


def test_a_few_at_once_from_one_server(fake, tmp_path):
    at_once, most, lock = 0, 0, threading.Lock()
    three = threading.Barrier(3, timeout=60)  # none is answered before three have come
    answer = fake.pictures.answer

    def counted(asked):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        three.wait()
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return answer(asked)

    fake.pictures.answer = counted
    with downloads(tmp_path, n_per_host=3) as (_, line, fetching):
        done = []
        for number in range(15):
            line.start(fetching.fetch((fake.pictures.link(number),)), done.append)
        while len(done) < 15:
            time.sleep(0.01)
    assert most == 3 and all(isinstance(future.result(), Fetched) for future in done)


def test_hanging_up_takes_a_moment_and_leaves_nothing(fake, tmp_path):
    with downloads(tmp_path, total_s=60) as (_, line, fetching):
        done = []
        for kind in ("hang", "endless", "hang"):
            line.start(fetching.fetch((fake.pictures.link(1, kind),)), done.append)
        while len(fake.pictures.asked) < 3 or not any(path.stat().st_size for path in tmp_path.iterdir()):
            time.sleep(0.01)
        clock = time.monotonic()
        line.close()
        assert time.monotonic() - clock < 30, "it waited for servers that hang for a minute"
        with pytest.raises(Cancelled):
            line.wait_for(fetching.fetch((fake.pictures.link(1),)))
    assert len(done) == 3 and list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_as_such(fake, tmp_path):
    with downloads(tmp_path / "not there") as (fetch, _, _), pytest.raises(ProjectError, match="not there"):
        fetch(fake.pictures.link(1))
