"""The network's file in the cache: made once, whole whatever happens, and in memory where nothing can be kept."""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from other_process import HANGS_S, run_python, start_python
from tellapart import atomic_files
from tellapart.backbones import catalogue
from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx, embedding_size
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.bundle.trial import is_remembered
from tellapart.classify import Predictor
from tellapart.errors import BackboneError
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart.train import train_head
from without_home import leave_home


def test_the_bytes_are_those_of_the_record_and_opened_by_older_runtimes():
    known, content = keeping.record(), keeping.made_onnx()
    assert (
        hashlib.sha256(content).hexdigest() == known["sha256"] and len(content) == known["bytes"] < 4_000_000
    )
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model)
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    kinds = {node.op_type for node in model.graph.node}
    assert not kinds & {"BatchNormalization", "DequantizeLinear", "QLinearConv", "ConvInteger"}
    assert embedding_size(read_weights(weights_file()), known["averaged_blocks"]) == known["embedding_size"]


def test_eight_bit_weights_change_an_embedding_by_little(monkeypatch):
    """Against the same graph with every weight as it is."""
    from tellapart.backbones.lite0 import graph

    weights = read_weights(weights_file())
    pixels = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8)
    kept = run(embedding_onnx(weights, [4, 10, 14]), pixels)
    for store in ("_store_8_bits", "_store_16_bits"):
        monkeypatch.setattr(graph, store, lambda graph, name, values: graph.constant(name, values))
    whole = run(embedding_onnx(weights, [4, 10, 14]), pixels)
    distance = np.linalg.norm(kept - whole, axis=1) / np.linalg.norm(whole, axis=1)
    assert 0 < distance.max() < 0.15


def run(model: bytes, pixels: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"pixels": pixels})[0])


def test_it_is_made_once_and_said(own_cache):
    told: list[str] = []
    first = load_backbone(progress=lambda done, total, message: told.append(message))
    assert told == ["Preparing to look at pictures (only once)"]
    written = first.onnx_path.stat().st_mtime_ns
    told.clear()
    assert (
        load_backbone(progress=lambda done, total, message: told.append(message)).onnx_path == first.onnx_path
    )
    assert told == [] and first.onnx_path.stat().st_mtime_ns == written and first.content is None
    assert [path.name for path in first.onnx_path.parent.iterdir()] == [first.onnx_path.name]


@pytest.mark.parametrize("left", [b"", b"half", None], ids=["empty", "half-written", "one bit"])
def test_what_a_killed_first_run_left_is_made_again(own_cache, left):
    path = load_backbone().onnx_path
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(bytes(content) if left is None else left)
    (path.parent / f".{path.name}.12345678.part").write_bytes(b"left by a kill")
    again = load_backbone()
    assert hashlib.sha256(again.onnx_path.read_bytes()).hexdigest() == again.onnx_sha256


def test_killed_at_the_rename_nothing_half_is_found_under_the_name(own_cache, monkeypatch):
    def killed(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            load_backbone()
    assert not list((own_cache / "backbones").iterdir())
    assert load_backbone().onnx_path.is_file()


HELD_IN_ITS_WRITE = """
import pathlib
from hashlib import sha256
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.lite0 import keeping

def held(said):
    print(said, flush=True)
    sys.stdin.readline()

class HeldFile:
    def __init__(self, file): self.file = file
    def __enter__(self): return self
    def __exit__(self, *_): self.file.close()
    def __getattr__(self, name): return getattr(self.file, name)
    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        held("half")
        self.file.write(data[len(data) // 2 :])

made, opened = keeping.made_onnx(), pathlib.Path.open
def made_onnx():
    held("found nothing")
    pathlib.Path.open = lambda path, mode="r", *more, **named: (
        HeldFile(opened(path, mode)) if mode == "wb" else opened(path, mode, *more, **named)
    )
    return made
keeping.made_onnx = made_onnx
backbone = load_backbone()
print(backbone.content is None, sha256(backbone.onnx_path.read_bytes()).hexdigest())
"""


def test_of_two_first_runs_at_once_neither_opens_what_the_other_has_half_written(own_cache):
    with start_python(HELD_IN_ITS_WRITE, stdin=subprocess.PIPE) as other:
        asked, told = other.stdin, other.stdout
        assert asked is not None and told is not None and told.readline() == "found nothing\n"
        mine = load_backbone()  # whole, and about to be opened, when the other begins to write the same file
        print(file=asked, flush=True)
        assert told.readline() == "half\n" and mine.content is None
        assert hashlib.sha256(mine.onnx_path.read_bytes()).hexdigest() == mine.onnx_sha256
        assert one_embedding(mine).shape == (1, mine.embedding_size)
        print(file=asked, flush=True)
        assert told.readline() == f"True {mine.onnx_sha256}\n" and other.wait(HANGS_S) == 0
    assert [path.name for path in mine.onnx_path.parent.iterdir()] == [mine.onnx_path.name]


def one_embedding(backbone: Backbone) -> np.ndarray:
    """Of a black picture, by a session that opens the backbone's file now."""
    size_px = backbone.preprocess.size_px
    session = onnxruntime.InferenceSession(backbone.onnx, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"pixels": np.zeros((1, size_px, size_px, 3), np.uint8)})[0])


def test_threads_that_all_find_nothing_keep_one_file(own_cache, monkeypatch):
    found, all_here, content = [], threading.Barrier(4), keeping.made_onnx()

    def made_onnx() -> bytes:
        all_here.wait(HANGS_S)
        return content

    monkeypatch.setattr(keeping, "made_onnx", made_onnx)
    threads = [threading.Thread(target=lambda: found.append(load_backbone())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(one.content, one.note) for one in found] == [(None, "")] * 4
    assert hashlib.sha256(found[0].onnx_path.read_bytes()).hexdigest() == found[0].onnx_sha256
    assert [path.name for path in found[0].onnx_path.parent.iterdir()] == [found[0].onnx_path.name]


def test_who_may_not_replace_the_file_of_a_quicker_one_uses_that_at_once(own_cache, monkeypatch):
    """As on Windows while the other reads it, and in a folder in which each may replace only their own files."""

    def kept_by_another(path: Path, data: bytes) -> None:
        path.write_bytes(data)
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(keeping.atomic_files, "write_bytes", kept_by_another)
        backbone = load_backbone()
    assert (backbone.content, backbone.note) == (None, "")


@pytest.mark.skipif(sys.platform == "win32", reason="a reader may hold a file for a moment there")
def test_what_may_not_be_replaced_is_told_without_a_wait(tmp_path, monkeypatch):
    tries = []

    def refused(source: Path, target: Path) -> None:
        tries.append(target)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        atomic_files.write_bytes(tmp_path / "file", b"mine")
    assert tries == [tmp_path / "file"] and not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_huge_file_in_its_place_is_not_read_into_memory(own_cache):
    path = load_backbone().onnx_path
    with path.open("r+b") as file:
        file.truncate(2**34)  # takes no room on the disk
    told = run_python(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_DATA, (2**32, 2**32))
        from tellapart.backbones.catalogue import load_backbone
        print(load_backbone().onnx_path.stat().st_size)
        """
    )
    assert told == str(keeping.record()["bytes"])


def assert_works_from_memory(tmp_path: Path, few_folder: Path) -> None:
    backbone = load_backbone()
    assert backbone.content is not None and "cannot be saved in" in backbone.note
    assert "TELLAPART_CACHE" in backbone.note
    assert one_embedding(backbone).shape == (1, 1624)
    with create_project(tmp_path / "project") as project:
        take_in(project, few_folder)
        result = train_head(project)
    assert backbone.note in result.notes and (result.bundle_dir / "model.onnx").is_file()


def test_where_a_file_stands_in_the_way_of_the_cache_it_is_made_in_memory(tmp_path, few_folder, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / "file"))
    assert_works_from_memory(tmp_path, few_folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_in_a_cache_that_may_not_be_written_it_is_made_in_memory(own_cache):
    own_cache.mkdir(mode=0o500)
    code = "from tellapart.backbones.catalogue import load_backbone; one = load_backbone(); print(len(one.content), one.note)"
    told = run_python(code, is_held=True)
    assert (
        told.startswith(f"{keeping.record()['bytes']} The built-in backbone") and "Permission denied" in told
    )


@pytest.mark.skipif(sys.platform == "win32", reason="everybody has a home there")
def test_for_somebody_without_a_home_it_is_made_in_memory(trained, own_cache, monkeypatch):
    leave_home(monkeypatch)
    backbone = load_backbone()
    assert backbone.content is not None
    assert backbone.note.startswith(
        "The built-in backbone cannot be saved, since this user has no home folder, so"
    )
    monkeypatch.setattr(catalogue, "_has_torch", lambda: True)
    with pytest.raises(
        BackboneError, match=r"resnet50 cannot be saved, since this user has no home folder\. Set a"
    ):
        load_backbone("resnet50")
    project, result = trained
    assert Predictor(result.bundle_dir).predict(next(project.glob("images/*/*"))).label in result.classes
    assert not is_remembered(result.bundle_dir)


def test_on_a_full_disk_it_is_made_in_memory(own_cache, monkeypatch):
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keeping.atomic_files, "write_bytes", full)
        backbone = load_backbone()
    assert backbone.content is not None and "No space left on device" in backbone.note


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_disk_that_really_takes_no_more_leaves_no_half_file(own_cache):
    told = run_python(
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        from tellapart.backbones.catalogue import load_backbone
        print(load_backbone().note)
        """
    )
    assert "cannot be saved in" in told and not list((own_cache / "backbones").iterdir())


def test_neither_torch_nor_a_network_is_needed_for_a_first_training(tmp_path, own_cache, few_folder):
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None\n"
        "sys.addaudithook(lambda event, _: sys.exit(event) if event in ('socket.connect', 'socket.getaddrinfo') else None)\n"
        "from pathlib import Path\n"
        "from tellapart.vision import new_project, train\n"
        "project = new_project(sys.argv[1], sys.argv[2])\n"
        "print(train(project).backbone)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "project"), str(few_folder)]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "efficientnet_lite0"
