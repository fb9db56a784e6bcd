"""The process of a page, as the studio starts it."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from other_process import HANGS_S

# What a thread needed for pictures: one large piece, after which glibc keeps as much at the end of each heap but the
# first, then as much in small ones.
WORK_ON_A_THREAD = """
import ctypes, json, re, threading
from pathlib import Path
from tellapart.backbones.freed_memory import give_back_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
SMALL, LARGE = 100_000, 30_000_000

def taken(n_bytes):
    place = libc.malloc(n_bytes)
    ctypes.memset(place, 1, n_bytes)
    return place

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

def work():
    libc.free(taken(LARGE))
    places = [taken(SMALL) for _ in range(LARGE // SMALL)]
    told.append(held())
    for place in places:
        libc.free(place)

told = [held()]
thread = threading.Thread(target=work)
thread.start()
thread.join()
give_back_memory()
told.append(held())
print(json.dumps(told))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no heaps of threads")
def test_what_a_thread_needed_is_given_back(tmp_path: Path) -> None:
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.connect import write_connection_file

    connection, _ = write_connection_file(str(tmp_path / "kernel.json"))
    command = [sys.executable, "-m", "tellapart_dashboards.app.page_kernel", "-f", connection]
    kernel = subprocess.Popen(command, cwd=tmp_path)
    client = BlockingKernelClient(connection_file=connection)
    said = []
    try:
        client.load_connection_file()
        client.hb_channel.time_to_dead = HANGS_S  # else one that takes a second to start counts as dead
        client.start_channels()
        client.wait_for_ready(timeout=HANGS_S)
        client.execute_interactive(
            WORK_ON_A_THREAD,
            timeout=HANGS_S,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        kernel.kill()
        kernel.wait()
    before, at_most, after = json.loads("".join(said))
    assert at_most - before > 25 and after - before < 5
