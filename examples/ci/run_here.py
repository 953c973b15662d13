#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands of github-actions.yml, gitlab-ci.yml and the like here, before a change is pushed.

    python3 examples/ci/run_here.py examples/ci/gitlab-ci.yml

The image, what installs packages and what hands files on are left out: all jobs run in this folder,
those of a matrix one after the other. Ends with 0 if every job passed. Needs PyYAML.
"""
import itertools
import os
import subprocess
import sys

import yaml


def run(shell, script, variables):
    print(f"$ {script}", flush=True)
    return subprocess.run([*shell, "-ec", script], env={**os.environ, **variables}).returncode == 0


def run_github_steps(job, chosen):
    passed = True
    for step in job["steps"]:
        wanted = step.get("if", "success()") == ("success()" if passed else "failure()")
        if "run" in step and wanted and step["name"] != "Install":
            script = step["run"]
            for name, value in chosen:
                script = script.replace("${{ matrix.%s }}" % name, str(value))
            passed = run(["bash"], script, step.get("env", {})) and passed
    return passed


def run_github_job(job):
    matrix = job.get("strategy", {}).get("matrix", {})
    rows = itertools.product(*([(name, value) for value in values] for name, values in matrix.items()))
    return all([run_github_steps(job, row) for row in rows])


def run_gitlab_job(job, index, total):
    variables = {**job.get("variables", {}), "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(total)}
    passed = run(["sh"], "\n".join(job["script"]), variables)
    status = {"CI_JOB_STATUS": "success" if passed else "failed"}
    if "after_script" in job:
        run(["sh"], "\n".join(job["after_script"]), {**variables, **status})
    return passed


def run_gitlab_jobs(job):
    total = job.get("parallel", 1)
    return all([run_gitlab_job(job, index, total) for index in range(1, total + 1)])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    if "jobs" in document:
        results = [run_github_job(job) for job in document["jobs"].values()]
    else:
        jobs = [job for name, job in document.items() if name not in ("default", "stages")]
        results = [run_gitlab_jobs(job) for job in jobs]
    return 0 if results and all(results) else 1


sys.exit(main())
