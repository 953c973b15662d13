#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands of github-actions.yml or gitlab-ci.yml here, before a change is pushed.

    python3 examples/ci/run_here.py examples/ci/gitlab-ci.yml

The image and what installs packages are left out. Ends with 0 if every job passed. Needs PyYAML.
"""
import os
import subprocess
import sys

import yaml


def run(shell, script, variables):
    print(f"$ {script}", flush=True)
    return subprocess.run([*shell, "-ec", script], env={**os.environ, **variables}).returncode == 0


def run_github_job(job):
    passed = True
    for step in job["steps"]:
        wanted = step.get("if", "success()") == ("success()" if passed else "failure()")
        if "run" in step and wanted and step["name"] != "Install":
            passed = run(["bash"], step["run"], step.get("env", {})) and passed
    return passed


def run_gitlab_job(job):
    variables = job.get("variables", {})
    passed = run(["sh"], "\n".join(job["script"]), variables)
    status = {"CI_JOB_STATUS": "success" if passed else "failed"}
    run(["sh"], "\n".join(job["after_script"]), {**variables, **status})
    return passed


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    if "jobs" in document:
        results = [run_github_job(job) for job in document["jobs"].values()]
    else:
        results = [run_gitlab_job(job) for job in document.values()]
    return 0 if results and all(results) else 1


sys.exit(main())
