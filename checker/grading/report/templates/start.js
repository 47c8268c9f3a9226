// Which page is shown: `#learner/<name>/<lesson>` is a learner's, anything else the class.

const classPage = byId("class");
const onePage = byId("learner");
const classTitle = document.title;
let shownAt = null;

function route() {
  const [page, anchor, number] = location.hash.slice(1).split("/");
  const at = page === "learner" ? data.learners.findIndex((learner) => learner.a === anchor) : -1;
  if (at >= 0) showLearner(at, number);
  else showClass(page === "learner" ? `No learner “${anchor}” is in this report.` : "");
}

function showLearner(at, number) {
  const order = shownOrder();
  const place = order.indexOf(at);
  const learner = data.learners[at];
  onePage.replaceChildren(
    ...learnerPage(learner, data.learners[order[place - 1]], place < 0 ? null : data.learners[order[place + 1]])
      .flat(2)
      .filter(Boolean),
  );
  classPage.hidden = true;
  onePage.hidden = false;
  document.title = `${displayName(learner)} · ${classTitle}`;
  shownAt = at;
  onePage.querySelector("h2").focus({ preventScroll: true });
  const part = number && byId(`lesson-${number}`);
  if (part) showPart(part);
  else scrollTo(0, 0);
}

function showPart(part) {
  const talk = part.querySelector(".talk-box");
  if (talk) talk.open = true;
  part.scrollIntoView();
}

function showClass(problem) {
  const from = shownAt;
  shownAt = null;
  onePage.hidden = true;
  classPage.hidden = false;
  document.title = classTitle;
  if (problem) byId("shown").textContent = problem;
  if (problem) byId("lessons").scrollIntoView();
  else if (from !== null) backTo(from);
}

/** Back where the learner was opened: in the table, unless the link led elsewhere. */
function backTo(at) {
  const part = location.hash.length > 1 && location.hash !== "#lessons" && byId(location.hash.slice(1));
  const link = heat.querySelector(`tr[data-at="${at}"] a`);
  if (!part) link.focus({ preventScroll: true });
  (part || link).scrollIntoView({ block: part ? "start" : "center" });
}

readyClass();
readyWhoCatches();
addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shownAt !== null) location.hash = "lessons";
});
route();
