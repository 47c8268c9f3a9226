"""The roster: which CSV files are read, and what is told of those that are not."""

import pytest

from checker.errors import UsageError
from checker.grading.intake.roster import columns_left, read_roster
from checker.grading.model import Learner


@pytest.fixture
def roster(tmp_path):
    """Reads a roster with this content."""

    def read(content):
        path = tmp_path / "roster.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_roster(path)

    return read


@pytest.mark.parametrize(
    "content",
    [
        "id,name,e-mail,team\na1,Jane Doe,jane@uni.example,red\n",
        "ID;Name;E-Mail;Team\r\na1;Jane Doe;jane@uni.example;red\r\n",
        "\ufeffTeam , EMAIL,Section, Id ,NAME\nred, jane@uni.example,x,a1 ,Jane Doe\n\n,,,,\n",
        "\n\nid,name,email,team\na1,Jane Doe,jane@uni.example,red",
    ],
)
def test_roster_is_read_whatever_the_case_order_and_delimiter_of_its_columns(roster, content):
    assert roster(content) == (Learner("a1", "Jane Doe", "jane@uni.example", "red"),)


def test_only_the_id_must_be_there(roster):
    assert roster("id,name,team\na1\na2,Bo\n") == (Learner("a1"), Learner("a2", "Bo"))


def test_names_with_anything_in_them_are_kept(roster):
    assert roster('id,name,team\na1,"Doe, ""JJ""\nJane","=HYPERLINK(""x"")"\n') == (
        Learner("a1", 'Doe, "JJ"\nJane', team='=HYPERLINK("x")'),
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,team\nJane,red\n", "line 1, has no column id. It needs id, .* It has: name, team"),
        ("", "line 1, has no column id"),
        ("id,name\n", "names nobody"),
        ("id,name\na1,Jane\n,Bo\n", "line 3, has no id"),
        ("id,name\na1,Jane\na2,Bo\n\nA1,Jo\n", "line 5, has the id 'A1', as line 2 has"),
        ('id,name\na1,"Jane\nDoe"\na1,Jo\n', "line 4, has the id 'a1', as line 2 has"),
        ("id,name\na1,Doe, Jane\n", "line 2, has 3 cells, and the header 2"),
        ("id,email,e-mail\na1,x,y\n", "line 1, has two columns for email"),
        ('id,name\na1,Bo\na2,"Jane\na3,Jo\n', "line 3, is no CSV .*quote that is not closed"),
        ("id,name\na1,Bo\n".encode("utf-16-le"), "line 1, is no text. Save the file as CSV UTF-8"),
        ("id,name\na1,Bo\na2,Jörg\n".encode("latin-1"), "line 3, is not UTF-8. Save the file as CSV UTF-8"),
    ],
)
def test_bad_roster_is_told_in_one_line(roster, content, told):
    with pytest.raises(UsageError, match=told) as caught:
        roster(content)
    assert "\n" not in str(caught.value)


def test_missing_roster_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"roster\.csv cannot be read: No such file"):
        read_roster(tmp_path / "roster.csv")


def test_columns_are_known_by_other_names_and_what_is_not_used_is_told(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("Student ID;Full_Name;Mail;Group;Points\n1;Jane;j@x.org;red;3\n", "utf-8")

    assert read_roster(path) == (Learner("1", "Jane", "j@x.org", "red"),)
    assert columns_left(path) == ("Points",)


def test_columns_own_name_goes_before_another_one(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("student id,id\n7,ada\n", "utf-8")

    assert read_roster(path) == (Learner("ada"),)
    assert columns_left(path) == ("student id",)
