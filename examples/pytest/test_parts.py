# SPDX-License-Identifier: MIT
"""Two tests with a budget: one fits, and one only knows that it must not.

    $ PATH=$PWD/build:$PATH pytest-3 examples/pytest
"""
import os

import pytest

SIZE = int(os.environ.get("PARTS_MIB", "16")) << 20


@pytest.mark.limit_memory("96M")
def test_fits_into_its_budget():
    assert len(bytearray(SIZE)) == SIZE


@pytest.mark.limit_memory("96M")
def test_says_that_memory_is_short():
    if "TEST_RUNS_UNDER_MEMRESTRICT" in os.environ and SIZE > 96 << 20:
        with pytest.raises(MemoryError):
            bytearray(SIZE)


def test_has_no_budget():
    assert len(bytearray(SIZE)) == SIZE
