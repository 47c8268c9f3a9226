"""What a hand-in's name says: as Canvas, Moodle and people write it."""

import pytest

from checker.grading.intake.names import claim_of, clean, without_resubmission, without_suffix


@pytest.mark.parametrize(
    ("name", "id", "person", "file", "base", "is_late"),
    [
        ("doejane_123_4567_test_x.py", "123", "doejane", "test_x.py", "test_x.py", False),
        ("doejane_LATE_123_4567_test_x.py", "123", "doejane", "test_x.py", "test_x.py", True),
        ("doejane_late_123_4567_test_x-2.py", "123", "doejane", "test_x-2.py", "test_x.py", True),
        (
            "müllerlüdenscheidtjörg_9_10_a.tar.gz",
            "9",
            "müllerlüdenscheidtjörg",
            "a.tar.gz",
            "a.tar.gz",
            False,
        ),
        ("山田太郎_9_10_work-11.tar.gz", "9", "山田太郎", "work-11.tar.gz", "work.tar.gz", False),
        ("team_3blue_55_66_test_1_2_x.py", "55", "team_3blue", "test_1_2_x.py", "test_1_2_x.py", False),
        ("doejane_123_text.html", "123", "doejane", "text.html", "text.html", False),
        ("doejane_LATE_123_link.html", "123", "doejane", "link.html", "link.html", True),
        ("doejane_1_2_test_x (1).py", "1", "doejane", "test_x (1).py", "test_x.py", False),
        ("anon_Ab3dE_4567_test_x.py", "anon_Ab3dE", "", "test_x.py", "test_x.py", False),
        ("LATE_anon_Ab3dE_4567_test_x.py", "anon_Ab3dE", "", "test_x.py", "test_x.py", True),
    ],
)
def test_canvas_names_are_read(name, id, person, file, base, is_late):
    claim = claim_of(name, is_folder=False)

    assert (claim.id, claim.shown, claim.file, claim.base, claim.is_late) == (id, person, file, base, is_late)
    assert claim.is_from_lms


@pytest.mark.parametrize(
    ("name", "id", "person", "file"),
    [
        ("Jane Doe_123_assignsubmission_file", "123", "Jane Doe", ""),
        ("Jane Doe_123_assignsubmission_file_", "123", "Jane Doe", ""),
        ("Jane Doe_123_assignsubmission_onlinetext_", "123", "Jane Doe", ""),
        ("Zoë O'Neil-Weiß_7_assignsubmission_file_test_x-1.py", "7", "Zoë O'Neil-Weiß", "test_x-1.py"),
        ("Participant_123_assignsubmission_file_", "123", "Participant", ""),
        ("Team A-Jane Doe_5_assignsubmission_file", "5", "Team A-Jane Doe", ""),
    ],
)
def test_moodle_names_are_read(name, id, person, file):
    claim = claim_of(name, is_folder=not file)

    assert (claim.id, claim.shown, claim.file) == (id, person, file)
    assert claim.is_from_lms


@pytest.mark.parametrize(
    ("name", "id", "file"),
    [
        (
            "Jane Doe_123_assignsubmission_file_x_4711_9_test_x.py",
            "123",
            "x_4711_9_test_x.py",
        ),
        (
            "Jane Doe_123_assignsubmission_file_x_999_assignsubmission_file_test_x.py",
            "123",
            "x_999_assignsubmission_file_test_x.py",
        ),
        ("Jane Doe_123_assignsubmission_file_x_999_text.html", "123", "x_999_text.html"),
        ("Jane Doe_123_assignsubmission_file_anon_x_9_t.py", "123", "anon_x_9_t.py"),
        (
            "doejane_123_4567_x_999_assignsubmission_file_test_x.py",
            "123",
            "x_999_assignsubmission_file_test_x.py",
        ),
        ("doejane_123_4567_x_4711_9_test_x.py", "123", "x_4711_9_test_x.py"),
        ("doejane_123_4567_LATE_4711_9_test_x.py", "123", "LATE_4711_9_test_x.py"),
        ("doejane_123_4567_x_999_text.html", "123", "x_999_text.html"),
        (
            "anon_Ab3dE_4567_x_999_assignsubmission_file_t.py",
            "anon_Ab3dE",
            "x_999_assignsubmission_file_t.py",
        ),
        ("anon_Ab3dE_4567_4711_9_t.py", "anon_Ab3dE", "4711_9_t.py"),
    ],
)
def test_file_named_like_the_hand_in_of_another_is_still_its_learners(name, id, file):
    claim = claim_of(name, is_folder=False)

    assert (claim.id, claim.file) == (id, file)


def test_group_before_a_moodle_name_is_tried_apart():
    claim = claim_of("Team A-Jane Doe_5_assignsubmission_file", is_folder=True)

    assert claim.names == ("Team A-Jane Doe", "Jane Doe", "Team A")


@pytest.mark.parametrize(
    ("name", "is_folder", "id", "is_late"),
    [
        ("jane", True, "jane", False),
        ("jane.doe", True, "jane.doe", False),
        ("jane.doe@uni.example.zip", False, "jane.doe@uni.example", False),
        ("jane.tar.gz", False, "jane", False),
        ("JANE.ZIP", False, "JANE", False),
        ("jane_LATE.zip", False, "jane", True),
        ("LATE - Jane Doe", True, "Jane Doe", True),
        ("Chocolate", True, "Chocolate", False),
        ("Jane LATELY", True, "Jane LATELY", False),
        ("LATE", True, "LATE", False),
        ("test_1_2_x.py", False, "test_1_2_x", False),
    ],
)
def test_other_names_are_who_it_is(name, is_folder, id, is_late):
    claim = claim_of(name, is_folder)

    assert (claim.id, claim.is_late, claim.is_from_lms) == (id, is_late, False)


@pytest.mark.parametrize(
    ("name", "number", "base"),
    [
        ("test_x.py", 0, "test_x.py"),
        ("test_x-1.py", 1, "test_x.py"),
        ("test_x-12.tar.gz", 12, "test_x.tar.gz"),
        ("test_x (3).py", 3, "test_x.py"),
        ("test_x(3).py", 3, "test_x.py"),
        ("work-2026.zip", 0, "work-2026.zip"),
        ("-1.py", 0, "-1.py"),
    ],
)
def test_number_of_a_resubmission_is_told_from_the_name(name, number, base):
    assert without_resubmission(name) == (number, base)


def test_suffix_alone_is_a_name():
    assert without_suffix(".zip") == ".zip"


def test_what_does_not_print_is_escaped():
    assert clean("a\x1b[31m\n\u202eb\udc80 ü") == "a\\x1b[31m\\n\\u202eb\\udc80 ü"
