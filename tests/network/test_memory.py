"""Which errors of torch say that memory ran out."""

import pytest
from tellapart.network.tuning.memory import is_memory


@pytest.mark.parametrize(
    ("said", "is_short"),
    [
        ("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried", True),
        ("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you tried", True),
        ("CUDA out of memory. Tried to allocate 20.00 MiB", True),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("std::bad_alloc", True),
        ("MPS backend out of memory (MPS allocated: 7.00 GB)", True),
        ("CUDA error: an illegal memory access was encountered", False),
        ("unsupported operation: some elements refer to a single memory location", False),
        ("required rank 4 tensor to use channels_last memory format", False),
    ],
)
def test_a_want_of_memory_is_told_from_other_errors_that_speak_of_memory(said, is_short):
    assert is_memory(RuntimeError(said)) == is_short
