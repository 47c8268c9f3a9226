// Who notices which mutant, as letters: tests × mutants of one suite, learners × mutants of a class.

const howWords = { A: "by an assertion", E: "by another exception", S: "in set-up", T: "in tear-down", m: "muted: the test is not valid" };
const kills = "AEST";
const letterClass = (sign) => (sign === "A" ? "l-a" : kills.includes(sign) ? "l-e" : sign === "m" ? "l-m" : "l-x");
const cellsOf = (row) => [...row].map((sign) => el("td", { class: letterClass(sign) }, sign));
const list = (items) => el("ul", { class: "plain" }, items.map((item) => el("li", { class: "says" }, item)));

/** A name that may be broken after an underscore. */
const breakable = (name) => name.split(/(?<=_)(?=[^_])/).flatMap((part, at) => (at ? [el("wbr"), part] : [part]));
const sumOf = (number) => el("td", { class: "sum" }, String(number));

function grid({ label, caption, corner, bugs, last, rows, foot, frame = "" }) {
  const heads = bugs.map((bug) => el("th", { scope: "col", class: "bug", title: bug[3] }, el("span", {}, bug[0])));
  return el(
    "div",
    { class: `wide ${frame}`, role: "region", tabindex: "0", "aria-label": label },
    el(
      "table",
      { class: "grid" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, corner), heads, el("th", { scope: "col" }, last))),
      el("tbody", {}, rows),
      el("tfoot", {}, foot),
    ),
  );
}

function matrix(lesson, unit) {
  const rows = unit.t.map(([name, outcome, valid, , row]) => {
    const words = text(outcome) === "passed" ? " not valid" : ` not valid: ${text(outcome)}`;
    const head = el("th", { scope: "row" }, el("code", {}, breakable(text(name))), !valid && el("span", { class: "bad small" }, words));
    return el("tr", {}, head, cellsOf(text(row)), sumOf([...text(row)].filter((sign) => kills.includes(sign)).length));
  });
  return grid({
    label: `Tests and mutants of lesson ${lessonNumber(lesson)}`,
    caption: "A: by an assertion. E: by another exception. S: in set-up. T: in tear-down. “.”: not noticed. -: the test is not valid. m: it notices all the same.",
    corner: "Test",
    bugs: lesson.bugs,
    last: "catches",
    rows,
    foot: el("tr", {}, el("th", { scope: "row" }, "the suite"), cellsOf(text(unit.row)), sumOf(unit.k)),
  });
}

/** Fill in the tables learners × mutants when they are asked for: a big class has some ten thousand cells in them. */
function readyWhoCatches() {
  for (const details of document.querySelectorAll("details.who-catches")) {
    details.addEventListener("toggle", () => details.append(whoCatches(details)), { once: true });
  }
}

function whoCatches({ dataset }) {
  const lesson = data.lessons[dataset.lesson];
  const columns = dataset.columns.split(",").map(Number);
  const wanted = data.learners.map(isWanted);
  const judged = data.learners.map((learner, at) => [learner, at, learner.units[dataset.lesson]]).filter(([, , unit]) => unit.j);
  const letters = ([, , unit]) => columns.map((column) => text(unit.row)[column]);
  const rows = judged.map((one) => {
    const [learner, at, unit] = one;
    const link = el("a", { href: `#learner/${learner.a}/${lessonNumber(lesson)}` }, el("bdi", {}, displayName(learner)));
    const row = el("tr", { "data-at": String(at) }, el("th", { scope: "row" }, link), cellsOf(letters(one)), sumOf(unit.k));
    row.hidden = !wanted[at];
    return row;
  });
  const caught = columns.map((column) => judged.filter(([, , unit]) => kills.includes(text(unit.row)[column])).length);
  return grid({
    label: `Learners and mutants of lesson ${lessonNumber(lesson)}`,
    caption: "A: by an assertion. E: by another exception. S: in set-up. T: in tear-down. m: muted. “.”: missed. ?: not run.",
    corner: "Learner",
    bugs: columns.map((column) => lesson.bugs[column]),
    last: "caught",
    rows,
    foot: el("tr", {}, el("th", { scope: "row" }, "caught by"), caught.map((number) => el("td", {}, String(number))), el("td")),
    frame: heat.closest(".wide").className, // as high as the table of the class
  });
}
