"""Embeddings are computed once, by the right picture, whoever else is writing or being killed."""

import random
import shutil
import sys
import time

import numpy as np
import onnx
import psutil
import pytest
from make_data import make_tiny_folder
from onnx import TensorProto, helper
from other_process import start_python
from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embedding_cache import EmbeddingCache
from tellapart.backbones.embeddings import cache_key, embed, embed_once
from tellapart.backbones.weight_downloads import file_sha256
from tellapart.clean.measures import measure_looks
from tellapart.errors import Cancelled, ProjectError
from tellapart.gather import take_in
from tellapart.pictures.images import load_pixels
from tellapart.pictures.preprocess import Preprocess
from tellapart.store.project import create_project, open_project

N_FEATURES = 8
# each row can be told from its picture's id, so that a row in the wrong place shows
ROW_OF = """
import numpy as np
def row_of(image_id):
    rng = np.random.default_rng(int(image_id[:8], 16))
    return rng.normal(0, 1, 64).astype(np.float16), rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
def rows_of(image_ids):
    return tuple(np.stack(part) for part in zip(*map(row_of, image_ids)))
"""
APPEND = (
    ROW_OF
    + """
import random, time
from tellapart.backbones.embedding_cache import EmbeddingCache
rng = random.Random(int(sys.argv[2]))
time.sleep(max(0, float(sys.argv[3]) - time.time()))
with EmbeddingCache(Path(sys.argv[1]), "key", 64) as cache:
    for number in range(int(sys.argv[4])):
        if number == 1:
            print("at work", flush=True)
        ids = [f"{rng.randrange(3000):064x}"[::-1] for _ in range(16)]
        ids = list(dict.fromkeys(image_id for image_id, row in zip(ids, cache.find(ids)) if row < 0))
        if ids:
            cache.append(ids, *rows_of(ids))
"""
)
exec(ROW_OF)  # the same rows here


def assert_all_rows_are_right(folder):
    ids = [f"{number:064x}"[::-1] for number in range(3000)]
    with EmbeddingCache(folder, "key", 64) as cache:
        rows = cache.find(ids)
        there = [(image_id, row) for image_id, row in zip(ids, rows, strict=True) if row >= 0]
        embeddings, tiny = cache.read(np.array([row for _, row in there]))
    assert len({row for _, row in there}) == len(there)
    expected, expected_tiny = rows_of([image_id for image_id, _ in there])  # noqa: F821  from ROW_OF
    assert np.array_equal(embeddings, expected.astype(np.float32)) and np.array_equal(tiny, expected_tiny)
    return len(there)


@pytest.fixture
def tiny_backbone(tmp_path):
    """Pixels to 8 numbers by a fixed random matrix: mean colour of four quarters, mixed."""
    rng = np.random.default_rng(0)
    weights = helper.make_tensor(
        "w", TensorProto.FLOAT, [3, N_FEATURES], rng.normal(0, 1, 3 * N_FEATURES).astype(np.float32)
    )
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2])
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "w"], ["embeddings"]),
    ]
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", 32, 32, 3])
    out = helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["n", N_FEATURES])
    graph = helper.make_graph(nodes, "tiny", [pixels], [out], [weights, axes])
    path = tmp_path / "tiny.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    preprocess = Preprocess(size_px=32, resize_px=32)
    return Backbone("tiny", path, file_sha256(path), N_FEATURES, preprocess, "CC0-1.0")


@pytest.fixture
def project(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 25)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        yield project


def test_embeddings_come_in_the_order_asked_and_the_second_time_from_the_disk(project, tiny_backbone):
    pictures = project.manifest.pictures()
    first = embed(project, tiny_backbone, pictures)
    assert (
        first.n_computed == 50
        and first.array.shape == (50, N_FEATURES)
        and first.tiny.shape == (50, 16, 16, 3)
    )
    again = embed(project, tiny_backbone, pictures[::-1])
    assert again.n_computed == 0 and again.embed_s == 0
    assert again.image_ids == first.image_ids[::-1]
    assert np.array_equal(again.array, first.array[::-1]) and np.array_equal(again.tiny, first.tiny[::-1])
    weights = np.random.default_rng(0).normal(0, 1, 3 * N_FEATURES).astype(np.float32).reshape(3, N_FEATURES)
    means = np.stack(
        [load_pixels(project.file(p), tiny_backbone.preprocess).mean(axis=(0, 1)) for p in pictures]
    )
    assert np.allclose(first.array, means @ weights, rtol=2e-3, atol=0.3)


def test_a_picture_that_is_gone_or_changed_is_left_out_with_its_reason(project, tiny_backbone):
    pictures = project.manifest.pictures()
    project.file(pictures[3]).unlink()
    project.file(pictures[5]).write_bytes(project.file(pictures[6]).read_bytes())
    found = embed(project, tiny_backbone, pictures)
    assert len(found.image_ids) == 48 and found.n_computed == 48
    assert {pictures[3].image_id, pictures[5].image_id}.isdisjoint(found.image_ids)
    reasons = {one.path: one.reason for one in found.skipped}
    assert "cannot be read" in reasons[pictures[3].path]
    assert "changed on disk since it was added" in reasons[pictures[5].path]


def test_another_preprocessing_is_another_cache(project, tiny_backbone):
    other = Backbone(**{**vars(tiny_backbone), "preprocess": Preprocess(size_px=32, resize_px=40)})
    assert cache_key(other) != cache_key(tiny_backbone)
    pictures = project.manifest.pictures()
    embed(project, tiny_backbone, pictures)
    assert embed(project, other, pictures).n_computed == 50


def test_rows_of_an_older_decoder_are_dropped_once_newer_ones_are_made_and_it_is_said(
    project, tiny_backbone, monkeypatch
):
    """Each release would else leave 4 KB of a picture for ever. Those of a newer one, and of other pixels, stay."""
    other = Backbone(**{**vars(tiny_backbone), "preprocess": Preprocess(size_px=32, resize_px=40)})
    pictures, folder = project.manifest.pictures(), project.cache_dir / "embeddings"
    told, n_kept = [], []
    (project.cache_dir / "looks").mkdir()
    (project.cache_dir / "looks" / "odd.made.json").write_text('{"of": "looks", "version": [1e999]}')
    for version in ("9.5.0", "11.3.0", "12.0.1", "11.3.0"):
        monkeypatch.setattr("PIL.__version__", version)
        embed(project, tiny_backbone, pictures, lambda done, total, message: told.append(message))
        if version == "9.5.0":
            embed(project, other, pictures)
        measure_looks(project, pictures)
        n_kept.append(
            [len(list((project.cache_dir / name).glob("*.rows"))) for name in ("embeddings", "looks")]
        )
    assert n_kept == [[2, 1], [2, 1], [2, 1], [3, 2]]
    assert sum(one.startswith("Deleted") for one in told) == 2
    assert len(list(folder.glob("*.index.db"))) == 3
    assert embed(project, other, pictures).n_computed == 50, "of this decoder, which leaves the newer one's"


def test_stopped_as_it_says_what_it_deleted_it_lets_go_of_the_cache(project, tiny_backbone, monkeypatch):
    def stop(*_):
        raise Cancelled("Stopped.")

    monkeypatch.setattr("PIL.__version__", "9.5.0")
    embed(project, tiny_backbone, project.manifest.pictures())
    monkeypatch.setattr("PIL.__version__", "11.3.0")
    with pytest.raises(Cancelled):
        embed(project, tiny_backbone, project.manifest.pictures(), stop)
    assert [one.path for one in psutil.Process().open_files() if "embeddings" in one.path] == []


def test_stopping_keeps_what_was_computed(project, tiny_backbone):
    told = []

    def stop(done, total, message):
        told.append(done)
        if done >= 32:
            raise Cancelled("Stopped.")

    pictures = project.manifest.pictures()
    with pytest.raises(Cancelled):
        embed(project, tiny_backbone, pictures, stop)
    assert 32 <= told[-1] < 50
    assert embed(project, tiny_backbone, pictures).n_computed == 50 - told[-1]


def test_each_picture_has_its_own_numbers_however_many_there_are(project, tiny_backbone):
    pictures = project.manifest.pictures()
    whole = embed(project, tiny_backbone, pictures)
    for n in (1, 2, 3, 17):
        some = embed_once(project, tiny_backbone, pictures[-n:])
        assert some.image_ids == whole.image_ids[-n:]
        np.testing.assert_array_equal(some.array, whole.array[-n:])


@pytest.mark.parametrize("what", ["rows", "index.db", "both", "short", "folder"])
def test_a_damaged_cache_is_made_anew(project, tiny_backbone, what):
    pictures = project.manifest.pictures()
    first = embed(project, tiny_backbone, pictures)
    folder = project.cache_dir / "embeddings"
    for path in folder.iterdir():
        if what == "folder" or (what == "rows" and path.suffix == ".rows"):
            path.unlink()
        elif what in ("index.db", "both") and path.name.endswith(".db"):
            path.write_bytes(b"garbage" * 1000)
        elif what == "both" or (what == "short" and path.suffix == ".rows"):
            path.write_bytes(path.read_bytes()[:100])
    again = embed(project, tiny_backbone, pictures)
    assert again.n_computed == 50 and np.array_equal(again.array, first.array)


def test_a_cache_that_another_program_holds_is_left_alone(project, tiny_backbone, monkeypatch):
    monkeypatch.setattr("tellapart.store.sqlite.row_cache._PATIENCE_S", 0.1)
    import sqlite3

    pictures = project.manifest.pictures()
    embed(project, tiny_backbone, pictures[:10])
    (index,) = (project.cache_dir / "embeddings").glob("*.db")
    holder = sqlite3.connect(index, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("PRAGMA journal_mode=DELETE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ProjectError, match="locked by another program"):
        embed(project, tiny_backbone, pictures)
    holder.execute("COMMIT")
    holder.close()
    assert embed(project, tiny_backbone, pictures).n_computed == 40, "nothing was thrown away"


def test_processes_that_write_at_once_leave_every_row_right(tmp_path):
    at = time.time() + 2
    writers = [start_python(APPEND, tmp_path / "cache", seed, at, 60) for seed in range(3)]
    for writer in writers:
        assert writer.communicate()[1] == "" and writer.returncode == 0
    assert assert_all_rows_are_right(tmp_path / "cache") > 1000


def test_two_that_take_turns_leave_every_row_right_and_look_for_the_last_one_only_after_the_other(tmp_path):
    ids = iter([f"{number:064x}"[::-1] for number in range(20)])
    with EmbeddingCache(tmp_path, "key", 64) as one, EmbeddingCache(tmp_path, "key", 64) as other:
        asked: list[str] = []
        one._db.set_trace_callback(asked.append)
        for cache, n in [
            (one, 3),
            (one, 2),
            (one, 1),
            (other, 4),
            (other, 1),
            (one, 2),
            (one, 3),
            (other, 2),
            (one, 2),
        ]:
            some = [next(ids) for _ in range(n)]
            cache.append(some, *rows_of(some))  # noqa: F821  from ROW_OF
    assert sum("max(row)" in statement for statement in asked) == 3
    assert assert_all_rows_are_right(tmp_path) == 20


def test_after_a_damaged_index_was_made_anew_rows_are_counted_from_the_first(tmp_path):
    ids = [f"{number:064x}"[::-1] for number in range(6)]
    with EmbeddingCache(tmp_path, "key", 64) as cache:
        cache.append(ids[:3], *rows_of(ids[:3]))  # noqa: F821
        cache._db.close()
        cache._start_anew()
        cache.append(ids[3:], *rows_of(ids[3:]))  # noqa: F821
        assert cache.find(ids).tolist() == [-1, -1, -1, 0, 1, 2]
    assert assert_all_rows_are_right(tmp_path) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="files that are open cannot be removed there")
def test_whoever_has_the_cache_open_while_it_is_thrown_away_spoils_no_new_row(tmp_path):
    ids = [f"{number:064x}"[::-1] for number in range(12)]
    folder = tmp_path / "cache"
    with EmbeddingCache(folder, "key", 64) as old:
        old.append(ids[:3], *rows_of(ids[:3]))  # noqa: F821
        shutil.rmtree(folder)
        with EmbeddingCache(folder, "key", 64) as new:
            new.append(ids[3:9], *rows_of(ids[3:9]))  # noqa: F821
            old.append(ids[9:], *rows_of(ids[9:]))  # noqa: F821
            embeddings, _ = old.read(old.find(ids[:3]))
            assert np.array_equal(embeddings, rows_of(ids[:3])[0].astype(np.float32))  # noqa: F821
    assert assert_all_rows_are_right(folder) == 6


def test_writers_that_are_killed_leave_every_row_right(tmp_path):
    rng = random.Random(0)
    n_before = 0
    for round_ in range(4):
        writers = [start_python(APPEND, tmp_path / "cache", 10 * round_ + i, 0, 100_000) for i in range(2)]
        for writer in writers:
            writer.stdout.readline()
            time.sleep(rng.uniform(0, 0.1))
            writer.kill()
        for writer in writers:
            writer.communicate()
        n_rows = assert_all_rows_are_right(tmp_path / "cache")
        assert n_rows >= n_before
        n_before = n_rows
    assert n_before > 0


def test_two_trainings_of_one_project_share_the_work(project, tiny_backbone):
    pictures = project.manifest.pictures()
    with open_project(project.root) as other:
        embed(other, tiny_backbone, pictures[:25])
        assert embed(project, tiny_backbone, pictures).n_computed == 25


OPEN = """
import sys, time
from pathlib import Path
from tellapart.backbones.embedding_cache import EmbeddingCache
from tellapart.store.manifest import Manifest
for n in range(15):
    time.sleep(max(0.0, float(sys.argv[2]) + n * 0.1 - time.time()))
    with EmbeddingCache(Path(sys.argv[1]) / str(n), "key", 8):
        pass
    Manifest(Path(sys.argv[1]) / f"{n}.db").close()
"""


def test_processes_that_open_a_new_database_in_the_same_moment_wait_for_one_another(tmp_path):
    at = time.time() + 3
    openers = [start_python(OPEN, tmp_path, at) for _ in range(4)]
    for opener in openers:
        assert opener.communicate()[1] == "" and opener.returncode == 0
