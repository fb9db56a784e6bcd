"""Downloads against a small real server on this machine that can break off, lie and refuse."""

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.torchvision_models import torchvision_models
from tellapart.backbones.weight_downloads import download_weights
from tellapart.errors import BackboneError, Cancelled
from tellapart.web import transfers

CONTENT = np.random.default_rng(0).bytes(1_500_000)


class WeightsServer(ThreadingHTTPServer):
    """Serves CONTENT under every name. breaks: how many answers stop half way; status: what is answered."""

    breaks = 0
    status = 200
    can_continue = True
    n_requests = 0
    endless = False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.n_requests += 1
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = 0
        if self.server.can_continue and (wanted := self.headers.get("Range")):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        if not self.server.endless:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if self.server.endless:
                for _ in range(100):
                    self.wfile.write(CONTENT)
            elif self.server.breaks:
                self.server.breaks -= 1
                self.wfile.write(body[: len(body) // 2])
            else:
                self.wfile.write(body)
        except OSError:
            pass  # the client has hung up, as it should

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(transfers, "WAITS_S", (0.01, 0.01, 0.01))
    server = WeightsServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def model():
    """A row of the table whose weights are CONTENT."""
    prefix = hashlib.sha256(CONTENT).hexdigest()[:8]
    return replace(torchvision_models()["squeezenet1_1"], file_name=f"made-{prefix}.pth", megabytes=1.5)


def test_weights_arrive_whole_with_progress_and_are_asked_for_once(server, model, tmp_path):
    calls = []
    path = download_weights(model, tmp_path / "w", lambda *call: calls.append(call), server.url)
    assert path.read_bytes() == CONTENT
    assert calls[0][0] == 0 and calls[-1][:2] == (len(CONTENT), len(CONTENT))
    assert "squeezenet1_1" in calls[-1][2] and "2 MB" in calls[-1][2]
    assert download_weights(model, tmp_path / "w", base_url=server.url) == path
    assert server.n_requests == 1
    assert [file.name for file in path.parent.iterdir()] == [model.file_name]


@pytest.mark.parametrize("can_continue", [True, False])
def test_a_broken_transfer_goes_on(server, model, tmp_path, can_continue):
    server.breaks, server.can_continue = 2, can_continue
    assert download_weights(model, tmp_path, base_url=server.url).read_bytes() == CONTENT
    assert server.n_requests == 3


def test_a_transfer_that_always_breaks_ends_in_a_sentence(server, model, tmp_path):
    server.breaks = 100
    with pytest.raises(BackboneError, match=r"broke off 4 times.*efficientnet_lite0"):
        download_weights(model, tmp_path, base_url=server.url)
    assert not list(tmp_path.glob("*.p*"))


def test_other_bytes_than_expected_are_thrown_away(server, model, tmp_path):
    other = replace(model, file_name="made-00000000.pth")
    with pytest.raises(BackboneError, match=r"damaged.*00000000.*efficientnet_lite0"):
        download_weights(other, tmp_path, base_url=server.url)
    assert not list(tmp_path.glob("*.p*"))


def test_more_bytes_than_expected_are_refused(server, model, tmp_path):
    server.endless = True
    with pytest.raises(BackboneError, match=r"larger than the allowed 3 MB"):
        download_weights(model, tmp_path, base_url=server.url)
    assert not list(tmp_path.glob("*.p*"))


def test_a_refusal_of_the_server_is_told(server, model, tmp_path):
    server.status = 403
    with pytest.raises(BackboneError, match=r"the server answers 403.*--weights FILE.*efficientnet_lite0"):
        download_weights(model, tmp_path, base_url=server.url)


def test_stopping_leaves_nothing_behind(server, model, tmp_path):
    def stop(done, total, message):
        if done:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        download_weights(model, tmp_path, stop, server.url)
    assert not list(tmp_path.glob("*.p*"))


def test_weights_in_torchs_own_cache_are_used_where_they_lie(server, model, tmp_path):
    kept = tmp_path / "torch" / "hub" / "checkpoints" / model.file_name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(CONTENT)
    assert download_weights(model, tmp_path / "w", base_url=server.url) == kept
    assert server.n_requests == 0


def test_offline_the_error_names_the_built_in_backbone(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed: nothing is downloaded without it")
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("TELLAPART_WEIGHTS_URL", "http://127.0.0.1:9/")
    with pytest.raises(
        BackboneError, match=r"mobilenet_v2 could not be downloaded.*offline.*`efficientnet_lite0`"
    ):
        load_backbone("mobilenet_v2")
