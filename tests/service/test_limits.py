"""What is refused: as a status, a code and a fact for programs, and a sentence for people. Never a 500."""

import socket
import struct
import sys
import time
import zlib

import pytest
from running_service import multipart, running_service
from tellapart.errors import ServiceError
from tellapart.service.settings import Limits, Settings, settings_from

KEY = "a-key-of-more-than-16-characters"


@pytest.fixture(scope="module")
def strict(bundle_dir):
    """One that takes little: 1 MB a picture, 3 pictures, 4 requests at once."""
    command = [
        *TELLAPART,
        "serve",
        bundle_dir,
        "--max-picture-mb",
        1,
        "--max-pictures",
        3,
        "--max-waiting",
        4,
    ]
    with running_service(command=command, TELLAPART_API_KEY=KEY) as running:
        yield running


TELLAPART = (sys.executable, "-m", "tellapart.cli")


def test_a_picture_that_is_too_large_is_refused_with_the_limit(strict, golden):
    for reply in (
        strict.predict(bytes(2_000_000), X_API_Key=KEY),
        strict.predict_many([golden, bytes(2_000_000)], X_API_Key=KEY),
    ):
        assert reply.status == 413 and reply.code == "too_large"
        assert (
            reply.json["error"]["limit_bytes"] == 2**20 and "larger than 1 MB" in reply.json["error"]["text"]
        )
    assert strict.predict(golden, X_API_Key=KEY).status == 200


def test_too_many_pictures_are_refused_with_the_limit(strict, golden):
    reply = strict.predict_many([golden] * 4, X_API_Key=KEY)
    assert reply.status == 413 and reply.code == "too_many" and reply.json["error"]["limit"] == 3
    assert strict.predict_many([golden] * 3, X_API_Key=KEY).status == 200


def test_more_requests_than_it_takes_are_asked_to_come_back(strict, golden):
    head = (
        f"POST /predict HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY}\r\nContent-Length: {len(golden)}\r\n\r\n"
    ).encode()
    held = [socket.create_connection(("127.0.0.1", strict.port)) for _ in range(4)]
    try:
        for connection in held:
            connection.sendall(head + golden[:10])
        until = time.monotonic() + 60
        while (reply := strict.predict(golden, X_API_Key=KEY)).status != 503:  # until all four are inside
            assert time.monotonic() < until
        assert reply.code == "busy" and reply.headers["retry-after"] == "1"
        for connection in held:
            connection.sendall(golden[10:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for connection in held:
            connection.close()
    until = time.monotonic() + 60
    while strict.predict(golden, X_API_Key=KEY).status != 200:  # those that left are noticed
        assert time.monotonic() < until


def test_without_its_key_nobody_is_answered(strict, golden):
    for headers in (
        {},
        {"X_API_Key": "wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"X_API_Key": KEY[:-1]},
        {"X_API_Key": "ü"},
    ):
        reply = strict.predict(golden, **headers)
        assert (
            reply.status == 401
            and reply.code == "wrong_key"
            and reply.headers["www-authenticate"] == "Bearer"
        )
        assert KEY not in reply.body.decode()
        assert strict.ask("GET", "/metrics", **headers).status == 401
    assert strict.predict(golden, Authorization=f"Bearer {KEY}").status == 200
    for path in ("/healthz", "/docs", "/openapi.json"):
        assert strict.ask("GET", path).status == 200
    assert not any(KEY in str(line) for line in strict.log)


def test_a_key_that_could_be_guessed_is_refused_at_the_start():
    with pytest.raises(ServiceError, match="has 6 characters; at least 16"):
        settings_from({"TELLAPART_API_KEY": "secret"})
    assert KEY not in repr(Settings(key=KEY))


def test_hosts_and_origins_come_from_the_environment():
    settings = settings_from(
        {
            "TELLAPART_ALLOWED_HOSTS": "Birds.example.org, 10.0.0.7",
            "TELLAPART_ALLOWED_ORIGINS": "https://a.example/",
        }
    )
    assert {"birds.example.org", "10.0.0.7", "localhost"} <= set(settings.hosts)
    assert settings.origins == ("https://a.example",) and settings.key == ""


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil", ""]
)
def test_foreign_hosts_are_refused(service, golden, host):
    reply = service.predict(golden, Host=host)
    assert reply.status in (400, 421)
    if reply.status == 421:
        assert reply.code == "foreign_host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_its_own_names_are_taken_with_any_port(service, golden, host):
    assert service.predict(golden, Host=host).status == 200


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost.evil.example", "http://[", "http://localhost:1"],
)
def test_pages_of_other_origins_may_not_ask(service, golden, origin):
    reply = service.predict(golden, Origin=origin)
    assert reply.status == 403 and reply.code == "foreign_origin"
    assert "access-control-allow-origin" not in reply.headers


def test_its_own_page_may_ask_and_allowed_origins_may(service, bundle_dir, golden):
    own = f"127.0.0.1:{service.port}"
    assert service.predict(golden, Origin=f"http://{own}", Host=own).status == 200
    site = "https://birds.example"
    with running_service(bundle_dir, TELLAPART_ALLOWED_ORIGINS=site, TELLAPART_API_KEY=KEY) as other:
        reply = other.predict(golden, Origin=site, X_API_Key=KEY)
        assert reply.status == 200 and reply.headers["access-control-allow-origin"] == site
        asked = other.ask(
            "OPTIONS",
            "/predict",
            Origin=site,
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="x-api-key",
        )
        assert asked.status == 200 and "POST" in asked.headers["access-control-allow-methods"]
        assert other.predict(golden, Origin="https://evil.example", X_API_Key=KEY).status == 403


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/octet-stream", b"", 400, "no_picture"),
        ("application/json", b"{}", 415, "wrong_type"),
        ("application/x-www-form-urlencoded", b"a=b", 415, "wrong_type"),
        ("text/html", b"<b>", 415, "wrong_type"),
        ("multipart/form-data", b"--x--", 400, "not_understood"),
        ("multipart/form-data; boundary=" + "x" * 999, b"--x--", 400, "not_understood"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n", 400, "not_understood"),
        ("multipart/form-data; boundary=x", b"", 400, "not_understood"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\ncut', 400, "not_understood"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', 400, "not_understood"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\n\r\n--x--\r\n', 400, "no_picture"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\n--x--", 400, "not_understood"),
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused(service, kind, body, status, code):
    reply = service.ask("POST", "/predict", body, Content_Type=kind)
    assert (reply.status, reply.code) == (status, code) and reply.json["error"]["text"].endswith((".", "…"))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "<script>alert(1)</script>.jpg",
        "a\x1b[31mb",
        "x" * 3000,
        "\u202egpj.exe",
        "a%00b",
        "C:\\b",
        "'; DROP",
    ],
)
def test_hostile_names_of_files_are_never_seen_again(service, golden, name):
    kind, body = multipart([golden], [name])
    reply = service.ask("POST", "/predict", body, Content_Type=kind)
    assert reply.status == 200
    assert name[:20] not in reply.body.decode() and not any(name[:20] in str(line) for line in service.log)


@pytest.mark.parametrize("path", ["/predict", "/healthz", "/docs", "/metrics", "/openapi.json"])
def test_wrong_methods_are_said(service, path):
    reply = service.ask("DELETE", path)
    assert reply.status == 405 and reply.code == "wrong_method" and reply.headers["allow"]


def png_bomb(width, height):
    """A PNG that is small as a file and huge as a picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_picture_bombs_are_refused_by_what_they_would_cost(service, golden):
    for data in (
        png_bomb(60_000, 60_000),
        png_bomb(65_535, 30),
        b"GIF89a" + b"\xff" * 8 + b"!\xfe" + b"\x01a" * 300_000,
    ):
        reply = service.predict(data)
        assert reply.status == 422 and reply.code in ("unreadable", "other_kind")
    assert service.predict(golden).status == 200


def test_every_default_limit_is_one_that_can_be_kept():
    limits = Limits()
    assert limits.picture_bytes <= limits.request_bytes <= limits.held_bytes
