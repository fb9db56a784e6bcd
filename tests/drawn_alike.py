"""Sets of pictures that all differ, though they look alike when small: one camera, one layout, one way of writing."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def clouds(rng, size, strength=40):
    width, height = size
    distance = np.hypot(np.fft.fftfreq(width)[None], np.fft.fftfreq(height)[:, None])
    waves = np.fft.fft2(rng.normal(size=(height, width))) / np.maximum(distance, 1 / width) ** 1.3
    grey = np.fft.ifft2(waves).real
    return 115 + strength * (grey / grey.std())[..., None] * np.array([1, 1, 0.9])


def picture_of(pixels):
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def taken(image, rng, noise=3, light=0.08):
    pixels = np.asarray(image, float) * rng.uniform(1 - light, 1 + light)
    return picture_of(pixels + rng.normal(0, noise, pixels.shape))


def animals(rng, n, size=(400, 300), smallest=0.03):
    """A clearing; dark and pale animals in turn, each in another place."""
    ground, made = clouds(rng, size), []
    places = [(x, y) for x in range(8) for y in range(3)]
    rng.shuffle(places)
    for i in range(n):
        image = picture_of(ground)
        draw = ImageDraw.Draw(image)
        x, y = (0.1 + 0.1 * places[i % 24][0]) * size[0], (0.4 + 0.2 * places[i % 24][1]) * size[1]
        long = rng.uniform(smallest, 0.08) * size[0]
        colour = ((85, 60, 40), (170, 155, 135))[i % 2]
        draw.ellipse([x - long, y - long / 2, x + long, y + long / 2], fill=colour)
        draw.ellipse([x + 0.7 * long, y - long, x + 1.3 * long, y - 0.2 * long], fill=colour)
        made.append(taken(image.filter(ImageFilter.GaussianBlur(1)), rng))
    return made


def cars(rng, n):
    """A car park from above: other places of twelve are taken each time."""
    ground, made = clouds(rng, (360, 240), 12), []
    for state in rng.choice(4096, n, replace=False):
        image = picture_of(ground)
        draw = ImageDraw.Draw(image)
        for i in range(12):
            x, y = 20 + 55 * (i % 6), 40 + 110 * (i // 6)
            draw.rectangle([x, y, x + 45, y + 70], outline="white")
            if state >> i & 1:
                draw.rectangle([x + 10, y + 8, x + 35, y + 62], fill=(60 + 10 * i, 60, 70))
        made.append(taken(image, rng))
    return made


def dials(rng, n, thickness=3):
    made = []
    for i in range(n):
        image = Image.new("RGB", (300, 300), (200, 200, 195))
        draw = ImageDraw.Draw(image)
        draw.ellipse([20, 20, 280, 280], fill="white", outline="black", width=3)
        for angle in (math.pi * (0.75 + 0.075 * tick) for tick in range(21)):
            x, y = math.cos(angle), math.sin(angle)
            draw.line([150 + 112 * x, 150 + 112 * y, 150 + 124 * x, 150 + 124 * y], fill="black", width=2)
        angle = math.pi * (0.75 + 1.5 * i / n)
        draw.line(
            [150, 150, 150 + 105 * math.cos(angle), 150 + 105 * math.sin(angle)],
            fill=(170, 0, 0),
            width=thickness,
        )
        made.append(taken(image, rng, 2))
    return made


def segments(rng, n):
    """A meter with seven-segment digits."""
    on = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgecd", "abc", "abcdefg", "abcfgd")
    at = {
        "a": (2, 0, 18, 4), "b": (16, 2, 20, 18), "c": (16, 20, 20, 36), "d": (2, 34, 18, 38), "e": (0, 20, 4, 36),
        "f": (0, 2, 4, 18), "g": (2, 17, 18, 21),
    }  # fmt: skip
    wall, made = clouds(rng, (400, 260), 20), []
    for number in rng.choice(10_000, n, replace=False):
        image = picture_of(wall)
        draw = ImageDraw.Draw(image)
        draw.rectangle([130, 80, 270, 150], fill=(160, 175, 150), outline="black")
        for i, digit in enumerate(f"{number:04d}"):
            for name in on[int(digit)]:
                left, top, right, bottom = at[name]
                x, y = 142 + 31 * i, 95
                draw.rectangle([x + left, y + top, x + right, y + bottom], fill=(25, 30, 25))
        made.append(taken(image, rng))
    return made


def words(rng, n):
    return ["".join(rng.choice(list("abcdefghijklmnoprstuvw"), rng.integers(2, 10))) for _ in range(n)]


def pages(rng, n, size=(420, 594), text_px=11, ground="white"):
    made = []
    for i in range(n):
        image = Image.new("RGB", size, ground)
        draw = ImageDraw.Draw(image)
        draw.text((40, 36), ("LETTER", "INVOICE")[i % 2], fill="black", font_size=text_px + 4)
        for y in range(80, size[1] - 50, round(1.5 * text_px)):
            left = " ".join(words(rng, 1 if i % 2 else size[0] // 52))
            draw.text((40, y), left[: size[0] // 7], fill="black", font_size=text_px)
            if i % 2:
                draw.text((size[0] - 90, y), f"{rng.uniform(1, 999):.2f}", fill="black", font_size=text_px)
        made.append(image)
    return made


def receipts(rng, n):
    """One shop's, photographed: only the sums differ."""
    made = []
    for _ in range(n):
        image = Image.new("RGB", (260, 420), (236, 234, 228))
        draw = ImageDraw.Draw(image)
        for line, y in enumerate(range(30, 380, 22)):
            draw.text((24, y), f"article {line:02d}", fill=(50, 50, 55), font_size=13)
            draw.text((180, y), f"{rng.uniform(1, 99):.2f}", fill=(50, 50, 55), font_size=13)
        made.append(taken(image, rng, 2, 0.04))
    return made


def screens(rng, n, size=(640, 400), text_px=13):
    """One program; a state and a line of text differ."""
    made = []
    for i in range(n):
        image = Image.new("RGB", size, (240, 240, 240))
        draw = ImageDraw.Draw(image)
        draw.rectangle([0, 0, size[0], 36], fill=(30, 60, 120))
        for y in range(60, size[1] - 20, 24):
            draw.text((12, y), "menu entry", fill=(40, 40, 40), font_size=12)
        draw.rectangle([220, 150, size[0] - 80, 260], fill="white", outline=(120, 120, 120))
        state, colour = (("Saved.", (0, 110, 0)), ("Error!", (170, 0, 0)))[i % 2]
        draw.text((240, 170), f"{state} {rng.integers(10**6)}", fill=colour, font_size=text_px)
        draw.text((240, 200), " ".join(words(rng, 6)), fill="black", font_size=text_px)
        made.append(image)
    return made


def maps(rng, n):
    """One map with a mark that stands elsewhere."""
    ground, made = picture_of(clouds(rng, (360, 360), 25)), []
    for place in rng.choice(144, n, replace=False):
        image = ground.copy()
        x, y = 30 + 26 * (place % 12), 30 + 26 * (place // 12)
        ImageDraw.Draw(image).ellipse([x - 7, y - 7, x + 7, y + 7], fill=(220, 30, 30), outline="white")
        made.append(image)
    return made


def boards(rng, n):
    """Draughts: pieces on other squares."""
    made = []
    for _ in range(n):
        image = Image.new("RGB", (320, 320), (230, 215, 180))
        draw = ImageDraw.Draw(image)
        taken_squares = set(rng.choice(32, 10, replace=False).tolist())
        for square in range(64):
            x, y = 40 * (square % 8), 40 * (square // 8)
            if (square % 8 + square // 8) % 2:
                draw.rectangle([x, y, x + 39, y + 39], fill=(140, 95, 60))
                if square // 2 in taken_squares:
                    fill = "white" if square % 3 else (30, 30, 30)
                    draw.ellipse([x + 6, y + 6, x + 34, y + 34], fill=fill)
        made.append(taken(image, rng, 2))
    return made


def lamps(rng, n):
    """A device; other lamps of six are green."""
    case, made = clouds(rng, (320, 240)), []
    for state in rng.permutation(64)[:n]:
        image = picture_of(case)
        for i in range(6):
            colour = (20, 150, 40) if state >> i & 1 else (220, 40, 30)
            ImageDraw.Draw(image).ellipse([70 + 32 * i, 100, 84 + 32 * i, 114], fill=colour)
        made.append(taken(image, rng, 2, 0))
    return made


def sevens(rng, n, size=28):
    """Sevens by hand at 28 pixels, each a little different."""
    made = []
    for _ in range(n):
        image = Image.new("L", (8 * size, 8 * size))
        draw = ImageDraw.Draw(image)
        shifts, width = rng.normal(0, 0.035, (5, 2)), int(rng.uniform(14, 22))
        points = np.array([(0.25, 0.25), (0.5, 0.24), (0.72, 0.25), (0.58, 0.5), (0.45, 0.8)]) + shifts
        draw.line((8 * size * points).ravel().tolist(), fill=255, width=width, joint="curve")
        made.append(image.resize((size, size), Image.Resampling.BOX).convert("RGB"))
    return made


SETS = {
    "a camera trap": lambda rng: animals(rng, 12),
    "a camera trap at noon, large": lambda rng: animals(rng, 8, (800, 600), 0.02),
    "a car park": lambda rng: cars(rng, 12),
    "dials": lambda rng: dials(rng, 12),
    "dials with thin needles": lambda rng: dials(rng, 10, 2),
    "seven-segment meters": lambda rng: segments(rng, 12),
    "letters and invoices": lambda rng: pages(rng, 10),
    "letters on grey paper, larger": lambda rng: pages(rng, 8, (600, 848), 14, (225, 222, 214)),
    "letters scanned small": lambda rng: pages(rng, 8, (300, 424), 10),
    "receipts": lambda rng: receipts(rng, 10),
    "screenshots": lambda rng: screens(rng, 12),
    "larger screenshots": lambda rng: screens(rng, 8, (1000, 640), 16),
    "maps": lambda rng: maps(rng, 12),
    "boards": lambda rng: boards(rng, 12),
    "lamps": lambda rng: lamps(rng, 12),
    "sevens of 28 pixels": lambda rng: sevens(rng, 60),
}
