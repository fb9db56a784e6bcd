"""One child of fuzz_pictures.py: damaged pictures through every door, one line of JSON for each."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import numpy as np
from mutated_pictures import mutated
from PIL import Image
from tellapart.bundle.loading import check_golden, load_bundle
from tellapart.classify import Predictor
from tellapart.errors import BundleError, ImageError, IntakeError
from tellapart.gather import take_in
from tellapart.pictures import images
from tellapart.store.project import Project, create_project

_WHOLE_LOADS = 50  # every so many, the bundle is loaded from the start


def main() -> None:
    """Say what became of each picture."""
    job = json.loads(sys.stdin.read())
    scratch = Path(job["scratch"]) / uuid.uuid4().hex
    scratch.mkdir()
    bundle_dir = scratch / "bundle"
    shutil.copytree(job["bundle"], bundle_dir)
    predictor = Predictor(bundle_dir)
    try:
        import pillow_heif
    except ImportError:
        pass  # then there are no HEIC pictures among them
    else:
        pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()
    with create_project(scratch / "project") as project:
        for number in range(job["first"], job["last"]):
            kind, data = mutated(job["seed"], number)
            print(json.dumps(_one(number, kind, data, predictor, project, scratch)), flush=True)


def _one(
    number: int, kind: str, data: bytes, predictor: Predictor, project: Project, scratch: Path
) -> dict[str, Any]:
    file = scratch / f"picture-{number}"
    file.write_bytes(data)
    reason: str | None = None
    exceptions: list[dict[str, Any]] = []
    longest = 0.0
    _forget_peak()
    for name, door in _doors(number, data, file, predictor, project).items():
        start = time.process_time()
        try:
            door()
        except (ImageError, IntakeError, BundleError) as error:
            reason = str(error) if name == "inspect" else reason
        except Exception:
            exceptions.append(
                {"number": number, "kind": kind, "door": name, "said": traceback.format_exc()[-600:]}
            )
        longest = max(longest, time.process_time() - start)
    file.unlink()
    return {
        "number": number, "kind": kind, "reason": reason, "exceptions": exceptions, "s": round(longest, 3),
        "mb": round(machine.peak_mb(), 1),
    }  # fmt: skip


def _doors(
    number: int, data: bytes, file: Path, predictor: Predictor, project: Project
) -> dict[str, Callable[[], object]]:
    bundle = predictor.bundle
    golden = bundle.bundle_dir / bundle.golden[0].file

    def predict_pillow() -> None:
        try:
            image = Image.open(io.BytesIO(data))  # as a caller has it: open, not loaded yet
        except Exception:
            return  # the caller's own affair
        predictor.predict(image)

    def predict_array() -> None:
        shape = (number % 90, 1 + number % 70, number % 5)
        pixels = np.resize(np.frombuffer(data, np.uint8), shape)
        types = ("u1", "bool", "u2", "f4", "f8", "i4", "c8", "S3", "f2")
        given: list[Any] = [pixels.astype(types[number % len(types)]), pixels, pixels.T, None]
        list(predictor.predict_many(given))

    def check_bundle() -> None:
        shutil.copyfile(golden, keep)
        golden.write_bytes(data)
        try:
            if number % _WHOLE_LOADS == 0:
                load_bundle(bundle.bundle_dir)
            else:
                check_golden(dataclasses.replace(bundle, golden=bundle.golden[:1]))
        finally:
            shutil.copyfile(keep, golden)

    keep = bundle.bundle_dir.parent / "golden.keep"
    return {
        "inspect": lambda: images.inspect(data),
        "read_image": lambda: images.read_image(file, 224),
        "thumbnail": lambda: images.thumbnail_jpeg(file),
        "camera": lambda: images.read_with_camera(file, 160),
        "intake": lambda: take_in(project, file, label="any"),
        "predict": lambda: list(predictor.predict_many([file, data, str(file)])),
        "predict Pillow": predict_pillow,
        "predict array": predict_array,
        "bundle": check_bundle,
    }


def _forget_peak() -> None:
    """The peak of memory counts from now on, where the system can do that."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


if __name__ == "__main__":
    main()
