"""Whether pictures look as in a browser: the pixels of our opener beside those of Chromium's canvas.

    python benchmarks/colour.py

Each made picture says in another way what its colours mean. The largest difference of a pixel is in levels of 255.
"""

from __future__ import annotations

import argparse
import base64
import shutil

import numpy as np
import report
from coloured_pictures import coloured_pictures
from playwright.sync_api import Page, sync_playwright
from tellapart.pictures.images import read_image

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--force-color-profile=srgb",
]  # fmt: skip
DRAW = """async ([data, type]) => {
  const image = new Image();
  image.src = `data:${type};base64,${data}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { colorSpace: "srgb", willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let text = "";
  for (let i = 0; i < pixels.length; i += 32768) text += String.fromCharCode(...pixels.subarray(i, i + 32768));
  return [canvas.width, canvas.height, btoa(text)];
}"""


def main() -> None:
    """Print the table and the JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chromium", help="its path; else the one on the PATH, else Playwright's own")
    parser.add_argument("--seed", type=int, default=0, help="of the colours")
    arguments = parser.parse_args()
    found = arguments.chromium or shutil.which("chromium") or shutil.which("google-chrome")
    pictures = coloured_pictures(arguments.seed)
    differences: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = browser.new_page()
        for name, (media, data) in pictures.items():
            shown, read = shown_by(page, media, data), np.asarray(read_image(data), np.int16)
            differences[name] = int(np.abs(read - shown).max())
        version = browser.version
        browser.close()
    rows = [[name, str(differences[name])] for name in pictures]
    columns = ["picture", "largest difference"]
    report.table(f"{len(pictures)} pictures beside Chromium {version}, levels of 255", columns, rows)
    worst = max(differences, key=lambda name: differences[name])
    report.finish(
        {
            "chromium": version,
            "pictures": len(pictures),
            "largest": differences[worst],
            "worst": worst,
            "by_picture": differences,
        }
    )


def shown_by(page: Page, media: str, data: bytes) -> np.ndarray:
    """(H, W, 3) levels of a picture on a white canvas."""
    width, height, text = page.evaluate(DRAW, [base64.b64encode(data).decode(), media])
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
    return pixels[..., :3].astype(np.int16)


if __name__ == "__main__":
    main()
