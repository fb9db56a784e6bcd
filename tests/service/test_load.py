"""Many at once, kills, floods and damaged pictures: nobody waits for ever, nothing is lost, nothing is a 500."""

import http.client
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from running_service import PATIENCE_S, multipart, running_service
from tellapart.service.settings import Limits

pytestmark = pytest.mark.slow
N_CLIENTS, N_PICTURES = 20, 50
N_MUTATED = 5000


class Client:
    """One that keeps its connection, as browsers and libraries do, and opens another when it is told to."""

    def __init__(self, service):
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)

    def connect(self):
        """Nothing, when it is connected."""
        if self._connection.sock is None:
            self._connection.connect()

    def predict(self, data):
        headers = {"Content-Type": "application/octet-stream"}
        self._connection.request("POST", "/predict", data, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def test_twenty_clients_with_fifty_pictures_each_are_all_answered(service, pictures):
    files = [data for data in pictures.values() if len(data) < 100_000]

    def client(number):
        asking = Client(service)
        return [asking.predict(files[(number + i) % len(files)]) for i in range(N_PICTURES)]

    with ThreadPoolExecutor(N_CLIENTS) as pool:
        statuses = [status for some in pool.map(client, range(N_CLIENTS)) for status in some]
    assert statuses == [200] * (N_CLIENTS * N_PICTURES)


def test_a_gentle_stop_under_load_loses_no_answer(bundle_dir, golden):
    """Every request that was sent gets its answer; the others find the door closed, and know that nothing was done."""
    with running_service(bundle_dir) as service:
        statuses, lost, refused, n_begun = [], [], [], threading.Semaphore(0)

        def client():
            asking = Client(service)
            while True:
                try:
                    asking.connect()
                except OSError as error:
                    refused.append(error)
                    return
                try:
                    statuses.append(asking.predict(golden))
                    n_begun.release()
                except (OSError, http.client.HTTPException) as error:
                    lost.append(repr(error))
                    return

        threads = [threading.Thread(target=client) for _ in range(N_CLIENTS)]
        for thread in threads:
            thread.start()
        for _ in range(2 * N_CLIENTS):
            n_begun.acquire()
        service.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert service.process.wait(PATIENCE_S) == 0
    assert lost == [] and set(statuses) == {200} and len(refused) == N_CLIENTS


def test_killed_under_load_it_is_back_at_the_same_port(bundle_dir, golden):
    with running_service(bundle_dir) as first:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(first.predict, golden) for _ in range(64)]
            asked[0].result()
            first.process.kill()
            first.process.wait()
            assert [one.exception() for one in asked if one.exception()]  # it was in the midst of it
        port = first.port
        command = [sys.executable, "-m", "tellapart.service", bundle_dir, "--port", port]
        with running_service(command=command, is_any_port=False) as again:
            assert again.port == port and again.ask("GET", "/healthz").status == 200
            assert again.predict(golden).status == 200


def test_a_body_of_100_mb_is_refused_and_takes_no_memory(service, golden):
    process = psutil.Process(service.process.pid)
    before = process.memory_info().rss
    reply = service.predict(bytes(100 * 2**20))
    assert reply.status == 413 and reply.json["error"]["limit_bytes"] == Limits().request_bytes
    pieces = (f"{2**20:x}\r\n".encode() + bytes(2**20) + b"\r\n" for _ in range(100))
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head)
        for piece in pieces:
            connection.sendall(piece)
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")
    assert service.predict(golden).status == 200
    assert process.memory_info().rss - before < 120 * 2**20


def test_who_sends_a_byte_now_and_then_is_cut(service, golden):
    """Nothing, headers, or a body that come by drops: the connection ends, and others are answered meanwhile."""
    begun = [b"", b"POST /pre", b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"]
    with ThreadPoolExecutor(len(begun)) as pool:
        answers = [pool.submit(dripped, service.port, begin) for begin in begun]
        assert service.predict(golden).status == 200
        for answer in answers:
            assert answer.result() == b"" or answer.result().startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))


def dripped(port, begin):
    """What is said to somebody who begins like that and goes on byte by byte, until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall(begin)
        ended = threading.Event()

        def drip():
            try:
                while not ended.wait(0.5):
                    connection.sendall(b"x")
            except OSError:
                pass

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionResetError:
            return b""
        finally:
            ended.set()
            dripping.join()


def test_those_who_leave_in_the_midst_leave_nothing_behind(service, golden):
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(golden)}\r\n\r\n".encode()
    for sent in (head, head + golden[:500], head + golden):
        for _ in range(30):
            with socket.create_connection(("127.0.0.1", service.port)) as connection:
                connection.sendall(sent)
    until = time.monotonic() + PATIENCE_S
    while "tellapart_requests_inside 0.0" not in service.ask("GET", "/metrics").body.decode():
        assert time.monotonic() < until
    assert service.predict(golden).status == 200
    assert not any(line.get("status") == 500 or line["level"] == "error" for line in service.log)


def test_thousands_of_damaged_pictures_are_answered_or_refused(bundle_dir, golden, monkeypatch):
    """No crash, no hang, no 500; each picture alone and in the company of nine others."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from mutated_pictures import mutated

    with running_service(bundle_dir) as service:

        def ask(start):
            pictures = [mutated(20261128, i)[1] for i in range(start, start + 10)]
            kind, body = multipart(pictures)
            reply = service.ask("POST", "/predict", body, Content_Type=kind)
            alone = service.predict(pictures[0])
            return reply.status, len(reply.json["answers"]), alone.status

        with ThreadPoolExecutor(4) as pool:
            found = set(pool.map(ask, range(0, N_MUTATED, 10)))
        assert found <= {(200, 10, 200), (200, 10, 422), (200, 10, 400)}
        assert service.process.poll() is None and service.predict(golden).status == 200
        assert not any(line["level"] == "error" for line in service.log)


def test_memory_stays_flat(service, pictures):
    """After the first hundreds, thousands more take nothing."""
    files = list(pictures.values())[:8]
    process = psutil.Process(service.process.pid)

    def rounds(n):
        with ThreadPoolExecutor(8) as pool:
            assert {one.status for one in pool.map(service.predict, files * n)} == {200}
        return process.memory_info().rss / 2**20

    first = rounds(50)
    assert rounds(150) - first < 20
