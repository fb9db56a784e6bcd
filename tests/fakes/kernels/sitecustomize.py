"""On the path of a studio's processes in browser tests: the runs that a page starts ask servers on this computer.

It names the worker that has them (with TEST_EVERY_RUN also for what the server itself starts); the product itself
cannot be told so by a setting.
"""

import os
import sys

if "page_kernel" in " ".join(sys.orig_argv) or "TEST_EVERY_RUN" in os.environ:
    from tellapart import runs

    runs.WORKER = tuple(os.environ["TEST_WORKER"].split(os.pathsep))
