// What is wrong with a page for people who cannot see it, or not well. Run in the
// browser by the test; returns sentences.
const wrong = [];
const shown = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(".unseen, .skip, title, svg");
const name = (e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") || ""}"> ${(e.textContent || "").trim().slice(0, 40)}`;

// Everything fits the width.
if (document.documentElement.scrollWidth > innerWidth) {
  const out = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
  wrong.push(`wider than ${innerWidth}: ${out.slice(0, 3).map(name)}`);
}

// Structure: one h1, no level left out, landmarks, names for fields.
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
if (levels.filter((l) => l === 1).length !== 1) wrong.push(`${levels.filter((l) => l === 1).length} h1`);
levels.forEach((l, i) => { if (i && l > levels[i - 1] + 1) wrong.push(`h${levels[i - 1]} is followed by h${l}`); });
if (document.querySelectorAll("main").length !== 1) wrong.push("no main");
if (!document.documentElement.lang) wrong.push("no language");
for (const field of document.querySelectorAll("input:not([type=hidden]), textarea, select"))
  if (!field.labels.length) wrong.push(`no label: ${name(field)}`);
for (const one of document.querySelectorAll("a, button, summary"))
  if (!(one.textContent.trim() || one.getAttribute("aria-label"))) wrong.push(`no name: ${name(one)}`);
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push(`id twice: ${id}`));

// Contrast: 4.5 to 1, or 3 to 1 for large text (WCAG 2.2 AA).
const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
  }
  return [255, 255, 255];
};
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !shown(e)) continue;
  const style = getComputedStyle(e);
  const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${name(e)}`);
}

// Fingers need room: 24 by 24 (WCAG 2.2 AA), links in a line of text aside.
for (const e of document.querySelectorAll("button, summary, input:not([type=hidden]), nav a")) {
  if (!shown(e)) continue;
  const box = e.getBoundingClientRect();
  if (box.width < 24 || box.height < 24) wrong.push(`small: ${name(e)} ${Math.round(box.width)}x${Math.round(box.height)}`);
}
return [...new Set(wrong)];
