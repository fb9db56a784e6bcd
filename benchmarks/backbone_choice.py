"""Which network both sides of a comparison start from: options for the command line, checked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tellapart.backbones.lite0.weights import weights_file
from tellapart.backbones.names import DEFAULT_BACKBONE


def add_options(parser: argparse.ArgumentParser) -> None:
    """--backbone, the built-in one unless another is named, and --weights."""
    parser.add_argument(
        "--backbone",
        choices=[DEFAULT_BACKBONE, "mobilenet_v2"],
        default=DEFAULT_BACKBONE,
        help="the network that all start from",
    )
    parser.add_argument("--weights", type=Path, help="for mobilenet_v2: its state dict, .safetensors or .pth")


def settle(options: argparse.Namespace) -> None:
    """Afterwards options.weights is the file a peer reads, and options.own_weights what tellapart is told: "" where the
    network is built in. Ends the program with a sentence where they do not fit together."""
    if options.backbone == DEFAULT_BACKBONE:
        if options.weights:
            sys.exit("--weights goes with --backbone mobilenet_v2; the built-in backbone has its own.")
        options.own_weights, options.weights = "", weights_file()
    elif options.weights is None or not options.weights.is_file():
        sys.exit(f"--backbone mobilenet_v2 needs --weights, its state dict; {options.weights} is not there.")
    else:
        options.weights = options.weights.absolute()
        options.own_weights = str(options.weights)
