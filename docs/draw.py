"""Draw the pictures of the README: `checker watch` on a suite that misses three bugs, and the report of a class.

    python docs/draw.py [FOLDER]

Writes watch.svg and report.png, by default beside this file. `tests/test_docs.py` compares the first with what is drawn
now. The second needs Chromium, and the extra `dev`; its class is made up.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from grading.classes import MADE_AT, made_class, made_marks  # noqa: E402

from checker.course.lessons import Course  # noqa: E402
from checker.grading.report import write_report  # noqa: E402
from checker.watch.screen import WatchApp  # noqa: E402

LESSON = "01_test_client"
SUITE = "test_test_client.py"
SIZE = (92, 30)  # columns and lines
WEAKER = (
    ('"/users/frank").json()["job"] == "Tailor"', '"/users/frank").status_code == 200'),
    ('    assert response.json() == {"detail": "User already exists"}\n', ""),
    (
        '"/users/heidi").json() == {"username": "heidi", "job": "Sailor"}',
        '"/users/heidi").status_code == 200',
    ),
    ('"/users/grace").json() == {"detail": "User not found"}', '"/users/grace").status_code in (200, 404)'),
)
"""What our tests look at, and a hasty learner's do not."""


def main() -> None:
    """Both pictures, into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    (folder / "watch.svg").write_text(watch(), "utf-8")
    draw_report(folder / "report.png")


def watch() -> str:
    """The screen of `checker watch`, as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        for part in ("lessons", "solutions"):
            shutil.copytree(ROOT / part / LESSON, Path(folder) / part / LESSON)
        ours = (ROOT / "solutions" / LESSON / SUITE).read_text("utf-8")
        (Path(folder) / "lessons" / LESSON / SUITE).write_text(_weaker(ours), "utf-8")
        drawn = asyncio.run(_screen(Course(Path(folder), ROOT)))
    return re.sub(r"terminal-\d+", "watch", drawn)  # which is another number in every drawing


def _weaker(text: str) -> str:
    for looked, looks in WEAKER:
        assert text.count(looked) == 1, looked
        text = text.replace(looked, looks)
    return text


async def _screen(course: Course) -> str:
    app = WatchApp(course, course.lessons[0])
    async with app.run_test(size=SIZE) as pilot:
        app.theme = "textual-dark"
        while app.checked is None:
            await pilot.pause(0.1)
        await pilot.pause()
        return app.export_screenshot(title="checker watch 01", simplify=True)


def draw_report(path: Path) -> None:
    """The page of a class of twelve, as PNG."""
    from playwright.sync_api import sync_playwright

    made = made_class(12)
    learners = (
        replace(one, learner=replace(one.learner, name=f"Learner {number:02}", email="", team=""))
        for number, one in enumerate(made.learners, 1)
    )
    result = replace(made, learners=tuple(learners))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        page_file = Path(folder) / "report.html"
        write_report(result, *made_marks(result), page_file, title="A class", made_at=MADE_AT)
        chromium = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.goto(page_file.as_uri())
        page.screenshot(path=path)
        chromium.close()


if __name__ == "__main__":
    main()
