"""The lines that let the reader of a graph's page choose, search and move; without them the page is a picture.

The drawn lines know from which box or joint to which they lead, so that following them finds who needs a service and
what it needs. What is chosen stands in the address, behind `#`: every service can be linked to.
"""

from __future__ import annotations

from typing import Final

SCRIPT: Final = r"""
const byId = (id) => document.getElementById(id), all = (query) => [...document.querySelectorAll(query)];
const graph = document.querySelector(".sheet svg"), search = byId("search"), found = byId("found");
const nodes = all(".sheet .node"), ways = all(".sheet .way"), cards = all("aside article");

// Who leads to whom, joints of lines included.
const ahead = new Map(), behind = new Map();
const add = (map, from, to) => map.has(from) ? map.get(from).push(to) : map.set(from, [to]);
for (const { dataset: { start, end } } of ways) {
  add(ahead, start, end);
  add(behind, end, start);
}
function reach(start, map) {
  const seen = new Set(), waiting = [start];
  while (waiting.length) {
    for (const next of map.get(waiting.pop()) ?? []) {
      if (!seen.has(next)) {
        seen.add(next);
        waiting.push(next);
      }
    }
  }
  return seen;
}

// What is chosen.
function chosen() {
  try {
    const name = decodeURIComponent(location.hash.slice(1));
    return nodes.find((node) => node.dataset.name === name);
  } catch {
    return undefined;
  }
}
function choose() {
  const node = chosen(), own = node?.dataset.number;
  const needs = node ? reach(own, ahead) : new Set(), needed = node ? reach(own, behind) : new Set();
  const mark = (element, isNeeds, isNeeded) => {
    element.classList.toggle("needs", isNeeds);
    element.classList.toggle("needed", isNeeded);
  };
  graph.classList.toggle("chosen", Boolean(node));
  for (const one of nodes) {
    mark(one, needs.has(one.dataset.number), needed.has(one.dataset.number));
    one.classList.toggle("this", one === node);
  }
  for (const { classList, dataset: { start, end } } of ways) {
    mark({ classList }, Boolean(node) && (start === own || needs.has(start)),
      Boolean(node) && (end === own || needed.has(end)));
  }
  for (const card of cards) {
    card.hidden = card.dataset.number !== own;
    if (!card.hidden) {
      tellOthers(card.querySelector(".needs"), needs, own);
      tellOthers(card.querySelector(".needed"), needed, own);
    }
  }
  byId("hint").hidden = Boolean(node);
  if (node) reveal(node);
}
function tellOthers(section, reached, own) {
  const direct = new Set([own, ...[...section.querySelectorAll("li a")].map((link) => link.dataset.to)]);
  const others = nodes.filter(({ dataset: { number } }) => reached.has(number) && !direct.has(number));
  const links = others.flatMap((node, at) => {
    const link = document.createElement("a");
    link.href = node.getAttribute("href");
    link.textContent = node.dataset.name;
    return at ? [", ", link] : [link];
  });
  section.querySelector(".others").replaceChildren(...(links.length ? ["through others: ", ...links] : []));
}

// What is looked for.
let hits = [], turn = 0;
function find() {
  const words = search.value.trim().toLowerCase();
  hits = words ? nodes.filter((node) => node.dataset.name.toLowerCase().includes(words)) : [];
  turn = 0;
  graph.classList.toggle("searched", words !== "");
  nodes.forEach((node) => node.classList.remove("hit"));
  hits.forEach((node) => node.classList.add("hit"));
  found.textContent = words ? `${hits.length} of ${nodes.length} found` : "";
}
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && hits.length) centre(hits[turn++ % hits.length]);
});

// What is seen: from which spot of the picture on, in its own pixels, and how many of the screen's each of them takes.
const { width, height } = graph.viewBox.baseVal, readable = 0.85, large = 1.5, nearest = 6;
let view, again; // and how to look again in a window of another size
const stay = () => look(view);
function look(next, then = stay) {
  view = next;
  again = then;
  const { x, y, scale } = view;
  graph.setAttribute("viewBox", `${x} ${y} ${graph.clientWidth / scale} ${graph.clientHeight / scale}`);
}
const fit = () => Math.min(graph.clientWidth / width, graph.clientHeight / height, large);
const within = (start, seen, size) => seen < size ? Math.min(Math.max(start, 0), size - seen) : (size - seen) / 2;
function show(scale, top, then) {
  const across = graph.clientWidth / scale, down = graph.clientHeight / scale;
  look({ x: within(0, across, width), y: within(top, down, height), scale }, then);
}
const showAll = () => show(fit(), 0, showAll);
// All of it if that can be read, else the boxes at the left: the first of them, if they are more than fit.
function showStart() {
  showAll();
  const boxes = nodes.map((node) => node.getBoundingClientRect());
  const left = boxes.reduce((least, box) => Math.min(least, box.left), Infinity);
  const first = boxes.filter((box) => box.left < left + 1);
  const top = place({ clientX: 0, clientY: Math.min(...first.map((box) => box.top)) }).y;
  const bottom = place({ clientX: 0, clientY: Math.max(...first.map((box) => box.bottom)) }).y;
  const scale = Math.max(view.scale, readable), seen = graph.clientHeight / scale;
  show(scale, Math.min(top - 24, (top + bottom - seen) / 2), showStart);
}
function zoom(factor, at = place(middle(graph))) {
  const scale = Math.min(Math.max(view.scale / factor, fit() / 3), nearest), real = view.scale / scale;
  look({ x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real, scale });
}
function middle(element) {
  const box = element.getBoundingClientRect();
  return { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
}
function centre(node) {
  const { x, y } = place(middle(node)), scale = Math.max(view.scale, readable);
  look({ x: x - graph.clientWidth / scale / 2, y: y - graph.clientHeight / scale / 2, scale });
}
function reveal(node) {
  const box = node.getBoundingClientRect(), frame = graph.getBoundingClientRect();
  const fitsAcross = box.left >= frame.left && box.right <= frame.right;
  if (!fitsAcross || box.top < frame.top || box.bottom > frame.bottom) centre(node);
}
const place = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(graph.getScreenCTM().inverse());
graph.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), place(event));
}, { passive: false });
let grip = null, isDragged = false;
graph.addEventListener("pointerdown", (event) => {
  isDragged = false;
  grip = event.button === 0 ? { at: place(event), x: event.clientX, y: event.clientY } : null;
});
addEventListener("pointermove", (event) => {
  if (!grip || !isDragged && Math.hypot(event.clientX - grip.x, event.clientY - grip.y) < 4) return;
  isDragged = true;
  graph.classList.add("held");
  const now = place(event);
  look({ ...view, x: view.x + grip.at.x - now.x, y: view.y + grip.at.y - now.y });
});
const letGo = () => {
  grip = null;
  graph.classList.remove("held");
};
addEventListener("pointerup", letGo);
addEventListener("pointercancel", letGo);
graph.addEventListener("dragstart", (event) => event.preventDefault());
graph.addEventListener("click", (event) => {
  if (isDragged && event.detail) event.preventDefault(); // a key's click has no detail
  else if (!event.target.closest(".node")) location.hash = "";
});
addEventListener("focusin", ({ target }) => {
  if (target.matches(".node:focus-visible")) reveal(target);
});
byId("closer").addEventListener("click", () => zoom(1 / 1.4));
byId("farther").addEventListener("click", () => zoom(1.4));
byId("whole").addEventListener("click", showAll);
graph.addEventListener("dblclick", ({ target }) => {
  if (!target.closest(".node")) showAll();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  search.value = "";
  find();
  location.hash = "";
});
addEventListener("resize", () => again());
addEventListener("beforeprint", () => graph.setAttribute("viewBox", `0 0 ${width} ${height}`));
addEventListener("afterprint", () => again());
addEventListener("hashchange", choose);
all(".tools").forEach((tools) => { tools.hidden = false; });
showStart();
choose();
"""
