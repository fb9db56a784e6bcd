"""export_voila: one bundle as a repository whose app opens in Voila: on mybinder.org, in Codespaces, at home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.bundle.loading import Bundle, load_bundle
from tellapart.bundle.writer import copy_bundle
from tellapart.corrections.asking import Asking
from tellapart.deploy.app_folder import check_free, new_app_folder
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.examples.choosing import Example
from tellapart.deploy.examples.copies import small_examples
from tellapart.deploy.facts import credits_text, model_card_text
from tellapart.deploy.hosts import host_of
from tellapart.deploy.program_wheel import CORE, DASHBOARDS, program_wheel
from tellapart.deploy.voila import configuration
from tellapart.deploy.voila.pins import installed_version, pinned
from tellapart.deploy.voila.proof import prove
from tellapart.deploy.voila.repository import Repository, parsed
from tellapart.deploy.voila.settings import BUNDLE, EXAMPLES, write_settings
from tellapart.deploy.voila.texts import FILES, PYTHON, licence, notebook, readme
from tellapart.progress import Doing, Progress, Step, silent

TARGET = "voila"
_N_STEPS = 5


def export_voila(
    bundle_dir: Path | str,
    out: Path | str,
    appearance: Appearance | None = None,
    *,
    examples: Sequence[Example | Path | str] = (),
    repository: str | None = None,
    corrections: Asking | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Path:
    """A new folder at `out`: a repository whose app classifies as the bundle does, in a page that Voila shows.

    It has proved itself: the program in it has given the golden pictures in it the answers they must get.

    Args:
        appearance: its title, texts and colour; the usual ones if None.
        examples: at most 12 pictures that visitors may try, copied small and without metadata; see
            `small_examples`.
        repository: "OWNER/NAME" on GitHub, once it is known: README.md then has the links.
        corrections: whether visitors may say that an answer is wrong; they may not if None.
        force: replace an app that is there.
    Raises:
        BundleError: the bundle cannot be used; see `load_bundle`.
        DeployError: `out` is taken or cannot be written, an example or the repository is none, Voila is not
            installed, or the app does not work here.
    """
    shown = appearance or Appearance()
    place = parsed(repository) if repository else None
    check_free(Path(out).expanduser().absolute(), force)
    progress(0, _N_STEPS, Doing(Step.PREPARING, "Checking the classifier"))
    bundle = load_bundle(Path(bundle_dir))
    small = small_examples(bundle, examples)
    pictures = {f"{EXAMPLES}/{n}.jpg": one.jpeg for n, one in enumerate(small, 1)}
    credits = [one.credit for one in small]
    progress(1, _N_STEPS, Doing(Step.CONVERTING, "Packing the program"))
    host = host_of(TARGET)
    packages = [*host.installs, *(name for name in host.useful if installed_version(name))]
    pins = pinned(packages)
    needs = [f"{name}>={installed_version(name)}" for name in packages]
    name, wheel = program_wheel([CORE, DASHBOARDS], needs, configuration.template_files())
    progress(2, _N_STEPS, Doing(Step.WRITING, "Writing the app"))
    with new_app_folder(out, TARGET, force) as folder:
        copy_bundle(bundle.bundle_dir, folder / BUNDLE)
        files = {name: wheel, **pictures, **_texts(bundle, shown, place, name, len(wheel), credits)}
        files["requirements.txt"] = _requirements(name, pins).encode()
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            atomic_files.write_bytes(target, data)
        (folder / "binder" / "postBuild").chmod(0o755)
        write_settings(folder, shown, dict(zip(pictures, credits, strict=True)), corrections)
        _write_configuration(folder, shown.title)
        progress(3, _N_STEPS, Doing(Step.MEASURING, "Checking the app"))
        prove(folder, wheel)
        progress(4, _N_STEPS, Doing(Step.WRITING, "Moving it into place"))
    progress(_N_STEPS, _N_STEPS, Doing(Step.WRITING, "Done"))
    return Path(out).expanduser().absolute()


def _texts(
    bundle: Bundle,
    shown: Appearance,
    repository: Repository | None,
    wheel: str,
    wheel_bytes: int,
    credits: Sequence[str],
) -> dict[str, bytes]:
    largest = max(
        wheel_bytes, *(path.stat().st_size for path in bundle.bundle_dir.rglob("*") if path.is_file())
    )
    software = [
        "This app: tellapart, licence Apache-2.0",
        "Its page: Voila, Jupyter and ipywidgets, licence BSD-3-Clause; anywidget, licence MIT",
        "What computes: ONNX Runtime, licence MIT; NumPy, licence BSD-3-Clause; Pillow, licence MIT-CMU",
    ]
    texts = {
        "app.ipynb": notebook("app.ipynb", shown.title),
        "app_plain.ipynb": notebook("app_plain.ipynb", shown.title),
        "check.py": (FILES / "check.py.txt").read_text("utf-8"),
        ".gitignore": (FILES / "gitignore.txt").read_text("utf-8"),
        "binder/requirements.txt": "-r ../requirements.txt\n",
        "binder/runtime.txt": f"python-{PYTHON}\n",
        "binder/postBuild": (FILES / "postBuild").read_text("utf-8"),
        "README.md": readme(bundle, shown, repository, wheel, largest),
        "LICENSE.md": licence(bundle),
        "MODEL_CARD.md": model_card_text(bundle),
        "CREDITS.md": credits_text(bundle, software, credits),
    }
    return {name: text.encode() for name, text in texts.items()}


def _write_configuration(folder: Path, title: str) -> None:
    around = folder / ".devcontainer"
    around.mkdir()
    settings: dict[Path, dict[str, Any]] = {
        folder / "voila.json": configuration.voila_settings(),
        around / "voila.json": configuration.voila_settings(is_codespace=True),
        around / "devcontainer.json": configuration.devcontainer(title, PYTHON),
    }
    for path, value in settings.items():
        atomic_files.write_json(path, value)


def _requirements(wheel: str, pins: list[str]) -> str:
    return (
        "# What the app needs, at the versions it was made with. In this folder: python -m pip install -r "
        f"requirements.txt\n./{wheel}\n" + "".join(f"{pin}\n" for pin in pins)
    )
