"""Watch as a full-screen app: the verdict beside the editor, filled in as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import ClassVar

from rich.markdown import Markdown
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import Static
from textual.widgets.option_list import Option

from checker.check import Checked
from checker.course.lessons import Course, Lesson
from checker.engine.run import TIME_LIMIT
from checker.errors import UsageError, told
from checker.judging.matrix import matrix_lines
from checker.showing.hints import next_hint
from checker.showing.overview import bar, line, positions_in
from checker.text import readable_markdown
from checker.watch import view
from checker.watch.pages import Choice, Lines, Page
from checker.watch.saves import Save, contents, saves
from checker.watch.session import Begun, CheckSession, Event, Failed, Seen


class Told(Message):
    """Something that the checks or the saves tell, from their threads."""

    def __init__(self, event: Event | Save) -> None:
        super().__init__()
        self.event = event


class WatchApp(App[None]):
    """Checks a lesson on every save."""

    TITLE = "checker watch"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - declared so by Textual
    CSS = """
    Screen { layout: vertical; }
    #title { text-style: bold; height: auto; padding: 0 1; background: $panel; }
    #state { height: auto; padding: 0 1; }
    .keys { height: auto; padding: 0 1; background: $panel; }
    #body { height: 1fr; }
    #columns { height: auto; layout: vertical; }
    #columns Lines { height: auto; padding: 1 1 0 1; }
    .-wide #columns { layout: horizontal; }
    .-wide #now { width: 1fr; }
    .-wide #around { width: 58; }
    Page, Choice { overflow: hidden; background: $background; }
    #page { height: 1fr; margin: 0 1; padding: 1 1 0 1; background: $surface; }
    #page Static { height: auto; }
    OptionList { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "hint", "hint"),
        Binding("t", "text", "text"),
        Binding("m", "matrix", "matrix"),
        Binding("l", "lessons", "list"),
        Binding("n", "move(1)", "next"),
        Binding("p", "move(-1)", "prev"),
        Binding("r", "rerun", "rerun"),
        Binding("d", "dark", "dark"),
        Binding("q,ctrl+c", "quit", "quit", priority=True),
    ]

    def __init__(self, course: Course, lesson: Lesson, limit: float = TIME_LIMIT) -> None:
        super().__init__()
        self.course = course
        self.lesson = lesson
        self.checked: Checked | None = None
        """The last whole verdict on the lesson shown."""
        self._limit = limit
        self._since: float | None = None
        """When the check began whose first result is awaited."""
        self._stop = threading.Event()
        self.theme = "textual-light" if _is_light() else "textual-dark"

    def compose(self) -> ComposeResult:
        """Which lesson, how far, the verdict, and the keys."""
        yield Static(id="title")
        yield Static(id="state")
        with VerticalScroll(id="body"), Container(id="columns"):
            yield Lines(id="now")
            yield Lines(id="around")
        yield Static(_keys(self.BINDINGS), classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin to watch and to check."""
        self._end_with_the_terminal()
        self.query_one("#body").focus()
        self.session = CheckSession(self._tell, self._limit)
        # Looked at before the first check reads the files: no save falls between the two.
        self._follow_saves(contents(self.course.root / "lessons"))
        self.set_interval(1, self._tick)
        self._turn_to(self.lesson)

    def on_unmount(self) -> None:
        """Leave no thread and no process."""
        self._stop.set()
        self.session.close()

    def _end_with_the_terminal(self) -> None:
        """Told to end, or the connection gone: leave in good order, as after q."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), self.exit)

    # -- what happens

    def _tell(self, event: Event | Save) -> None:
        self.post_message(Told(event))

    @work(thread=True)
    def _follow_saves(self, seen: str) -> None:
        root = self.course.root / "lessons"
        # All lessons: which one is shown may change, and that is no save.
        for save in saves(root, seen, lambda: contents(root), self._stop):
            self.session.check(self.lesson)
            self._tell(save)

    def on_told(self, message: Told) -> None:
        """Show what was told; of another lesson than the one shown nothing is."""
        with contextlib.suppress(NoMatches):  # the app is being left: there is nothing to show it on
            self._show_event(message.event)

    def _show_event(self, event: Event | Save) -> None:
        match event:
            case Begun(lesson) if lesson == self.lesson:
                self._begin()
            case Seen(checked, notice) if checked.lesson == self.lesson:
                self._show(checked, notice)
            case Failed(lesson, reason) if lesson == self.lesson:
                self._since = None
                self._say("not checked")
                self._lines("now").show([reason])
                self._lines("around").show([])
            case Save(by_event=False):
                self.sub_title = "No file events arrive here: watch looks by itself instead."

    def _show(self, checked: Checked, notice: str) -> None:
        self._since = None
        self.checked = None if checked.pending else checked
        offer = view.offer(checked, view.neighbour(self.course.lessons, self.lesson, 1))
        self._lines("now").show([*view.now(checked, offer), *(["", notice] if notice else [])])
        self._lines("around").show(view.around(checked))
        self._say(view.state(checked))

    def _begin(self) -> None:
        self.checked = None
        self._since = monotonic()
        self._say("checking …")

    def _tick(self) -> None:
        """A test may take its time; one that hangs is named when its limit is over."""
        if self._since is not None and (seconds := int(monotonic() - self._since)) >= 2:
            self._say(f"checking … {seconds} s (a test that does not end is named after {self._limit:g} s)")

    def _say(self, state: str) -> None:
        self.query_one("#state", Static).update(Content(f"{state}  {self.sub_title}".rstrip()))

    def _lines(self, name: str) -> Lines:
        return self.query_one(f"#{name}", Lines)

    def _turn_to(self, lesson: Lesson) -> None:
        self.lesson, self.checked = lesson, None
        self.query_one("#title", Static).update(Content(f"{lesson.number:02} · {lesson.title}"))
        for name in ("now", "around"):
            self._lines(name).show([])
        self._begin()
        self.session.check(lesson)

    # -- the keys

    def action_hint(self) -> None:
        """The next rung for the first open task or the first survivor."""
        with self._errors_told():
            how = "press h"
            lines, notice = next_hint(self.course.root, self.lesson, "", self._verdict, again=how)
            again = "next hint" if lines[-1].endswith(how) else ""
            self._read([*lines, *([notice] if notice else [])], again)

    def _verdict(self) -> Checked:
        if self.checked is None:
            raise UsageError("There is no verdict yet: ask again in a moment.")
        return self.checked

    def action_text(self) -> None:
        """The lesson's page."""
        with self._errors_told():
            text = (self.lesson.shipped / "README.md").read_text("utf-8")
            self.push_screen(Page(Static(Markdown(readable_markdown(text)))))

    def action_matrix(self) -> None:
        """Which test catches which mutant."""
        with self._errors_told():
            self._read(list(matrix_lines(self._verdict().verdict, reveal=False, width=self.size.width - 6)))

    def action_lessons(self) -> None:
        """How far each lesson is; Enter goes there."""
        with self._errors_told():
            positions, _ = positions_in(self.course)
            options = [Option(Content(line(position)), id=position.lesson.name) for position in positions]
            self.push_screen(Choice(bar(positions), options), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name:
            self._turn_to(next(lesson for lesson in self.course.lessons if lesson.name == name))

    def action_move(self, step: int) -> None:
        """The next lesson, or the one before."""
        if lesson := view.neighbour(self.course.lessons, self.lesson, step):
            self._turn_to(lesson)
        else:
            self.notify("There is no lesson further on." if step > 0 else "This is the first lesson.")

    def action_rerun(self) -> None:
        """Check once more."""
        self.session.check(self.lesson)

    def action_dark(self) -> None:
        """From dark to light, or back."""
        self.theme = "textual-dark" if self.theme == "textual-light" else "textual-light"

    def _read(self, lines: list[str], again: str = "") -> None:
        page = Lines()
        page.show(lines)
        self.push_screen(Page(page, again))

    @contextlib.contextmanager
    def _errors_told(self) -> Iterator[None]:
        """Whatever a key's work stumbles over is told, and the app goes on."""
        try:
            yield
        except Exception as error:
            self.notify(told(error), severity="error", markup=False)


def _keys(bindings: Iterable[BindingType]) -> str:
    """What the footer says: each key, and what it does."""
    known = [binding for binding in bindings if isinstance(binding, Binding)]
    pairs = (f"{binding.key.split(',')[0]} {binding.description}" for binding in known)
    return "  ".join(pair.replace(" ", "\N{NO-BREAK SPACE}") for pair in pairs)


def _is_light() -> bool:
    """Whether the terminal says that its background is light; most say nothing."""
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
