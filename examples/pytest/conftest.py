# SPDX-License-Identifier: MIT
"""A marker that gives a test a memory budget: @pytest.mark.limit_memory("64M").

The test runs in a process of its own under memrestrict, and fails if anything was refused, though it
may have coped. The budget has to hold the interpreter and pytest too: some 32 MiB. To be copied into
a project as it is; memrestrict must be in PATH.
"""
import json
import os
import subprocess
import sys
import tempfile

import pytest

INSIDE = "TEST_RUNS_UNDER_MEMRESTRICT"


def pytest_configure(config):
    config.addinivalue_line("markers", "limit_memory(size): the test's budget, for example 64M")


def run_limited(size, command, folder):
    """Returns the finished process and what memrestrict says of it."""
    with tempfile.TemporaryDirectory() as reports:
        report = os.path.join(reports, "outcome.json")
        run = subprocess.run(
            ["memrestrict", "--limit", size, "--quiet", "--json", report, "--", *command],
            cwd=folder, env={**os.environ, INSIDE: "1"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with open(report, encoding="utf-8") as file:
            return run, json.load(file)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    marker = pyfuncitem.get_closest_marker("limit_memory")
    if marker is None or INSIDE in os.environ:
        return None
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", pyfuncitem.nodeid]
    run, outcome = run_limited(marker.args[0], command, pyfuncitem.config.rootpath)
    if outcome["refusals"] > 0:
        first = outcome["first_refusal"]
        pytest.fail(f"refused {outcome['refusals']} times in {marker.args[0]}, first a {first['call']} "
                    f"of {first['size_bytes']} bytes at {first['used_bytes']}\n{run.stdout}", pytrace=False)
    if run.returncode != 0:
        pytest.fail(run.stdout, pytrace=False)
    return True
