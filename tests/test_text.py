"""Lines for people: folded to a width, Markdown made readable."""

from checker.text import folded, readable_markdown, shortened


def test_long_line_is_folded_a_little_further_in():
    assert list(folded(["  - one two three"], 12)) == ["  - one two", "    three"]
    assert list(folded(["one two three"], 8)) == ["one two", "three"]


def test_short_and_empty_lines_stay():
    assert list(folded(["", "  a  b"], 12)) == ["", "  a  b"]


def test_quotation_keeps_its_line_breaks_unless_it_is_to_be_folded_too():
    assert list(folded(["    one two three"], 10)) == ["    one two three"]
    assert list(folded(["    one two three"], 12, quotations=True)) == ["    one two", "three"]


def test_word_longer_than_the_line_is_not_broken():
    assert list(folded(["test_a_very_long_name"], 8)) == ["test_a_very_long_name"]


def test_shortened_keeps_beginning_and_end():
    assert shortened("test_something[case-7]", 12) == "test_…ase-7]"
    assert shortened("test_a", 12) == "test_a"


def test_markdown_loses_its_diagrams_and_unfolds_what_is_folded_away():
    text = (
        "# T\n\n```mermaid\nflowchart LR\n```\n\n```python\nx\n```\n"
        "<details>\n<summary>Does <code>x</code>?</summary>\n\nNo.\n</details>\n"
    )

    assert readable_markdown(text) == "# T\n\n\n```python\nx\n```\n**Does `x`?**\n\nNo.\n"


def test_table_becomes_a_list_in_which_nothing_is_cut_off():
    text = (
        "Before.\n\n| | request | when |\n| --- | :-: | --- |\n"
        "| P1 | `GET /users` | |\n| **P2** | `GET /a` | it is there |\n\nAfter | that.\n"
    )

    assert readable_markdown(text) == (
        "Before.\n\n* **P1** · request: `GET /users`\n* **P2** · request: `GET /a` · when: it is there\n"
        "\nAfter | that.\n"
    )
