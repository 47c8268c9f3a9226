"""The report of a class in a real browser, from disk: sorted, filtered, a learner opened. Pictures are left in `tmp_path`."""

import shutil
from dataclasses import replace

import pytest
from grading.classes import AWKWARD, HOSTILE_TEST, MADE_AT, made_class, made_marks, sheets

from checker.grading.report import write_feedback, write_report
from checker.grading.safely import safe_names

LESSONS = len(list(sheets()))
SCORE, MARK = LESSONS + 3, LESSONS + 4  # columns, after the name, the lessons and how many are complete
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

# What a person sees of a text, and how well: the lowest contrast on the page, and whose it is.
LOWEST_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return parse("Canvas");
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let worst = [99, ""];
  for (const e of document.querySelectorAll("body *")) {
    const says = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!says || !e.checkVisibility() || ["SCRIPT", "OPTION"].includes(e.tagName)) continue;
    const [one, other] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < worst[0]) worst = [contrast, `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`];
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def made():
    """The class that is looked at: thirty ordinary learners, and those with awkward names."""
    return made_class(30, awkward=True)


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    file = tmp_path_factory.mktemp("class") / "report.html"
    write_report(made, *made_marks(made), file, title="Testing FastAPI", made_at=MADE_AT)
    return file


@pytest.fixture
def open_report(browser, report):
    """Opens the report, at a hash where one is given. In the end: no complaint, and nothing was fetched."""
    pages, complaints, fetched, wanted = [], [], [], []

    def opened(hash="", file=report, **options):
        page = browser.new_page(viewport={"width": 1280, "height": 900}, **options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(f"{file.as_uri()}{hash}")
        pages.append(page)
        wanted.append(file.as_uri())
        return page

    yield opened
    assert complaints == []
    assert {url.partition("#")[0] for url in fetched} == set(wanted)
    for page in pages:
        assert page.evaluate("window.hacked") is None
        page.close()


def names(page):
    return page.locator("#heat tbody tr:visible > th a").all_inner_texts()


def column(page, number):
    return page.locator(f"#heat tbody tr:visible > :nth-child({number})").all_inner_texts()


def sort_by(page, name):
    page.locator("#heat thead").get_by_role("button", name=name, exact=True).click()


def opened_learner(page, name):
    page.locator("#learner").get_by_role("heading", level=2, name=name, exact=True).wait_for()


def sorted_columns(page):
    return page.locator("#heat th[aria-sort]").evaluate_all(
        "all => all.map(th => [th.dataset.sort, th.getAttribute('aria-sort')])"
    )


# -- sorting


def test_name_sorts_from_a_to_z_and_back(open_report):
    page = open_report()
    assert sorted_columns(page) == [["name", "ascending"]]

    sort_by(page, "Learner")

    assert sorted_columns(page) == [["name", "descending"]]
    shown = [name for name in names(page) if name.split()[0] in ("Ada", "Ben", "Zoë", "Grace")]
    assert [name.split()[0] for name in shown] == sorted((name.split()[0] for name in shown), reverse=True)


def test_score_sorts_the_lowest_first_and_then_the_highest(open_report):
    page = open_report()

    sort_by(page, "Score")
    lowest_first = [int(text.rstrip(" %")) for text in column(page, SCORE)]
    sort_by(page, "Score")
    highest_first = [int(text.rstrip(" %")) for text in column(page, SCORE)]

    assert lowest_first == sorted(lowest_first)
    assert highest_first == sorted(lowest_first, reverse=True)
    assert sorted_columns(page) == [["score", "descending"]]


def test_mark_puts_those_without_one_first(open_report):
    page = open_report()

    sort_by(page, "Mark")

    marks = [-1 if text == "no mark" else float(text.partition(" ")[0]) for text in column(page, MARK)]
    assert marks == sorted(marks)
    assert marks[0] == -1


def test_lesson_sorts_by_score_or_by_status(open_report):
    page = open_report()

    sort_by(page, "01")
    scores = [text.split()[0] for text in column(page, 2) if "/" in text]
    page.get_by_label("A lesson’s column goes by").select_option("status")
    statuses = [text.split("\n")[-1] if "/" not in text else text.split("\n")[1] for text in column(page, 2)]

    assert [part(score) for score in scores] == sorted(map(part, scores))
    order = [
        "no verdict",
        "not handed in",
        "broken",
        "empty",
        "to do",
        "invalid",
        "survivors",
        "leaky",
        "complete",
    ]
    assert [order.index(status) for status in statuses] == sorted(order.index(status) for status in statuses)


def part(score):
    caught, _, of = score.partition("/")
    return int(caught) / int(of)


def test_sorting_by_flags_puts_those_to_look_at_first(open_report):
    page = open_report()

    sort_by(page, "Flags")

    urgent = [bool(set(text.split("\n")) - {"", "late", "nothing handed in"}) for text in column(page, 11)]
    assert any(urgent)
    assert urgent == sorted(urgent, reverse=True)


def test_sorting_works_with_the_keyboard_and_is_announced(open_report):
    page = open_report()

    page.locator("#heat thead").get_by_role("button", name="Complete").focus()
    page.keyboard.press("Enter")

    assert sorted_columns(page) == [["complete", "ascending"]]
    assert "sorted by complete, lowest first" in page.get_by_role("status").inner_text()


# -- filtering


def test_text_finds_names_without_their_accents(open_report):
    page = open_report()

    page.get_by_role("searchbox").fill("ada ang")

    assert names(page) == ["Ada Ångström"]
    assert page.get_by_role("status").inner_text().startswith("1 of 47 learners")


def test_text_finds_ids_and_mail_addresses(open_report):
    page = open_report()

    page.get_by_role("searchbox").fill("s1003@students")

    assert len(names(page)) == 1


def test_only_those_to_look_at_are_left(open_report, made):
    page = open_report()

    page.get_by_label("only those to look at").check()

    assert 0 < len(names(page)) < len(made.learners)
    assert all(set(text.split("\n")) - {"", "late", "nothing handed in"} for text in column(page, 11))


def test_status_leaves_those_who_have_it_somewhere(open_report, made):
    page = open_report()

    page.get_by_label("Status, in any lesson").select_option("broken")

    having = [one for one in made.learners if any(unit.status == "broken" for unit in one.units.values())]
    assert len(names(page)) == len(having) > 0


def test_filters_add_up_and_can_be_taken_back(open_report, made):
    page = open_report()

    page.get_by_role("searchbox").fill("nobody is called this")
    assert page.get_by_role("status").inner_text() == "No learner is like that."
    page.get_by_role("button", name="Show all").click()

    page.get_by_role("status").get_by_text(f"{len(made.learners)} of {len(made.learners)}").wait_for()
    assert len(names(page)) == len(made.learners)


def test_filter_holds_for_learners_and_mutants_too(open_report):
    page = open_report()
    page.locator("#bugs summary").first.click()
    page.locator("#bugs-0 table.grid").wait_for()

    page.get_by_role("searchbox").fill("ada ang")

    assert page.locator("#bugs-0 table.grid tbody tr:visible").count() == 1


def test_learners_and_mutants_opened_later_keep_to_the_filter(open_report):
    page = open_report()
    page.get_by_role("searchbox").fill("ada ang")

    page.locator("#bugs summary").first.click()
    page.locator("#bugs-0 table.grid").wait_for()

    assert page.locator("#bugs-0 table.grid tbody tr:visible").count() == 1


def test_learners_and_mutants_say_the_same_with_scripts_and_without(open_report, browser, report):
    with_scripts = open_report()
    with_scripts.locator("#bugs summary").first.click()
    with_scripts.locator("#bugs-0 table.grid").wait_for()
    without = browser.new_context(java_script_enabled=False).new_page()
    without.goto(report.as_uri())
    without.locator("#bugs summary").first.click()

    rows = [page.locator("#bugs-0 table.grid tbody tr").all_inner_texts() for page in (with_scripts, without)]

    without.context.close()
    assert [row.split() for row in rows[0]] == [row.split() for row in rows[1]]
    assert len(rows[0]) > 30


def test_without_scripts_the_tables_are_there_and_it_is_said_what_is_not(browser, report):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(report.as_uri())

    assert "Scripts are switched off" in page.locator(".loud").first.inner_text()
    assert page.locator("#heat tbody tr").count() == 47
    assert not page.locator("form.find").is_visible()
    page.context.close()


# -- one learner


def test_click_on_a_name_opens_the_learner(open_report):
    page = open_report()

    page.locator("#heat").get_by_role("link", name="Ben Hofmann").click()

    opened_learner(page, "Ben Hofmann")
    assert not page.locator("#class").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.title() == "Ben Hofmann · Testing FastAPI"


def test_keyboard_opens_a_learner_and_escape_leads_back_to_the_link(open_report):
    page = open_report()
    page.locator("#heat").get_by_role("link", name="Ben Hofmann").focus()

    page.keyboard.press("Enter")
    opened_learner(page, "Ben Hofmann")
    page.keyboard.press("Escape")

    page.locator("#class").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Ben Hofmann"


def test_hash_opens_the_learner_at_a_lesson(open_report):
    page = open_report("#learner/s1001/02")

    opened_learner(page, "Ben Hofmann")
    assert page.locator("#lesson-02 .talk-box").get_attribute("open") is not None
    assert page.locator("#lesson-02").evaluate("e => e.getBoundingClientRect().top") < 100


def test_click_on_a_cell_opens_the_learner_at_that_lesson(open_report):
    page = open_report()

    page.locator("#heat tbody tr", has_text="Ben Hofmann").locator("td.cell").nth(2).click()

    opened_learner(page, "Ben Hofmann")
    assert page.url.endswith("#learner/s1001/03")


def test_hash_of_nobody_shows_the_class_and_says_so(open_report):
    page = open_report("#learner/nobody")

    assert page.locator("#class").is_visible()
    assert page.get_by_role("status").inner_text() == "No learner “nobody” is in this report."


def test_browsers_back_button_leads_back_to_the_class(open_report):
    page = open_report()
    page.locator("#heat").get_by_role("link", name="Ben Hofmann").click()
    opened_learner(page, "Ben Hofmann")

    page.go_back()

    page.locator("#class").wait_for()
    assert page.title() == "Testing FastAPI"


def test_next_learner_is_the_next_one_that_is_shown(open_report):
    page = open_report()
    sort_by(page, "Score")
    page.get_by_label("only those to look at").check()
    shown = names(page)

    page.locator("#heat tbody tr:visible > th a").nth(3).click()
    page.get_by_role("link", name="Next: ").click()

    opened_learner(page, shown[4])


def test_matrix_says_which_test_notices_which_mutant(open_report, made):
    page = open_report("#learner/s1001")
    (unit,) = [one.units["01_test_client"] for one in made.learners if one.learner.id == "s1001"]
    hows = {"assertion": "A", "exception": "E", "setup": "S", "teardown": "T"}

    table = page.locator("#lesson-01 table.grid")

    for row, test in enumerate(unit.document["tests"]):
        cells = table.locator("tbody tr").nth(row).locator("td").all_inner_texts()
        for cell, mutant in zip(cells, unit.document["mutants"], strict=False):
            kills = [hows[kill["how"]] for kill in mutant["killed_by"] if kill["test"] == test["name"]]
            muted = "m" if test["name"] in mutant["muted_by"] else "." if test["valid"] else "-"
            assert cell == (kills or [muted])[0]
    assert table.locator("thead th").count() == len(unit.document["mutants"]) + 2


def test_talking_points_ask_first_and_answer_when_asked(open_report, made):
    page = open_report("#learner/s1001/01")
    question = "Which of your tests notices this?"
    point = page.locator("#lesson-01 .talk li", has_text=question).first
    bug = next(bug for bug in made.lessons[0].bugs if bug.symptom == point.locator(".ask").inner_text())
    assert not point.get_by_text(bug.id).is_visible()

    point.get_by_text(question).click()

    point.get_by_text(bug.id).wait_for()
    assert "by an assertion" in point.inner_text()


def test_all_answers_are_shown_at_once(open_report):
    page = open_report("#learner/s1001/01")
    box = page.locator("#lesson-01 .talk-box")

    box.get_by_role("button").click()

    assert box.locator(".talk details:not([open])").count() == 0
    assert box.get_by_role("button").inner_text() == "Hide all answers"


# -- awkward names, looks


def test_awkward_learners_open_and_nothing_runs(open_report, made):
    anchors = safe_names(one.learner.id for one in made.learners)
    page = open_report()

    for _, id in AWKWARD:
        page.evaluate("anchor => { location.hash = `learner/${anchor}`; }", anchors[id])
        page.wait_for_function("anchor => data.learners[shownAt]?.a === anchor", arg=anchors[id])

        first = page.locator("#lesson-01 table.grid tbody tr").first
        assert first.inner_text().startswith(HOSTILE_TEST)
        assert page.locator("#learner :is(img, script, b)").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash", ["", "#learner/s1001/01"])
def test_every_text_has_enough_contrast(open_report, tmp_path, scheme, hash):
    page = open_report(hash, color_scheme=scheme)
    for details in page.locator("details:visible").all():
        details.evaluate("e => { e.open = true; }")
    page.wait_for_function(
        "[...document.querySelectorAll('#class:not([hidden]) .who-catches')].every(e => e.querySelector('table'))"
    )

    contrast, whose = page.evaluate(LOWEST_CONTRAST)

    page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert contrast >= 4.5, whose


def test_dark_follows_the_reader(open_report):
    grounds = [
        open_report(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]

    assert grounds[0] != grounds[1]


@pytest.mark.parametrize("hash", ["", "#learner/s1001"])
def test_narrow_window_scrolls_tables_and_not_the_page(open_report, hash):
    page = open_report(hash)
    page.set_viewport_size({"width": 600, "height": 900})

    assert page.evaluate("document.documentElement.scrollWidth") <= 600


def test_table_of_a_small_class_is_as_high_as_it_is(open_report, tmp_path):
    ten = made_class(10)
    file = tmp_path / "ten.html"
    write_report(ten, *made_marks(ten), file, title="Ten", made_at=MADE_AT)
    page = open_report(file=file)

    heights = page.locator("#heat").evaluate("e => [e.parentNode.scrollHeight, e.parentNode.clientHeight]")

    assert heights[0] == heights[1]


def test_table_of_a_big_class_fits_into_the_window_under_its_head(open_report):
    frame = open_report().locator(".tall").first

    assert frame.evaluate("e => e.clientHeight < innerHeight && e.scrollHeight > e.clientHeight")


def test_flags_are_readable_on_a_telephone(open_report):
    page = open_report()
    page.set_viewport_size({"width": 400, "height": 800})

    widths = page.locator(".stacked ul.who").evaluate_all(
        "all => all.map((e) => e.clientWidth).filter(Boolean)"
    )

    assert min(widths) > 300


def test_print_leaves_out_what_is_for_the_screen(open_report):
    page = open_report()

    page.emulate_media(media="print")

    assert not page.locator("form.find").is_visible()
    assert page.locator("#heat tbody tr").last.is_visible()
    assert page.locator(".tall").first.evaluate("e => e.scrollHeight <= e.clientHeight")


def test_report_of_an_empty_class_opens(open_report, tmp_path, made):
    empty = tmp_path / "report.html"
    write_report(replace(made, learners=(), alike=()), {}, {}, empty, title="Nobody", made_at=MADE_AT)

    page = open_report(file=empty)

    assert page.get_by_role("heading", level=1).inner_text() == "Nobody"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_feedback_page_reads_well(browser, made, tmp_path, scheme):
    write_feedback(made, *made_marks(made), tmp_path, "symptoms")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 600, "height": 900})
    complaints, fetched = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: fetched.append(request.url))
    file = tmp_path / "s1001.html"

    page.goto(file.as_uri())

    contrast, whose = page.evaluate(LOWEST_CONTRAST)
    assert contrast >= 4.5, whose
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
    assert complaints == []
    assert fetched == [file.as_uri()]
    page.close()
