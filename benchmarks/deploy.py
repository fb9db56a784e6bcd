"""An exported app beside the classic one of the fast.ai lesson: what is installed, memory, how long a visitor waits.

    python benchmarks/deploy.py --data FOLDER --weights FILE

Both are made from the same pictures and the same MobileNetV2. Ours is what `tellapart app --target voila` writes, in an
environment of its own made from its requirements.txt; the classic one is fastai's `export.pkl` with the notebook of the
lesson (see classic_app.py), in the environment of --peer-python. Both are served by the real Voila and asked over HTTP
and the kernel's websocket, in turn, so that whatever else the computer does weighs on both.

- installed: the files of all packages that the app needs, and the app's folder.
- first prediction: from the request of the page until a picture that is uploaded at once has its answer.
- picture: from its upload to its answer in a page that is open.
- memory: proportional (PSS) of a visitor's kernel that has answered, several visitors at once.

The last line is one JSON object, ours over theirs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import machine
import numpy as np
import picture_sets
import report
from tellapart.deploy import Appearance, export_voila
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart.train import TrainConfig, train_head
from voila_server import PATIENCE_S, ServedApp, served
from voila_visitors import ClassicVisitor, Visitor

HERE = Path(__file__).resolve().parent
# Stand-alone Voila answers 403 to the request that ends a page's kernel, and kernels would pile up.
_ENDS_KERNELS = {"Voila": {"tornado_settings": {"disable_check_xsrf": True}}}
_N_TRAINED_ON = 48


@dataclass(frozen=True)
class Side:
    """One of the two. python: of its environment; needs: the packages it is made of, by name."""

    name: str
    folder: Path
    python: Path
    needs: tuple[str, ...]
    visitor: Callable[[str, float], Any]
    program: tuple[str, ...]


def main() -> None:
    """Make both, measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as scratch:
        work = options.work.absolute() if options.work else Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, Path(scratch))
        files = picture_sets.pictures_in(pictures)
        chosen = [files[i] for i in np.random.default_rng(0).permutation(len(files))]
        sides = [_ours(pictures, options, work, Path(scratch)), _classic(chosen, options, Path(scratch))]
        installed = [_installed(side) for side in sides]
        with ExitStack() as stack:
            apps = [stack.enter_context(_served(side, Path(scratch))) for side in sides]
            asked = chosen[: options.pictures]
            first = _first_predictions(sides, apps, asked[: options.visits])
            each = _picture_times(sides, apps, asked)
            memory = [
                _memory(side, app, asked, options.visitors) for side, app in zip(sides, apps, strict=True)
            ]
    _show(options, installed, first, each, memory)
    report.finish({
        "size_ratio": _ratio([one["bytes"] + one["folder_bytes"] for one in installed]),
        "memory_ratio": _ratio([statistics.mean(one) for one in memory]),
        "first_prediction_ratio": _ratio([statistics.median(one) for one in first]),
        "per_picture_ratio": _ratio([statistics.median(one) for one in each]),
    })  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An exported app beside fastai's classic one in Voila.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture sets, unpacked or as .tgz"
    )
    parser.add_argument("--set", default="bears_web", help="name of a set")
    weights = os.environ.get("TELLAPART_WEIGHTS")
    parser.add_argument(
        "--weights", type=Path, default=Path(weights) if weights else None, help="MobileNetV2's state dict"
    )
    bin_dir = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    parser.add_argument(
        "--peer-python",
        type=Path,
        default=HERE.parent / ".venv-classic" / bin_dir,
        help="that has fastai and Voila",
    )
    parser.add_argument("--visits", type=int, default=5, help="first predictions of each side")
    parser.add_argument(
        "--pictures", type=int, default=30, help="pictures one after the other in an open page"
    )
    parser.add_argument("--visitors", type=int, default=4, help="visitors at once when memory is measured")
    parser.add_argument("--work", type=Path, help="keep our environment here and use it again")
    options = parser.parse_args()
    if options.weights is None or not options.weights.is_file():
        sys.exit(
            f"MobileNetV2's weights are not there: {options.weights}. Name its state dict with --weights FILE."
        )
    if not options.peer_python.is_file():
        sys.exit(
            f"{options.peer_python} is not there. `make bench-deploy` makes it; or name a Python that has fastai and "
            "Voila with --peer-python."
        )
    return options


def _ours(pictures: Path, options: argparse.Namespace, work: Path, scratch: Path) -> Side:
    with create_project(scratch / "project") as project:
        take_in(project, pictures)
        config = TrainConfig(backbone="mobilenet_v2", weights=options.weights.absolute())
        bundle = train_head(project, config).bundle_dir
    app = export_voila(bundle, scratch / "app", Appearance("Which bear is it?"))
    place = work / "our-environment"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        venv.create(place, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    again = [*pip, "--force-reinstall", "--no-deps", str(next(app.glob("*.whl")))]
    for command in (
        [*pip, "-r", "requirements.txt"],
        again,
    ):  # an environment that is kept has an older program
        done = subprocess.run(command, cwd=app, env=_alone(), capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"pip could not install what our app needs:\n{done.stderr[-2000:]}")
    return Side("tellapart", app, python, ("tellapart",), Visitor, ("voila", "."))


def _classic(chosen: list[Path], options: argparse.Namespace, scratch: Path) -> Side:
    folder = scratch / "classic"
    folder.mkdir()
    job = {
        "folder": str(folder), "files": [str(file) for file in chosen[:_N_TRAINED_ON]],
        "weights": str(options.weights.absolute()), "seed": 0,
    }  # fmt: skip
    said = machine.python_worker(HERE / "classic_app.py", job, options.peer_python)
    print(
        "classic: " + ", ".join(f"{name} {version}" for name, version in said["versions"].items()), flush=True
    )
    (folder / "voila.json").write_text(json.dumps(_ENDS_KERNELS), "utf-8")
    needs = ("fastai", "voila", "ipywidgets", "ipykernel")
    return Side("classic", folder, options.peer_python, needs, ClassicVisitor, ("voila", "."))


def _alone() -> dict[str, str]:
    """The environment without what could bring this checkout into an app's process."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER_"))}


def _installed(side: Side) -> dict[str, Any]:
    found = machine.python_worker(HERE / "installed.py", {"names": list(side.needs)}, side.python)
    files = [path for path in side.folder.rglob("*") if path.is_file()]
    return {**found, "folder_bytes": sum(path.stat().st_size for path in files)}


def _served(side: Side, scratch: Path) -> Any:
    nothing = {"PYTHONPATH": "", "JUPYTER_PATH": ""}
    return served(
        side.folder, scratch / f"{side.name}.log", python=side.python, program=side.program, **nothing
    )


def _first_predictions(sides: list[Side], apps: list[ServedApp], pictures: list[Path]) -> list[list[float]]:
    """Seconds of each visit, by side. One visit before is not counted: files are on the disk, not in memory."""
    seconds: list[list[float]] = [[], []]
    for number, picture in enumerate([pictures[0], *pictures]):
        for side, app, kept in zip(sides, apps, seconds, strict=True):

            async def visit(side: Side = side, app: ServedApp = app, picture: Path = picture) -> float:
                visitor = side.visitor(app.url, PATIENCE_S)
                clock = time.perf_counter()
                await visitor.answer_to(picture)
                spent = time.perf_counter() - clock
                await visitor.leave()
                return spent

            spent = asyncio.run(visit())
            _wait_until_left(app)
            if number:
                kept.append(spent)
    return seconds


def _picture_times(sides: list[Side], apps: list[ServedApp], pictures: list[Path]) -> list[list[float]]:
    """Seconds of each picture, by side, in turn; each side in one page. The first one is not counted."""

    async def visits() -> list[list[float]]:
        visitors = [side.visitor(app.url, PATIENCE_S) for side, app in zip(sides, apps, strict=True)]
        seconds: list[list[float]] = [[], []]
        for visitor in visitors:
            await visitor.answer_to(pictures[-1])
        for picture in pictures[:-1]:
            for visitor, kept in zip(visitors, seconds, strict=True):
                clock = time.perf_counter()
                await visitor.answer_to(picture)
                kept.append(time.perf_counter() - clock)
        for visitor in visitors:
            await visitor.leave()
        return seconds

    found = asyncio.run(visits())
    for app in apps:
        _wait_until_left(app)
    return found


def _memory(side: Side, app: ServedApp, pictures: list[Path], n_visitors: int) -> list[float]:
    """MB of each visitor's kernel, all of them open after an answer each."""

    async def visits() -> list[float]:
        visitors = [side.visitor(app.url, PATIENCE_S) for _ in range(n_visitors)]
        for visitor, picture in zip(visitors, pictures, strict=False):
            await visitor.answer_to(picture)
        found = [machine.proportional_mb(kernel) for kernel in app.kernels()]
        for visitor in visitors:
            await visitor.leave()
        return found

    found = asyncio.run(visits())
    _wait_until_left(app)
    if len(found) != n_visitors:
        raise RuntimeError(f"{side.name}: {n_visitors} visitors and {len(found)} kernels.")
    return found


def _wait_until_left(app: ServedApp) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while app.kernels():
        if time.monotonic() > give_up_at:
            raise RuntimeError(
                f"A kernel did not end. The log:\n{app.log.read_text('utf-8', 'replace')[-3000:]}"
            )
        time.sleep(0.1)


def _ratio(pair: list[float]) -> float:
    return round(pair[0] / pair[1], 4)


def _show(
    options: argparse.Namespace, installed: list[dict[str, Any]], first: list[list[float]],
    each: list[list[float]], memory: list[list[float]],
) -> None:  # fmt: skip
    size = [(one["bytes"] + one["folder_bytes"]) / 1e6 for one in installed]
    for_cpu = [size[0], size[1] - installed[1]["bytes_of_gpu"] / 1e6]
    seconds = [[statistics.median(one) for one in side] for side in (first, each)]
    mean = [statistics.mean(one) for one in memory]
    rows = [
        _row("installed, with the app", size, 0, " MB", "1/8"),
        _row("… without what only a graphics card needs", for_cpu, 0, " MB", "1/8"),
        _row("memory of a visitor", mean, 0, " MB", "1/4"),
        _row("first prediction", seconds[0], 2, " s", "1/2"),
        _row("a picture", [1000 * one for one in seconds[1]], 0, " ms", "1/4"),
    ]
    notes = [
        f"{name}: {one['n_packages']} packages; "
        + ", ".join(f"{package} {n / 1e6:.0f}" for package, n in one["largest"].items())
        + f" MB; the app's folder {one['folder_bytes'] / 1e6:.1f} MB"
        for name, one in zip(("tellapart", "classic"), installed, strict=True)
    ]
    for name, some, digits in (("first predictions, s", first, 2), ("pictures, s", each, 3)):
        spans = [f"{min(one):.{digits}f} to {max(one):.{digits}f}" for one in some]
        notes.append(f"{name}: tellapart {spans[0]}, classic {spans[1]}")
    notes.append(f"load at the end {machine.load()}")
    report.table(
        f"An app of {options.set} and MobileNetV2 in Voila; {options.visits} visits, {options.pictures - 1} pictures "
        f"in an open page, {options.visitors} visitors at once",
        ["what", "tellapart", "classic", "ours over theirs", "wanted"],
        rows,
        notes,
    )


def _row(what: str, pair: list[float], digits: int, unit: str, wanted: str) -> list[str]:
    values = [report.number(one, digits, unit) for one in pair]
    return [what, *values, f"{pair[0] / pair[1]:.3f} (1/{pair[1] / pair[0]:.1f})", wanted]


if __name__ == "__main__":
    main()
