"""What bench/mutation.py makes of survivors and their excuses; the mutating itself needs cosmic-ray and is not run here."""

import sys
from pathlib import Path

import pytest

from checker.errors import UsageError

BENCH = Path(__file__).parents[1] / "bench"
sys.path.append(str(BENCH))

from survivors import Change, change, problems, read_excuses  # noqa: E402

APP = """\
LIMIT = 8


class Door:
    # who may enter
    @property
    def is_open(self):
        return self.count < LIMIT
"""
SURVIVOR = Change("door.py", "Door.is_open", "return self.count < LIMIT", "return self.count <= LIMIT")
NOT_PROMISED = "*Not promised*: how many people are\nlet in; headers."


def excuses(reason='freedom = "how many people are let in"', was="return self.count < LIMIT"):
    return read_excuses(
        "17.toml",
        f"""
        [[excuse]]
        file = "door.py"
        where = "Door.is_open"
        was = "{was}"
        now = "return self.count <= LIMIT"
        {reason}
        """,
    )


def test_change_is_told_by_its_text_and_the_definition_round_it():
    assert change("door.py", APP, APP.replace("count < LIMIT", "count <= LIMIT")) == SURVIVOR


def test_change_at_the_top_of_a_module_is_in_no_definition():
    assert change("door.py", APP, APP.replace("8", "9")) == Change("door.py", "", "LIMIT = 8", "LIMIT = 9")


def test_decorator_that_goes_is_part_of_what_it_decorates_and_its_comment_is_not():
    without = APP.replace("    # who may enter\n    @property\n", "")

    assert change("door.py", APP, without) == Change("door.py", "Door.is_open", "@property", "")


def test_excused_survivor_is_no_problem_wherever_its_line_moves_to():
    moved = change("door.py", "\n\n" + APP, "\n\n" + APP.replace("count < LIMIT", "count <= LIMIT"))

    assert list(problems([moved], excuses(), NOT_PROMISED)) == []


def test_survivor_without_an_excuse_is_a_problem():
    assert list(problems([SURVIVOR], [], NOT_PROMISED)) == [
        "door.py, Door.is_open: 'return self.count < LIMIT' → 'return self.count <= LIMIT' "
        "survives without an excuse: kill it with a test, or excuse it"
    ]


def test_excuse_of_another_text_excuses_nothing_and_is_needed_by_nobody():
    found = list(problems([SURVIVOR], excuses(was="return self.count < 8"), NOT_PROMISED))

    assert [line.partition("LIMIT' ")[2] for line in found] == [
        "→ 'return self.count <= LIMIT' survives without an excuse: kill it with a test, or excuse it",
        "is excused and does not survive: take the excuse away",
    ]


def test_excuse_that_no_survivor_needs_is_a_problem():
    [problem] = problems([], excuses(), NOT_PROMISED)

    assert problem.endswith("is excused and does not survive: take the excuse away")


def test_change_that_is_excused_twice_is_a_problem():
    [problem] = problems([SURVIVOR], [*excuses(), *excuses()], NOT_PROMISED)

    assert problem.endswith("is excused twice: keep one")


def test_freedom_must_stand_in_not_promised():
    [problem] = problems([SURVIVOR], excuses('freedom = "how few people are let in"'), NOT_PROMISED)

    assert problem == (
        "door.py, Door.is_open: this does not stand in *Not promised*: 'how few people are let in'"
    )


def test_equivalent_needs_no_freedom():
    reason = 'equivalent = "the door is taken off its hinges at eight."'

    assert list(problems([SURVIVOR], excuses(reason), NOT_PROMISED)) == []


def test_one_excuse_may_be_that_of_several_changes_of_one_place():
    [excuse] = read_excuses(
        "17.toml", '[[excuse]]\nfile = "a.py"\nwas = "x"\nnow = ["y", "z"]\nfreedom = "f"'
    )

    assert excuse.changes == (Change("a.py", "", "x", "y"), Change("a.py", "", "x", "z"))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[[excuse", "17.toml is not TOML"),
        ('[[excuse]]\nwas = "x"\nnow = "y"\nfreedom = "f"', "17.toml, excuse 1 lacks `file`"),
        (
            '[[excuse]]\nfile = "a.py"\nline = 3\nwas = "x"\nnow = "y"\nfreedom = "f"',
            "17.toml, excuse 1 has an unknown key `line`",
        ),
        ('[[excuse]]\nfile = "a.py"\nwas = "x"\nnow = "y"', "17.toml, excuse 1 needs a `freedom`"),
        (
            '[[excuse]]\nfile = "a.py"\nwas = "x"\nnow = "y"\nfreedom = "f"\nequivalent = "e"',
            "17.toml, excuse 1 needs a `freedom`",
        ),
    ],
    ids=["no TOML", "no file", "unknown key", "no reason", "both reasons"],
)
def test_excuse_that_cannot_be_understood_is_told_in_one_line(toml, message):
    with pytest.raises(UsageError, match=message):
        read_excuses("17.toml", toml)
