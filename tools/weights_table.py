"""Where each tensor lies in a state dict of torch's old format, without torch and without unpickling it.

    python3 tools/weights_table.py FILE.pth > TABLE.json

Prints JSON: the file's size and sha256, and for each float tensor its offset in bytes, its shape,
and its strides in numbers (many are stored transposed). The pickles are
read as a list of instructions (pickletools), and nothing of them is carried out.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickletools
import sys
from pathlib import Path
from typing import Any

COUNT_BYTES = 8  # before the numbers of each storage stands how many there are
FLOAT_BYTES = 4


def instructions(stream: io.BytesIO) -> list[tuple[str, object]]:
    """The next pickle's instructions, those that only remember things left out."""
    return [(op.name, value) for op, value, _ in pickletools.genops(stream) if "PUT" not in op.name]


def numbers(program: list[tuple[str, object]], start: int) -> tuple[list[int], int]:
    """The tuple of integers that the instructions from `start` build, and where the next ones begin."""
    found: list[int] = []
    for i, (name, value) in enumerate(program[start:], start):
        if name.startswith("TUPLE") or name == "EMPTY_TUPLE":
            return found, i + 1
        if name.startswith("BININT"):
            found.append(int(str(value)))
    raise SystemExit("The state dict ends within a tensor: not the format this script reads.")


def tensors(program: list[tuple[str, object]]) -> dict[str, tuple[str, list[int], list[int]]]:
    """Name -> (storage key, shape, strides)."""
    found = {}
    words: list[str] = []
    for i, (name, value) in enumerate(program):
        if name == "BINUNICODE":
            words.append(str(value))
        elif name == "BINPERSID":  # then: where in the storage it begins (0), (shape), (strides)
            shape, after = numbers(program, i + 2)
            strides, _ = numbers(program, after)
            key = next(word for word in reversed(words) if word.isdigit())
            tensor = next(word for word in reversed(words) if "." in word)
            found[tensor] = (key, shape, strides)
    return found


def table(path: Path) -> dict[str, Any]:
    """The JSON this script prints."""
    content = path.read_bytes()
    stream = io.BytesIO(content)
    for _ in range(3):  # magic number, protocol, byte order
        instructions(stream)
    program = instructions(stream)
    order = [str(value) for name, value in instructions(stream) if name == "BINUNICODE"]
    places: dict[str, tuple[int, int]] = {}
    at = stream.tell()
    for key in order:
        count = int.from_bytes(content[at : at + COUNT_BYTES], "little")
        places[key] = (at + COUNT_BYTES, count)
        is_counter = count == 1  # num_batches_tracked, 64 bits
        at += COUNT_BYTES + count * (2 * FLOAT_BYTES if is_counter else FLOAT_BYTES)
    if at != len(content):
        raise SystemExit(
            f"{path} ends at {len(content)}, and its storages at {at}: not the format this script reads."
        )
    rows = {}
    for name, (key, shape, strides) in tensors(program).items():
        offset, count = places[key]
        size = 1
        for side in shape:
            size *= side
        if count > 1 and size == count:
            rows[name] = [offset, shape, strides]
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "tensors": rows}


if __name__ == "__main__":
    head, rows = table(Path(sys.argv[1])), []
    for tensor, row in dict(head.pop("tensors")).items():  # a line for each tensor
        rows.append(f"{json.dumps(tensor)}: {json.dumps(row)}")
    print(json.dumps(head)[:-1] + ', "tensors": {\n' + ",\n".join(rows) + "\n}}")
