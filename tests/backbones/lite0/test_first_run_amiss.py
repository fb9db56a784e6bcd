"""A first training with damaged weights or the wrong package ends in a sentence; the project and its older models stay."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import run_here
from other_process import assert_sentence
from tellapart.backbones.lite0 import keeping, weights
from tellapart.classify import Predictor
from tellapart.words.commands import pip


@pytest.fixture(autouse=True)
def made_anew(own_cache: Path) -> Iterator[None]:
    """No network that an earlier test made is at hand."""
    keeping.made_onnx.cache_clear()
    yield
    keeping.made_onnx.cache_clear()


def altered(folder: Path, patch: pytest.MonkeyPatch) -> None:
    content = bytearray(weights.weights_file().read_bytes())
    content[9_000_000] ^= 1
    (folder / "weights.pth").write_bytes(content)
    patch.setattr(keeping, "weights_file", lambda: folder / "weights.pth")


def missing(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weights, "_MODULE", "no_package_of_this_name")


def of_another_version(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weights, "_FILE", Path("models", "efficientnet-lite0-of-later.pth"))


def written_by_another_onnx(folder: Path, patch: pytest.MonkeyPatch) -> None:
    from tellapart.backbones.lite0 import graph

    patch.setattr(graph, "IR_VERSION", graph.IR_VERSION + 1)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (altered, f"was cut off or changed. Reinstall it: {pip()} install --force-reinstall"),
        (missing, f"is not installed. Install it: {pip()} install"),
        (of_another_version, f"it is another version, or incomplete. Install the right one: {pip()} install"),
        (written_by_another_onnx, "writes it differently. Install the versions that tellapart requires"),
    ],
)
def test_a_training_ends_in_a_sentence_and_nothing_is_lost(
    tiny_project, tmp_path, monkeypatch, harm: Callable[[Path, pytest.MonkeyPatch], None], said
):
    def kept() -> tuple[list[str], set[Path]]:
        return [one.image_id for one in tiny_project.manifest.pictures()], set(
            tiny_project.bundles_dir.rglob("*")
        )

    before = kept()
    with monkeypatch.context() as patch:
        harm(tmp_path, patch)
        assert_sentence(run_here("train", tiny_project.root), said)
        (bundle,) = tiny_project.bundles_dir.iterdir()
        picture = tiny_project.file(tiny_project.manifest.pictures()[0])
        assert Predictor(bundle).predict(picture).label in ("circle", "cross", "square")
    assert kept() == before and not list(tmp_path.rglob("*.part"))
    assert run_here("train", tiny_project.root).returncode == 0, "as soon as the package is whole again"
