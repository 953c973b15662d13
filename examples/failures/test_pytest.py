# SPDX-License-Identifier: MIT
"""The same by ctypes, of a library in C: NAMES names it. Without a plugin; the first twenty lines
can be copied as they are.

What Python itself allocates in a round counts, and fails, too: so the round does little more than
the call, and a MemoryError of Python's own is none of the library's.
"""
import ctypes
import os

import pytest


class Failures(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("tried", "lost_bytes", "lost_blocks", "failed")]
    _fields_ += [("reserved", ctypes.c_uint64 * 7)]


def run_for_each_failure(call):
    """Calls it with its first allocation failing, then the second ..., and returns what was lost."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "memrestrict_active") or not library.memrestrict_active():
        pytest.skip("runs without LD_PRELOAD=libmemrestrict.so")
    failures, another = Failures(), library.memrestrict_failures_next
    another.restype = ctypes.c_bool
    here = ctypes.byref(failures)
    while another(here):
        try:
            call()
        except MemoryError:
            pass
    return failures


def test_each_failure_is_taken_well():
    failures = run_for_each_failure(ctypes.CDLL(os.environ["NAMES"]).names_try)
    assert failures.lost_blocks == 0, f"when allocation {failures.failed} failed"
    assert failures.tried >= 7  # six, and one more to end
