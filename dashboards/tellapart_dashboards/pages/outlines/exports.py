"""What a network of outlines becomes to be taken along: a page that draws, and its ONNX file with its record."""

from __future__ import annotations

from pathlib import Path

from tellapart.deploy.html.runtime import VERSION

from tellapart_dashboards.pages.kinds.exports import Asked, Export, zipped


def _page(bundle: Path, asked: Asked, target: Path) -> None:
    from tellapart.deploy.appearance import Appearance
    from tellapart.outlines.page.export import TITLE, export_outlines_page

    runtime = Path(asked.place).expanduser() if asked.place else None
    export_outlines_page(bundle, target, Appearance(asked.title or TITLE, ""), runtime=runtime, force=True)


def _network(bundle: Path, asked: Asked, target: Path) -> None:
    from tellapart.outlines.model_file import FILE, NETWORK_NAME

    zipped(bundle, asked, target, (FILE.name, NETWORK_NAME))


EXPORTS = (
    Export(
        "A web page",
        "One file that anyone opens in a browser, without a server: choose a picture, and its classes lie over it."
        " It holds no picture of yours. The first one downloads what runs networks in a browser, and keeps it.",
        "Save the web page",
        ".html",
        _page,
        True,
        f"only without a connection: onnxruntime-web-{VERSION}.tgz",
    ),
    Export(
        "The network",
        "A zip with one ONNX file from pixels to probabilities, what its answers mean, and its card; for “tellapart "
        "predict”, for Python and whatever runs ONNX. It holds no picture of yours.",
        "Save the network",
        "-model.zip",
        _network,
    ),
)
