"""The files we make ourselves: CSV, JSON, Gradescope, Classroom 50, JUnit."""

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from marked_class import ONE, SECRET, TWO, class_of, failed_harness, learner, unit

from checker.errors import UsageError
from checker.grading.exports import export
from checker.grading.policy import Policy
from checker.grading.report import write_feedback
from checker.grading.safely import safe_names

AWKWARD = [
    '=HYPERLINK("http://evil.example","click")',
    "Doe, Jane",
    'Ann "Ace" Lee',
    "two\nlines",
    "two\r\nlines",
    "old\rMac",
    "Zoë Müller-Łukasz",
    "山田 太郎",
    "@sum",
    "-1+1",
    "../../escape",
    "not\udcffutf8",
]


def written(tmp_path, format, *learners, policy=None, **more):
    """The lines, and the files by their paths."""
    lines = export(format, class_of(*learners), policy or Policy(), tmp_path / "out", **more)
    found = {
        p.relative_to(tmp_path / "out").as_posix(): p.read_bytes()
        for p in (tmp_path / "out").rglob("*")
        if p.is_file()
    }
    return lines, found


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


# -- CSV


def test_csv_has_a_row_for_each_learner_and_a_column_for_each_lesson(tmp_path):
    lines, files = written(
        tmp_path, "csv", learner("alice", [unit(9, 12), unit(12, 12, "complete", TWO)]), learner("bob")
    )

    assert read_csv(files["grades.csv"]) == [
        ["learner", "name", "email", ONE, TWO, "total", "maximum"],
        ["alice", "", "", "7.5", "10", "17.5", "20"],
        ["bob", "", "", "0", "0", "0", "20"],
    ]
    assert lines == [f"Written: {tmp_path / 'out' / 'grades.csv'}"]


def test_awkward_ids_survive_a_round_trip_and_are_inert(tmp_path):
    _, files = written(tmp_path, "csv", *(learner(one) for one in AWKWARD))

    rows = read_csv(files["grades.csv"])

    assert [len(row) for row in rows] == [7] * (len(AWKWARD) + 1)
    ids = [row[0] for row in rows[1:]]
    assert [one.removeprefix("'") for one in ids] == [one.replace("\udcff", "\\udcff") for one in AWKWARD]
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r")) for one in ids)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", ":"])
def test_id_is_one_cell_whatever_a_spreadsheet_splits_at(tmp_path, mark):
    id = f"jane{mark}=cmd|'calc'!A1{mark}x"

    _, files = written(tmp_path, "csv", learner(id))

    rows = list(csv.reader(io.StringIO(files["grades.csv"].decode(), newline=""), delimiter=mark))
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert rows[1][0].startswith(id)


def test_ordinary_ids_need_no_quotes(tmp_path):
    _, files = written(tmp_path, "csv", learner("o.neil-1@x_y.org"), learner("Zoë Müller"))

    assert files["grades.csv"].decode().splitlines()[1:] == [
        "o.neil-1@x_y.org,,,0,0,0,20",
        "Zoë Müller,,,0,0,0,20",
    ]


def test_csv_says_who_the_learners_are_and_no_name_is_a_formula(tmp_path):
    one = learner("a1", name="=Ada", email="ada@example.org")

    _, files = written(tmp_path, "csv", one)

    assert read_csv(files["grades.csv"])[1] == ["a1", "'=Ada", "ada@example.org", "0", "0", "0", "20"]


def test_lesson_that_does_not_count_has_no_column(tmp_path):
    _, files = written(tmp_path, "csv", learner("alice", [unit()]), policy=Policy(lessons=("01",)))

    assert read_csv(files["grades.csv"])[0] == ["learner", "name", "email", ONE, "total", "maximum"]


def test_harness_error_is_a_blank_and_told(tmp_path):
    lines, files = written(tmp_path, "csv", learner("alice", [failed_harness(), unit(lesson=TWO)]))

    assert read_csv(files["grades.csv"])[1] == ["alice", "", "", "", "7.5", "", "20"]
    assert lines[1:] == [f"alice, {ONE}: left blank, as the harness failed; to be graded again."]


def test_lesson_of_the_policy_that_nobody_has_is_told(tmp_path):
    lines, _ = written(tmp_path, "csv", policy=Policy(lessons=("01", "07")))

    assert "The policy names lesson 07, which this class has no grades for." in lines


# -- JSON


def test_json_has_everything_of_a_learner(tmp_path):
    person = learner(
        "alice",
        [unit(9, 12, suspect=["reads_the_source"])],
        name="Alice",
        email="a@x.org",
        source="alice.zip",
        flags=("late",),
        notes=("notes.txt was not taken",),
    )

    _, files = written(tmp_path, "json", person)

    document = json.loads(files["gradebook.json"])
    assert document["format"] == "checker/gradebook/v1"
    assert [(one["name"], one["counts"], one["weight"]) for one in document["lessons"]] == [
        (ONE, True, 1.0),
        (TWO, True, 1.0),
    ]
    (alice,) = document["learners"]
    lessons = alice.pop("lessons")
    assert alice == {
        "id": "alice",
        "name": "Alice",
        "email": "a@x.org",
        "team": "",
        "source": "alice.zip",
        "flags": ["late"],
        "notes": ["notes.txt was not taken"],
        "total": {"points": 7.5, "out_of": 20.0, "reasons": []},
    }
    assert lessons[ONE] == {
        "status": "survivors",
        "score": 0.75,
        "mark": {"points": 7.5, "out_of": 10.0, "reasons": ["9 of 12 mutants caught: 7.5 of 10"]},
        "suspect": ["reads_the_source"],
        "areas": {"read": {"caught": 5, "of": 6}, "create": {"caught": 4, "of": 6}},
        "sandboxed": True,
        "graded_at": "2026-03-01T12:00:00+00:00",
    }
    assert lessons[TWO]["status"] is None
    assert lessons[TWO]["mark"]["reasons"] == ["not handed in"]


def test_json_has_no_score_where_there_is_no_verdict(tmp_path):
    _, files = written(tmp_path, "json", learner("alice", [failed_harness()]))

    (alice,) = json.loads(files["gradebook.json"])["learners"]
    assert alice["lessons"][ONE]["status"] == "harness_error"
    assert alice["lessons"][ONE]["score"] is None
    assert alice["lessons"][ONE]["mark"]["points"] is None
    assert alice["total"]["points"] is None


def test_awkward_ids_are_the_same_in_json(tmp_path):
    _, files = written(tmp_path, "json", *(learner(one) for one in AWKWARD))

    assert [one["id"] for one in json.loads(files["gradebook.json"])["learners"]] == AWKWARD


# -- Gradescope


def test_gradescope_counts_by_area_and_adds_up(tmp_path):
    _, files = written(
        tmp_path,
        "gradescope",
        learner("alice", [unit(9, 12), unit(12, 12, "complete", TWO)]),
        policy=Policy(weights={"02": Fraction(2)}),
    )

    document = json.loads(files["gradescope/alice/results.json"])

    assert document["score"] == 27.5 == sum(test["score"] for test in document["tests"])
    assert (document["visibility"], document["stdout_visibility"]) == ("visible", "hidden")
    assert document["tests"][0] == {
        "name": "01 · A request is a function call",
        "score": 7.5,
        "max_score": 10.0,
        "status": "failed",
        "output": "9 of 12 mutants caught: 7.5 of 10\nread: 5 of 6 caught\ncreate: 4 of 6 caught",
        "output_format": "text",
        "visibility": "visible",
        "tags": [ONE],
    }
    assert (document["tests"][1]["status"], document["tests"][1]["max_score"]) == ("passed", 20)


def test_gradescope_shows_the_feedback_that_is_given(tmp_path):
    _, files = written(
        tmp_path, "gradescope", learner("alice"), learner("bob"), feedback={"alice": "Look at P3."}
    )

    alice, bob = (json.loads(files[f"gradescope/{who}/results.json"]) for who in ("alice", "bob"))
    assert (alice["output"], alice["output_format"]) == ("Look at P3.", "md")
    assert (bob["output"], bob["output_format"]) == ("", "text")


def test_gradescope_waits_for_what_is_to_be_graded_again(tmp_path):
    lines, files = written(tmp_path, "gradescope", learner("alice", [failed_harness()]), learner("bob"))

    assert list(files) == ["gradescope/bob/results.json"]
    assert "alice has no results.json yet." in lines


def test_folders_of_awkward_ids_stay_inside_and_are_told(tmp_path):
    lines, files = written(tmp_path, "gradescope", *(learner(one) for one in AWKWARD))

    assert len(files) == len(AWKWARD)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    (folder,) = safe_names(["../../escape"]).values()
    assert f"The folder {folder} is that of ../../escape." in lines
    assert not any("\n" in line or "\r" in line for line in lines)


def test_learner_has_one_name_in_every_folder_that_is_written(tmp_path):
    result = class_of(*(learner(one, source="x") for one in [*AWKWARD, "alice", "Alice"]))

    export("gradescope", result, Policy(), tmp_path / "export")
    write_feedback(result, {}, {}, tmp_path / "feedback", "none")

    folders = {path.name for path in (tmp_path / "export" / "gradescope").iterdir()}
    assert folders == {path.stem for path in (tmp_path / "feedback").glob("*.md")}


# -- Classroom 50


def test_classroom50_has_a_result_for_each_lesson_that_was_handed_in(tmp_path):
    lines, files = written(
        tmp_path, "classroom50", learner("alice", [unit(9, 12)]), columns={"classroom": "testing-26"}
    )

    assert json.loads(files.pop(f"classroom50/alice/{ONE}/result.json")) == {
        "schema": "classroom50/result/v1",
        "classroom": "testing-26",
        "assignment": ONE,
        "usernames": ["alice"],
        "submission": "submit/manual-2026-03-01T12-00-00Z",
        "commit": "submit/manual-2026-03-01T12-00-00Z",
        "release": "submit/manual-2026-03-01T12-00-00Z",
        "review": "submit/manual-2026-03-01T12-00-00Z",
        "datetime": "2026-03-01T12:00:00Z",
        "score": 8,
        "max-score": 10,
        "tests": [
            {
                "test-name": "mutants caught: read 5 of 6, create 4 of 6",
                "passed": False,
                "score": 8,
                "max-score": 10,
            }
        ],
    }
    assert files == {}
    assert any("whole points" in line for line in lines)


def test_classroom50_needs_the_name_of_the_class(tmp_path):
    with pytest.raises(UsageError, match="--column classroom=NAME"):
        export("classroom50", class_of(learner("alice")), Policy(), tmp_path)


# -- JUnit


def test_junit_tells_the_four_outcomes_apart(tmp_path):
    _, files = written(
        tmp_path,
        "junit",
        learner("alice", [unit(9, 12), unit(12, 12, "complete", TWO)]),
        learner("bob", [failed_harness()]),
    )

    alice, bob = ElementTree.fromstring(files["junit.xml"])

    assert alice.attrib == {"name": "alice", "tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    assert bob.attrib == {"name": "bob", "tests": "2", "failures": "0", "errors": "1", "skipped": "1"}
    assert [[child.tag for child in case] for case in alice] == [["failure", "system-out"], ["system-out"]]
    assert alice[0].find("failure").get("message") == "9 of 12 mutants caught: 7.5 of 10"


def test_junit_is_xml_whatever_the_ids_are(tmp_path):
    _, files = written(tmp_path, "junit", *(learner(one) for one in [*AWKWARD, "bell\x07", "<&>"]))

    assert len(ElementTree.fromstring(files["junit.xml"])) == len(AWKWARD) + 2


# -- all of them


@pytest.mark.parametrize("format", ["csv", "json", "gradescope", "classroom50", "junit"])
def test_no_export_names_what_survived(tmp_path, format):
    findings = [("leak", "override_left"), ("order", "needs_another"), ("equivalent", "over_reads")]
    columns = {"classroom": "x"} if format == "classroom50" else None

    _, files = written(tmp_path, format, learner("alice", [unit(9, 12, findings=findings)]), columns=columns)

    assert files
    assert not any(SECRET.encode() in content for content in files.values())


def test_unknown_format_is_one_line_with_those_there_are(tmp_path):
    with pytest.raises(
        UsageError, match="There are: csv, json, gradescope, canvas, moodle, classroom50, junit"
    ):
        export("xlsx", class_of(), Policy(), tmp_path)


@pytest.mark.parametrize(
    ("format", "more", "told"),
    [
        ("csv", {"columns": {"01": "x"}}, "--column goes with canvas, moodle, classroom50, not with csv"),
        ("canvas", {}, "canvas is filled in: give the file"),
        ("json", {"teachers_file": "x.csv"}, "json needs no file of yours"),
        ("moodle", {"teachers_file": "nowhere.csv"}, r"nowhere\.csv cannot be read: No such file"),
    ],
)
def test_what_does_not_go_with_a_format_is_refused(tmp_path, format, more, told):
    if "teachers_file" in more:
        more = {**more, "teachers_file": tmp_path / more["teachers_file"]}

    with pytest.raises(UsageError, match=told):
        export(format, class_of(), Policy(), tmp_path, **more)


@pytest.mark.parametrize(
    "policy", [Policy(lessons=("07",)), Policy(weights={"01": Fraction(0), "02": Fraction(0)})]
)
def test_policy_under_which_nothing_counts_is_refused(tmp_path, policy):
    with pytest.raises(UsageError, match="No lesson of this class counts under this policy"):
        export("csv", class_of(learner("alice")), policy, tmp_path)


@pytest.mark.parametrize("format", ["csv", "json", "junit"])
def test_class_without_a_suite_has_its_table(tmp_path, format):
    empty = replace(class_of(learner("alice")), lessons=())

    assert export(format, empty, Policy(), tmp_path)[0].startswith("Written: ")


@pytest.mark.parametrize("format", ["gradescope", "classroom50", "canvas", "moodle"])
def test_class_without_a_suite_has_no_marks_for_a_platform(tmp_path, format):
    empty = replace(class_of(learner("alice")), lessons=())
    file = tmp_path / "x.csv" if format in ("canvas", "moodle") else None

    with pytest.raises(UsageError, match=f"there are no marks for {format}"):
        export(format, empty, Policy(), tmp_path, file)


def test_destination_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "out").write_text("a file")

    with pytest.raises(UsageError, match="The export could not be written to"):
        export("csv", class_of(), Policy(), tmp_path / "out")


def test_export_again_replaces_the_file_and_leaves_no_scratch(tmp_path):
    written(tmp_path, "csv", learner("alice"))
    _, files = written(tmp_path, "csv", learner("bob"))

    assert list(files) == ["grades.csv"]
    assert b"alice" not in files["grades.csv"]
