"""What a kernel says reaches its page at once, however small it is: nothing waits for an acknowledgement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A real Jupyter server with a real kernel, to whom a page connects; printed is how the server's end is set.
VISIT = """
import asyncio, gc, json, socket, sys
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.websocket import websocket_connect

server = ServerApp()
server.initialize(["--ip=127.0.0.1", "--port=0", "--no-browser", "--allow-root", "--IdentityProvider.token=t", *sys.argv[1:]])

async def visit():
    kernel = await server.kernel_manager.start_kernel(kernel_name="python3")
    port = server.http_server._sockets and next(iter(server.http_server._sockets.values())).getsockname()[1]
    page = await websocket_connect(f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels?session_id=a&token=t")
    while True:
        told = await page.read_message()
        if "idle" in str(told):
            break
    (handler,) = [one for one in gc.get_objects() if isinstance(one, KernelWebsocketHandler)]
    sock = handler.ws_connection.stream.socket
    print(json.dumps({"class": type(handler.connection).__name__,
                      "is_prompt": bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))}), flush=True)
    page.close()
    await server.kernel_manager.shutdown_all()

server.io_loop.run_sync(visit)
"""


@pytest.mark.slow
def test_a_hosted_studio_s_server_sends_at_once(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "TELLAPART_PROJECT": str(tmp_path / "project")}
    command = [sys.executable, "-m", "tellapart_dashboards.hosted", sys.executable, "-c", VISIT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"class": "PromptConnection", "is_prompt": True}
