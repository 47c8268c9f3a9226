"""What the README, docs and their neighbours say is so."""

import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

from checker.cli import app
from checker.course.lessons import find_course
from checker.grading.kept_policy import policy_in_force
from checker.grading.report.words import SUSPECT
from checker.judging.verdict import Finding

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
FOR_LEARNERS, FOR_INSTRUCTORS = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("learners", "instructors")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_readme_lists_every_lesson_with_its_title():
    rows = re.findall(r"^\| (\d\d) \| \[(.+?)\]\((.+?)\) \|", README, re.MULTILINE)

    assert rows == [
        (f"{lesson.number:02}", lesson.title, f"lessons/{lesson.name}/README.md")
        for lesson in find_course(ROOT).lessons
    ]


def test_test_of_the_first_page_is_green_and_blind_until_it_looks_once_more(checker, tmp_path):
    blind, seeing = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    head = "from fastapi.testclient import TestClient\nfrom users_api import app\n\nclient = TestClient(app)\n\n\n"

    def caught(suite):
        (tmp_path / "suite.py").write_text(head + suite, "utf-8")
        verdict = checker.verdict("01", "--suite", tmp_path / "suite.py", "--reveal")
        assert [test["outcome"] for test in verdict["tests"]] == ["passed"]
        return {mutant["id"] for mutant in verdict["mutants"] if mutant["killed"]}

    assert "duplicate-overwrites" in caught(seeing) - caught(blind)


def test_picture_of_watch_is_what_watch_shows():
    words = re.compile(r">([^<>]*)</text>")
    kept = words.findall((ROOT / "docs" / "watch.svg").read_text("utf-8"))

    drawn = words.findall(runpy.run_path(str(ROOT / "docs" / "draw.py"))["watch"]())

    assert any("17&#160;of&#160;20" in text for text in kept)
    assert _without_times(kept) == _without_times(drawn)


def _without_times(texts):
    return [re.sub(r"[\d.]+(?=&#160;s\b)", "", text) for text in texts]


@pytest.mark.parametrize("command", re.findall(r"^\| `(checker[^`]*)`", FOR_LEARNERS, re.MULTILINE))
def test_command_of_the_docs_is_one_that_the_checker_takes(command, checker):
    words = command.replace("FILE", "tests/golden/hollow_assert_true/test_suite.py").split()[1:]

    done = checker(*words, "--help")

    assert done.returncode == 0
    options = [word for word in words if word.startswith("--")]
    assert all(option in done.stdout for option in options)


def test_every_command_is_in_the_docs_or_in_contributing():
    text = FOR_LEARNERS + FOR_INSTRUCTORS + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands]

    assert [name for name in names if f"checker {name}" not in text] == []


def test_links_of_the_documents_lead_somewhere():
    for document in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("lessons/*/*.md"),
        *ROOT.glob("solutions/*/*.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_constraints_pin_every_dependency_within_its_range():
    pins = dict(
        re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    )
    pinned = {name.lower().replace("_", "-") for name in pins}
    wanted = [
        *PROJECT["dependencies"],
        *(d for extra in PROJECT["optional-dependencies"].values() for d in extra),
    ]

    names = {re.match(r"[\w.-]+", wish)[0].lower().replace("_", "-") for wish in wanted if ";" not in wish}

    assert names - {PROJECT["name"]} <= pinned  # the extra dev takes in the extra notebooks


def test_kinds_of_findings_are_documented_where_they_are_defined():
    source = "".join(
        (ROOT / "checker" / name).read_text("utf-8")
        for name in ("judging/findings.py", "judging/judge.py", "check/__init__.py", "check/session.py")
    )
    kinds = set(re.findall(r'Finding\(\s*"\w+",\s*"(\w+)"', source)) | set(
        re.findall(r'^    "(\w+)": "\{who\}', source, re.MULTILINE)
    )

    assert len(kinds) > 10
    assert [kind for kind in sorted(kinds) if f"``{kind}``" not in (Finding.__doc__ or "")] == []


def test_editor_runs_pytest_on_the_lessons():
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text("utf-8"))

    assert settings["python.testing.pytestEnabled"] is True
    assert settings["python.testing.pytestArgs"] == ["lessons"]


def test_policy_of_the_docs_is_one(tmp_path):
    [text] = re.findall(r"^```toml\n(.*?)^```", FOR_INSTRUCTORS, re.MULTILINE | re.DOTALL)
    (tmp_path / "policy.toml").write_text(text, "utf-8")

    policy = policy_in_force(tmp_path, tmp_path / "policy.toml").policy

    assert (policy.award, policy.points, policy.costs.order) == ("thresholds", 20, 10)


def test_report_has_words_for_every_flag_that_a_hostile_submission_gets():
    expected = [
        tomllib.loads(path.read_text("utf-8")) for path in ROOT.glob("tests/threats/cases/*/expected.toml")
    ]
    flags = {flag for one in expected for flag in one.get("suspect", [])}

    assert flags
    assert flags <= set(SUSPECT)
