"""`checker watch`: what the full-screen app shows while a learner writes, saves and reads."""

import asyncio
import shutil
import time

import pytest
import pytest_asyncio
from conftest import count_of_mutants
from learning import with_tasks
from rich.markdown import Markdown
from textual.widgets import OptionList, Static

from checker.course.tasks import tasks
from checker.watch.screen import Told, WatchApp
from checker.watch.session import Begun

pytestmark = pytest.mark.asyncio

ALL = count_of_mutants("01")
PATIENCE = 60  # seconds; only a failure waits that long


class Learner:
    """Somebody in front of the app, with an editor beside it."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        lesson = app.lesson
        name = "test_test_client.py"
        self.file = lesson.home / name
        self.starter = self.file.read_text("utf-8")
        self.solution = (lesson.solution / name).read_text("utf-8")
        self.tasks = [task.name for task in tasks(lesson)]

    def write(self, *names, replacing=("", "")):
        self.file.write_text(
            with_tasks(self.starter, self.solution, list(names)).replace(*replacing), "utf-8"
        )

    def write_all(self, replacing=("", "")):
        self.write(*self.tasks, replacing=replacing)

    def shown(self, name):
        return "\n".join(self.app.screen_stack[0].query_one(f"#{name}").lines)

    async def verdict(self):
        """Wait until the check under way has come to its end."""
        await self.until(lambda: self.app.checked is not None)

    def page(self):
        return "\n".join(self.app.screen.query_one("Lines").lines)

    async def sees(self, words, where="now"):
        await self.until(lambda: words in self.shown(where), lambda: f"{words!r} in:\n{self.shown(where)}")

    async def until(self, condition, describe=lambda: ""):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, describe()
            await self.pilot.pause(0.02)

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()


@pytest_asyncio.fixture
async def learner(two_lessons):
    app = WatchApp(two_lessons, two_lessons.lessons[0])
    async with app.run_test(size=(110, 34)) as pilot:
        yield Learner(app, pilot)


async def test_learner_comes_from_the_first_todo_to_completion_by_saving_the_file(learner):
    await learner.sees("8 of 8 to write. Next: test_each_user_has_their_own_job (P1, P7).")
    for number, task in enumerate(learner.tasks, 1):
        await learner.sees(f"· to do  {task}", "around")
        weak = ('.json()["job"] == "Tailor"', ".status_code == 200")
        learner.write(*learner.tasks[:number], replacing=weak)
        await learner.sees(f"✓ done   {task}", "around")
        if number < len(learner.tasks):
            await learner.sees(f"{8 - number} of 8 to write. Next: {learner.tasks[number]}")
    await learner.sees(f"{ALL - 1} of {ALL} caught. Missed: 1 in duplicate. Stuck?")
    await learner.sees("duplicate  ■■■□  3 of 4 caught")
    learner.write_all()
    await learner.sees(f"{ALL} of {ALL} caught. Lesson 41 is complete.")
    await learner.sees("Next is lesson 42, A request is a function call.")

    assert learner.app.lesson.number == 41, "it never goes on by itself"
    await learner.press("n")
    await learner.sees("8 of 8 to write.")
    assert learner.app.lesson.number == 42


async def test_failing_test_is_shown_with_its_message_while_others_are_still_to_write(learner):
    learner.write(
        "test_unknown_user",
        replacing=('"User not found"}\n\n\ndef test_create', '"Nobody"}\n\n\ndef test_create'),
    )

    await learner.sees(
        "test_unknown_user fails on the app: assert {'detail': 'User not found'} == {'detail': 'Nobody'}"
    )
    assert "✗ fails  test_unknown_user (P2)" in learner.shown("around")


async def test_first_test_that_looks_at_a_status_alone_is_told_so_before_the_second_is_written(learner):
    await learner.verdict()

    learner.write(
        "test_unknown_user",
        replacing=(
            '\n    assert response.json() == {"detail": "User not found"}\n\n\ndef test_create',
            "\n\n\ndef test_create",
        ),
    )

    await learner.sees("catches 2 of the 3 that ours does; it looks at the status alone", "around")
    await learner.sees('P2 promises more: the body `{"detail": "User not found"}`.')


async def test_checking_is_said_at_once_and_the_own_tests_show_before_the_mutants(learner):
    await learner.verdict()
    states = []
    learner.app._say = lambda state: states.append(state)

    learner.write_all()
    await learner.sees("Lesson 41 is complete.")

    said = [state for state in states if "a test that does not end" not in state]
    assert said[0] == "checking …"
    assert said[1] == f"checking … {ALL + 4} apps to go", (
        "three equivalents, every mutant, and the app in other orders"
    )
    assert said[-1].startswith("checked in ")


async def test_save_during_a_check_starts_it_over(learner, tmp_path):
    await learner.verdict()
    verdicts, show = [], learner.app._show
    learner.app._show = lambda checked, notice: (verdicts.append(checked), show(checked, notice))
    mark = tmp_path / "mark"
    slow = f"import time\n\nopen({str(mark)!r}, 'w').close()\ntime.sleep(60)\n\nimport pytest"

    learner.write(replacing=("import pytest", slow))
    await learner.until(mark.exists)
    learner.write_all()
    await learner.sees("Lesson 41 is complete.")

    assert [checked.verdict.status for checked in verdicts if not checked.pending] == ["complete"]


async def test_check_that_fails_in_a_way_nobody_thought_of_is_told_and_the_next_save_is_checked(
    learner, monkeypatch
):
    await learner.verdict()
    with monkeypatch.context() as patch:
        patch.setattr("checker.watch.session.check_with", lambda *_, **__: 1 / 0)
        await learner.press("r")
        await learner.sees("A bug in the checker: ZeroDivisionError")

    learner.write_all()
    await learner.sees("Lesson 41 is complete.")


async def test_syntax_error_is_shown_and_mended_by_the_next_save(learner):
    learner.write_all(replacing=("client = TestClient(app)", "client = TestClient(app"))
    await learner.sees("SyntaxError: '(' was never closed")

    learner.write_all()
    await learner.sees("Lesson 41 is complete.")


async def test_test_that_hangs_is_named_and_the_keys_go_on_working(learner):
    learner.app.session._limit = 1.5
    learner.write_all(replacing=('create("erin", "Surgeon")', "__import__('time').sleep(60)"))
    await learner.pilot.pause(0.5)

    await learner.press("t")
    assert isinstance(learner.app.screen.query_one("#page Static", Static).content, Markdown)
    await learner.press("escape")
    await learner.sees("test_taken_username_is_refused does not end: stopped after 1.5 seconds")


async def test_editor_that_saves_by_rename_is_noticed(learner):
    await learner.sees("8 of 8 to write.")
    beside = learner.file.with_name(".test_test_client.py.swp")
    beside.write_text(with_tasks(learner.starter, learner.solution, learner.tasks), "utf-8")

    beside.replace(learner.file)

    await learner.sees("Lesson 41 is complete.")


async def test_lesson_folder_that_goes_and_comes_back_is_told_and_checked_again(learner):
    await learner.sees("8 of 8 to write.")
    home = learner.app.lesson.home
    shutil.move(home, home.parent.parent / "elsewhere")
    await learner.sees("lessons/41_test_client is gone.")
    assert learner.shown("around") == "", "nothing of what was there is said to be there"

    shutil.move(home.parent.parent / "elsewhere", home)
    await learner.sees("8 of 8 to write.")


async def test_edited_app_is_told(learner):
    app_file = learner.app.lesson.home / "users_api.py"
    app_file.write_text(app_file.read_text("utf-8") + "\n# mine\n", "utf-8")

    await learner.sees("users_api.py is not as it was shipped.")


# -- the keys


async def test_hints_climb_rung_by_rung_and_are_remembered(learner):
    await learner.sees("8 of 8 to write.")

    await learner.press("h")
    assert "Hint 1 of 4 for test_each_user_has_their_own_job" in learner.page()
    await learner.press("h")
    assert "Hint 2 of 4" in learner.page()
    await learner.press("escape", "l")
    assert "2 hints" in str(learner.app.screen.query_one(OptionList).get_option_at_index(0).prompt)


async def test_last_hint_offers_no_next_one(learner):
    await learner.sees("8 of 8 to write.")

    for rung in range(1, 5):
        await learner.press("h")
        keys = str(learner.app.screen.query_one(".keys", Static).content)
        assert ("h next hint" in keys) == (rung < 4)


async def test_hint_for_a_survivor_waits_for_the_verdict(learner):
    learner.app.checked = None
    learner.write_all(replacing=('.json()["job"] == "Tailor"', ".status_code == 200"))

    await learner.press("h")
    assert len(learner.app.screen_stack) == 1, "nothing to show yet"
    await learner.sees(f"{ALL - 1} of {ALL} caught.")
    await learner.press("h")
    assert "a mutant that survives (duplicate-2)" in learner.page()


async def test_text_and_matrix_are_pages_to_read_and_to_leave(learner):
    learner.write_all()
    await learner.sees("Lesson 41 is complete.")

    await learner.press("t")
    assert (
        "You have an app with two routes."
        in learner.app.screen.query_one("#page Static", Static).content.markup
    )
    await learner.press("escape", "m")
    assert "create-forgets" in learner.page()
    await learner.press("escape")
    assert len(learner.app.screen_stack) == 1


async def test_list_goes_to_the_lesson_that_is_chosen(learner):
    await learner.sees("8 of 8 to write.")

    await learner.press("l", "down", "enter")

    assert learner.app.lesson.number == 42


async def test_there_is_nothing_before_the_first_lesson_and_after_the_last(learner):
    await learner.press("p")
    assert learner.app.lesson.number == 41
    await learner.press("n", "n")
    assert learner.app.lesson.number == 42


async def test_rerun_checks_once_more_without_a_save(learner):
    await learner.verdict()
    before = learner.app.checked

    await learner.press("r")

    await learner.until(lambda: learner.app.checked not in (None, before))


async def test_going_from_lesson_to_lesson_is_no_save(learner):
    await learner.verdict()
    begun, begin = [], learner.app._begin
    learner.app._begin = lambda: (begun.append(learner.app.lesson.number), begin())

    for key in ("n", "p", "n", "p"):
        await learner.press(key)
        await asyncio.sleep(1.2)  # longer than a second without events, after which saves looks by itself
    await learner.verdict()

    assert learner.app.sub_title == "", "no change was noticed, told or untold"


async def test_key_whose_work_fails_is_told_and_the_app_goes_on(learner):
    await learner.verdict()
    (learner.app.lesson.shipped / "README.md").write_bytes(b"\xff")

    await learner.press("t")

    assert len(learner.app.screen_stack) == 1
    await learner.press("m")
    assert len(learner.app.screen_stack) == 2


async def test_hint_is_about_what_is_saved_now(learner):
    learner.write_all(replacing=('.json()["job"] == "Tailor"', ".status_code == 200"))
    await learner.verdict()
    learner.app.on_told(Told(Begun(learner.app.lesson)))

    await learner.press("h")

    assert len(learner.app.screen_stack) == 1, "the verdict of before says nothing any more"


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 50)], ids=str)
async def test_everything_can_be_reached_at_any_size(two_lessons, size):
    app = WatchApp(two_lessons, two_lessons.lessons[0])
    async with app.run_test(size=size) as pilot:
        learner = Learner(app, pilot)
        await learner.sees("8 of 8 to write.")
        footer = app.query(".keys").last()
        assert "q quit" in " ".join(footer.render_line(y).text for y in range(footer.size.height)).replace(
            "\xa0", " "
        )
        widest = max(
            len(widget.render_line(y).text.rstrip())
            for widget in app.query("Lines")
            for y in range(widget.size.height)
        )
        assert widest <= size[0]
        body = app.query_one("#body")
        await learner.press("end")
        await learner.until(lambda: body.scroll_y == body.max_scroll_y)
        await learner.verdict()
        await learner.press("m")
        header, *_ = learner.page().splitlines()
        assert len(header) <= size[0], "a row of the matrix is never folded"


async def test_last_line_can_be_reached_in_a_terminal_made_small(learner):
    await learner.verdict()
    body, around = learner.app.query_one("#body"), learner.app.query_one("#around")

    await learner.pilot.resize_terminal(30, 8)
    await learner.until(lambda: around.content_size.width < 30)
    await learner.pilot.pause(0.2)
    body.scroll_end(animate=False)
    await learner.pilot.pause()

    rows = [around.render_line(y).text.strip() for y in range(around.size.height)]
    assert "(P6)" in rows[-1]
    assert body.max_scroll_y > 0


async def test_meaning_is_there_without_colour(two_lessons, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = WatchApp(two_lessons, two_lessons.lessons[0])
    async with app.run_test() as pilot:
        await Learner(app, pilot).sees("✗ write     0 of 8 written", "around")


async def test_light_and_dark_by_the_terminal_and_by_a_key(two_lessons, monkeypatch):
    monkeypatch.setenv("COLORFGBG", "0;15")
    app = WatchApp(two_lessons, two_lessons.lessons[0])
    async with app.run_test() as pilot:
        assert app.theme == "textual-light"
        await pilot.press("d")
        assert app.theme == "textual-dark"


async def test_nothing_is_left_running(two_lessons):
    app = WatchApp(two_lessons, two_lessons.lessons[0])
    async with app.run_test() as pilot:
        await Learner(app, pilot).sees("8 of 8 to write.")
        parents = app.session._runner._parents

    assert all(parent.poll() is not None for parent in parents)
    assert not app.session._thread.is_alive()
