"""Drawn sets in which no two pictures show the same, though they look alike when small: one fixed camera, one layout.

Each function takes a seed and a number and gives so many RGB pictures.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_TEXT = (
    "the of invoice total date amount due paid to from order number item price sum net tax dear sir letter"
)
WORDS = _TEXT.split()


def as_png(image: Image.Image) -> bytes:
    """The bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def clouds(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """(height, width, 3) float: a ground whose frequencies fall off as those of photographs do."""
    width, height = size
    distance = np.hypot(np.fft.fftfreq(width)[None], np.fft.fftfreq(height)[:, None])
    fall = 1 / np.maximum(distance, 1 / width) ** 1.3
    grey, tint = (np.fft.ifft2(np.fft.fft2(rng.normal(size=(height, width))) * fall).real for _ in range(2))
    grey, tint = grey / grey.std(), tint / tint.std()
    return np.stack([110 + 45 * grey + 10 * tint, 115 + 45 * grey, 95 + 40 * grey - 10 * tint], axis=-1)


def picture_of(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def taken(image: Image.Image, rng: np.random.Generator, noise: float) -> Image.Image:
    """As a camera sees it: other light each time, and noise."""
    pixels = np.asarray(image, float) * rng.uniform(0.92, 1.08)
    return picture_of(pixels + rng.normal(0, noise, pixels.shape))


def camera_trap(seed: int, n: int) -> list[Image.Image]:
    """One clearing, two kinds of animals, dark ones and pale ones in turn, never in the same place."""
    rng = np.random.default_rng(seed)
    ground, made = clouds(rng, (480, 360)), []
    for i in range(n):
        image = picture_of(ground)
        draw = ImageDraw.Draw(image)
        x, y, size = rng.uniform(50, 430), rng.uniform(140, 320), rng.uniform(14, 36)
        colour = ((90, 60, 40), (165, 150, 130))[i % 2]
        draw.ellipse([x - size, y - size / 2, x + size, y + size / 2], fill=colour)
        draw.ellipse([x + 0.7 * size, y - 0.9 * size, x + 1.3 * size, y - 0.2 * size], fill=colour)
        for leg in (-0.6, 0.6):
            draw.rectangle([x + leg * size - 2, y, x + leg * size + 2, y + size], fill=colour)
        made.append(taken(image.filter(ImageFilter.GaussianBlur(1)), rng, 4))
    return made


def gauges(seed: int, n: int) -> list[Image.Image]:
    """A dial before one camera; its needle stands elsewhere each time."""
    rng, made = np.random.default_rng(seed), []
    for i in range(n):
        image = Image.new("RGB", (320, 320), (200, 198, 190))
        draw = ImageDraw.Draw(image)
        draw.ellipse([25, 25, 295, 295], fill="white", outline=(40, 40, 40), width=4)
        for tick in range(21):
            along = _at(math.pi * (0.75 + 1.5 * tick / 20), 115, 128)
            draw.line(along, fill="black", width=2)
        draw.line(_at(math.pi * (0.75 + 1.5 * (i + 0.5) / n), 0, 108), fill=(180, 0, 0), width=3)
        draw.text((140, 215), "bar", fill="black", font_size=14)
        made.append(taken(image, rng, 2))
    return made


def _at(angle: float, inner: float, outer: float) -> list[float]:
    x, y = math.cos(angle), math.sin(angle)
    return [160 + x * inner, 160 + y * inner, 160 + x * outer, 160 + y * outer]


def displays(seed: int, n: int) -> list[Image.Image]:
    """A meter with digits on a wall, another number each time."""
    rng, made = np.random.default_rng(seed), []
    wall = clouds(rng, (480, 270)) * 0.5 + 60
    for number in rng.choice(100_000, n, replace=False):
        image = picture_of(wall)
        draw = ImageDraw.Draw(image)
        draw.rectangle([150, 90, 330, 160], fill=(150, 165, 140), outline="black")
        draw.text((165, 100), f"{number:05d}", fill=(30, 35, 30), font_size=44)
        made.append(taken(image, rng, 3))
    return made


def letters(seed: int, n: int) -> list[Image.Image]:
    """Letters and invoices of one sender, in turn."""
    rng, made = np.random.default_rng(seed), []
    for i in range(n):
        image = Image.new("RGB", (496, 702), "white")
        draw = ImageDraw.Draw(image)
        draw.text((48, 40), "ACME Ltd.", fill="black", font_size=18)
        for y in range(100, 640, 16):
            text = " ".join(rng.choice(WORDS, 9)) if i % 2 else str(rng.choice(WORDS))
            draw.text((48, y), text, fill="black", font_size=11)
            if not i % 2:
                draw.text((390, y), f"{rng.uniform(1, 999):.2f}", fill="black", font_size=11)
        made.append(image)
    return made


def forms(seed: int, n: int) -> list[Image.Image]:
    """One form, three of its fields filled in."""
    rng, made = np.random.default_rng(seed), []
    for _ in range(n):
        image = Image.new("RGB", (620, 877), "white")
        draw = ImageDraw.Draw(image)
        for i, y in enumerate(range(120, 800, 40)):
            draw.text(
                (60, y), ("Name", "Street", "Town", "Date", "Number")[i % 5], fill="black", font_size=13
            )
            draw.rectangle([200, y - 6, 560, y + 20], outline="black")
        for y in (120, 160, 280):
            text = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), rng.integers(5, 12)))
            draw.text((210, y), text, fill=(20, 20, 90), font_size=15)
        made.append(image)
    return made


def screenshots(seed: int, n: int) -> list[Image.Image]:
    """One program: saved and failed in turn, with another number and another line each time."""
    rng, made = np.random.default_rng(seed), []
    for i in range(n):
        image = Image.new("RGB", (800, 500), (243, 243, 245))
        draw = ImageDraw.Draw(image)
        draw.rectangle([0, 0, 800, 40], fill=(35, 70, 120))
        draw.rectangle([0, 40, 170, 500], fill=(225, 228, 235))
        for y in range(60, 480, 26):
            draw.text((14, y), "menu entry", fill=(40, 40, 40), font_size=12)
        draw.rectangle([260, 180, 720, 320], fill="white", outline=(120, 120, 120))
        state, colour = (("Saved.", (0, 110, 0)), ("Failed!", (170, 0, 0)))[i % 2]
        draw.text((280, 205), f"{state} {rng.integers(10**6):06d}", fill=colour, font_size=14)
        draw.text((280, 240), " ".join(rng.choice(WORDS, 7)), fill="black", font_size=14)
        made.append(image)
    return made


def lamps(seed: int, n: int) -> list[Image.Image]:
    """A device with six lamps, of which others are green each time; at most 64 pictures."""
    rng, made = np.random.default_rng(seed), []
    case = clouds(rng, (320, 240))
    for state in rng.permutation(64)[:n]:
        image = picture_of(case)
        draw = ImageDraw.Draw(image)
        for lamp in range(6):
            x, colour = 70 + 32 * lamp, (20, 150, 40) if state >> lamp & 1 else (220, 40, 30)
            draw.ellipse([x, 100, x + 14, 114], fill=colour)
        made.append(picture_of(np.asarray(image, float) + rng.normal(0, 2, (240, 320, 3))))
    return made


LOOK_ALIKES: dict[str, Callable[[int, int], list[Image.Image]]] = {
    "camera trap": camera_trap, "gauges": gauges, "displays": displays, "letters and invoices": letters,
    "forms": forms, "screenshots": screenshots, "lamps": lamps,
}  # fmt: skip
