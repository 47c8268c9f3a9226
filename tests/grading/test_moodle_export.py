"""Moodle: a teacher's own grading worksheet, in whatever language, comes back changed only where it should be."""

from fractions import Fraction

import pytest
from marked_class import ONE, TWO, class_of, failed_harness, learner, undecided, unit

from checker.errors import UsageError
from checker.grading.exports import export
from checker.grading.outputs import feedback_texts
from checker.grading.policy import Policy

DATES = '"Sunday, 1 March 2026, 11:00 PM",-'
ENGLISH = (
    'Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    f'"Participant 71","Jane ""Ace"" Doe",2001,jane@uni.example,"Submitted for grading",,100.00,Yes,{DATES},\n'
    f'"Participant 72","=HYPERLINK(""http://x"",""y"")",2002,mallory@uni.example,"Submitted",10.00,100.00,Yes,{DATES},old\n'
    f'"Participant 73","Müller-Łukasz, Zoë\nMaría",2003,zoe@uni.example,"No submission",-,100.00,Yes,{DATES},"<p>a, b</p>"\n'
    f'"Participant 74",山田太郎,2004,yamada@uni.example,"No submission",75.00,100.00,No,{DATES},\n'
)
GERMAN = (
    '\ufeffID,"Vollständiger Name",E-Mail-Adresse,Status,Gruppe,Bewertung,Bestwertung,'
    '"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\r\n'
    'Teilnehmer/in71,"Weiß, Jörg",joerg@uni.example,"Zur Bewertung abgegeben",1,"0,00","20,00",Ja,-,-,\r\n'
    'Teilnehmer/in72,"Łukasz ""Ł"" Öz",oez@uni.example,"Keine Abgabe",1,"0,00","20,00",Ja,-,-,\r\n'
)
ONE_LESSON = Policy(lessons=("01",))


def fill(tmp_path, text, *learners, columns=None, policy=ONE_LESSON, feedback=None, **more):
    """The file that came out, and the lines."""
    teachers = tmp_path / "worksheet.csv"
    teachers.write_bytes(text.encode())
    lines = export(
        "moodle", class_of(*learners), policy, tmp_path / "out", teachers, columns, feedback, **more
    )
    return (tmp_path / "out" / "moodle.csv").read_bytes().decode(), lines


def changed(text, *replacements):
    """The text with each old part, which is there once, replaced."""
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_grades_are_the_only_bytes_that_change(tmp_path):
    filled, lines = fill(
        tmp_path,
        ENGLISH,
        learner("jdoe", [unit(7, 12)], email="Jane@uni.example"),
        learner("2002", [unit(12, 12, "complete")]),
        learner("73", [unit(1, 4)]),
        learner("yamada@uni.example", [unit(9, 12)]),
        learner("ghost"),
    )

    assert filled == changed(
        ENGLISH,
        ('"Submitted for grading",,100.00', '"Submitted for grading",58.33,100.00'),
        ('Submitted",10.00,100.00', 'Submitted",100,100.00'),
        ("-,100.00", "25,100.00"),
    )
    assert lines == [
        f"Written: {tmp_path / 'out' / 'moodle.csv'}",
        "The total goes to the column Grade, scaled from 10 points to 100.",
        "1 mark replaced: 2002 10.00 → 100.",
        "Learners without a row: ghost.",
    ]


def test_german_worksheet_keeps_its_commas_its_line_ends_and_its_byte_order_mark(tmp_path):
    filled, lines = fill(tmp_path, GERMAN, learner("a", [unit(7, 12)], email="joerg@uni.example"))

    assert filled == changed(GERMAN, ('abgegeben",1,"0,00"', 'abgegeben",1,"11,67"'))
    assert lines[1:] == [
        "The total goes to the column Bewertung, scaled from 10 points to 20.",
        "1 mark replaced: a 0,00 → 11,67.",
        'Rows that fit no learner of this class, left as they were: Łukasz "Ł" Öz (line 3).',
    ]


@pytest.mark.parametrize(
    ("word", "header"),
    [
        ("参加者", "識別子,氏名,メールアドレス,ステータス,評点,最大評点,評点変更可"),
        ("Deltager ", "Nummer,Navn,E-post,Status,Karakter,Maks,Kan endres"),
    ],
)
def test_language_that_nobody_listed_is_recognised_by_what_stands_in_the_columns(tmp_path, word, header):
    text = f"{header}\n{word}5,A B,a@x.org,ok,,50,○\n{word}6,C D,c@x.org,ok,3,50,○\n"

    filled, _ = fill(tmp_path, text, learner("6", [unit(1, 2)]))

    assert filled == changed(text, ("ok,3,50", "ok,25,50"))


def test_blind_worksheet_without_names_is_filled_by_participant(tmp_path):
    text = (
        "Identifier,Status,Grade,Maximum Grade,Grade can be changed\n"
        "Participant 5,Submitted,,10.00,Yes\n"
        "Participant 6,Submitted,,10.00,Yes\n"
    )

    filled, lines = fill(tmp_path, text, learner("6", [unit(9, 12)]))

    assert filled == text.replace("Participant 6,Submitted,,", "Participant 6,Submitted,7.5,")
    assert lines[-1] == "Rows that fit no learner of this class, left as they were: 5 (line 2)."


def test_participant_whose_number_is_somebody_else_s_student_number_is_not_taken_for_them(tmp_path):
    filled, lines = fill(tmp_path, ENGLISH, learner("71", [unit(9, 12)], email="other@uni.example"))

    assert filled == ENGLISH
    assert "Learners without a row: 71." in lines


@pytest.mark.parametrize(("name", "is_filled"), [("Jane Doe", True), ("", True), ("Ann Lee", False)])
def test_where_no_addresses_are_shown_the_name_tells_whose_participant_it_is(tmp_path, name, is_filled):
    text = (
        "Identifier,Full name,Status,Grade,Maximum Grade\n"
        "Participant 5,Doe Jane,Submitted,,10\n"
        "Participant 6,Öz Łukasz,Submitted,,10\n"
    )

    filled, _ = fill(tmp_path, text, learner("5", [unit(9, 12)], name=name, email="j@x.org"))

    assert filled == (
        changed(text, ("Doe Jane,Submitted,,", "Doe Jane,Submitted,7.5,")) if is_filled else text
    )


def test_name_that_is_somebody_s_id_finds_no_row(tmp_path):
    text = changed(ENGLISH, ("山田太郎", "s-77"))

    filled, _ = fill(tmp_path, text, learner("s-77", [unit(9, 12)]))

    assert filled == text


def test_what_a_learner_wrote_into_the_submission_finds_no_row(tmp_path):
    text = (
        "Identifier,Full name,Status,Grade,Maximum Grade,Online text\n"
        "Participant 5,Mallory,Submitted,,10,victim@x.org\n"
        "Participant 6,Victim,Submitted,,10,\n"
    )

    filled, _ = fill(tmp_path, text, learner("v", [unit(12, 12)], email="victim@x.org"))

    assert filled == text


def test_one_lesson_of_several_is_filled_where_it_is_asked_for(tmp_path):
    person = learner("2001", [unit(9, 12), unit(3, 12, lesson=TWO)])

    filled, lines = fill(tmp_path, ENGLISH, person, columns={"02": ""}, policy=Policy())

    assert filled == changed(ENGLISH, ('grading",,100.00', 'grading",25,100.00'))
    assert f"{TWO} goes to the column Grade, scaled from 10 points to 100." in lines


def test_grade_is_not_scaled_where_both_are_out_of_the_same(tmp_path):
    policy = Policy(lessons=("01",), points=Fraction(100))

    filled, lines = fill(tmp_path, ENGLISH, learner("2001", [unit(7, 12)]), policy=policy)

    assert 'grading",58.33,100.00' in filled
    assert "The total goes to the column Grade." in lines


@pytest.mark.parametrize(
    ("none", "why"), [(failed_harness(), "the harness failed"), (undecided(), "it is undecided")]
)
def test_mark_that_is_to_be_graded_again_leaves_the_cell_as_it_is(none, why, tmp_path):
    filled, lines = fill(tmp_path, ENGLISH, learner("2002", [none]))

    assert filled == ENGLISH
    assert f"2002, {ONE}: left blank, as {why}; to be graded again." in lines


def test_marks_that_are_replaced_are_told_by_name_five_at_most(tmp_path):
    rows = "".join(f"Participant {n},A,{n},10\n" for n in range(1, 8))
    people = [learner(str(n), [unit(12, 12)], name=f"A {n}") for n in range(1, 8)]

    _, lines = fill(tmp_path, f"Identifier,Full name,Grade,Maximum Grade\n{rows}", *people)

    named = "A 1 1 → 10, A 2 2 → 10, A 3 3 → 10, A 4 4 → 10, A 5 5 → 10, and 2 more"
    assert f"7 marks replaced: {named}." in lines


def test_zero_for_work_that_was_not_handed_in_is_told_apart_from_one_that_was_earned(tmp_path):
    people = [learner("2001"), learner("2003", [unit(0, 12)])]

    filled, lines = fill(tmp_path, ENGLISH, *people)

    assert 'grading",0,100.00' in filled
    assert "1 zero written for work that was not handed in." in lines


def test_mark_that_is_there_already_is_neither_replaced_nor_told(tmp_path):
    _, lines = fill(tmp_path, changed(ENGLISH, (",10.00,", ",0.00,")), learner("2002"))

    assert not any("replaced" in line or "zero" in line for line in lines)


# -- feedback


def test_feedback_goes_to_the_comments_and_no_spreadsheet_reckons_with_it(tmp_path):
    people = [learner("2001", [unit(1, 1)]), learner("2003", [unit(1, 1)]), learner("2004", [unit(3, 4)])]
    said = {"2001": '<p>P3 is not "looked at".</p>\n', "2003": "=1+1"}

    filled, _ = fill(tmp_path, ENGLISH, *people, feedback=said)

    assert filled == changed(
        ENGLISH,
        (
            f'grading",,100.00,Yes,{DATES},',
            f'grading",100,100.00,Yes,{DATES},"<p>P3 is not ""looked at"".</p>"',
        ),
        (f'-,100.00,Yes,{DATES},"<p>a, b</p>"', f'100,100.00,Yes,{DATES},"\'=1+1"'),
    )


def test_comments_that_are_replaced_are_named_and_can_be_kept(tmp_path):
    said = {"2002": "Better.", "2001": "Good."}
    people = [learner(id) for id in said]

    _, lines = fill(tmp_path, ENGLISH, *people, feedback=said)
    kept, told = fill(tmp_path, ENGLISH, *people, feedback=said, keep_comments=True)

    who = '=HYPERLINK("http://x","y") (line 3)'
    assert f"1 comment replaced (--keep-comments leaves them): {who}." in lines
    assert f"1 comment kept: {who}." in told
    assert f"{DATES},old\n" in kept
    assert f"{DATES},Good.\n" in kept


def test_row_whose_grade_may_not_be_changed_is_left_and_told(tmp_path):
    filled, lines = fill(tmp_path, ENGLISH, learner("2004", [unit(1, 2)]), feedback={"2004": "Good."})

    assert filled == ENGLISH
    assert "The grade may not be changed, left as it was: 山田太郎 (line 6)." in lines


def test_comment_is_about_the_lesson_alone_that_the_grade_is_of():
    result = class_of(learner("2001", [unit(9, 12), unit(3, 12, lesson=TWO)]))

    [whole] = feedback_texts("moodle", result, Policy(), "count", {}).values()
    [first] = feedback_texts("moodle", result, Policy(), "count", {"01": "Grade"}).values()

    assert all(words in whole for words in ("A request", "The client remembers", "Total"))
    assert "A request is a function call: <strong>7.5 / 10</strong>" in first
    assert not any(words in first for words in ("The client remembers", "Total"))


def test_feedback_without_a_known_column_is_told_and_can_be_pointed_at_one(tmp_path):
    text = "Nummer,Navn,Karakter,Maks,Kommentar\nDeltager 5,A,,10,\n"
    person, said = learner("5", [unit(9, 12)]), {"5": "Bra"}

    filled, lines = fill(tmp_path, text, person, feedback=said)
    assert filled.endswith("A,7.5,10,\n")
    assert 'No column for feedback was recognised. Say which: --column "feedback=TITLE".' in lines

    filled, _ = fill(tmp_path, text, person, feedback=said, columns={"feedback": "Kommentar"})
    assert filled.endswith("A,7.5,10,Bra\n")


# -- what is no worksheet, or not clear


@pytest.mark.parametrize(
    "text",
    [
        "Student,ID,Section,Lesson 1 (1)\nA,1,X,\n",
        "Identifier,Full name,Status,Grade,Maximum Grade\n",
        "Identifier,Full name,Grade,Maximum Grade\nParticipant 1,A,,10\nSomebody 2,B,,10\n",
        "Identifier,Full name,Grade,Maximum Grade\nParticipant 1,A,,10\nParticipant,B,,10\n",
        "First name,Surname,Email address,Assignment: x (Real)\nA,B,a@x.org,-\n",
    ],
)
def test_file_that_is_no_worksheet_is_one_line(tmp_path, text):
    with pytest.raises(UsageError, match=r"worksheet\.csv is no grading worksheet of Moodle: [^\n]*$"):
        fill(tmp_path, text, learner("1"))


@pytest.mark.parametrize(
    "text",
    [
        'Identifier,Full name,Status,Grade,Scale\nParticipant 1,A,ok,,"Bad\nGood"\n',
        "Nummer,Navn,Gruppe,Karakter,Maks,Kan endres\nDeltager 1,A,1,5,10,x\nDeltager 2,B,1,5,10,x\n",
    ],
)
def test_grade_that_is_not_clear_is_asked_for(tmp_path, text):
    with pytest.raises(
        UsageError, match=r'no column is clearly the grade[^\n]*--column "total=TITLE"[^\n]*$'
    ):
        fill(tmp_path, text, learner("1"))


def test_known_title_decides_where_the_cells_do_not(tmp_path):
    text = (
        "Identifier,Full name,Group,Grade,Maximum Grade,More\n"
        "Participant 1,A,1,5,10,x\n"
        "Participant 2,B,1,5,10,x\n"
    )

    filled, _ = fill(tmp_path, text, learner("2", [unit(9, 12)]))

    assert filled == changed(text, ("2,B,1,5,10", "2,B,1,7.5,10"))


def test_grade_that_is_pointed_at_is_taken(tmp_path):
    text = "Nummer,Navn,Gruppe,Karakter,Maks,Kan endres\nDeltager 1,A,1,5,10,x\nDeltager 2,B,1,5,10,x\n"

    filled, _ = fill(tmp_path, text, learner("2", [unit(9, 12)]), columns={"total": "Karakter"})

    assert filled == changed(text, ("2,B,1,5,10", "2,B,1,7.5,10"))


def test_column_with_other_things_than_points_is_never_filled(tmp_path):
    with pytest.raises(UsageError, match="the column 'Full name' has more than points in it"):
        fill(tmp_path, ENGLISH, learner("2001", [unit()]), columns={"total": "Full name"})


def test_two_lessons_for_the_one_grade_are_refused(tmp_path):
    with pytest.raises(
        UsageError, match="has one grade, and --column names 01_test_client, 02_cookie_sessions"
    ):
        fill(tmp_path, ENGLISH, learner("1"), columns={"01": "Grade", "02": "Grade"})
