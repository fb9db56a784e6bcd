"""Pictures brighter than paper white (PQ and HLG) as sRGB, tone-mapped as browsers do on an ordinary screen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from tellapart.pictures.colour.code_points import HLG, PQ, PRIMARIES, CodePoints
from tellapart.pictures.colour.profiles import SRGB, Chromaticities, rgb_to_xyz

_WHITE_NITS, _PEAK_NITS = 203.0, 1000.0  # of paper, and of the brightest light that is still told from others
_BAND_PIXELS = 2**18
_N_STEPS = 4096
_WIDE = PRIMARIES[9]  # BT.2020: where light is mapped, whatever the picture's own primaries
_LUMA = np.array((0.2627, 0.6780, 0.0593), np.float32)


def hdr_to_srgb(image: Image.Image, points: CodePoints) -> Image.Image:
    """An RGB or RGBA picture in a PQ or HLG space, changed to sRGB, alpha as it is; in bands of little memory."""
    to_wide, to_srgb = _matrix(PRIMARIES[points.primaries], _WIDE), _matrix(_WIDE, SRGB)
    decoded, gains, encoded = _decoding(points.transfer), _gains(), _encoding()
    n_rows = max(1, _BAND_PIXELS // max(1, image.width))
    for top in range(0, image.height, n_rows):
        box = (0, top, image.width, min(top + n_rows, image.height))
        values = np.array(image.crop(box))
        light = decoded[values[..., :3]] @ to_wide.T  # (H, W, 3), 1 is paper white
        if points.transfer == HLG:
            light *= _PEAK_NITS / _WHITE_NITS * np.maximum(light @ _LUMA, 1e-6)[..., None] ** np.float32(0.2)
        brightest = light.max(axis=-1) * (_WHITE_NITS / _PEAK_NITS)
        gain = gains[np.rint(np.minimum(brightest, 1) * (_N_STEPS - 1)).astype(np.intp)]
        light *= (gain / np.maximum(brightest, 1))[..., None]
        light = np.clip(light @ to_srgb.T, 0, 1)
        values[..., :3] = encoded[np.rint(np.sqrt(light) * (_N_STEPS - 1)).astype(np.intp)]
        image.paste(Image.fromarray(values), box)
    return image


def _matrix(source: Chromaticities, target: Chromaticities) -> np.ndarray:
    return (np.linalg.inv(rgb_to_xyz(target)) @ rgb_to_xyz(source)).astype(np.float32)


@lru_cache(maxsize=2)
def _decoding(transfer: int) -> np.ndarray:
    """(256,) light of each level: for PQ 1 is paper white, for HLG the scene's brightest."""
    level = np.arange(256) / 255
    if transfer == PQ:
        power = level ** (1 / 78.84375)
        nits = 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (
            1 / 0.1593017578125
        )
        return (nits / _WHITE_NITS).astype(np.float32)
    upper = (np.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(level <= 0.5, level**2 / 3, upper).astype(np.float32)


@lru_cache(maxsize=1)
def _gains() -> np.ndarray:
    """(_N_STEPS,) by what to multiply light whose brightest part is so much of the peak.

    Paper white becomes half of the screen's light, what is brighter shares the rest along a quadratic curve.
    Source: the reference-white tone mapping of SMPTE ST 2094-50 as Skia has it, for a screen without headroom.
    """
    peak, bend = _PEAK_NITS / _WHITE_NITS, 0.65
    t = np.linspace(0, 1, _N_STEPS)
    middle = ((1 - bend) + bend * 2, (1 - bend) * 0.5 + bend)
    x = (1 - t) ** 2 + 2 * t * (1 - t) * middle[0] + t**2 * peak
    y = (1 - t) ** 2 * 0.5 + 2 * t * (1 - t) * middle[1] + t**2
    light = np.linspace(0, peak, _N_STEPS)
    mapped = np.where(light <= 1, 0.5 * light, np.interp(light, x, y))
    return np.divide(mapped, light, out=np.full(_N_STEPS, 0.5), where=light > 0).astype(np.float32)


@lru_cache(maxsize=1)
def _encoding() -> np.ndarray:
    """(_N_STEPS,) sRGB levels of light, by the square root of the light."""
    light = np.linspace(0, 1, _N_STEPS) ** 2
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.rint(255 * curve).astype(np.uint8)
