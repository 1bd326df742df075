"""The workflows: what they may do, where they run, and their scripts, run here."""

import os
import re
import subprocess

import pytest
import yaml

from book_tools.chapters import ROOT

PATHS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in PATHS}
JOBS = {
    f"{name}: {job}": (name, steps)
    for name, workflow in WORKFLOWS.items()
    for job, steps in workflow["jobs"].items()
}
WRITERS = {
    "deploy.yml: deploy": {"contents", "id-token", "pages"},
    "release.yml: publish": {"contents"},
    "weekly.yml: report": {"issues"},
}
AT_HOME = (
    "${{ github.event_name == 'workflow_dispatch' || !github.event.repository.fork }}"
)
TARGETS = re.findall(r"(?m)^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"))


def steps(job):
    return JOBS[job][1].get("steps", [])


@pytest.mark.parametrize("job", JOBS)
def test_a_job_writes_only_where_it_must_and_then_runs_no_code_of_the_book(job):
    rights = JOBS[job][1].get("permissions", {})
    written = {name for name, right in rights.items() if right == "write"}
    assert written == WRITERS.get(job, set())
    for step in steps(job):
        if "checkout" in step.get("uses", ""):
            assert not written, "what is checked out could take the rights"
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_no_secret_is_used_and_no_stranger_writes_into_a_script(path):
    text = path.read_text("utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert "workflow_run" not in text
    for job in WORKFLOWS[path.name]["jobs"].values():
        for step in job.get("steps", ()):
            found = re.findall(r"\$\{\{ *(\w+)", step.get("run", ""))
            assert {*found} <= {"matrix"}, step


def test_what_a_workflow_makes_is_a_target():
    runs = [step.get("run", "") for job in JOBS for step in steps(job)]
    made = [line for run in runs for line in re.findall(r"(?m)^make (.+)$", run)]
    named = (re.sub(r"\w+=(\$\{\{.*?\}\}|\S+)", "", line) for line in made)
    words = {word for line in named for word in line.split()}
    assert {"book", "links", "test-chapters", "test-package"} <= words <= {*TARGETS}


def test_what_costs_much_runs_by_itself_at_home_only():
    for workflow in WORKFLOWS.values():
        timed = "schedule" in workflow[True]  # YAML takes `on` for a truth
        for name, job in workflow["jobs"].items():
            wanted = AT_HOME if timed and name != "report" else job.get("if")
            assert job.get("if") == wanted, name
    report = WORKFLOWS["weekly.yml"]["jobs"]["report"]
    assert {*report["needs"]} == WORKFLOWS["weekly.yml"]["jobs"].keys() - {"report"}
    assert report["if"] == "${{ failure() && github.event_name == 'schedule' }}"


@pytest.mark.parametrize("job", ["deploy.yml: build", "release.yml: files"])
def test_what_a_fork_publishes_names_the_fork(job):
    (made,) = [s for s in steps(job) if "make " in s.get("run", "")]
    own = "${{ github.server_url }}/${{ github.repository }}"
    assert made["env"]["BOOK_REPOSITORY_URL"] == own
    assert made["env"]["BOOK_BRANCH"] == "${{ github.ref_name }}"
    assert made["env"]["BOOK_BASE_URL"] == "${{ steps.pages.outputs.base_url }}/"


def test_a_preview_names_the_branch_that_asks_and_is_kept_for_its_reader():
    (made,) = [s for s in steps("preview.yml: site") if "make " in s.get("run", "")]
    head = "github.event.pull_request.head.repo.html_url"
    assert made["env"]["BOOK_REPOSITORY_URL"] == f"${{{{ {head} }}}}"
    assert made["env"]["BOOK_BRANCH"] == "${{ github.head_ref }}"
    (kept,) = [s for s in steps("preview.yml: site") if "upload" in s.get("uses", "")]
    assert kept["with"]["path"] == "_build/html"


@pytest.fixture
def script(tmp_path):
    """Return a function that runs a step with a pretended gh; what gh was asked."""
    if not os.access("/bin/bash", os.X_OK):
        pytest.skip("the scripts need bash")
    gh = tmp_path / "gh"
    gh.write_text(
        '#!/bin/sh\necho "$@" >> "$LOG"\n[ "$2" = list ] && echo "$OPEN"\n:\n'
    )
    gh.chmod(0o755)

    def run(job, name, folder=tmp_path, **environment):
        (step,) = [step for step in steps(job) if step.get("name") == name]
        log = tmp_path / "log"
        own = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log)}
        command = ["bash", "-eo", "pipefail", "-c", step["run"]]
        how = {"cwd": folder, "capture_output": True, "text": True}
        done = subprocess.run(command, env=own | environment, check=False, **how)
        return done, log.read_text().splitlines() if log.exists() else []

    return run


RUN = {"GITHUB_SERVER_URL": "https://host", "GITHUB_REPOSITORY": "me/book"}
RUN |= {"GITHUB_RUN_ID": "7", "PACKAGE": "success", "CHAPTERS": "failure", "LINKS": "x"}


@pytest.mark.parametrize(
    ("number", "said"),
    [("", "issue create --title The weekly check fails"), ("12", "issue comment 12")],
)
def test_a_week_that_fails_opens_one_issue_and_adds_to_it(script, number, said):
    step = ("weekly.yml: report", "open the issue, or add to it")
    done, (asked, told) = script(*step, OPEN=number, **RUN)
    assert done.returncode == 0, done.stderr
    assert "issue list --state open" in asked
    assert 'select(.title == "The weekly check fails")' in asked
    assert told.startswith(said)
    assert "chapters: failure" in told
    assert "https://host/me/book/actions/runs/7" in told


CHANGES = "# Changelog\n\n## 1.1\n\n### Added\n- a\n\n### Numbers changed\n\n- 1.2\n"
OLD = "\n## 1.0\n\n### Added\n- old\n"


@pytest.mark.parametrize(
    ("tag", "text", "kept"),
    [
        ("v1.1", CHANGES + OLD, CHANGES.partition("## 1.1\n")[2]),
        ("v1.0", CHANGES + OLD, None),
        ("v1", CHANGES, None),
        ("v1.1", CHANGES.replace("1.1\n", "1.1 (unreleased)\n"), None),
    ],
)
def test_a_release_says_which_numbers_changed_or_is_none(
    script, tmp_path, tag, text, kept
):
    (tmp_path / "CHANGELOG.md").write_text(text)
    done, _ = script("release.yml: files", "the notes", GITHUB_REF_NAME=tag)
    assert (done.returncode == 0) == bool(kept)
    if kept:
        assert (tmp_path / "dist" / "notes.md").read_text().strip() == kept.strip()
    else:
        assert "and '### Numbers changed' in it" in done.stderr


def test_the_changelog_is_kept_as_a_release_needs_it():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = text.split("\n## ")[1]
    assert "\n### Numbers changed\n" in newest
