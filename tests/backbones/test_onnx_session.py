"""Threads of a session: quick within a call, and idle between calls."""

import pytest
from other_process import run_python
from tellapart.backbones.onnx_session import _spinning


@pytest.mark.parametrize(
    ("version", "spins"),
    [("1.19.0", "0"), ("1.25.1", "0"), ("1.26.0", "1"), ("1.32.0", "1"), ("2.0.0rc1", "1")],
)
def test_threads_spin_only_where_the_runtime_lets_them_stop_soon(version, spins):
    found = _spinning(version)
    assert found["intra_op.allow_spinning"] == spins
    assert ("intra_op.spin_duration_us" in found) == ("force_spinning_stop" in found) == (spins == "1")


def test_after_a_call_no_thread_takes_a_core():
    told = run_python(
        """
        import time
        import numpy as np
        from tellapart.backbones.lite0 import keeping
        from tellapart.backbones.onnx_session import open_session
        from tellapart.errors import BackboneError

        session = open_session(keeping.made_onnx(), BackboneError, n_threads=4)
        taken = []
        for _ in range(3):
            session.run(None, {"pixels": np.zeros((1, 224, 224, 3), np.uint8)})
            before = time.process_time()
            time.sleep(0.1)
            taken.append(time.process_time() - before)
        print(min(taken))
        """
    )
    assert float(told) < 0.003
