"""The process of a page: IPython's kernel without the debugger of notebooks, which is a fifth of what it has to import,
and with one heap for all its threads: many pages lie open and wait.

`python -m tellapart_dashboards.app.page_kernel -f CONNECTION_FILE`, see `server.PageKernel`.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    if Path(sys.path[0]) == Path.cwd():  # modules are not looked for beside a notebook
        del sys.path[0]
    from tellapart.backbones.freed_memory import share_one_heap

    share_one_heap()
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()  # type: ignore[no-untyped-call]
