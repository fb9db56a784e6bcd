"""Nothing but the public web is asked: not by number, not by name, not by redirect, not by a name that changes."""

import ipaddress
import socket
from pathlib import Path

import pytest
import tellapart
from tellapart.errors import AddressError
from tellapart.gather.downloads import Downloads, FetchLimits, NotFetched
from tellapart.gather.sources import PUBLIC_WEB
from tellapart.web.addresses import AddressGuard
from tellapart.web.client import Line

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
    "192.0.0.192", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "2001:0:7f00:1::", "fec0::1",
)  # fmt: skip


@pytest.mark.parametrize("number", PRIVATE)
def test_numbers_that_are_not_of_the_public_web_are_refused(number):
    with pytest.raises(AddressError, match="not a public web address"):
        AddressGuard().check_ip(ipaddress.ip_address(number))
    host = f"[{number}]" if ":" in number else number
    with pytest.raises(AddressError):
        AddressGuard().check_url(f"http://{host}/a.jpg")


@pytest.mark.parametrize("number", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_numbers_are_asked(number):
    AddressGuard().check_ip(ipaddress.ip_address(number))


def test_the_switch_for_tests_opens_this_computer_and_nothing_else():
    guard = AddressGuard(may_be_local=True)
    for number in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        guard.check_ip(ipaddress.ip_address(number))
    for number in ("10.0.0.1", "169.254.169.254", "192.168.1.1", "fe80::1"):
        with pytest.raises(AddressError):
            guard.check_ip(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "not http or https"), ("ftp://example.org/a.jpg", "not http or https"),
        ("javascript:alert(1)", "not http"), ("data:image/png;base64,AAAA", "not http"), ("", "not http"),
        ("bear.jpg", "not http"), ("http://", "names no server"), ("http://exa mple.org/", "names no server"),
        ("http://user:secret@example.org/a.jpg", "password"), ("http://[::1/a", "not a web address"),
        ("http://example.org:99999/", "not a web address"), ("https://example.org/" + "a" * 5000, "5,020 characters"),
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_with_the_reason(url, said):
    with pytest.raises(AddressError, match=said):
        AddressGuard().check_url(url)


def fetch(url, tmp_path, guard):
    with Line(guard) as line:
        downloads = Downloads(line, tmp_path, FetchLimits(backoff_s=0.01, n_tries=1))
        outcome = line.wait_for(downloads.fetch((url,)))
        downloads.close()
    return outcome


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_other_spellings_of_this_computer_are_found_out_once_they_are_looked_up(fake, tmp_path, host):
    port = fake.pictures.server_port
    outcome = fetch(f"http://{host}:{port}/photo/1.jpg", tmp_path, AddressGuard())
    assert isinstance(outcome, NotFetched) and fake.pictures.asked == []
    assert outcome.fate == "not allowed" or outcome.dead_host  # some systems do not know these spellings


def test_a_redirect_to_the_local_network_is_not_followed(fake, tmp_path):
    outcome = fetch(fake.pictures.link(1, "to-private"), tmp_path, AddressGuard(may_be_local=True))
    assert outcome.fate == "not allowed" and "10.0.0.1" in outcome.reason


def test_a_name_that_changes_between_check_and_connect_gains_nothing(fake, tmp_path, monkeypatch):
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *args, **kwargs):
        if host != "rebind.example.org":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        number = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    connected = []

    async def connect(self, host, port, *args, **kwargs):
        connected.append(host)
        import httpcore

        raise httpcore.ConnectError("not in tests")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    outcome = fetch(
        f"http://rebind.example.org:{fake.pictures.server_port}/photo/1.jpg", tmp_path, AddressGuard()
    )
    assert outcome.fate == "unreachable" and connected == ["8.8.8.8"] and len(asked) == 1


def test_one_private_number_among_public_ones_is_enough_to_refuse(tmp_path, monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "192.168.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    outcome = fetch("http://mixed.example.org/a.jpg", tmp_path, AddressGuard())
    assert outcome.fate == "not allowed" and "192.168.0.1" in outcome.reason


def test_nothing_but_an_argument_opens_this_computer():
    core = Path(tellapart.__file__).parent
    opened = [path for path in core.rglob("*.py") if "may_be_local=True" in path.read_text("utf-8")]
    assert opened == [] and not PUBLIC_WEB.guard.may_be_local
    text = (core / "web" / "addresses.py").read_text("utf-8")
    assert "environ" not in text and "setting(" not in text
