// Sorting and filtering of learners × lessons. Rows know their learner by `data-at`.

const heat = byId("heat");
const find = document.querySelector("form.find");
const heatRows = [...heat.tBodies[0].rows];
const sorting = { by: "name", down: false };

const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const haystacks = data.learners.map((learner) => plain(learner.who.join("\n")));
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

// Without a verdict, below every score there is.
const score = (unit) => (unit.p === undefined ? -2 : statusIs(unit, "harness_error") ? -1 : unit.p);
const worst = (learner) => Math.min(...learner.units.map((unit) => unit.s));

/** What a learner is sorted by, as numbers compared one after the other. */
const keys = {
  name: () => [],
  complete: (learner) => [learner.units.filter((unit) => statusIs(unit, "complete")).length, worst(learner)],
  score: (learner) => [learner.units.reduce((sum, unit) => sum + Math.max(0, score(unit)), 0)],
  mark: (learner) => [learner.total ? learner.total[1] : -2],
  flags: (learner) => [learner.look, learner.flags.length],
};

function keyOf(by) {
  if (by in keys) return keys[by];
  const lesson = Number(by);
  const byStatus = find.elements.by.value === "status";
  return (learner) => {
    const unit = learner.units[lesson];
    return byStatus ? [unit.s, score(unit)] : [score(unit), unit.s];
  };
}

function compare(one, other) {
  for (let i = 0; i < one.key.length; i += 1) {
    if (one.key[i] !== other.key[i]) return one.key[i] - other.key[i];
  }
  return 0;
}

function sortRows() {
  const key = keyOf(sorting.by);
  const turn = sorting.down ? -1 : 1;
  const entries = heatRows.map((row) => {
    const learner = data.learners[row.dataset.at];
    return { row, key: key(learner), name: displayName(learner) };
  });
  const nameTurn = sorting.by === "name" ? turn : 1;
  entries.sort((a, b) => turn * compare(a, b) || nameTurn * names.compare(a.name, b.name) || a.row.dataset.at - b.row.dataset.at);
  heat.tBodies[0].append(...entries.map((entry) => entry.row));
  for (const head of heat.tHead.querySelectorAll("th")) head.removeAttribute("aria-sort");
  const sorted = heat.tHead.querySelector(`th[data-sort="${sorting.by}"]`);
  sorted.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
}

function sortBy(by) {
  // Those to look at come first when asked for; everything else begins at its low end.
  sorting.down = sorting.by === by ? !sorting.down : by === "flags";
  sorting.by = by;
  sortRows();
  tell();
}

function isWanted(learner, at) {
  const { text: words, status, flagged } = find.elements;
  return (
    plain(words.value).split(/\s+/).every((word) => haystacks[at].includes(word)) &&
    (status.value === "" || learner.units.some((unit) => unit.s === Number(status.value))) &&
    (!flagged.checked || learner.look === 1)
  );
}

function filterRows() {
  const wanted = data.learners.map(isWanted);
  for (const row of document.querySelectorAll("tr[data-at]")) row.hidden = !wanted[row.dataset.at];
  tell();
}

function orderWords() {
  if (sorting.by === "name") return sorting.down ? "Z to A" : "A to Z";
  if (!(sorting.by in keys) && find.elements.by.value === "status") return sorting.down ? "complete first" : "most urgent first";
  return sorting.down ? "highest first" : "lowest first";
}

function tell() {
  const all = data.learners.length;
  const shown = heatRows.filter((row) => !row.hidden).length;
  const head = heat.tHead.querySelector("th[aria-sort] button");
  const order = `sorted by ${head.dataset.words}, ${orderWords()}`;
  byId("shown").textContent = shown ? `${shown} of ${counted(all, "learner")}, ${order}.` : "No learner is like that.";
}

/** The anchors of the learners that are shown, in the order they are shown in. */
const shownOrder = () =>
  [...heat.tBodies[0].rows].filter((row) => !row.hidden).map((row) => Number(row.dataset.at));

function readyClass() {
  document.documentElement.classList.add("js");
  for (const head of heat.tHead.querySelectorAll("th[data-sort]")) {
    const title = head.querySelector(".title");
    const words = head.firstChild.textContent.trim();
    const button = el("button", { type: "button", "data-words": title ? `lesson ${words}` : words.toLowerCase() }, words);
    button.addEventListener("click", () => sortBy(head.dataset.sort));
    head.firstChild.replaceWith(button);
  }
  find.hidden = false;
  find.addEventListener("input", filterRows);
  find.addEventListener("reset", () => setTimeout(filterRows)); // after the fields are empty
  find.addEventListener("submit", (event) => event.preventDefault());
  find.elements.by.addEventListener("change", () => {
    if (!(sorting.by in keys)) sortRows();
    tell();
  });
  heat.tBodies[0].addEventListener("click", (event) => {
    const cell = event.target.closest("td.cell");
    if (!cell || String(getSelection())) return;
    const learner = data.learners[cell.parentElement.dataset.at];
    location.hash = `learner/${learner.a}/${lessonNumber(data.lessons[cell.dataset.lesson])}`;
  });
  filterRows(); // a browser may bring back what was typed before a reload
}
