"""Working copies: made by `checker init`, kept by `checker update`, and never over an edit of the learner's."""

import configparser
import errno
import json
import os
import shutil
import tomllib

import pytest
from killing import killed_at_every_step

from checker.copies.manifest import digest
from checker.copies.update import decide, lines
from checker.copies.working_copy import course_files, init, update
from checker.course.lessons import SHIPPED_COURSE
from checker.errors import UsageError

ROOT_FILES = {
    ".gitignore": b".checker/\n",
    ".vscode/extensions.json": b"{}",
    ".vscode/settings.json": b"{}",
    "LICENSE": b"MIT\n",
    "constraints.txt": b"fastapi==1\n",
}
OLD = {
    **ROOT_FILES,
    "lessons/01_greet/README.md": b"# 01\n",
    "lessons/01_greet/greet_api.py": b"app = 1\n",
    "lessons/01_greet/test_greet.py": b"TODO\n",
    "lessons/01_greet/hints.md": b"hints\n",
    "solutions/01_greet/test_greet.py": b"assert True\n",
}
NEW = {
    **OLD,
    "lessons/01_greet/README.md": b"# 01, mended\n",
    "lessons/01_greet/test_greet.py": b"TODO, in better words\n",
    "lessons/02_part/README.md": b"# 02\n",
    "lessons/02_part/test_part.py": b"TODO\n",
}
del NEW["lessons/01_greet/hints.md"]
MINE = {"lessons/01_greet/test_greet.py": b"mine\n", "lessons/01_greet/notes.md": b"my notes\n"}


def put(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def files_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def visible(folder):
    return {path: content for path, content in files_in(folder).items() if not path.startswith(".checker/")}


@pytest.fixture
def old(tmp_path):
    return put(tmp_path / "old", OLD)


@pytest.fixture
def new(tmp_path):
    return put(tmp_path / "new", NEW)


@pytest.fixture
def work(tmp_path, old):
    """A working copy of the old course."""
    init(tmp_path / "work", shipped=old, version="1")
    return tmp_path / "work"


def kinds(changes):
    return {change.path: change.kind for change in changes if change.kind != "same"}


def to(shipped, work, version="2"):
    changes, notice = update(work, shipped=shipped, version=version)
    assert notice == ""
    return kinds(changes)


# -- what is to become of a file, from digests alone


@pytest.mark.parametrize(
    ("given", "coming", "new", "now", "kind"),
    [
        ("a", [], "a", "a", "same"),
        ("a", [], "b", "a", "updated"),
        ("a", [], "b", "b", "same"),
        ("a", [], "a", "mine", "edited"),
        ("a", [], "b", "mine", "aside"),
        ("a", [], None, "a", "removed"),
        ("a", [], None, "mine", "left"),
        ("a", [], None, None, "gone"),
        ("a", [], "a", None, "deleted"),
        ("a", [], "b", None, "deleted"),
        (None, [], "b", None, "new"),
        (None, [], "b", "mine", "aside"),
        (None, ["b"], "b", None, "new"),
        ("a", ["b"], "c", "b", "updated"),
        ("a", ["b"], "b", "mine", "aside"),
        ("a", ["b"], None, "b", "removed"),
    ],
)
def test_what_is_to_become_of_a_file(given, coming, new, now, kind):
    assert decide(given, coming, new, now) == kind


# -- init


def test_working_copy_has_the_course_and_what_its_root_needs(work):
    template = {".devcontainer/devcontainer.json", "README.md", "pytest.ini"}

    found = visible(work)

    assert found.keys() == OLD.keys() | template
    assert {path: found[path] for path in OLD} == OLD
    assert [p.name for p in (work / ".checker").iterdir()] == ["shipped.json"]


def test_working_copy_without_solutions_stays_so(tmp_path, old, new):
    init(tmp_path / "work", solutions=False, shipped=old)

    to(new, tmp_path / "work")

    assert not (tmp_path / "work/solutions").exists()
    assert (tmp_path / "work/lessons/02_part").exists()


def test_environment_git_folder_and_wheels_are_no_foreign_files(tmp_path, old):
    put(tmp_path / "work", {".venv/pyvenv.cfg": b"", ".git/HEAD": b"", "wheels/x.whl": b""})

    init(tmp_path / "work", shipped=old)

    assert (tmp_path / "work/lessons/01_greet").is_dir()


def test_folder_with_foreign_files_is_refused_and_they_are_named(tmp_path, old):
    foreign = {"thesis.tex": b"t", "lessons/plan.txt": b"p"}
    put(tmp_path / "work", foreign)

    with pytest.raises(UsageError, match=r"has files in it: lessons, thesis\.tex\."):
        init(tmp_path / "work", shipped=old)

    assert files_in(tmp_path / "work") == foreign


def test_file_is_no_place_for_a_working_copy(tmp_path, old):
    (tmp_path / "work").write_text("mine", "utf-8")

    with pytest.raises(UsageError, match="is no folder"):
        init(tmp_path / "work", shipped=old)


def test_working_copy_is_not_made_twice(work, old):
    put(work, MINE)

    with pytest.raises(UsageError, match="checker update brings what is new"):
        init(work, shipped=old)

    assert visible(work)["lessons/01_greet/test_greet.py"] == b"mine\n"


def test_killed_init_is_finished_by_the_next(tmp_path, old, work):
    whole, again = visible(work), tmp_path / "again"

    for step in killed_at_every_step(
        lambda: init(again, shipped=old), lambda: shutil.rmtree(again, ignore_errors=True)
    ):
        if visible(again) != whole or not (again / ".checker/shipped.json").exists():
            init(again, shipped=old)
        assert visible(again) == whole, step


def test_init_without_solutions_leaves_none_of_a_killed_one_with_them(work, old):
    manifest = work / ".checker/shipped.json"
    document = json.loads(manifest.read_bytes())
    unfinished = {path: [digest] for path, digest in document["files"].items()}
    manifest.write_text(json.dumps({**document, "files": {}, "unfinished": unfinished}), "utf-8")

    init(work, solutions=False, shipped=old)

    assert not (work / "solutions").exists()


# -- update


def test_update_brings_what_is_new_and_leaves_every_edit(work, new):
    put(work, MINE)

    changes = to(new, work)

    assert changes == {
        "lessons/01_greet/README.md": "updated",
        "lessons/01_greet/test_greet.py": "aside",
        "lessons/01_greet/hints.md": "removed",
        "lessons/02_part/README.md": "new",
        "lessons/02_part/test_part.py": "new",
    }
    found = visible(work)
    assert {path: found[path] for path in {**NEW, **MINE}} == {**NEW, **MINE}
    assert "lessons/01_greet/hints.md" not in found


def test_new_file_of_an_edited_one_is_put_aside_once(work, new):
    put(work, MINE)

    to(new, work)
    put_aside = work / ".checker/updates/2/lessons/01_greet/test_greet.py"
    assert put_aside.read_bytes() == b"TODO, in better words\n"

    put_aside.unlink()
    assert to(new, work) == {"lessons/01_greet/test_greet.py": "edited"}
    assert not put_aside.exists()


def test_edited_file_that_is_no_longer_shipped_is_left(work, new):
    put(work, {"lessons/01_greet/hints.md": b"with my notes\n"})

    assert to(new, work)["lessons/01_greet/hints.md"] == "left"
    assert (work / "lessons/01_greet/hints.md").read_bytes() == b"with my notes\n"


def test_folder_that_an_update_empties_goes_with_its_files(work, old, new):
    to(new, work)

    changes = to(old, work, version="3")

    assert changes["lessons/02_part/README.md"] == "removed"
    assert not (work / "lessons/02_part").exists()


def test_file_of_the_learners_at_a_path_that_is_new_stays(work, new):
    put(work, {"lessons/02_part/README.md": b"mine\n"})

    assert to(new, work)["lessons/02_part/README.md"] == "aside"
    assert (work / "lessons/02_part/README.md").read_bytes() == b"mine\n"


def test_other_line_ends_are_no_edit(work, new):
    put(work, {"lessons/01_greet/README.md": b"# 01\r\n"})

    assert to(new, work)["lessons/01_greet/README.md"] == "updated"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("lessons/01_greet/greet_api.py", "restored"),
        ("lessons/01_greet/test_greet.py", "restored"),
        ("solutions/01_greet/test_greet.py", "deleted"),
        (".vscode/settings.json", "deleted"),
    ],
)
def test_deleted_file_comes_back_where_a_lesson_needs_it(work, new, path, kind):
    (work / path).unlink()

    assert to(new, work)[path] == kind
    assert (work / path).exists() == (kind == "restored")
    if kind == "deleted":
        assert to(new, work)[path] == "deleted", "and so at the next update"


def test_deleted_starter_does_not_come_back_beside_tests_of_another_name(work, new):
    (work / "lessons/01_greet/test_greet.py").rename(work / "lessons/01_greet/test_mine.py")

    assert to(new, work)["lessons/01_greet/test_greet.py"] == "deleted"


@pytest.mark.parametrize("link", ["lessons/01_greet", "lessons/01_greet/README.md"])
def test_update_follows_no_link(work, new, tmp_path, link):
    outside = tmp_path / "outside"
    (work / link).rename(outside)
    (work / link).symlink_to(outside)
    before = files_in(outside) if outside.is_dir() else outside.read_bytes()

    assert to(new, work)["lessons/01_greet/README.md"] == "aside"

    assert (files_in(outside) if outside.is_dir() else outside.read_bytes()) == before
    assert (work / link).is_symlink()


@pytest.mark.parametrize(
    "damage",
    [
        b"{]",
        b"[]",
        b'{"format": "checker/shipped/v9"}',
        b'{"format": "checker/shipped/v1", "files": 3}',
        b'{"format": "checker/shipped/v1", "files": {}, "more": 1}',
        b'{"format": "checker/shipped/v1", "unfinished": {"README.md": [[1]]}}',
        b'{"format": "checker/shipped/v1", "files": {"README.md": 1}}',
        b"[" * 100_000,
        b"\xff\xfe",
        None,
    ],
)
def test_without_a_usable_manifest_whatever_differs_counts_as_edited(work, new, damage):
    put(work, MINE)
    manifest = work / ".checker/shipped.json"
    manifest.unlink()
    if damage is not None:
        manifest.write_bytes(damage)

    changes, notice = update(work, shipped=new, version="2")

    assert "shipped.json" in notice
    assert notice.endswith("Whatever differs from the new course counts as yours.")
    assert kinds(changes)["lessons/01_greet/README.md"] == "aside"
    assert kinds(changes)["lessons/02_part/test_part.py"] == "new"
    assert visible(work)["lessons/01_greet/README.md"] == b"# 01\n"
    assert to(new, work) == {
        "lessons/01_greet/README.md": "edited",
        "lessons/01_greet/test_greet.py": "edited",
    }


def test_without_a_manifest_a_folder_without_a_lesson_of_the_course_is_refused(tmp_path, new):
    (tmp_path / "lessons" / "01_piano").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(
        UsageError, match=r"is no working copy of this course\. To make one: checker init DIR"
    ):
        update(tmp_path, shipped=new, version="2")

    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize(
    "path", ["../victim.txt", "/victim.txt", "lessons/../../victim.txt", "C:/victim.txt"]
)
def test_manifest_that_names_a_file_outside_the_copy_is_not_used(work, new, path):
    victim = work.parent / "victim.txt"
    victim.write_bytes(b"mine")
    manifest = work / ".checker" / "shipped.json"
    document = json.loads(manifest.read_text("utf-8"))
    document["files"][path] = digest(b"mine")
    manifest.write_text(json.dumps(document), "utf-8")

    _, notice = update(work, shipped=new, version="2")

    assert "is no path in a working copy" in notice
    assert victim.read_bytes() == b"mine"


def test_clone_is_left_to_git(tmp_path):
    clone = put(tmp_path, {"checker/__init__.py": b"", **OLD})

    with pytest.raises(UsageError, match="is a clone, which git updates"):
        update(clone)

    assert not (clone / ".checker").exists()


def test_update_that_cannot_write_loses_nothing_and_is_finished_by_the_next(work, new):
    put(work, MINE)
    (work / "lessons/02_part").write_bytes(b"a file where a folder must be")

    with pytest.raises(UsageError, match=r"02_part.*Nothing of yours was touched"):
        to(new, work)

    assert visible(work)["lessons/01_greet/test_greet.py"] == b"mine\n"
    (work / "lessons/02_part").unlink()
    to(new, work)
    assert visible(work)["lessons/02_part/test_part.py"] == b"TODO\n"


def test_full_disk_is_one_line_and_no_edit_is_touched(work, new, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    put(work, MINE)
    before = visible(work)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(UsageError, match="No space left on device"):
        to(new, work)

    assert visible(work) == before


def test_killed_update_touches_no_edit_and_is_finished_by_the_next(tmp_path, old, new):
    work, spare = tmp_path / "work", tmp_path / "spare"
    init(spare, shipped=old, version="1")
    put(spare, MINE)
    whole = {**visible(spare), **NEW, **MINE}
    del whole["lessons/01_greet/hints.md"]

    def prepare():
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(spare, work)

    for step in killed_at_every_step(lambda: to(new, work), prepare):
        found = visible(work)
        assert {path: found[path] for path in MINE} == MINE, step
        assert all(found[p] in (OLD.get(p), NEW.get(p), whole.get(p)) for p in found), f"half a file: {step}"
        to(new, work)
        assert visible(work) == whole, step
        assert (work / ".checker/updates/2/lessons/01_greet/test_greet.py").exists(), step
        assert not (work / ".checker/incoming").exists(), step


def test_what_a_killed_update_brought_is_no_edit_for_a_later_version(tmp_path, old, new):
    work, newest = tmp_path / "work", put(tmp_path / "newest", {p: c + b"3\n" for p, c in NEW.items()})

    def prepare():
        shutil.rmtree(work, ignore_errors=True)
        init(work, shipped=old, version="1")

    for step in killed_at_every_step(lambda: to(new, work), prepare):
        assert {"edited", "aside", "left"}.isdisjoint(to(newest, work, "3").values()), step


# -- what is told


def test_update_names_what_it_left_and_where_the_new_file_is(work, new):
    put(work, MINE)
    changes, _ = update(work, shipped=new, version="2")

    told = lines(changes, "2")

    assert "  lessons/02_part (2 files)" in told
    at = told.index("Yours, not touched, though there is a new one:")
    assert told[at + 1] == (
        "  lessons/01_greet/test_greet.py\n    new: .checker/updates/2/lessons/01_greet/test_greet.py"
    )


def test_update_without_anything_new_says_so(work, old):
    put(work, MINE)
    changes, _ = update(work, shipped=old, version="1")

    assert lines(changes, "1")[-1] == "Nothing new: 1 is what you have."


# -- the copy's own root


def test_lessons_of_a_working_copy_run_under_the_configuration_of_the_project():
    project = tomllib.loads((SHIPPED_COURSE / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    theirs = configparser.ConfigParser()
    theirs.read_string(course_files()["pytest.ini"].decode())

    wanted = {key: value for key, value in project["ini_options"].items() if key.startswith("asyncio_")}
    assert wanted
    assert {key: theirs["pytest"][key] for key in wanted} == wanted
    assert theirs["pytest"].keys() - wanted == {"testpaths", "norecursedirs"}


def test_container_installs_this_package():
    container = json.loads(course_files()[".devcontainer/devcontainer.json"])

    assert container["postCreateCommand"].endswith("-c constraints.txt fastapi-testing-workbook")
    assert "constraints.txt" in course_files()


# -- the commands


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["update"], "is a clone, which git updates"), (["init", "."], "has files in it: ")],
)
def test_command_in_a_clone_is_one_line(checker, arguments, words):
    done = checker(*arguments)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
