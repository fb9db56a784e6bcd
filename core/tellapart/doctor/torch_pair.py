"""Whether torch and torchvision fit together; many installations end up with a pair that does not."""

from __future__ import annotations

from tellapart.doctor.installed import CheckResult, built_version, probe, requirements, version_of
from tellapart.words.commands import pip

KNOWN_PAIR = ("2.14.1", "0.29.2")  # torch, torchvision: the same as constraints/torch.txt

PAIR_PROBE = """
import torch, torchvision
torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
print(torch.__version__, torchvision.__version__)
"""


def examine_torch() -> CheckResult:
    """Whether a backbone can be converted: torch and torchvision work together, and onnxscript is there."""
    pair = examine_torch_pair()
    if pair.is_ok and version_of("torch") is not None and version_of("onnxscript") is None:
        return CheckResult(
            "torch",
            False,
            f"torch {version_of('torch')} and torchvision {version_of('torchvision')} work together, but "
            "onnxscript is missing. It is needed to convert downloaded backbones.",
            f"{pip()} install onnxscript",
        )
    return pair


def examine_torch_pair() -> CheckResult:
    """Whether torch and torchvision work together. Neither being installed is fine, too."""
    torch, torchvision = version_of("torch"), version_of("torchvision")
    if torch is None and torchvision is None:
        return CheckResult(
            "torch",
            True,
            "torch is not installed. It is only needed to download or convert other backbones. Everything "
            "else works without it.",
            f"If you want it: {pip()} install 'tellapart[torch]'",
        )
    mend = (
        "Reinstall both, in one command so that they come from one source: "
        f"{pip()} uninstall -y torch torchvision, then "
        f"{pip()} install torch=={KNOWN_PAIR[0]} torchvision=={KNOWN_PAIR[1]}. "
        "If you use your own folder of wheels, it must contain both."
    )
    if torch is None or torchvision is None:
        there, missing = ("torch", "torchvision") if torchvision is None else ("torchvision", "torch")
        sentence = f"{there} is installed but {missing} is not; other backbones need both."
        return CheckResult("torch", False, sentence, mend)
    pair = probe(PAIR_PROBE)
    if not pair.is_ok:
        alone = probe("import torch")
        sentence = f"torch {torch} cannot be imported: {alone.reason}"
        return CheckResult("torch", False, _pair_sentence(pair.reason) if alone.is_ok else sentence, mend)
    versions = " and ".join(pair.output.split())
    return CheckResult("torch", True, f"torch and torchvision work together ({versions}).")


def _pair_sentence(reason: str) -> str:
    """Why torchvision does not fit this torch, from what both say about themselves."""
    torch, torchvision = built_version("torch"), built_version("torchvision")
    asked = next((rule for name, rule in requirements("torchvision") if name == "torch"), "")
    built_for = f"torch {asked.removeprefix('==')}" if asked else "another torch"
    if asked.startswith("==") and torch.partition("+")[0] == asked[2:]:
        built_for = f"another build of torch {asked[2:]}"
    return (
        f"torchvision {torchvision} was built for {built_for}, but torch {torch} is installed "
        f"and the two do not work together ({reason})."
    )
