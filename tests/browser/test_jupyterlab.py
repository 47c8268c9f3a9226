"""The notebooks in a real JupyterLab, driven in headless Chromium. Pictures of it are left in `tmp_path`."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from conftest import ROOT, count_of_mutants

from checker.notebook import document

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


def code_cells(name):
    """The cells of code of a notebook as it is stored."""
    stored = document.read((ROOT / "notebooks" / name).read_text("utf-8"))
    return [cell for cell in stored["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course: JupyterLab saves what is typed."""
    folder = tmp_path_factory.mktemp("course")
    for part in ("lessons", "solutions", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """JupyterLab's own settings, and a program that stands for the learner's browser: it keeps the page."""
    folder = tmp_path_factory.mktemp("settings")
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\ncp "${{1#file://}}" "{folder}/opened.html"\n', "utf-8")
    script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def server(course, settings):
    """`checker notebook 01`, as a learner starts it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", "--allow-root", "--IdentityProvider.token="]
    log = settings / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "checker", "notebook", "01", *options],
            cwd=course / "lessons",
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "BROWSER": f"{settings}/browser %s",
                "JUPYTER_CONFIG_DIR": str(settings),
                "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
                "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
            },
            stdout=file,
            stderr=file,
            start_new_session=True,  # JupyterLab is a process below it
        )
    address = f"http://127.0.0.1:{port}"
    try:
        assert _within_30_seconds(lambda: _answers(address)), log.read_text("utf-8")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _answers(address):
    try:
        return urllib.request.urlopen(f"{address}/api", timeout=1).status == 200
    except (urllib.error.URLError, OSError):
        return False


def _within_30_seconds(is_so):
    end = time.monotonic() + 30
    while not (so := is_so()) and time.monotonic() < end:
        time.sleep(0.1)
    return so


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Lab:
    """A notebook open in JupyterLab, all of it there and its kernel ready."""

    def __init__(self, page, address, name):
        self.page = page
        page.goto(f"{address}/lab/tree/notebooks/{name}?reset")
        self.notebook = page.locator(".jp-NotebookPanel")
        self.prompts = self.notebook.locator(".jp-CodeCell .jp-InputPrompt")
        # An empty notebook stands there first, and cells off the screen come later.
        playwright.expect(self.prompts).to_have_count(len(code_cells(name)), timeout=60_000)
        # Not the indicator in the notebook's toolbar: it says idle too while there is no kernel yet, and what is
        # run then is dropped without a word.
        page.get_by_text(re.compile(r"^Python 3 \(ipykernel\) \| Idle$")).wait_for(timeout=60_000)

    def command(self, menu, entry):
        self.page.get_by_role("menuitem", name=menu, exact=True).first.click()
        self.page.get_by_role("menuitem", name=entry, exact=True).first.click()

    def run_all(self):
        """Run every cell anew, and wait until each has its number."""
        self.command("Edit", "Clear Outputs of All Cells")
        self._wait_for_prompts(r"\[ \]:", 10)
        self.command("Run", "Run All Cells")
        self._wait_for_prompts(r"\[\d+\]:", 90)

    def _wait_for_prompts(self, pattern, seconds):
        every = [re.compile(f"^{pattern}$")] * self.prompts.count()
        playwright.expect(self.prompts).to_have_text(every, timeout=1000 * seconds)

    def cell(self, text):
        return self.notebook.locator(".jp-CodeCell", has_text=text).first


@pytest.fixture
def open_lab(browser, server):
    pages = []

    def opened(name, **options):
        page = browser.new_page(viewport={"width": 1100, "height": 1400}, **options)
        pages.append(page)
        return Lab(page, server, name)

    yield opened
    for page in pages:
        page.close()


def test_command_opens_the_lessons_notebook_in_the_learners_browser(server, settings):
    page = settings / "opened.html"

    assert _within_30_seconds(page.is_file)
    assert "/lab/tree/notebooks/01_test_client.ipynb" in page.read_text("utf-8")


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_notebook_runs_to_its_end_with_its_boards_and_pictures(open_lab, name, tmp_path):
    outputs = [output.get("data", {}) for cell in code_cells(name) for output in cell["outputs"]]
    lab = open_lab(name)

    lab.run_all()

    boards = lab.notebook.get_by_role("region", name="Verdict")
    assert boards.count() == sum('aria-label="Verdict"' in data.get("text/html", "") for data in outputs)
    pictures = lab.notebook.locator(".jp-RenderedImage img")
    assert pictures.count() == sum("image/png" in data for data in outputs)
    assert pictures.evaluate_all("all => all.every(img => img.naturalWidth > 100)")
    assert (
        lab.notebook.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    )
    _photograph(lab, tmp_path)


def test_exercise_typed_into_its_cell_turns_the_board(open_lab, course):
    lab = open_lab("01_test_client.ipynb")
    lab.run_all()
    cell = lab.cell("def test_refused_create_changes_nothing")
    board = cell.get_by_role("region", name="Verdict")
    assert board.inner_text().strip().startswith("· Not attempted")

    cell.locator(".cm-content").click()
    lab.page.keyboard.press("ControlOrMeta+a")
    lab.page.keyboard.insert_text(
        "%%check 01\n\ndef test_refused_create_changes_nothing():\n"
        '    for job in ("Tailor", "Florist"):\n'
        '        client.post("/users", params={"username": "frank", "job": job})\n\n'
        '    assert client.get("/users/frank").json()["job"] == "Tailor"\n'
    )
    lab.page.keyboard.press("Shift+Enter")

    board.get_by_text(f"Right: valid, and 4 of {count_of_mutants('01')} mutants caught.").wait_for(
        timeout=30_000
    )
    assert board.get_by_role("rowheader", name="test_refused_create_changes_nothing").count() == 1
    starter = (ROOT / "lessons/01_test_client/test_test_client.py").read_bytes()
    assert (course / "lessons/01_test_client/test_test_client.py").read_bytes() == starter


def _photograph(lab, folder):
    """The notebook as it looks, screen by screen, for a person."""
    scroller = lab.notebook.locator(".jp-WindowedPanel-outer").first
    for screen in range(6):
        scroller.evaluate("(e, n) => e.scrollTop = n * 1200", screen)
        lab.page.screenshot(path=folder / f"screen-{screen}.png")
