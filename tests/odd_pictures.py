"""One picture saved in the ways that people's pictures come: turned, large, in other colours, clear, in other formats."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from tellapart.pictures.colour.profiles import SRGB_CURVE, rgb_profile

P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)


def scene(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """Something like a photograph: soft colours, edges, fine grain. The same for the same seed."""
    rng = np.random.default_rng(seed)
    soft = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    draw = ImageDraw.Draw(soft)
    for _ in range(14):
        x, y = rng.integers(0, width), rng.integers(0, height)
        size = int(rng.integers(width // 30, width // 4))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x - size, y - size // 2, x + size, y + size // 2), tuple(rng.integers(0, 256, 3).tolist()))
    pixels = np.asarray(soft.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    return Image.fromarray(np.clip(pixels + rng.normal(0, 5, pixels.shape), 0, 255).astype(np.uint8))


def variants(image: Image.Image) -> dict[str, bytes]:
    """File name -> bytes. All open in Chromium and in the program."""
    large = image.resize((image.width * 2 + 5, image.height * 2 + 3), Image.Resampling.LANCZOS)
    huge = image.resize((image.width * 4 + 13, image.height * 4 + 9), Image.Resampling.LANCZOS)
    large, huge = _grainy(large), _grainy(huge)
    files = {
        "plain.jpg": saved(image, "JPEG", quality=90),
        "grey.jpg": saved(image.convert("L"), "JPEG", quality=90),
        "progressive.jpg": saved(image, "JPEG", quality=85, progressive=True),
        "full-colour.jpg": saved(large, "JPEG", quality=92, subsampling=0),
        "large.jpg": saved(large, "JPEG", quality=90),
        "huge.jpg": saved(huge, "JPEG", quality=88),
        "printed.jpg": saved(image.convert("CMYK"), "JPEG", quality=90),
        "p3.jpg": saved(image, "JPEG", quality=90, icc_profile=rgb_profile(P3, SRGB_CURVE)),
        "p3.png": saved(image, "PNG", icc_profile=rgb_profile(P3, SRGB_CURVE)),
        "plain.png": saved(image, "PNG"),
        "palette.png": saved(image.quantize(64), "PNG"),
        "two-greys.png": saved(image.convert("1"), "PNG"),
        "16-bits.png": saved(Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257), "PNG"),
        "clear.png": saved(_cut_out(image), "PNG"),
        "clear-grey.png": saved(_cut_out(image).convert("LA"), "PNG"),
        "white-drawing.png": saved(_white_drawing(image.size), "PNG"),
        "clear-palette.png": saved(image.quantize(32), "PNG", transparency=3),
        "moving.gif": saved(image, "GIF", save_all=True, append_images=[image.rotate(90, expand=False)]),
        "photo.webp": saved(large, "WEBP", quality=85),
        "exact.webp": saved(image, "WEBP", lossless=True),
        "clear.webp": saved(_cut_out(image), "WEBP", quality=90),
        "photo.avif": saved(image, "AVIF", quality=80),
        "plain.bmp": saved(image, "BMP"),
        "wide.jpg": saved(image.resize((1500, 60)), "JPEG"),
        "small.png": saved(image.resize((23, 31)), "PNG"),
    }
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"turned-{orientation}.jpg"] = saved(large, "JPEG", quality=90, exif=exif)
    return files


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def _grainy(image: Image.Image) -> Image.Image:
    """Sharp and with the grain of a sensor, as a picture that was taken this large."""
    pixels = np.asarray(image.filter(ImageFilter.UnsharpMask(2, 120)), np.float32)
    grain = np.random.default_rng(0).normal(0, 4, pixels.shape)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def _cut_out(image: Image.Image) -> Image.Image:
    alpha = Image.new("L", image.size, 0)
    ImageDraw.Draw(alpha).ellipse((60, 40, image.width - 80, image.height - 50), fill=255)
    clear = image.convert("RGBA")
    clear.putalpha(alpha.filter(ImageFilter.GaussianBlur(6)))
    return clear


def _white_drawing(size: tuple[int, int]) -> Image.Image:
    """White lines on nothing: on white paper nobody would see them."""
    drawing = Image.new("RGBA", size, (255, 255, 255, 0))
    draw: Callable[..., None] = ImageDraw.Draw(drawing).line
    draw((40, 40, size[0] - 50, size[1] - 70), fill=(250, 252, 255, 255), width=18)
    draw((size[0] - 60, 30, 90, size[1] - 40), fill=(255, 255, 250, 200), width=9)
    return drawing
