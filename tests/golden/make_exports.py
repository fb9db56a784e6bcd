"""Make exports-<version>.zip: a bundle and one app of each kind by this version, with the answers they give today.

    python tests/golden/make_exports.py --runtime FOLDER

Run once for a version, never again: what lies here must open in every later one. The network is a tiny one made of
random numbers (the built-in one lies in project-format-3.zip), all else is what the program writes. Left out are the
program inside the apps, since the later one opens them, and the WebAssembly of the page, which lies beside, once for
all pages on that runtime.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import zipfile
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import tellapart
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tellapart.backbones.catalogue import Backbone
from tellapart.classify import Predictor
from tellapart.deploy import Appearance, export_api, export_html, export_space, export_voila
from tellapart.deploy.html.runtime import VERSION
from tellapart.gather import take_in
from tellapart.pictures.preprocess import Preprocess
from tellapart.store.project import create_project
from tellapart.train import train_head, training

HERE = Path(__file__).resolve().parent
COLOURS = {"leaf": (60, 140, 50), "sky": (90, 140, 220), 'clay & "ash"': (170, 90, 60)}
SHOWN = Appearance(
    'Which <ground> is "it"?', "Leaf, sky or clay.\nMade once, to be opened for ever.", "#b3261e"
)
SIDE_PX, N_FEATURES = 48, 12
EXIF_ORIENTATION = 0x0112


def tiny_backbone(folder: Path) -> Backbone:
    """Two convolutions of seeded random numbers and the mean of what they give."""
    rng = np.random.default_rng(11)
    first = rng.normal(0, 0.5, (8, 3, 3, 3)).astype(np.float32)
    second = rng.normal(0, 0.3, (N_FEATURES, 8, 3, 3)).astype(np.float32)
    constants = {"first": first, "second": second, "range": np.array(127.5, np.float32)}
    nodes = [
        helper.make_node("Cast", ["pixels"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["levels", "range"], ["light"]),
        helper.make_node("Transpose", ["light"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "first"], ["edges"], strides=[2, 2]),
        helper.make_node("Relu", ["edges"], ["kept"]),
        helper.make_node("Conv", ["kept", "second"], ["parts"], strides=[2, 2]),
        helper.make_node("Relu", ["parts"], ["found"]),
        helper.make_node("GlobalAveragePool", ["found"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["embeddings"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIDE_PX, SIDE_PX, 3])],
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["n", N_FEATURES])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = folder / "tiny.onnx"
    onnx.save(model, path)
    digest = sha256(path.read_bytes()).hexdigest()
    preprocess = Preprocess(size_px=SIDE_PX, resize_px=56)
    return Backbone("tiny", path, digest, N_FEATURES, preprocess, "CC0-1.0")


def ground(colour: tuple[int, int, int], rng: np.random.Generator) -> Image.Image:
    """A patch of softly lit, noisy ground of about that colour."""
    height, width = int(rng.integers(70, 120)), int(rng.integers(70, 120))
    light = np.linspace(-30, 30, width)[None, :, None] + rng.normal(0, 14, (height, width, 1))
    pixels = np.array(colour) + rng.normal(0, 18, 3) + light
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def write_folder(folder: Path) -> None:
    """Class folders to train from."""
    rng = np.random.default_rng(3)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for i in range(20):
            ground(colour, rng).save(folder / name / f"{i}.jpg", quality=90)


def write_pictures(folder: Path) -> list[Path]:
    """A few pictures to be asked about, of several kinds."""
    rng = np.random.default_rng(4)
    leaf, sky, clay = (ground(colour, rng) for colour in COLOURS.values())
    turned = Image.Exif()
    turned[EXIF_ORIENTATION] = 6
    folder.mkdir()
    leaf.save(folder / "leaf.jpg", quality=92)
    sky.rotate(90, expand=True).save(folder / "sky turned.jpg", quality=92, exif=turned)
    clay.save(folder / "clay.png")
    leaf.quantize(32).save(folder / "leaf with a palette.png")
    sky.save(folder / "sky.webp", lossless=True)
    clay.convert("L").save(folder / "clay without colour.jpg", quality=92)
    stripes = np.zeros((80, 100, 3), np.uint8)
    stripes[:, (np.arange(100) // 5) % 2 == 1] = (255, 0, 255)
    Image.fromarray(stripes).save(folder / "none of these.png")
    return sorted(folder.iterdir())


def trained_bundle(place: Path) -> Path:
    """The bundle of a project of those grounds, by the program's own training on the tiny backbone."""
    backbone = tiny_backbone(place)
    training.load_backbone = lambda *asked: backbone
    write_folder(place / "grounds")
    with create_project(place / "project") as project:
        take_in(project, place / "grounds")
        return train_head(project, name="grounds").bundle_dir


def without_wasm(page: Path, name: str) -> tuple[str, bytes]:
    """The page with a blank where its WebAssembly stood, and that, unpacked."""
    before, _, rest = page.read_text("utf-8").partition('<script id="wasm" type="text/plain">')
    packed, end, after = rest.partition("</script>")
    return f'{before}<script id="wasm" type="text/plain">{{{{{name}}}}}{end}{after}', gzip.decompress(
        b64decode(packed)
    )


def main() -> None:
    """Write both archives."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runtime", type=Path, required=True, help="folder of the package onnxruntime-web")
    options = parser.parse_args()
    target = HERE / f"exports-{tellapart.__version__}.zip"
    if target.exists():
        sys.exit(f"{target.name} is there, and what lies here is never made anew.")
    with tempfile.TemporaryDirectory(prefix="tellapart-golden-") as scratch:
        place = Path(scratch)
        bundle, apps = trained_bundle(place), place / "apps"
        export_voila(bundle, apps / "voila", SHOWN, examples=["golden/1.jpg"])
        export_api(bundle, apps / "api", SHOWN)
        export_space(bundle, apps / "space", SHOWN)
        runtime = f"onnxruntime-web-{VERSION}.wasm"
        page = export_html(bundle, apps / "page.html", SHOWN, runtime=options.runtime)
        html, wasm = without_wasm(page, runtime)
        page.write_text(html, "utf-8", newline="\n")
        predictor = Predictor(bundle)
        answers = {
            path.name: {
                "label": found.label,
                "is_none_of_these": found.is_none_of_these,
                "probabilities": dict(found.probabilities),
            }
            for path in write_pictures(place / "pictures")
            for found in [predictor.predict(path)]
        }
        (place / "answers.json").write_text(json.dumps(answers, indent=1), "utf-8")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
            archive.write(place / "answers.json", "answers.json")
            for folder, name in ((bundle, "bundle"), (place / "pictures", "pictures"), (apps, "")):
                for path in sorted(folder.rglob("*")):
                    inside = path.relative_to(folder)
                    is_program = path.suffix == ".whl" or inside.parts[:2] == ("space", "tellapart")
                    if path.is_file() and not is_program:
                        archive.write(path, f"{name}/{inside.as_posix()}".lstrip("/"))
        if not (shared := HERE / f"{runtime}.zip").exists():
            with zipfile.ZipFile(shared, "w", zipfile.ZIP_LZMA) as archive:
                archive.writestr(zipfile.ZipInfo(runtime, (2020, 1, 1, 0, 0, 0)), wasm, zipfile.ZIP_LZMA)


if __name__ == "__main__":
    main()
