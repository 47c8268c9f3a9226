"""Canvas: a teacher's own gradebook export comes back changed only where it should be."""

import pytest
from marked_class import ONE, TWO, class_of, failed_harness, learner, undecided, unit

from checker.errors import UsageError
from checker.grading.exports import export
from checker.grading.policy import Policy

TOTALS = "Current Score,Unposted Current Score,Final Score,Unposted Final Score"
READ_ONLY = ",".join(["(read only)"] * 4)
ENGLISH = (
    f"Student,ID,SIS User ID,SIS Login ID,Section,Notes,01_test_client (501),Lesson 2: cookies (502),Quiz 1 (503),{TOTALS}\r\n"
    ",,,,,,,Manual Posting,,,,,\r\n"
    f"    Points Possible,,,,,,10.00,100.00,5.00,{READ_ONLY}\r\n"
    '"Doe, Jane",1001,s-1,jdoe@uni.example,"Group A, Monday","likes ""quotes""",,,5.00,100.00,100.00,50.00,50.00\r\n'
    '"=HYPERLINK(""http://x"",""y"")",1002,s-2,mallory,Group B,,1.00,50.00,,20.00,20.00,20.00,20.00\r\n'
    '"Müller-Łukasz, Zoë\r\nMaría",1003,s-3,zoe,Group B,,7.50,,,,,,\r\n'
    '"山田, 太郎",1004,s-4,yamada,Group B,,N/A,EX,4.00,80.00,80.00,80.00,80.00\r\n'
    '"Nobody, Known",1005,s-5,nobody,Group B,,3.00,3.00,,,,,\r\n'
    '"Student, Test",1009,,f0e1d2c3,Group A,,,,,,,,\r\n'
)
GERMAN = (
    "\ufeffStudent;ID;SIS User ID;SIS Login ID;Section;Lektion eins (601);Lektion zwei (602);Final Score\n"
    "    Points Possible;;;;;10,00;20,00;(schreibgeschützt)\n"
    '"Doe, Jane";1001;s-1;jdoe@uni.example;"Gruppe A; Montag";;2,50;12,50\n'
    '"Weiß, Jörg";1002;s-2;mallory;Gruppe B;;;\n'
)
FORMULA = '=HYPERLINK("http://x","y")'
CLASS = (
    learner("jane", [unit(9, 12), unit(11, 12, lesson=TWO)], email="JDoe@uni.example"),
    learner("s-2", [unit(12, 12, "complete")], name=FORMULA),
    learner("ZOE", [unit(9, 12), unit(1, 4, lesson=TWO)]),
    learner("1004", [unit(9, 12), unit(9, 12, lesson=TWO)]),
    learner("ghost", [unit()]),
)


def fill(tmp_path, text, *learners, columns=None, policy=None):
    """The file that came out, and the lines."""
    teachers = tmp_path / "export.csv"
    teachers.write_bytes(text.encode())
    result = class_of(*learners)
    lines = export("canvas", result, policy or Policy(), tmp_path / "out", teachers, columns)
    assert teachers.read_bytes() == text.encode()
    return (tmp_path / "out" / "canvas.csv").read_bytes().decode(), lines


def changed(text, *replacements):
    """The text with each old part, which is there once, replaced."""
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_marks_are_the_only_bytes_that_change(tmp_path):
    filled, _ = fill(tmp_path, ENGLISH, *CLASS)

    assert filled == changed(
        ENGLISH,
        ('"likes ""quotes""",,,5.00', '"likes ""quotes""",7.5,91.67,5.00'),
        ("mallory,Group B,,1.00,50.00,", "mallory,Group B,,10,0,"),
        ("zoe,Group B,,7.50,,", "zoe,Group B,,7.50,25,"),
    )


def test_what_was_filled_and_what_was_not_is_told(tmp_path):
    _, lines = fill(tmp_path, ENGLISH, *CLASS)

    assert lines == [
        f"Written: {tmp_path / 'out' / 'canvas.csv'}",
        f"{ONE} goes to the column 01_test_client (501).",
        f"{TWO} goes to the column Lesson 2: cookies (502), scaled from 10 points to 100.",
        f"2 marks replaced: {FORMULA} 1.00 → 10 ({ONE}), {FORMULA} 50.00 → 0 ({TWO}).",
        "1 zero written for work that was not handed in.",
        "Not assigned to 01_test_client (501), left as they were: 1004.",
        "Excused from Lesson 2: cookies (502), left as they were: 1004.",
        "Learners without a row: ghost.",
        "Rows that fit no learner of this class, left as they were: Nobody, Known (line 9).",
    ]


def test_second_language_with_semicolons_and_decimal_commas_keeps_both(tmp_path):
    filled, lines = fill(
        tmp_path, GERMAN, *CLASS[:2], columns={"01": "Lektion eins", "02": "Lektion zwei (602)"}
    )

    assert filled == changed(
        GERMAN,
        ('"Gruppe A; Montag";;2,50;12,50', '"Gruppe A; Montag";7,5;18,33;12,50'),
        ("mallory;Gruppe B;;;", "mallory;Gruppe B;10;0;"),
    )
    assert "Rows that fit no learner" not in " ".join(lines)


def test_comma_in_a_note_is_no_reason_to_write_commas(tmp_path):
    text = changed(ENGLISH, ('"likes ""quotes"""', '"1,5"'))

    filled, _ = fill(tmp_path, text, CLASS[0])

    assert '"1,5",7.5,91.67,' in filled


def test_total_goes_to_one_column_where_it_is_asked_for(tmp_path):
    filled, lines = fill(tmp_path, ENGLISH, CLASS[0], columns={"total": "503"})

    assert filled == changed(ENGLISH, ('"likes ""quotes""",,,5.00', '"likes ""quotes""",,,4.17'))
    assert "total goes to the column Quiz 1 (503), scaled from 20 points to 5." in lines


@pytest.mark.parametrize(
    ("none", "why"), [(failed_harness(), "the harness failed"), (undecided(), "it is undecided")]
)
def test_mark_that_is_to_be_graded_again_leaves_the_cell_as_it_is(none, why, tmp_path):
    filled, lines = fill(tmp_path, ENGLISH, learner("mallory", [none]))

    assert filled == changed(ENGLISH, ("mallory,Group B,,1.00,50.00", "mallory,Group B,,1.00,0"))
    assert f"mallory, {ONE}: left blank, as {why}; to be graded again." in lines


def test_file_with_first_and_last_names_is_one_too(tmp_path):
    text = (
        "LastName,FirstName,ID,SIS Login ID,Section,Lesson 01 (1)\n"
        "    Points Possible,,,,,10\n"
        "Doe,Jane,1001,jdoe,A,\n"
    )

    filled, _ = fill(tmp_path, text, learner("1001", [unit(9, 12)]))

    assert filled == text.replace("jdoe,A,\n", "jdoe,A,7.5\n")


def test_number_already_there_is_not_rewritten(tmp_path):
    text = changed(ENGLISH, ('"likes ""quotes""",,,', '"likes ""quotes""",7.50,91.67,'))

    filled, _ = fill(tmp_path, text, CLASS[0])

    assert filled == text


def test_quoted_cells_stay_quoted_and_the_last_line_may_have_no_end(tmp_path):
    text = '"Student","ID","Section","Lesson 1 (1)"\n"Doe, Jane","7","A",""'

    filled, _ = fill(tmp_path, text, learner("7", [unit(9, 12)]))

    assert filled == text[:-2] + '"7.5"'


# -- whose row is whose


def test_row_that_fits_two_learners_and_learner_whom_two_rows_fit_are_left_and_told(tmp_path):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (1)\nA,1,9,ann,X,\nB,9,3,ben,X,\nC,4,5,cat,X,\n"
    )
    people = [learner("9", [unit()]), learner("cat", [unit()]), learner("5", [unit()])]

    filled, lines = fill(tmp_path, text, *people)

    assert filled == text
    assert "Learners whom more than one row fits, left out: 9 (lines 2, 3)." in lines
    assert "Rows that fit more than one learner, left as they were: line 4 (cat and 5)." in lines
    assert not [line for line in lines if "fit no learner" in line], "each row is told of once"


@pytest.mark.parametrize(
    ("id", "name", "marks"),
    [
        ("77", "doejane", ["7.5", "", ""]),
        ("77", "Jane Doe", ["7.5", "", ""]),
        ("77", "Ann Lee", ["", "", "7.5"]),
        ("77", "", ["", "", ""]),
        ("78", "Zoé Muller", ["", "7.5", ""]),
        ("78", "", ["", "7.5", ""]),
        ("78", "Ann Lee", ["", "", ""]),
    ],
)
def test_number_that_canvas_made_up_is_believed_where_the_name_agrees(tmp_path, id, name, marks):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (1)\n"
        '"Doe, Jane",77,s-1,jdoe,X,\n'
        '"Müller, Zoë",78,s-2,zoe,X,\n'
        '"Lee, Ann",79,77,ann,X,\n'
    )

    filled, lines = fill(tmp_path, text, learner(id, [unit(9, 12)], name=name))

    assert [line.rsplit(",", 1)[1] for line in filled.splitlines()[1:]] == marks
    doubtful = "Learners whom more than one row fits, left out: 77 (lines 2, 4)."
    assert (doubtful in lines) == ((id, name) == ("77", ""))


def test_class_of_thousands_is_filled_and_every_line_is_its_own(tmp_path):
    header = "Student,ID,Section,Lesson 1 (1)\n"
    text = header + "".join(f'"Doe, No {n}",{n},X,\n' for n in range(3000))

    filled, lines = fill(tmp_path, text, *(learner(str(n), [unit(9, 12)]) for n in range(2999)))

    assert filled.splitlines()[1:3000] == [f'"Doe, No {n}",{n},X,7.5' for n in range(2999)]
    assert lines[-1] == "Rows that fit no learner of this class, left as they were: Doe, No 2999 (line 3001)."


def test_email_finds_the_row_before_the_id_does(tmp_path):
    text = "Student,ID,SIS Login ID,Section,Lesson 1 (1)\nA,7,ann@x.org,X,\nB,8,ben@x.org,X,\n"

    filled, _ = fill(tmp_path, text, learner("8", [unit(9, 12)], email="ann@x.org"))

    assert filled == changed(text, ("ann@x.org,X,", "ann@x.org,X,7.5"))


# -- which column is whose


@pytest.mark.parametrize(
    ("title", "fits"),
    [
        ("01_test_client", True),
        ("Week 3: A request is a function CALL", True),
        ("Lesson 1", True),
        ("lesson 01: routes", True),
        ("01 routes", True),
        ("Quiz 1", False),
        ("Lesson 11", False),
        ("Lesson 10", False),
        ("1 minute paper", False),
        ("Lab 01", False),
    ],
)
def test_column_is_chosen_by_folder_title_or_number(tmp_path, title, fits):
    text = f"Student,ID,Section,{title} (12)\nA,7,X,\n"
    person = learner("7", [unit(9, 12)])

    if fits:
        assert fill(tmp_path, text, person)[0].endswith("A,7,X,7.5\n")
    else:
        with pytest.raises(UsageError, match=r"--column \"LESSON=TITLE\".* There are: .*\(12\)"):
            fill(tmp_path, text, person)


def test_several_columns_that_fit_are_told_and_none_is_filled(tmp_path):
    text = "Student,ID,Section,Lesson 1 a (1),Lesson 1 b (2),Lesson 2 (3)\nA,7,X,,,\n"

    filled, lines = fill(tmp_path, text, learner("7", [unit(9, 12)]))

    assert filled.endswith("A,7,X,,,0\n")
    assert any("several columns fit: Lesson 1 a (1), Lesson 1 b (2)" in line for line in lines)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"01": "Lesson 9"}, "has no column 'Lesson 9'. Its columns: Student, ID"),
        ({"07": "Quiz 1"}, "there is no lesson '07' in this class. There are: 01_test_client"),
        ({"01": "Final Score"}, "the column 'Final Score' is read-only"),
        ({"01": "Student"}, "the column 'Student' is read-only"),
        ({"01": "Quiz 1", "02": "Quiz 1"}, "two lessons go to one column"),
    ],
)
def test_column_that_cannot_be_is_one_line(tmp_path, columns, told):
    with pytest.raises(UsageError) as caught:
        fill(tmp_path, ENGLISH, *CLASS, columns=columns)

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "learner,01_test_client,total\nalice,1,1\n",
        "Student,Name,Section,Lesson 1 (1)\nA,B,C,\n",
        "Student,ID,Lesson 1 (1)\nA,1,\n",
        "Identifier,Full name,Grade\nParticipant 1,A,\n",
    ],
)
def test_file_that_is_not_canvas_s_is_one_line(tmp_path, text):
    with pytest.raises(
        UsageError, match=r"export\.csv is no gradebook of Canvas: .*Export Entire Gradebook\.$"
    ):
        fill(tmp_path, text, *CLASS)


def test_teachers_own_file_is_never_written_over(tmp_path):
    mine = tmp_path / "canvas.csv"
    mine.write_bytes(ENGLISH.encode())

    with pytest.raises(UsageError, match="is your own file, which stays as it is"):
        export("canvas", class_of(*CLASS), Policy(), tmp_path, mine)

    assert mine.read_bytes() == ENGLISH.encode()
