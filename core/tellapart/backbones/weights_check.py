"""Whether a weights file can be used, asked before a training, in a process of its own: reading one needs torch."""

from __future__ import annotations

from pathlib import Path

from tellapart.answering_process import NoAnswerError, answer_of, program
from tellapart.errors import BackboneError, WeightsError
from tellapart.words.commands import typed

WEIGHTS_PROCESS = program("tellapart.backbones.weights_process")
_PATIENCE_S = 600.0


def network_of(weights: Path) -> str:
    """The name of the network whose weights these are, as a training with them finds it; it is then ready to use.

    Raises:
        WeightsError: the file cannot be read safely, or is of no network that is known.
        BackboneError: torch is missing, or the network cannot be converted or kept.
    """
    try:
        told = answer_of([*WEIGHTS_PROCESS, str(weights)], _PATIENCE_S)
    except NoAnswerError as error:
        raise WeightsError(
            f"The weights file {weights.name} could not be checked ({error}). Try it again, or train "
            f"with it on the command line: tellapart train PROJECT --weights {typed(weights.name)}"
        ) from error
    if "error" in told:
        raise (WeightsError if told["is_about_file"] else BackboneError)(str(told["error"]))
    return str(told["name"])
