"use strict";
// Whatever comes from a learner is put into the page as text, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];
const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. What is null or false is left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== false && child !== ""));
  return made;
}

const displayName = (learner) => learner.who[0] || learner.who[1] || "without a name";
const lessonNumber = (lesson) => (lesson.name.match(/^\d+/) || [lesson.name])[0];
const counted = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;
const statusWords = (unit) => data.statuses[unit.s][1];
const statusIs = (unit, key) => data.statuses[unit.s][0] === key;
const calmFlags = new Set(["late", "nothing handed in", "as shipped"]);
const tag = (words) => el("span", { class: calmFlags.has(words) ? "tag calm" : "tag" }, words);
