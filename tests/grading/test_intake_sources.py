"""Which entries there are and whose: with a roster and without, attempts, teams, late ones, and those of nobody."""

import os

import pytest
from handing_in import LESSONS, NAME, STARTER, TEST, ids, lay, tarred, zipped

from checker.errors import UsageError
from checker.grading.intake import find_sources, take_in
from checker.grading.model import Learner

JANE = Learner("u100", "Jane van Doe", "jane@uni.example")
BO = Learner("u200", "Bo Müller", "Bo.Mueller@uni.example")
ROSTER = (JANE, BO)


def _found(folder, roster=()):
    """Each source as its ids and flags."""
    return {source.name: (ids(source), source.flags) for source in find_sources(folder, roster).chosen}


# -- without a roster


def test_name_of_an_entry_is_the_id(tmp_path):
    lay(
        tmp_path,
        {"anna/x": b"", "bo.zip": b"", "c.tar.gz": b"", "dee.py": b"", ".git/x": b"", "__MACOSX/x": b""},
    )

    assert _found(tmp_path) == {
        "anna": (["anna"], ()),
        "bo.zip": (["bo"], ()),
        "c.tar.gz": (["c"], ()),
        "dee.py": (["dee"], ()),
    }


def test_canvas_files_of_one_learner_are_one_source(tmp_path):
    lay(tmp_path, {f"doejane_LATE_12_{at}_{name}": b"" for at, name in [(3, "test_a.py"), (4, "work.zip")]})

    (source,) = find_sources(tmp_path).chosen

    assert source.learners == (Learner("12", "doejane"),)
    assert source.flags == ("late",)
    assert source.name == "doejane_LATE_12_3_test_a.py and 1 more"
    assert [part.name for part in source.parts] == ["test_a.py", "work.zip"]


def test_moodle_folders_of_one_learner_are_one_source(tmp_path):
    lay(tmp_path, {f"Jane Doe_7_assignsubmission_{kind}/x": b"" for kind in ("file", "onlinetext")})

    (source,) = find_sources(tmp_path).chosen

    assert source.learners == (Learner("7", "Jane Doe"),)
    assert len(source.parts) == 2


GRADESCOPE = """\
submission_1:
  :submitters:
  - :name: No
    :sid: 00123
    :email: no@uni.example
  :created_at: 2026-01-02 03:04:05.678 Z
  :score: !ruby/object:BigDecimal 18:0.5e1
submission_2:
  :submitters:
  - {":name": "Éa, \\"E\\"", ":sid": , ":email": ea@uni.example}
  - {":name": Bo, ":sid": "9"}
submission_3:
  :submitters: []
"""


@pytest.mark.parametrize("wrapper", ["", "assignment_77_export/"])
def test_gradescope_says_whose_its_folders_are(tmp_path, wrapper):
    lay(
        tmp_path,
        {
            f"{wrapper}submission_metadata.yml": GRADESCOPE.encode(),
            **{f"{wrapper}submission_{at}/{STARTER}": TEST for at in (1, 2)},
        },
    )

    sources = find_sources(tmp_path)

    assert [source.learners for source in sources.chosen] == [
        (Learner("00123", "No", "no@uni.example"),),
        (Learner("ea@uni.example", 'Éa, "E"', "ea@uni.example"), Learner("9", "Bo")),
    ]
    assert [source.name for source in sources.chosen] == [f"{wrapper}submission_{at}" for at in (1, 2)]
    assert sources.unmatched == ("submission_3: listed in submission_metadata.yml, but not there",)


@pytest.mark.parametrize(
    ("content", "told"),
    [("a: [", "line 2, is not YAML"), ("- a", "does not list submissions"), ("\0", "is not YAML")],
)
def test_list_that_is_not_gradescopes_is_told(tmp_path, content, told):
    lay(tmp_path, {"submission_metadata.yml": content.encode(), "submission_1/x": b""})

    with pytest.raises(UsageError, match=told):
        find_sources(tmp_path)


# -- with a roster


@pytest.mark.parametrize(
    "name",
    [
        "u100",
        "U100.zip",
        "JANE@uni.example",
        "Jane van Doe",
        "jane_van-doe.tar.gz",
        "van Doe, Jane",
        "doe jane van",
        "vandoejane_100_5_test_x.py",
        "vandoejane_LATE_100_5_test_x.py",
        "jane van doe_5_assignsubmission_file",
        "Red-Jane van Doe_5_assignsubmission_file",
        "nickname_u100_5_x.py",
    ],
)
def test_names_are_matched_with_the_roster_however_they_are_written(tmp_path, name):
    lay(tmp_path, {name if name.endswith((".zip", ".gz", ".py")) else f"{name}/x": b""})
    sources = find_sources(tmp_path, ROSTER)

    # A Canvas id is digits: "nickname_u100_5" is a name like any other, and nobody's.
    is_known = not name.startswith("nickname")
    assert [source.learners for source in sources.chosen] == (
        [(JANE,)] if is_known else [(Learner("nickname_u100_5_x"),)]
    )
    assert bool(sources.unmatched) is not is_known


@pytest.mark.parametrize("name", ["bo mu\u0308ller", "Bo Muller", "BO MÜLLER", "müllerbo_3_4_x.py"])
def test_accents_and_how_unicode_writes_them_do_not_matter(tmp_path, name):
    lay(tmp_path, {name if name.endswith(".py") else f"{name}/x": b""})

    assert [source.learners for source in find_sources(tmp_path, ROSTER).chosen] == [(BO,)]


@pytest.mark.parametrize("name", ["jorg1", "JÖRG1", "jo\u0308rg1"])
def test_accents_in_ids_do_not_matter(tmp_path, name):
    lay(tmp_path, {f"{name}.zip": b""})

    assert _found(tmp_path, [Learner("jörg1")]) == {f"{name}.zip": (["jörg1"], ())}


@pytest.mark.parametrize("id", ["123", "Participant 123", "Teilnehmer/in 123"])
def test_moodle_participants_are_matched_by_their_number(tmp_path, id):
    lay(tmp_path, {"Participant_123_assignsubmission_file/x": b""})

    assert _found(tmp_path, [Learner(id)]) == {"Participant_123_assignsubmission_file": ([id], ())}


def test_number_in_an_id_is_no_participant(tmp_path):
    lay(tmp_path, {"Participant_100_assignsubmission_file/x": b""})

    assert _found(tmp_path, ROSTER) == {"Participant_100_assignsubmission_file": (["100"], ("unmatched",))}


def test_gradescope_people_are_matched_by_any_of_what_it_says(tmp_path):
    listed = b'submission_1: {":submitters": [{":name": J, ":sid": "", ":email": JANE@uni.example}, {":sid": u200}]}'
    lay(tmp_path, {"submission_metadata.yml": listed, "submission_1/x": b""})

    assert [source.learners for source in find_sources(tmp_path, ROSTER).chosen] == [(JANE, BO)]


def test_entry_of_nobody_is_graded_flagged_and_listed(tmp_path):
    lay(tmp_path, {"Zed.zip": b"", "u100/x": b""})

    sources = find_sources(tmp_path, ROSTER)

    assert _found(tmp_path, ROSTER) == {"u100": (["u100"], ()), "Zed.zip": (["Zed"], ("unmatched",))}
    assert sources.unmatched == ("Zed.zip: nobody of the roster has this id, e-mail or name",)
    assert sources.absent == (BO,)


def test_name_that_two_people_have_is_nobodys(tmp_path):
    twins = (Learner("1", "Jane Doe"), Learner("2", "Doe, Jane"))
    lay(tmp_path, {"Jane Doe/x": b"", "doejane_2_3_x.py": b""})

    sources = find_sources(tmp_path, twins)

    assert _found(tmp_path, twins) == {
        "Jane Doe": (["Jane Doe"], ("unmatched",)),
        "doejane_2_3_x.py": (["2"], ()),
    }
    assert sources.unmatched == ("Jane Doe: may be from 1 or 2 of the roster",)


def test_id_of_one_with_the_name_of_another_is_nobodys_and_takes_nobodys_id(tmp_path):
    roster = (Learner("100", "Jane Doe"), Learner("200", "Bo Lee"))
    lay(tmp_path, {"Bo Lee_100_assignsubmission_file/x": b"", "100.zip": b""})

    assert _found(tmp_path, roster) == {
        "100.zip": (["100"], ()),
        "Bo Lee_100_assignsubmission_file": (["Bo Lee_100_assignsubmission_file"], ("unmatched",)),
    }


def test_exact_id_is_one_person_and_another_id_with_the_same_name_is_another(tmp_path):
    lay(tmp_path, {"smithjohn_1202_2_test_x.py": b"", "smithjohn_1203_1_test_x.py": b""})

    sources = find_sources(tmp_path, (Learner("1203", "Smith, John"),))

    assert sorted(map(ids, sources.chosen)) == [["1202"], ["1203"]]
    assert sources.unmatched == ("smithjohn_1202_2_test_x.py: has the name of 1203, and another id",)


def test_two_ids_with_one_name_are_nobody_of_whom_the_roster_knows_only_the_name(tmp_path):
    lay(tmp_path, {"smithjohn_1202_2_test_x.py": b"", "smithjohn_1203_1_test_x.py": b""})

    sources = find_sources(tmp_path, (Learner("M1", "Smith, John"),))

    assert sorted(map(ids, sources.chosen)) == [["1202"], ["1203"]]
    assert [who.id for who in sources.absent] == ["M1"]


def test_what_is_matched_by_a_persons_name_alone_is_listed(tmp_path):
    lay(tmp_path, {"smithjohn_1202_2_test_x.py": b"", "m2.zip": b""})

    sources = find_sources(tmp_path, (Learner("M1", "Smith, John"), Learner("M2", "Roe, Jane")))

    assert sources.by_name == ("smithjohn_1202_2_test_x.py → M1",)


def test_one_suite_serves_all_of_a_team(tmp_path):
    team = (Learner("1", "Ann", team="Red"), Learner("2", "Bo", team="red"), Learner("3", "Cy", team="blue"))
    lay(tmp_path, {"2.zip": b"", "Blue/x": b""})

    assert _found(tmp_path, team) == {"2.zip": (["1", "2"], ()), "Blue": (["3"], ())}


# -- attempts


def test_newest_resubmission_of_each_canvas_file_counts(tmp_path):
    lay(
        tmp_path,
        {
            f"doejane_1_10_{STARTER}": b"old",
            f"doejane_1_20_{STARTER.replace('.py', '-1.py')}": b"newer",
            f"doejane_1_100_{STARTER.replace('.py', '-10.py')}": b"newest",
            f"doejane_1_25_{STARTER.replace('.py', '-2.py')}": b"new",
            "doejane_1_5_helpers.py": b"#",
        },
    )

    (source,) = find_sources(tmp_path).chosen
    submission = take_in(source, LESSONS)

    assert source.flags == ("several_attempts",)
    assert submission.suites[NAME].files == {STARTER: b"newest", "helpers.py": b"#"}
    assert (
        len([note for note in submission.notes if note.endswith("is an older attempt, which is not graded.")])
        == 3
    )


def test_single_file_with_a_number_is_no_second_attempt(tmp_path):
    lay(tmp_path, {f"doejane_1_20_{STARTER.replace('.py', '-1.py')}": TEST})

    (source,) = find_sources(tmp_path).chosen

    assert source.flags == ()
    assert take_in(source, LESSONS).suites[NAME].files == {STARTER: TEST}


def test_copies_are_attempts_and_teams_are_not(tmp_path):
    lay(
        tmp_path,
        {
            f"{name}.zip": zipped({"x": b""})
            for name in ("ann", "ann-2", "ann-1", "bo (1)", "team-1", "team-2")
        },
    )

    assert _found(tmp_path) == {
        "ann-2.zip": (["ann"], ("several_attempts",)),
        "bo (1).zip": (["bo"], ()),
        "team-1.zip": (["team-1"], ()),
        "team-2.zip": (["team-2"], ()),
    }


def test_copy_is_known_by_the_roster(tmp_path):
    lay(tmp_path, {"u100-1.zip": b"", "u200-2.zip": b""})

    assert _found(tmp_path, (*ROSTER, Learner("u200-2"))) == {
        "u100-1.zip": (["u100"], ()),
        "u200-2.zip": (["u200-2"], ()),
    }


@pytest.mark.parametrize("newest", ["anna.zip", "anna.tar", "Anna"])
def test_of_several_entries_the_one_with_the_newest_file_counts(tmp_path, newest):
    year = {
        name: 2026 if name == newest else 2020 + at
        for at, name in enumerate(["anna.zip", "anna.tar", "Anna"])
    }
    files = {f"{NAME}/{STARTER}": TEST}
    lay(
        tmp_path,
        {
            "anna.zip": zipped(files, date=(year["anna.zip"], 5, 1, 0, 0, 0)),
            "anna.tar": tarred(files, mtime=(year["anna.tar"] - 1970) * 31_557_600),
            f"Anna/{NAME}/{STARTER}": TEST,
        },
    )
    seconds = (year["Anna"] - 1970) * 31_557_600
    os.utime(tmp_path / "Anna" / NAME / STARTER, (seconds, seconds))

    (source,) = find_sources(tmp_path).chosen

    assert source.name == newest
    assert source.flags == ("several_attempts",)
    assert len(source.notes) == 2


@pytest.mark.parametrize("newest", ["anna", "anna.py"])
def test_time_of_a_bare_file_is_its_own(tmp_path, newest):
    lay(tmp_path, {"anna/x": b"", "anna.py": b""})
    for path in (tmp_path / "anna" / "x", tmp_path / "anna.py"):
        seconds = 2000 if newest in (path.name, path.parent.name) else 1000
        os.utime(path, (seconds, seconds))

    assert _found(tmp_path) == {newest: (["anna"], ("several_attempts",))}


def test_attempt_that_cannot_be_read_is_not_the_newest(tmp_path):
    lay(tmp_path, {"anna.tar": b"broken", "anna.zip": zipped({"x": b""})})

    assert list(_found(tmp_path)) == ["anna.zip"]


def test_last_attempt_of_a_team_counts_whoever_handed_it_in(tmp_path):
    team = (Learner("1", "Ann", team="red"), Learner("2", "Bo", team="red"))
    lay(tmp_path, {"ann_1_50_x.py": b"", "bo_2_60_x.py": b""})

    assert _found(tmp_path, team) == {"bo_2_60_x.py": (["1", "2"], ("several_attempts",))}


def test_learner_who_left_a_group_has_their_own_and_the_group_keeps_the_others(tmp_path):
    listed = b"""\
submission_1.zip: {":submitters": [{":sid": a}, {":sid": b}]}
submission_2.zip: {":submitters": [{":sid": a}]}
"""
    lay(
        tmp_path,
        {
            "submission_metadata.yml": listed,
            "submission_1.zip": zipped({"x": b""}, date=(2025, 1, 1, 0, 0, 0)),
            "submission_2.zip": zipped({"x": b""}, date=(2026, 1, 1, 0, 0, 0)),
        },
    )

    assert _found(tmp_path) == {
        "submission_1.zip": (["b"], ()),
        "submission_2.zip": (["a"], ("several_attempts",)),
    }


# -- what is no submission


def test_what_is_no_submission_is_listed(tmp_path):
    lay(tmp_path, {"anna/x": b"", "notes.txt": b"", "a\x1b[2J.csv": b"", "doejane_1_2_report.pdf": b""})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "anna")

    sources = find_sources(tmp_path)

    assert [ids(source) for source in sources.chosen] == [["anna"], ["1"]]
    assert sources.unmatched == (
        "a\\x1b[2J.csv: neither a folder, an archive, a notebook nor a Python file",
        "link: a link, which is not followed",
        "notes.txt: neither a folder, an archive, a notebook nor a Python file",
        "pipe: neither a folder nor a file",
    )


@pytest.mark.parametrize(
    ("files", "name", "told"),
    [
        ({}, "nowhere", "There is no folder"),
        ({"all.zip": b""}, "all.zip", "is a file. Unpack it"),
        ({"in/.DS_Store": b""}, "in", "is empty"),
        ({"in/notes.txt": b""}, "in", "There is no submission in"),
    ],
)
def test_folder_that_cannot_be_used_is_told(tmp_path, files, name, told):
    lay(tmp_path, files)

    with pytest.raises(UsageError, match=told):
        find_sources(tmp_path / name)


def test_only_folder_of_an_export_is_looked_into_and_a_learners_is_not(tmp_path):
    lay(tmp_path / "one", {f"submissions/doejane_1_2_{STARTER}": TEST})
    lay(tmp_path / "two", {f"anna/{STARTER}": TEST})

    assert _found(tmp_path / "one") == {f"submissions/doejane_1_2_{STARTER}": (["1"], ())}
    assert _found(tmp_path / "two") == {"anna": (["anna"], ())}


@pytest.mark.parametrize("name", ["Jane Doe_7_assignsubmission_file", "u100", "Jane van Doe"])
@pytest.mark.parametrize(
    "files",
    [
        {f"bo_200_9_{STARTER}": TEST},
        {
            "submission_metadata.yml": b'submission_1: {":submitters": [{":sid": u200}]}',
            "submission_1/x": b"",
        },
    ],
    ids=["Canvas", "Gradescope"],
)
def test_only_folder_of_a_learner_is_theirs_though_it_looks_like_an_export(tmp_path, name, files):
    lay(tmp_path / name, {**files, STARTER: TEST})

    assert list(_found(tmp_path, ROSTER)) == [name]


def test_file_named_like_the_hand_in_of_another_replaces_nothing(tmp_path):
    lay(
        tmp_path,
        {
            f"Bo_200_assignsubmission_file_{STARTER}": TEST,
            f"Eve_7_assignsubmission_file_x_200_assignsubmission_file_{STARTER}": b"",
            f"Eve_7_assignsubmission_file_x_200_9_{STARTER}": b"",
        },
    )

    assert {name: who for name, (who, _) in _found(tmp_path).items()} == {
        f"Bo_200_assignsubmission_file_{STARTER}": ["200"],
        f"Eve_7_assignsubmission_file_x_200_9_{STARTER} and 1 more": ["7"],
    }


def test_finding_sources_reads_no_file(tmp_path, monkeypatch):
    lay(tmp_path, {"anna.zip": b"", "bo/test_x.py": b"", "doejane_1_2_x.zip": b""})
    monkeypatch.setattr(os, "open", None)  # whatever is opened would fail

    assert len(find_sources(tmp_path, ROSTER).chosen) == 3
