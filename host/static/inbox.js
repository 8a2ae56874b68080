// The inbox works without this. With it: keys, the time that is left, and focus that
// stays where it was when news come in.
"use strict";

const fields = "input, textarea, select, [contenteditable]";

// Keys: j and k move, a, r, g and e open an answer (its button confirms), u goes back.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const open = document.querySelector("details.answer[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    return;
  }
  if (event.target.closest(fields)) return;
  const done = { j: () => move(1), k: () => move(-1), u: back, a: () => answer("a"), r: () => answer("r"), g: () => answer("g"), e: () => answer("e") }[event.key];
  if (done && done()) event.preventDefault();
});

function move(by) {
  const places = [...document.querySelectorAll(".holds .open, .log a, .steps summary")];
  if (places.length === 0) return false;
  const at = places.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 0 : places.length - 1) : Math.min(Math.max(at + by, 0), places.length - 1);
  places[to].focus();
  places[to].scrollIntoView({ block: "nearest" });
  return true;
}

function back() {
  location.assign("/inbox");
  return true;
}

// Opens a form and goes to what confirms it, or to where the reason is written.
function answer(key) {
  const form = document.querySelector(`details.answer[data-key="${key}"]`);
  if (!form) return false;
  document.querySelectorAll("details.answer").forEach((other) => (other.open = other === form));
  form.querySelector(key === "a" ? "button" : "textarea").focus();
  return true;
}

// News put a new status in the place of the old one. A form that somebody has open stays
// as they left it, if the question still takes an answer.
let kept = null;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id !== "status") return;
  const form = event.detail.target.querySelector("details.answer[open]");
  const typed = form && [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  kept = form && {
    key: form.dataset.key,
    values: typed.map((field) => ({ value: field.value, checked: field.checked, focus: field === document.activeElement })),
    button: document.activeElement === form.querySelector("button"),
  };
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const form = kept && document.querySelector(`#status details.answer[data-key="${kept.key}"]`);
  if (event.detail.target.id !== "status" || !form) return;
  const { values, button } = kept;
  kept = null;
  form.open = true;
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  // Other fields than before are another form: what was typed is not put into them.
  if (fields.length === values.length) {
    fields.forEach((field, at) => {
      if (field.type === "radio" || field.type === "checkbox") field.checked = values[at].checked;
      else field.value = values[at].value;
      if (values[at].focus) field.focus({ preventScroll: true });
    });
  }
  if (button) form.querySelector("button").focus({ preventScroll: true });
});

// A form is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The time that is left, in the server's words.
function left(seconds) {
  if (seconds < 1) return "no time left";
  if (seconds < 120) return `${seconds} s left`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min left`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h left`;
  return `${Math.floor(seconds / 86400)} days left`;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-left]")) {
    const words = left(Math.floor((Date.parse(time.dateTime) - Date.now()) / 1000));
    if (time.textContent !== words) time.textContent = words;
  }
}
setInterval(tick, 1000);

// The server says which row goes, and then what stands in its place, if anything does: a
// row that comes again keeps its place and the focus. Of one that went, the next has it.
let leaving = null;
function gone(event) {
  const id = `hold-${event.data}`;
  const row = document.getElementById(id);
  leaving = row && { row, id };
  if (row) row.removeAttribute("id"); // it is the new one's
}
function replace(row, instead) {
  const rows = [...row.parentNode.children];
  const next = instead || rows[rows.indexOf(row) + 1] || rows[rows.indexOf(row) - 1];
  const focused = row.contains(document.activeElement);
  if (instead) row.replaceWith(instead);
  else row.remove();
  if (focused) (next ? next.querySelector(".open") : document.getElementById("main")).focus({ preventScroll: true });
}
document.addEventListener("htmx:sseOpen", (event) => event.detail.source.addEventListener("gone", gone));
document.addEventListener("htmx:sseMessage", () => {
  if (leaving) replace(leaving.row, document.getElementById(leaving.id));
  leaving = null;
  tick();
  const count = document.getElementById("waiting");
  if (count && document.querySelector(".holds")) document.title = `(${count.textContent}) Inbox · Coldnotch`;
});
