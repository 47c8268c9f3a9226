"""The recipe of docs/learners.md for those who work in a clone, tried with git: no conflict in an edited lesson."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "learners.md").read_text("utf-8")
(BLOCK,) = re.findall(r"^```console\n(git .*?)^```", DOCS, re.MULTILINE | re.DOTALL)
RECIPE = BLOCK.splitlines()

TEST, TEXT, APP = (f"lessons/01_greet/{name}" for name in ("test_greet.py", "README.md", "greet_api.py"))
STARTER = "".join(f"def test_{n}():\n    fail('TODO')\n\n\n" for n in range(4))
MINE = STARTER.replace("fail('TODO')", "assert mine")


class Repository:
    def __init__(self, folder):
        self.folder = folder

    def git(self, *arguments, check=True):
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        who = {f"GIT_{role}_{what}": "x@y" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **own, **who},
            check=check,
            capture_output=True,
            text=True,
        )

    def put(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, "utf-8")

    def text(self, path):
        return (self.folder / path).read_text("utf-8")

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--message", "course")


@pytest.fixture
def course(tmp_path):
    """The workbook's repository, with one lesson."""
    repository = Repository(tmp_path / "course")
    repository.folder.mkdir()
    repository.git("init", "--initial-branch", "main")
    repository.put(".gitattributes", (ROOT / ".gitattributes").read_text("utf-8"))
    for path, text in {TEST: STARTER, TEXT: "# 01\n", APP: "app = 1\n"}.items():
        repository.put(path, text)
    repository.commit()
    return repository


@pytest.fixture
def clone(course, tmp_path):
    """A learner's clone of it."""
    course.git("clone", str(course.folder), str(tmp_path / "clone"))
    return Repository(tmp_path / "clone")


def follow_recipe(clone):
    """The commands of the docs; what the last one, the pull, came to."""
    return [clone.git(*shlex.split(command)[1:], check=False) for command in RECIPE][-1]


def test_edited_lesson_stays_the_learners_and_the_rest_is_brought(course, clone):
    course.put(TEST, STARTER.replace("TODO", "TODO: in better words") + "def test_more(): fail()\n")
    course.put(TEXT, "# 01, mended\n")
    course.put("lessons/02_part/README.md", "# 02\n")
    course.commit()
    clone.put(TEST, MINE)
    clone.put("lessons/01_greet/notes.md", "my notes\n")

    done = follow_recipe(clone)

    assert done.returncode == 0, done.stdout + done.stderr
    assert clone.text(TEST) == MINE
    assert clone.text("lessons/01_greet/notes.md") == "my notes\n"
    assert clone.text(TEXT) == "# 01, mended\n"
    assert clone.text("lessons/02_part/README.md") == "# 02\n"
    assert clone.git("status", "--porcelain").stdout == ""


def test_a_second_update_goes_as_well_as_the_first(course, clone):
    clone.put(TEST, MINE)
    for n in range(2):
        course.put(TEST, STARTER.replace("TODO", f"TODO {n}"))
        course.commit()
        assert follow_recipe(clone).returncode == 0

    assert clone.text(TEST) == MINE


def test_unedited_clone_is_as_the_course_afterwards(course, clone):
    course.put(TEST, "changed\n")
    course.commit()

    assert follow_recipe(clone).returncode == 0
    assert clone.text(TEST) == "changed\n"
    assert clone.git("rev-parse", "HEAD").stdout == course.git("rev-parse", "HEAD").stdout


def test_file_of_the_learners_at_a_path_that_is_new_stays(course, clone):
    course.put("lessons/01_greet/conftest.py", "theirs\n")
    course.commit()
    clone.put("lessons/01_greet/conftest.py", "mine\n")

    assert follow_recipe(clone).returncode == 0
    assert clone.text("lessons/01_greet/conftest.py") == "mine\n"


def test_renamed_lesson_carries_the_learners_tests_along(course, clone):
    clone.put(TEST, MINE)
    course.git("mv", "lessons/01_greet", "lessons/03_greet")
    course.commit()

    assert follow_recipe(clone).returncode == 0
    assert clone.text("lessons/03_greet/test_greet.py") == MINE


def test_edited_file_that_was_removed_is_kept_by_the_docs_last_word(course, clone):
    (course.folder / TEST).unlink()
    course.commit()
    clone.put(TEST, MINE)

    assert follow_recipe(clone).returncode == 1
    assert "`git add --all && git commit --no-edit` keeps it" in " ".join(DOCS.split())
    clone.git("add", "--all")
    clone.git("commit", "--no-edit")

    assert clone.text(TEST) == MINE
    assert clone.git("status", "--porcelain").stdout == ""


def test_without_the_recipe_git_would_stop(course, clone):
    course.put(TEST, STARTER.replace("TODO", "TODO: in better words"))
    course.commit()
    clone.put(TEST, MINE)
    clone.commit()

    assert "CONFLICT" in clone.git("pull", "--no-rebase", "--no-edit", check=False).stdout
