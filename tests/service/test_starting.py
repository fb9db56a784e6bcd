"""Starting and stopping: what is refused in a sentence, and that no answer is lost."""

import signal
import socket
import threading

import pytest
from command_line import run_here, tellapart
from other_process import assert_sentence, run_tellapart
from running_service import running_service
from tellapart.deploy.app_folder import RECORD
from tellapart.service.__main__ import main


def test_what_cannot_be_served_is_said(tmp_path, bundle_dir):
    assert_sentence(run_here("serve", tmp_path), "is not a bundle")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_sentence(
            run_tellapart("serve", bundle_dir, "--port", port), f"port {port}", "Choose another port"
        )
    assert "--port" in tellapart("serve", "--help")
    assert RECORD not in [path.name for path in bundle_dir.iterdir()]


@pytest.mark.parametrize("text", ["[]", "3", "{", "\xff", "[" * 5000])
def test_texts_that_are_none_are_said(tmp_path, bundle_dir, capsys, text):
    file = tmp_path / "service.json"
    file.write_bytes(text.encode("latin-1"))
    assert main([str(bundle_dir), "--texts", str(file)]) == 1
    said = capsys.readouterr().err
    assert str(file) in said and "Write title and about as one" in said


def test_a_gentle_stop_answers_what_is_there_and_ends_well(bundle_dir, golden):
    """Bodies that are still coming when the signal comes are answered too."""
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(golden)}\r\n\r\n".encode()
    with running_service(bundle_dir) as service:
        held = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(8)]
        for connection in held:
            connection.sendall(head + golden[:100])
        assert service.ask("GET", "/healthz").status == 200
        service.process.send_signal(signal.SIGTERM)
        ended: list[int] = []
        waiter = threading.Thread(target=lambda: ended.append(service.process.wait(120)))
        waiter.start()
        for connection in held:
            connection.sendall(golden[100:])
        answers = [b"".join(iter(lambda one=one: one.recv(65536), b"")) for one in held]
        waiter.join()
        for one in held:
            one.close()
        assert all(one.startswith(b"HTTP/1.1 200") and b'"label"' in one for one in answers)
        assert ended == [0] and service.logged(1, lambda line: line["event"] == "stopped")


def test_ctrl_c_ends_it_without_a_traceback(bundle_dir):
    with running_service(bundle_dir) as service:
        assert service.stop(signal.SIGINT) == 0
        assert service.process.stderr.read() == ""
