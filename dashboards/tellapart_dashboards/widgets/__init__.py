"""What ipywidgets does not have: a folder per widget with its Python, its style and its JavaScript.

A page gets one module per widget, which cannot import another one from beside it. `make widgets` joins each widget's
modules, `<name>/<name>.js` and what it imports, into `built/<name>.js`. Change the modules, never the built file.
"""

from pathlib import Path

BUILT = Path(__file__).parent / "built"
