// The page of one learner, made when it is asked for.

function learnerPage(learner, before, after) {
  const [, id, email, team, source] = learner.who;
  const known = [["id", id], ["e-mail", email], ["team", team], ["handed in as", source]].filter(([, words]) => words);
  const graded = data.lessons.map((lesson, at) => [lesson, learner.units[at]]);
  return [
    around(before, after),
    el(
      "header",
      {},
      el("h2", { tabindex: "-1" }, el("bdi", {}, displayName(learner))),
      el("p", { class: "soft small" }, known.map(([what, words], at) => [at ? " · " : "", `${what} `, el("bdi", {}, words)])),
      learner.flags.length > 0 && el("p", {}, learner.flags.map((flag) => [tag(text(flag)), " "])),
      markOf(learner.total, "Mark for all lessons"),
      learner.notes.length > 0 && [el("h4", {}, "Notes of the intake"), list(learner.notes.map(text))],
    ),
    graded.map(([lesson, unit]) => lessonPart(lesson, unit, learner)),
  ];
}

function around(before, after) {
  const link = (learner, words) => learner && el("a", { href: `#learner/${learner.a}` }, words, el("bdi", {}, displayName(learner)));
  return el(
    "div",
    { class: "around" },
    el("a", { href: "#lessons" }, "← Back to the class"),
    el("nav", { "aria-label": "Other learners" }, link(before, "Before: "), link(after, "Next: ")),
  );
}

function markOf(mark, what) {
  if (!mark) return null;
  const [words, , reasons] = mark;
  const only = reasons.length === 1 && el("span", { class: "says" }, ` · ${text(reasons[0])}`);
  return [el("p", {}, `${what}: `, el("strong", {}, words), only), reasons.length > 1 && list(reasons.map(text))];
}

function lessonPart(lesson, unit, learner) {
  const part = el("section", { class: "lesson", id: `lesson-${lessonNumber(lesson)}` });
  part.append(el("h3", {}, `${lessonNumber(lesson)} · ${lesson.title}`), verdictOf(lesson, unit));
  if (learner.src && unit.at !== undefined) {
    part.append(el("p", {}, el("a", { href: `suites/${learner.a}.html#lesson-${lessonNumber(lesson)}` }, "The suite, each test beside its verdict")));
  }
  if (unit.x && unit.x.length) part.append(el("p", {}, tag("suspect"), ` ${unit.x.map(text).join("; ")}`));
  if (unit.open) part.append(el("p", { class: "loud" }, el("strong", {}, "No sandbox: "), "this verdict was made with the tests running unconfined."));
  part.append(...(markOf(unit.m, "Mark") || []).filter(Boolean));
  if (unit.f && unit.f.length) part.append(el("h4", {}, "What was found"), findings(unit));
  if (unit.t && unit.t.length) {
    part.append(el("h4", {}, "Which test notices which mutant"), matrix(lesson, unit), failing(unit));
    if (text(unit.row).match(/[^?]/)) part.append(talk(lesson, unit));
  }
  return part;
}

function verdictOf(lesson, unit) {
  const graded = unit.at !== undefined && !statusIs(unit, "harness_error");
  const caught = graded && `${unit.k} of ${counted(lesson.bugs.length, "mutant")} caught. `;
  const when = unit.at !== undefined && el("span", { class: "soft small" }, `Graded ${text(unit.at)}.`);
  return el("p", {}, el("span", { class: "status" }, statusWords(unit)), `: ${data.statuses[unit.s][2]}. `, caught, when);
}

const findings = (unit) =>
  el("ul", { class: "plain" }, unit.f.map(([stage, words]) => el("li", { class: "says" }, el("strong", {}, `${text(stage)}: `), text(words))));

function failing(unit) {
  const told = unit.t.filter(([, , , message]) => text(message));
  if (!told.length) return "";
  const items = told.map(([name, , , message]) => el("li", {}, el("code", {}, text(name)), el("div", { class: "says small mono" }, text(message))));
  return el("details", {}, el("summary", {}, `What ${counted(told.length, "test")} said on the app`), el("ul", { class: "plain" }, items));
}

// -- an oral

const questions = [
  ["Which of your tests notices this?", (row) => row === "A"],
  ["A crash gives this away, no assertion. Which assertion would say it?", (row) => "EST".includes(row)],
  ["A test notices this, and does not count yet. Which, and why?", (row) => row === "m"],
  ["None of your tests notices this. What would one look at?", (row) => row === "."],
];

function talk(lesson, unit) {
  const all = el("button", { type: "button", class: "button" }, "Show all answers");
  const points = questions.flatMap(([question, fits]) =>
    [...text(unit.row)].flatMap((sign, column) => (fits(sign) ? [talkingPoint(question, lesson.bugs[column], noticing(unit, column))] : [])),
  );
  const box = el("ul", { class: "talk" }, points);
  all.addEventListener("click", () => {
    const open = all.textContent === "Show all answers";
    for (const one of box.querySelectorAll("details")) one.open = open;
    all.textContent = open ? "Hide all answers" : "Show all answers";
  });
  const title = `For a talk about this suite: ${counted(points.length, "question")}`;
  return el("details", { class: "talk-box" }, el("summary", {}, title), el("p", {}, all), box);
}

/** The tests that notice a mutant, those that count first, and how each does. */
const noticing = (unit, column) =>
  unit.t
    .map(([name, , , , row]) => [text(name), text(row)[column]])
    .filter(([, sign]) => sign in howWords)
    .sort(([, one], [, other]) => "AESTm".indexOf(one) - "AESTm".indexOf(other));

function talkingPoint(question, [id, area, promise, symptom], tests) {
  const answer = tests.length
    ? list(tests.map(([name, sign]) => [el("code", {}, name), ` ${howWords[sign]}`]))
    : el("p", { class: "small" }, "No test of this suite.");
  const where = el("p", { class: "soft small" }, el("code", {}, id), ` · ${[area, promise].filter(Boolean).join(", ")}`);
  return el(
    "li",
    {},
    el("p", { class: "ask" }, symptom || id),
    el("details", {}, el("summary", { class: "small" }, question), answer, where),
  );
}
