"""Tiny made pictures for tests: seeded coloured shapes, 32 px, and the awkward files that real folders hold.

Nothing here is read from elsewhere. Colour, place, size and background vary;
only the shape tells the classes apart.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("circle", "square", "cross", "triangle", "ring", "bar")
ORIENTATION = 0x0112  # the EXIF tag


def draw_shape(shape: str, rng: np.random.Generator, size_px: int = 32) -> Image.Image:
    """One RGB picture of `shape` with random colours, place and size on a softly lit, noisy ground."""
    ramp = np.linspace(-20, 20, size_px)
    tilt = rng.uniform(0, 2 * np.pi)
    ground = rng.uniform(30, 110, 3)
    light = np.cos(tilt) * ramp[None, :] + np.sin(tilt) * ramp[:, None]
    pixels = ground + light[..., None] + rng.normal(0, 4, (size_px, size_px, 3))  # (H, W, 3)
    scale = 4  # drawn larger, then shrunk: smooth edges
    mask = Image.new("L", (size_px * scale, size_px * scale), 0)
    radius = rng.uniform(0.24, 0.36) * size_px * scale
    centre = rng.uniform(0.38, 0.62, 2) * size_px * scale
    _fill(ImageDraw.Draw(mask), shape, float(centre[0]), float(centre[1]), float(radius))
    alpha = np.asarray(mask.resize((size_px, size_px), Image.Resampling.BOX), np.float64)[..., None] / 255
    pixels = pixels * (1 - alpha) + rng.uniform(150, 250, 3) * alpha
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _fill(draw: ImageDraw.ImageDraw, shape: str, x: float, y: float, r: float) -> None:
    thin = r / 3
    if shape == "circle":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    elif shape == "square":
        draw.rectangle((x - r * 0.85, y - r * 0.85, x + r * 0.85, y + r * 0.85), fill=255)
    elif shape == "cross":
        draw.rectangle((x - r, y - thin, x + r, y + thin), fill=255)
        draw.rectangle((x - thin, y - r, x + thin, y + r), fill=255)
    elif shape == "triangle":
        draw.polygon([(x, y - r), (x - r, y + r * 0.8), (x + r, y + r * 0.8)], fill=255)
    elif shape == "ring":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
        draw.ellipse((x - r * 0.55, y - r * 0.55, x + r * 0.55, y + r * 0.55), fill=0)
    elif shape == "bar":
        draw.rectangle((x - r, y - thin, x + r, y + thin), fill=255)
    else:
        raise ValueError(f"shape={shape!r} is unknown; choose one of {', '.join(SHAPES)}.")


def make_tiny_folder(
    directory: Path,
    classes: tuple[str, ...] = ("circle", "square", "cross"),
    n_per_class: int = 8,
    seed: int = 0,
    size_px: int = 32,
) -> dict[str, list[Path]]:
    """The files made, per class: directory/<class>/<shape>_<number>.png, same bytes for same arguments.

    A class that is no name in SHAPES gets the shape at its place in SHAPES, so any label can be tried.
    """
    files: dict[str, list[Path]] = {}
    for place, label in enumerate(classes):
        shape = label if label in SHAPES else SHAPES[place % len(SHAPES)]
        folder = Path(directory) / label
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng([seed, place])
        files[label] = []
        for number in range(n_per_class):
            path = folder / f"{shape}_{number:03d}.png"
            draw_shape(shape, rng, size_px).save(path)
            files[label].append(path)
    return files


def make_awkward(directory: Path, seed: int = 0) -> dict[str, str]:
    """File name -> "ok" when it must open, else a word that the reason for refusing it must contain.

    All openable ones but the small copy are 64 wide and 48 high once upright. `copied.jpg` has the bytes of
    `plain.jpg`, `resized.jpg` is the same picture at half the size, `animated.gif` begins with a red frame.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    upright = draw_shape("cross", rng, 64).crop((0, 8, 64, 56))

    upright.save(directory / "plain.jpg", quality=92)
    shutil.copyfile(directory / "plain.jpg", directory / "copied.jpg")
    upright.resize((32, 24), Image.Resampling.LANCZOS).save(directory / "resized.jpg", quality=85)
    draw_shape("ring", rng, 64).crop((0, 8, 64, 56)).save(directory / "ünïcode name.JPG", format="JPEG")

    exif = Image.Exif()
    exif[ORIENTATION] = 6  # "turn 90° clockwise to see it upright", so it is stored turned the other way
    upright.transpose(Image.Transpose.ROTATE_90).save(directory / "exif_rotated.jpg", exif=exif, quality=92)

    upright.convert("CMYK").save(directory / "cmyk.jpg", quality=92)
    upright.quantize(16).save(directory / "palette.png")
    upright.convert("L").save(directory / "grey.png")
    deep = np.asarray(upright.convert("L"), np.uint16) * 257
    Image.fromarray(deep).save(directory / "sixteen_bit.png")
    alpha = Image.new("L", upright.size, 255)
    alpha.paste(0, (0, 0, 64, 12))
    with_alpha = upright.copy()
    with_alpha.putalpha(alpha)
    with_alpha.save(directory / "alpha.png")
    upright.save(directory / "modern.webp", quality=90)
    frames = [Image.new("RGB", (64, 48), colour) for colour in ((220, 30, 30), (30, 30, 220))]
    frames[0].save(directory / "animated.gif", save_all=True, append_images=frames[1:], duration=100)
    upright.save(directory / "wrong_suffix.png", format="JPEG", quality=92)

    whole = io.BytesIO()
    upright.save(whole, format="JPEG", quality=92)
    (directory / "truncated.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    (directory / "empty.jpg").write_bytes(b"")
    (directory / "text.jpg").write_text("This is a shopping list: bread, milk, bears.\n", encoding="utf-8")

    refused = {"truncated.jpg": "cut off", "empty.jpg": "empty", "text.jpg": "not a picture"}
    names = sorted(path.name for path in directory.iterdir() if path.is_file())
    return {name: refused.get(name, "ok") for name in names}
