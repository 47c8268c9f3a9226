"""Watch as lines that scroll: for screen readers, for logs, and where there is no terminal."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from time import strftime

from checker.course.lessons import Lesson
from checker.engine.run import TIME_LIMIT
from checker.showing import report
from checker.watch import view
from checker.watch.saves import Save, contents, saves
from checker.watch.session import Begun, CheckSession, Event, Failed, Seen

Show = Callable[[Iterable[str]], None]


def watch_plain(lessons: list[Lesson], lesson: Lesson, show: Show, limit: float = TIME_LIMIT) -> None:
    """Check `lesson` on every save and show lines, until a KeyboardInterrupt; no process is left then."""
    events: queue.SimpleQueue[Event | Save] = queue.SimpleQueue()
    stop = threading.Event()
    seen = contents(lesson.home)  # before the first check reads the files: no save falls between the two

    def follow() -> None:
        for save in saves(lesson.home.parent, seen, lambda: contents(lesson.home), stop):
            events.put(save)
            session.check(lesson)

    session = CheckSession(events.put, limit)
    watcher = threading.Thread(target=follow, name="saves", daemon=True)
    show([f"Watching lessons/{lesson.name}. Save a file there to check it; Ctrl-C ends."])
    watcher.start()
    session.check(lesson)
    lines = _Lines(lessons, lesson)
    try:
        while True:
            show(lines.about(_next(events)))
    finally:
        stop.set()
        session.close()


def _next(events: queue.SimpleQueue[Event | Save]) -> Event | Save:
    """The next event; in small steps, so that Ctrl-C is heard on every platform."""
    while True:
        try:
            return events.get(timeout=0.5)
        except queue.Empty:
            continue


class _Lines:
    """What to say about each event: a check's beginning, its first result, its verdict."""

    def __init__(self, lessons: list[Lesson], lesson: Lesson) -> None:
        self._after = view.neighbour(lessons, lesson, 1)
        self._is_first = True
        self._polling = False

    def about(self, event: Event | Save) -> list[str]:
        """The lines for one event, often none."""
        match event:
            case Begun(lesson):
                self._is_first = True
                return [f"{strftime('%H:%M:%S')}  lesson {lesson.number:02}: checking …"]
            case Seen(checked, notice) if checked.pending:
                first, self._is_first = self._is_first, False
                return [f"{strftime('%H:%M:%S')}  {view.first_result(checked)}"] if first else []
            case Seen(checked, notice):
                offer = view.offer(checked, self._after)
                told = [line for line in (offer, notice) if line]
                return ["", *report.board(checked), *told, f"({view.state(checked)})", ""]
            case Failed(_, reason):
                return [reason, ""]
            case Save(by_event=False) if not self._polling:
                self._polling = True
                return ["No file events arrive from this folder: watch looks by itself instead."]
        return []
