"""`checker doctor`: what it accuses, and what it must not accuse."""

import errno
import json
import os
import shlex
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from checker.course.lessons import Course, find_course
from checker.doctor import (
    EVERYWHERE,
    IN_A_COURSE,
    course_folder,
    diagnosis,
    environment,
    examine,
    machine,
    pytest_setup,
)
from checker.doctor.course_folder import judge_file_events, judge_lessons, not_heard
from checker.doctor.diagnosis import Diagnosis, ok, problem, warning
from checker.doctor.environment import (
    Package,
    Shortfall,
    judge_commands,
    judge_packages,
    judge_passlib,
    judge_python,
    shortfalls,
)
from checker.doctor.machine import judge_clock, judge_disk, judge_time_zones, judge_writing, writing_fails
from checker.doctor.pytest_setup import effects_of, judge_options, judge_plugins, judge_settings
from checker.errors import UsageError

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)

ROOT = Path(__file__).parents[1]


# -- Python


def test_python_that_was_tried_is_fine_and_says_which_were():
    found = judge_python("3.11.7", ">=3.11", ["3.11", "3.13"])

    assert found == ok("3.11.7; tried: 3.11, 3.13")


def test_python_below_the_range_is_a_problem():
    found = judge_python("3.9.2", ">=3.11", ["3.11"])

    assert found.state == "problem"
    assert ">=3.11" in found.text


@pytest.mark.parametrize("version", ["3.12.1", "3.15.0rc1", "3.110.0"])
def test_python_that_nobody_tried_is_a_warning_only(version):
    assert judge_python(version, ">=3.11", ["3.11"]).state == "warning"


def test_python_is_fine_where_the_tried_versions_are_not_known():
    assert judge_python("3.12.1", "", []).state == "ok"


# -- packages

INSTALLED = {
    "fastapi": Package("0.165.0", ("starlette>=1.10",)),
    "starlette": Package("1.10.0"),
    "sqlalchemy": Package("2.1.9", ('greenlet>=3; extra == "asyncio"', 'asyncpg; extra == "postgresql"')),
    "greenlet": Package("3.5.6"),
}


def missed(*wanted, **changed):
    return [str(one) for one in shortfalls(wanted, {**INSTALLED, **changed}.get)]


def test_packages_inside_their_ranges_are_fine():
    assert missed("FastAPI>=0.165,<1", "sqlalchemy[asyncio]>=2.1,<2.2") == []
    assert judge_packages([]).state == "ok"


def test_package_outside_its_range_is_named_with_both():
    assert missed("sqlalchemy<2.2,>=2.1", sqlalchemy=Package("2.0.3")) == [
        "sqlalchemy 2.0.3 is installed, the course needs <2.2,>=2.1"
    ]


def test_package_that_is_missing_is_named():
    assert missed("httpx2>=2.16") == ["httpx2 is missing, the course needs it"]


def test_package_that_a_package_needs_is_looked_at_too():
    assert missed("fastapi", starlette=Package("0.9")) == ["starlette 0.9 is installed, fastapi needs >=1.10"]


def test_what_an_extra_needs_counts_only_where_the_course_asks_for_the_extra():
    assert missed("sqlalchemy", greenlet=None) == []
    assert missed("sqlalchemy[asyncio]", greenlet=None) == ["greenlet is missing, sqlalchemy needs it"]


def test_extras_and_other_systems_of_the_course_itself_are_not_needed():
    assert missed('ruff; extra == "dev"', 'tzdata; sys_platform == "amiga"') == []


def test_packages_that_need_each_other_are_walked_once():
    assert missed("a", a=Package("1", ("b",)), b=Package("1", ("a",))) == []


def test_remedy_installs_what_is_missing_as_the_shell_takes_it():
    found = judge_packages([Shortfall(Requirement("sqlalchemy[asyncio]<2.2,>=2.1"), "the course", "")])

    assert found.state == "problem"
    assert shlex.split(found.remedy)[-4:] == ["-m", "pip", "install", "sqlalchemy[asyncio]<2.2,>=2.1"]


def test_workbook_that_is_not_installed_is_told_by_one_check(monkeypatch):
    monkeypatch.setattr(environment, "WORKBOOK", "never-installed-anywhere")

    assert environment.packages().state == "problem"
    assert "lesson numbers" in environment.packages().text
    assert environment.python().state == "ok"
    assert environment.argon2().state == "ok"


@pytest.mark.parametrize("installed", [{"passlib", "libpass"}, {"passlib"}])
def test_passlib_is_a_problem_mended_by_removing_both(installed):
    found = judge_passlib(installed, "libpass[argon2]<2,>=1.9")

    assert found.state == "problem"
    first, second = found.remedy.splitlines()
    assert first.endswith("uninstall -y passlib libpass")
    assert second.endswith('install "libpass[argon2]<2,>=1.9"')


def test_libpass_alone_is_fine():
    assert judge_passlib({"libpass"}, "libpass").state == "ok"


def test_argon2_that_does_not_work_is_a_problem_with_the_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "passlib.context", None)

    found = environment.argon2()

    assert found.state == "problem"
    assert "passlib.context" in found.text
    assert "libpass" in found.remedy


# -- commands


def judged_commands(tmp_path, **folders):
    """Commands in those folders, and what is said of them where ``own`` is this environment's."""
    found = {}
    for name, folder in folders.items():
        found[name] = folder and tmp_path / folder / name
        if folder:
            found[name].parent.mkdir(exist_ok=True)
            found[name].touch()
    return judge_commands(found, [str(tmp_path / "own")], "activate it")


def test_commands_of_this_environment_are_fine(tmp_path):
    assert judged_commands(tmp_path, checker="own", pytest="own").state == "ok"


def test_command_of_another_environment_is_a_problem_that_names_it(tmp_path):
    found = judged_commands(tmp_path, checker="own", pytest="other")

    assert found.state == "problem"
    assert f"pytest is {tmp_path / 'other' / 'pytest'}" in found.text
    assert "checker is" not in found.text
    assert found.remedy == "activate it"


def test_environment_that_is_not_activated_is_a_warning(tmp_path):
    assert judged_commands(tmp_path, checker=None, pytest=None) == warning(
        "not on the PATH: checker, pytest", "activate it"
    )


def test_version_managers_shim_is_not_accused(tmp_path):
    assert judged_commands(tmp_path, checker="own", pytest="shims").state == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")
def test_link_to_a_command_of_this_environment_is_fine(tmp_path):
    for folder in ("own", "bin"):
        (tmp_path / folder).mkdir()
    (tmp_path / "own" / "checker").touch()
    link = tmp_path / "bin" / "checker"
    link.symlink_to(tmp_path / "own" / "checker")

    assert judge_commands({"checker": link}, [str(tmp_path / "own")], "").state == "ok"


# -- pytest


def test_plugin_that_shuffles_unasked_is_a_warning():
    found = judge_plugins({"randomly": "pytest-randomly"}, "", autoload=True)

    assert found.state == "warning"
    assert "pytest-randomly shuffles" in found.text
    assert found.remedy.endswith("-m pip uninstall pytest-randomly")


@pytest.mark.parametrize("options", ["-p no:randomly", "-q -pno:randomly"])
def test_plugin_that_is_switched_off_is_not_accused(options):
    assert judge_plugins({"randomly": "pytest-randomly"}, options, autoload=True).state == "ok"


def test_plugins_that_wait_for_an_option_are_not_accused():
    harmless = {"xdist": "pytest-xdist", "random_order": "pytest-random-order", "reverse": "pytest-reverse"}
    harmless |= {"rerunfailures": "pytest-rerunfailures", "flaky": "flaky", "sugar": "pytest-sugar"}

    assert judge_plugins(harmless, "", autoload=True).state == "ok"


def test_plugins_that_are_not_loaded_at_all_are_a_problem():
    found = judge_plugins({}, "", autoload=False)

    assert found.state == "problem"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" in found.remedy


@pytest.mark.parametrize(
    ("options", "effect"),
    [
        ("-n 2", "several processes"),
        ("-nauto", "several processes"),
        ("-v --numprocesses=4", "several processes"),
        ("--random-order-bucket=global", "shuffles"),
        ("--reverse", "reverses"),
        ("--reruns 3", "again"),
        ("--count=5", "repeats"),
        ("--asyncio-mode=auto", "async tests"),
        ("-p no:checker", "lesson numbers"),
        ("-k 'one or two'", "leaves tests out"),
    ],
)
def test_options_that_change_a_run_are_told(options, effect):
    (told,) = effects_of(options)

    assert effect in told


@pytest.mark.parametrize(
    "options",
    ["", "-n 0", "-n0", "--numprocesses=0", "-q", "--no-header", "--asyncio-mode=strict", "--color=yes"],
)
def test_options_that_change_nothing_are_not_accused(options):
    assert effects_of(options) == []


def test_addopts_of_the_environment_are_a_warning_with_what_they_do():
    found = judge_options("-q -n 2")

    assert found.state == "warning"
    assert "-q -n 2: it runs tests in several processes" in found.text
    assert "PYTEST_ADDOPTS" in found.remedy


def test_addopts_without_a_known_effect_are_only_named():
    assert judge_options("-q").text == "every run of pytest gets -q"
    assert judge_options(" ").state == "ok"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"addopts": "-n 2"}, "several processes"),
        ({"addopts": ["-n", "2"]}, "several processes"),
        ({"asyncio_mode": "auto"}, "without their marker"),
        ({"reruns": "2"}, "again"),
    ],
)
def test_settings_that_change_a_run_are_a_warning(settings, told):
    found = judge_settings(settings, [])

    assert found.state == "warning"
    assert told in found.text


def test_settings_of_the_course_are_fine():
    assert judge_settings({"addopts": "-q", "asyncio_mode": "strict", "reruns": 0}, []).state == "ok"


def test_settings_file_that_takes_the_place_of_the_courses_is_named():
    found = judge_settings({}, [Path("lessons/pytest.ini")])

    assert found.state == "warning"
    assert "pytest.ini" in found.text


# -- the machine


def test_folder_that_can_be_written_is_left_as_it_was(tmp_path):
    assert writing_fails(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_is_a_problem_with_the_systems_reason(tmp_path):
    a_file = tmp_path / "file"
    a_file.touch()

    reason = writing_fails(a_file)

    assert reason in {os.strerror(errno.ENOTDIR), os.strerror(errno.ENOENT)}
    assert judge_writing(a_file, reason, "do this") == problem(
        f"{a_file} cannot be written: {reason}", "do this"
    )


def test_full_disk_is_found_by_writing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(machine.os, "fsync", full)

    reason = writing_fails(tmp_path)

    assert judge_writing(tmp_path, reason, "do this") == problem(
        f"{tmp_path} cannot be written: No space left on device", "make room on its disk"
    )


def test_least_room_decides():
    assert judge_disk({Path("a"): 10**10, Path("b"): 10**7}).state == "warning"
    assert judge_disk({Path("a"): 10**10, Path("b"): 10**9}) == ok(f"1.0 GB free at {Path('b')}")


@pytest.mark.parametrize("now", [NOON - timedelta(days=2), NOON.replace(year=1970), NOON.replace(year=2107)])
def test_clock_that_cannot_be_right_is_a_warning(now):
    assert judge_clock(now, installed=NOON).state == "warning"


def test_clock_after_the_installation_is_fine():
    assert judge_clock(NOON + timedelta(days=900), installed=NOON).state == "ok"
    assert judge_clock(NOON, installed=datetime(1970, 1, 1, tzinfo=UTC)).state == "ok"


def test_zone_data_that_is_missing_is_a_problem():
    found = judge_time_zones("", lambda zone: False)

    assert found.state == "problem"
    assert found.remedy.endswith("install tzdata")


@pytest.mark.parametrize(
    ("local", "state"),
    [
        ("", "ok"),
        ("UTC", "ok"),
        (":Asia/Tokyo", "ok"),
        ("CET-1CEST", "ok"),
        ("/etc/localtime", "ok"),
        ("Asia/Tokio", "warning"),
    ],
)
def test_local_zone_is_one_that_is_known(local, state):
    assert judge_time_zones(local, lambda zone: zone == "Asia/Tokyo").state == state


# -- the course


def test_course_that_is_whole_is_fine():
    assert judge_lessons(1, [], [], {}) == ok("1 lesson with all their variants, apps as shipped")


def test_lesson_without_variants_is_a_problem(course, site):
    (course / "lessons" / "42_more").mkdir()
    (course / "lessons" / "42_more" / "README.md").write_text("# 42 · More", "utf-8")

    found = course_folder.lessons(Course(course, shipped=site / "checker" / "shipped"))

    assert found.state == "problem"
    assert "42_more" in found.text


def test_lesson_that_is_shipped_and_not_here_is_a_warning(course, site):
    for part in ("lessons", "solutions"):
        (course / part / "41_test_client").rename(course / part / "42_mine")

    found = course_folder.lessons(Course(course, shipped=site / "checker" / "shipped"))

    assert found.state == "warning"
    assert "41_test_client" in found.text


def test_app_that_was_edited_is_a_warning_that_names_the_shipped_one(course, site):
    app = course / "lessons" / "41_test_client" / "users_api.py"
    app.write_text(app.read_text("utf-8") + "\n# mine\n", "utf-8")
    shipped = site / "checker" / "shipped"

    found = course_folder.lessons(Course(course, shipped=shipped))

    assert found.state == "warning"
    assert found.text.startswith("lessons/41_test_client/users_api.py: not as shipped")
    assert str(shipped / "lessons" / "41_test_client" / "users_api.py") in found.remedy


def test_change_is_made_until_somebody_hears_of_it(tmp_path, monkeypatch):
    def late_listener(folder):
        for _ in range(2):
            while not (folder / "changed").exists():
                time.sleep(0.001)
            (folder / "changed").unlink()
        return {"changed"}

    monkeypatch.setattr(course_folder, "_changes", late_listener)

    assert not_heard(tmp_path) == ""


def test_silence_and_a_refusal_are_told_apart(tmp_path, monkeypatch):
    def refused(folder):
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(course_folder, "_changes", lambda folder: set())
    assert not_heard(tmp_path) == "nothing was reported within a second"

    monkeypatch.setattr(course_folder, "_changes", refused)
    assert not_heard(tmp_path) == "OS file watch limit reached."


def test_file_events_that_do_not_arrive_are_a_warning_only():
    assert judge_file_events("").state == "ok"
    assert judge_file_events("because").state == "warning"


# -- all of it


def test_check_that_fails_itself_is_a_problem_and_no_exception(monkeypatch):
    def fails():
        raise RuntimeError("no such luck")

    def refuses():
        raise UsageError("Two lessons have the number 01.")

    monkeypatch.setitem(EVERYWHERE, "clock", fails)
    monkeypatch.setitem(EVERYWHERE, "disk", refuses)
    found = dict(examine(None))

    assert found["clock"] == problem("could not be checked: RuntimeError: no such luck")
    assert found["disk"] == problem("Two lessons have the number 01.")
    assert list(found) == list(EVERYWHERE)


def test_text_is_wrapped_and_a_command_is_not():
    remedy = "python -m pip install " + "x" * 80

    head, *rest, last = diagnosis.lines("packages", problem("word " * 30, remedy))

    assert head.startswith("problem  packages         word word")
    assert rest
    assert all(len(line) <= 80 for line in [head, *rest])
    assert last == f"         do: {remedy}"


@pytest.mark.parametrize(
    ("states", "says"),
    [
        (["ok"], "Ready."),
        (["ok", "warning"], "Ready, with 1 warning."),
        (["warning", "problem", "problem"], "Not ready yet: 2 problems."),
    ],
)
def test_summary_says_whether_the_machine_is_ready(states, says):
    assert diagnosis.summary([Diagnosis(state, "") for state in states]) == says


@pytest.fixture
def fakes(tmp_path_factory):
    """A folder of packages that are not there, for PYTHONPATH: `fakes(name, version)` adds one."""
    folder = tmp_path_factory.mktemp("fakes")

    def add(name, version, entry_points=""):
        info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
        (info / "entry_points.txt").write_text(entry_points, "utf-8")
        return str(folder)

    return add


def by_name(done):
    document = json.loads(done.stdout)
    assert document["format"] == "checker/doctor/v1"
    assert document["ready"] == (done.returncode == 0)
    return {check["name"]: check for check in document["checks"]}


def test_doctor_in_a_course_has_a_line_for_every_check_and_leaves_nothing_behind(in_course, course):
    done = in_course("doctor")

    named = [
        line[9:26].strip() for line in done.stdout.splitlines() if line.startswith(("ok", "warn", "prob"))
    ]
    assert set(named) == {*EVERYWHERE, *IN_A_COURSE}
    assert done.stderr == ""
    assert sorted(path.name for path in course.iterdir()) == ["lessons", "solutions"]


def test_doctor_outside_a_course_says_so_and_checks_what_it_can(checker, tmp_path):
    checks = by_name(checker("doctor", "--json", cwd=tmp_path))

    assert set(checks) == set(EVERYWHERE)
    assert checks["course"]["state"] == "warning"
    assert "not in a course" in checks["course"]["text"]


def test_doctor_finds_fakes_of_every_kind(in_course, course, site, fakes):
    fakes("pytest-randomly", "3.0", "[pytest11]\nrandomly = pytest_randomly\n")
    fakes("passlib", "1.7.4")
    folder = fakes("httpx2", "1.0")
    (course / ".checker").write_text("a file where a folder belongs", "utf-8")

    done = in_course(
        "doctor", "--json", PYTHONPATH=os.pathsep.join([str(site), folder]), PYTEST_ADDOPTS="-n 2"
    )

    checks = by_name(done)
    assert done.returncode == 1
    assert checks["pytest plugins"]["text"].startswith("pytest-randomly shuffles")
    assert checks["passlib"]["state"] == "problem"
    assert checks["packages"]["text"].startswith("httpx2 1.0 is installed")
    assert checks[".checker folder"]["state"] == "problem"
    assert checks["PYTEST_ADDOPTS"]["state"] == "warning"
    assert "not tried" in checks["file events"]["text"]
    assert (course / ".checker").is_file()


def test_doctor_runs_nothing_of_a_lesson(in_course, course):
    lesson = course / "lessons" / "41_test_client"
    for path in lesson.glob("*.py"):
        path.write_text("import pathlib; pathlib.Path('ran').touch()\n" + path.read_text("utf-8"), "utf-8")
    (lesson / "conftest.py").write_text("import pathlib; pathlib.Path('ran').touch()\n", "utf-8")

    in_course("doctor")

    assert list(course.rglob("ran")) == []


def test_every_check_of_this_checkout_can_be_carried_out():
    found = dict(examine(find_course(Path(__file__))))

    assert [name for name, one in found.items() if "could not be checked" in one.text] == []


def test_variable_that_keeps_plugins_out_is_looked_at(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    assert dict(examine(None))["pytest plugins"].state == "problem"


@pytest.mark.parametrize(
    ("ini", "state"),
    [
        ((ROOT / "checker" / "copies" / "template" / "pytest.ini").read_text("utf-8"), "ok"),
        ("[pytest]\naddopts = -n 4\n", "warning"),
    ],
    ids=["as it came", "edited"],
)
def test_configuration_of_a_working_copy_is_its_own(course, ini, state):
    (course / "pytest.ini").write_text(ini, "utf-8")

    assert pytest_setup.settings(Course(course, shipped=course)).state == state
