"""What the service says of itself: description, page, health, figures, log; and what nobody gets."""

import json
import re
from html.parser import HTMLParser

import pytest
from tellapart.service.app import ClassifierService
from tellapart.service.description import description
from tellapart.service.docs_page import docs_page
from tellapart.service.settings import Settings

HOSTILE = "<script>alert('x')</script>\"&{{title}}"


class Attributes(HTMLParser):
    """Every element and every address in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action")]


def test_the_description_tells_what_the_answers_are(service, golden):
    found = service.ask("GET", "/openapi.json").json
    assert found["openapi"].startswith("3.1") and set(found["paths"]) == {"/predict", "/healthz", "/metrics"}
    schemas = found["components"]["schemas"]
    answer = service.predict(golden).json["answers"][0]
    assert set(answer) == set(schemas["Prediction"]["required"]) == set(schemas["Prediction"]["properties"])
    responses = found["paths"]["/predict"]["post"]["responses"]
    assert {"200", "400", "403", "408", "413", "415", "421", "422", "503"} <= set(responses)
    error = service.ask("POST", "/predict", b"", Content_Type="text/plain").json["error"]
    assert error["code"] in schemas["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    for ref in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(found)):
        assert ref in schemas


def test_the_page_asks_no_other_host_and_runs_no_script(service):
    reply = service.ask("GET", "/docs")
    page = Attributes(reply.body.decode())
    assert "script" not in page.tags and set(page.addresses) == {"/openapi.json", "/predict", "data:,"}
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert service.ask("GET", "/").status == 307


def test_title_and_text_of_a_stranger_are_shown_as_text(predictor):
    service = ClassifierService(predictor, Settings(title=HOSTILE, about=HOSTILE))
    try:
        page = Attributes(service._page)
    finally:
        service._batcher.close()
    assert "script" not in page.tags
    assert HOSTILE in service._description["info"]["title"]


def test_labels_of_a_stranger_are_shown_as_text():
    settings = Settings()
    page = Attributes(docs_page(description(settings, (HOSTILE, "</pre><img src=x>")), settings))
    assert "script" not in page.tags and "img" not in page.tags and "x" not in page.addresses


def test_its_health_is_asked_and_figures_count_what_was_done(service, golden):
    assert service.ask("GET", "/healthz").json["status"] == "ok"

    def figure(name):
        text = service.ask("GET", "/metrics").body.decode()
        found = re.search(rf"^{re.escape(name)} ([\d.e+]+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    names = (
        'tellapart_pictures_total{outcome="refused"}',
        'tellapart_requests_total{route="/predict",status="200"}',
        'tellapart_requests_total{route="other",status="404"}',
    )
    before = [figure(name) for name in names]
    service.predict_many([golden, b"no picture"])
    service.ask("GET", "/a/path/that/somebody/made/up")
    assert [figure(name) - n for name, n in zip(names, before, strict=True)] == [1, 1, 1]
    text = service.ask("GET", "/metrics").body.decode()
    assert "made/up" not in text and figure("tellapart_run_pictures_count") > 0


def test_the_log_is_json_with_facts_and_nothing_a_stranger_wrote(service, golden):
    def of_two(line):
        return line.get("pictures") == 2

    def of_no_route(line):
        return line.get("route") == "other"

    n_of_two, n_of_no_route = (sum(map(one, service.log)) for one in (of_two, of_no_route))
    service.predict_many([golden, b"no picture"])
    line = service.logged(n_of_two + 1, of_two)[-1]
    service.ask("GET", "/%1b%5b31mscarlet%0a{}", User_Agent="\x9b31m evil")
    service.logged(n_of_no_route + 1, of_no_route)
    assert line["event"] == "request" and line["route"] == "/predict" and line["status"] == 200
    assert (
        line["refused"] == 1
        and line["bytes"] > len(golden)
        and line["ms"] > 0
        and line["time"].endswith("+00:00")
    )
    assert not any("scarlet" in str(one) or "evil" in str(one) for one in service.log)


@pytest.mark.parametrize(
    "path",
    [
        "/../bundle.json", "/docs/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/docs/%2e%2e/bundle.json",
        "/..%2f..%2fetc%2fpasswd", "/static/../bundle/bundle.json", "//etc/passwd", "/bundle/bundle.json",
        "/golden/1.jpg", "/docs%00", "/\\..\\bundle.json", "/predict/../../bundle.json", "/healthz/..;/bundle.json",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(service, path):
    for method in ("GET", "POST", "PUT"):
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        answer = service.raw(request.encode())
        status = int(answer.split(b" ", 2)[1])
        assert status in (400, 404, 405) and b"root:" not in answer and b"sha256" not in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(service, request_bytes):
    if request_bytes.startswith(b"\x16"):
        request_bytes += b"\r\n\r\n"
    answer = service.raw(request_bytes)
    assert answer == b"" or int(answer.split(b" ", 2)[1]) in (400, 404, 413, 414, 421, 431)
    assert service.ask("GET", "/healthz").status == 200
