"""Large files against a small real server on this machine: cut off, slow, changed, forgetful, killed in the middle."""

import hashlib
import os
import signal
import sys
import time

import numpy as np
import pytest
from fileserver import FileServer
from other_process import start_python
from tellapart.errors import Cancelled, DownloadError
from tellapart.web import transfers
from tellapart.web.transfers import Checks, fetch_file

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WHOLE = Checks(n_bytes=len(CONTENT), sha256=SHA256)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transfers, "WAITS_S", (0.01, 0.01, 0.01))
    with FileServer({"set.zip": CONTENT}) as server:
        yield server


def fetched(server, folder, checks=WHOLE, report=lambda done, total: None, limit_bytes=10**7):
    return fetch_file(server.url + "set.zip", folder / "set.zip", checks, limit_bytes, report)


def stopped_at(n_bytes):
    def report(done, total):
        if done >= n_bytes:
            raise Cancelled("Stopped.")

    return report


def test_a_file_arrives_whole_once_and_leaves_nothing_beside_it(server, tmp_path):
    seen = []
    path = fetched(server, tmp_path / "deep" / "folder", report=lambda *report: seen.append(report))
    assert path.read_bytes() == CONTENT and seen[-1] == (len(CONTENT), len(CONTENT))
    assert fetched(server, tmp_path / "deep" / "folder") == path and len(server.requests) == 1
    assert [one.name for one in path.parent.iterdir()] == ["set.zip"]


def test_a_damaged_file_that_lies_there_is_fetched_again(server, tmp_path):
    (tmp_path / "set.zip").write_bytes(CONTENT[:-1])
    assert fetched(server, tmp_path).read_bytes() == CONTENT


def test_what_came_before_a_stop_is_not_fetched_again(server, tmp_path):
    with pytest.raises(Cancelled):
        fetched(server, tmp_path, report=stopped_at(1_000_000))
    assert not (tmp_path / "set.zip").exists()
    assert fetched(server, tmp_path).read_bytes() == CONTENT
    first, second = server.requests
    start = int(second["range"].removeprefix("bytes=").removesuffix("-"))
    assert "range" not in first and start >= 1_000_000 and second["if-range"] == server.etag


@pytest.mark.parametrize("marks", ["etag", "date", "none"])
def test_a_file_that_changed_in_between_is_fetched_from_the_start(server, tmp_path, marks):
    server.marks = marks
    with pytest.raises(Cancelled):
        fetched(server, tmp_path, Checks(sha256="0" * 64), stopped_at(1_000_000))
    new = np.random.default_rng(1).bytes(2_500_000)
    server.change("set.zip", new)
    found = fetched(server, tmp_path, Checks(sha256=hashlib.sha256(new).hexdigest()))
    assert found.read_bytes() == new


@pytest.mark.parametrize("has_range", [True, False])
def test_a_transfer_that_breaks_off_goes_on_by_itself(server, tmp_path, has_range):
    server.breaks, server.has_range = 2, has_range
    assert fetched(server, tmp_path).read_bytes() == CONTENT
    assert len(server.requests) == 3


def test_a_part_that_is_whole_already_is_accepted(server, tmp_path):
    with pytest.raises(Cancelled):
        fetched(server, tmp_path, report=stopped_at(len(CONTENT)))
    assert fetched(server, tmp_path).read_bytes() == CONTENT
    assert len(server.requests) == 2 and server.n_bytes_sent == len(CONTENT)


def test_a_server_that_sends_another_part_than_asked_for_is_asked_for_all(server, tmp_path):
    with pytest.raises(Cancelled):
        fetched(server, tmp_path, report=stopped_at(1_000_000))
    server.shift = 7
    assert fetched(server, tmp_path).read_bytes() == CONTENT


def test_wrong_bytes_are_named_and_not_kept(server, tmp_path):
    for checks, said in (
        (Checks(sha256="0" * 64), f"its sha256 is {SHA256} instead of 0000"),
        (Checks(md5="0" * 32), "its md5 is"),
        (Checks(md5_first_mib="0" * 32), "the md5 of its first MiB is"),
        (Checks(n_bytes=5), "it has 3,000,000 bytes instead of 5"),
    ):
        with pytest.raises(DownloadError, match=said):
            fetched(server, tmp_path, checks)
        assert not (tmp_path / "set.zip").exists()
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0
    first = hashlib.md5(CONTENT[: 2**20], usedforsecurity=False).hexdigest()
    assert fetched(server, tmp_path, Checks(md5_first_mib=first)).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_is_told_at_once(server, tmp_path, status):
    server.status = status
    with pytest.raises(DownloadError, match=f"the server answers {status}"):
        fetched(server, tmp_path)
    assert len(server.requests) == 1


def test_a_busy_server_is_asked_again_after_the_time_it_names(server, tmp_path):
    server.statuses = [429, 503]
    server.retry_after = "1"
    clock = time.perf_counter()
    assert fetched(server, tmp_path).read_bytes() == CONTENT
    assert time.perf_counter() - clock > 1.9
    server.statuses = [503] * 4
    server.retry_after = None
    (tmp_path / "set.zip").unlink()
    with pytest.raises(DownloadError, match="the server answers 503"):
        fetched(server, tmp_path)


def test_more_than_allowed_is_refused_before_it_fills_the_disk(server, tmp_path):
    with pytest.raises(DownloadError, match="larger than the allowed 1 MB"):
        fetched(server, tmp_path, limit_bytes=1_000_000)


def test_no_server_and_no_address_are_sentences(tmp_path):
    for url, said in (
        ("http://127.0.0.1:9/x", "is this computer offline"),
        ("file:///etc/passwd", "not a web address"),
    ):
        with pytest.raises(DownloadError, match=said):
            fetch_file(url, tmp_path / "x", Checks(), 1000, lambda done, total: None)


FETCH = """
    from tellapart.web.transfers import Checks, fetch_file
    fetch_file(sys.argv[1], Path(sys.argv[2]), Checks(sha256=sys.argv[3]), 10**7, lambda done, total: None)
    print("done")
"""


def started(server, folder):
    return start_python(FETCH, server.url + "set.zip", folder / "set.zip", SHA256)


def wait_for_part(folder, n_bytes, process):
    """Nothing; so much of the file lies on the disk."""
    part = folder / ".set.zip.part"
    while not part.exists() or part.stat().st_size < n_bytes:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_after_a_kill_the_next_program_goes_on_where_it_stopped(server, tmp_path):
    for number in range(1, 4):
        server.hold_at = number * 600_000
        process = started(server, tmp_path)
        wait_for_part(tmp_path, server.hold_at - 300_000, process)  # the rest may be on its way
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    server.let_go()
    assert fetched(server, tmp_path).read_bytes() == CONTENT
    assert [("range" in request) for request in server.requests] == [False, True, True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]


def test_two_programs_do_not_write_into_one_file(server, tmp_path):
    server.hold_at = 900_000
    process = started(server, tmp_path)
    wait_for_part(tmp_path, 300_000, process)
    with pytest.raises(DownloadError, match="another program is downloading it right now"):
        fetched(server, tmp_path)
    server.let_go()
    out, errors = process.communicate()
    assert out.strip() == "done", errors
    assert fetched(server, tmp_path).read_bytes() == CONTENT
