"""`checker watch` in a terminal and without one: what is written, and how it ends."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from checker.watch.saves import Save, contents, saves

NAME = "41_test_client/test_test_client.py"
PATIENCE = 60  # seconds; only a failure waits that long


class Watching:
    """`checker watch` as somebody started it, and all that it has written."""

    def __init__(self, in_course, *arguments, terminal, **environment):
        pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
        self.ours, theirs = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "checker", "watch", "41", *arguments],
            cwd=in_course.folder,
            env={**os.environ, "TERM": "xterm-256color", **in_course.environment, **environment},
            stdin=theirs if terminal else subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.written = ""

    def until(self, pattern):
        """Read until the program has written `pattern`."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.written):
            assert time.monotonic() < deadline, self.written[-2000:]
            self._read(0.1)

    def ended(self):
        """The exit status, once it has ended; all that it wrote is read."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.written[-2000:]
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def press(self, keys):
        os.write(self.ours, keys)

    def children(self):
        """Every process below it."""
        listing = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        parents = {int(pid): int(parent) for pid, parent in map(str.split, listing.splitlines())}

        def below(pid):
            return [
                child
                for child, parent in parents.items()
                if parent == pid
                for child in (child, *below(child))
            ]

        return below(self.process.pid)

    def _read(self, timeout):
        try:
            data = os.read(self.ours, 65_536) if select.select([self.ours], [], [], timeout)[0] else b""
        except OSError:  # the terminal's other end is closed
            return b""
        self.written += data.decode(errors="replace")
        return data


@pytest.fixture
def watching(in_course):
    started = []

    def start(*arguments, terminal=False, **environment):
        started.append(Watching(in_course, *arguments, terminal=terminal, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()
        os.close(one.ours)


def gone(pids):
    """Whether none of these processes is there, a moment later."""
    deadline = time.monotonic() + 10
    while any(map(is_there, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(is_there, pids))


def is_there(pid):
    """Whether there is such a process, one that ended and was not waited for aside."""
    listing = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return listing.stdout.strip() not in ("", "Z")


# -- lines that scroll


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [([], {}), (["--plain"], {"terminal": True}), ([], {"terminal": True, "TERM": "dumb"})],
    ids=["no terminal", "asked for", "dumb terminal"],
)
def test_lines_scroll_where_no_screen_can_be_had_or_is_wanted(watching, course, arguments, environment):
    shown = watching(*arguments, **environment)
    shown.until(r"8 of 8 to write\.")

    (course / "lessons" / NAME).write_bytes((course / "solutions" / NAME).read_bytes())

    shown.until(r"lesson 41: checking …\r?\n.*8 of 8 written, 12 of 12 tests pass on the app")
    shown.until(r"Lesson 41 is complete\.")
    shown.until(r"It was the last lesson\.")
    assert "\x1b[?" not in shown.written, "nothing moves the cursor"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "told to end"])
def test_plain_watch_that_is_ended_leaves_no_process(watching, number):
    shown = watching()
    shown.until(r"8 of 8 to write\.")
    children = shown.children()

    shown.process.send_signal(number)

    assert shown.ended() in (0, -signal.SIGTERM)
    assert children
    assert gone(children)
    assert "Traceback" not in shown.written


# -- full screen

ON, OFF = "\x1b[?1049h", "\x1b[?1049l"


@pytest.mark.parametrize(
    "end",
    [
        lambda shown: shown.press(b"q"),
        lambda shown: shown.press(b"\x03"),
        lambda shown: shown.process.terminate(),
    ],
    ids=["q", "Ctrl-C", "told to end"],
)
def test_full_screen_that_is_ended_restores_the_terminal_and_leaves_no_process(watching, end):
    shown = watching(terminal=True)
    shown.until("8 of 8 to write")
    children = shown.children()

    end(shown)

    assert shown.ended() == 0
    assert shown.written.index(ON) < shown.written.rindex(OFF)
    assert children
    assert gone(children)
    assert "Traceback" not in shown.written


def test_ctrl_c_while_it_still_starts_leaves_no_process(watching):
    shown = watching(terminal=True)
    shown.until(re.escape(ON))
    children = shown.children()

    shown.press(b"\x03")

    assert shown.ended() == 0
    assert gone(children)


def test_ctrl_c_while_a_test_hangs_ends_at_once(watching, course):
    file = course / "lessons" / NAME
    file.write_text(
        file.read_text("utf-8").replace("import pytest\n", "import pytest, time\n\ntime.sleep(50)\n", 1)
    )
    shown = watching(terminal=True)
    shown.until("checking … [2-9] s")
    children = shown.children()

    shown.press(b"q")

    assert shown.ended() == 0
    assert gone(children)


# -- saves


class Looking:
    """`saves` in a thread: what it has told so far, and how often it has looked."""

    def __init__(self, folder):
        self.folder, self.told, self.looks = folder, [], 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._follow, args=[contents(folder)])
        self.thread.start()

    def _follow(self, seen):
        for save in saves(self.folder, seen, self._look, self.stop):
            self.told.append(save)

    def _look(self):
        self.looks += 1
        return contents(self.folder)

    def looks_again(self):
        """Wait until it has looked at what is there now, and told what it found: the look after that has begun."""
        wanted, deadline = self.looks + 2, time.monotonic() + PATIENCE
        while self.looks < wanted:
            assert time.monotonic() < deadline, "it does not look any more"
            time.sleep(0.01)


@pytest.fixture
def looking(tmp_path):
    """It has begun to watch the folder, with one test file in it."""
    (tmp_path / "test_a.py").write_text("1")
    looking = Looking(tmp_path)
    looking.looks_again()
    yield looking
    looking.stop.set()
    looking.thread.join(10)
    assert not looking.thread.is_alive()


def save_by_rename(path, text):
    """As some editors do: at no time is there half of the file."""
    beside = path.with_suffix(".swp")
    beside.write_text(text)
    beside.replace(path)


def test_save_is_told_once_though_the_editor_writes_twice(looking, tmp_path):
    for _ in range(2):
        save_by_rename(tmp_path / "test_a.py", "2")

    looking.looks_again()
    assert looking.told == [Save(by_event=True)]


def test_file_that_is_saved_unchanged_or_is_no_python_is_not_told(looking, tmp_path):
    (tmp_path / "test_a.py").write_text("1")
    (tmp_path / "notes.md").write_text("mine")

    looking.looks_again()
    assert looking.told == []


def test_new_file_is_told(looking, tmp_path):
    save_by_rename(tmp_path / "test_b.py", "new")

    looking.looks_again()
    assert looking.told == [Save(by_event=True)]


def test_without_file_events_changes_are_noticed_by_looking_and_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("watchfiles.watch", lambda *_, **__: iter(lambda: time.sleep(0.05) or set(), None))
    state, stop, told = iter(range(1000)), threading.Event(), []

    for save in saves(tmp_path, None, lambda: next(state), stop):
        told.append(save)
        if len(told) == 4:
            stop.set()

    assert [save.by_event for save in told] == [True, False, False, False]


def test_save_before_the_watching_begins_is_told_too(tmp_path):
    (tmp_path / "test_a.py").write_text("1")
    before, stop = contents(tmp_path), threading.Event()
    (tmp_path / "test_a.py").write_text("2")

    first = next(saves(tmp_path, before, lambda: contents(tmp_path), stop))
    stop.set()

    assert isinstance(first, Save)


def test_where_watching_fails_at_all_changes_are_noticed_by_looking(tmp_path):
    state, stop, told = iter(range(1000)), threading.Event(), []

    for save in saves(tmp_path / "nowhere", None, lambda: next(state), stop):
        told.append(save)
        stop.set()

    assert told == [Save(by_event=False)]


def test_folder_that_is_gone_has_other_contents(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "test_a.py").write_text("1")
    before = contents(tmp_path / "a")
    shutil.rmtree(tmp_path / "a")

    assert contents(tmp_path / "a") != before
