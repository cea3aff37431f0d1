"""How the status page looks, and the few lines that filter its rows."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
.dns{--phase:#8250df}.connect{--phase:#0b7fab}.tls{--phase:#2da44e}.ttfb{--phase:#d97706}.transfer{--phase:#d0428a}
.rest{--phase:var(--dim)}rect{fill:var(--phase,currentColor)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.5rem 0;font-size:.85em;color:var(--soft)}
.legend i{display:inline-block;width:.7em;height:.7em;border-radius:.15em;margin-right:.35em;background:var(--phase)}
.causes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.75rem}
.causes h3{margin:0;font-size:1rem}.causes p{margin:.25rem 0 0}
.tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.75rem 0}.tools[hidden]{display:none}
.tools input,.tools button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);
border-radius:.4rem;padding:.3rem .6rem}.tools input{flex:1 1 12rem;max-width:24rem}
.tools button{cursor:pointer}.tools button[aria-pressed=true]{border-color:currentColor;font-weight:600}
.check{border-top:1px solid var(--line)}.check[hidden]{display:none}.checks{border-bottom:1px solid var(--line)}
summary{display:grid;grid-template-columns:8.5rem minmax(9rem,1.3fr) 5rem 5.5rem minmax(6rem,1fr) minmax(10rem,2fr);
gap:.15rem 1rem;padding:.5rem .25rem;cursor:pointer;list-style:none;align-items:center}
summary::-webkit-details-marker{display:none}summary:hover{background:var(--panel)}
summary .said{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}[open]>summary .said{white-space:normal}
.check .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{width:100%;height:.6rem;border-radius:.2rem;background:var(--panel)}.strip{width:100%;height:2rem}
.inside{padding:.25rem .25rem 1rem 1rem;display:grid;gap:1rem 2rem;align-items:start;
grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.inside h3{font-size:.8rem;color:var(--soft);margin:0 0 .25rem;font-weight:600;text-transform:uppercase}
.inside ul{margin:0;padding-left:1.1rem}.inside section{min-width:0}
@media (max-width:52rem){summary{grid-template-columns:1fr auto auto}
summary .name{grid-column:1/-1;grid-row:1}summary .bar,summary .said{grid-column:1/-1}}
@media print{.check{break-inside:avoid}.check[hidden]{display:block}}
"""

SCRIPT: Final = """
const all = (query) => [...document.querySelectorAll(query)];
const filter = document.getElementById("filter"), shown = document.getElementById("shown");
const rows = all(".check"), states = all("button[data-state]");
const isOn = (button) => button.getAttribute("aria-pressed") === "true";
function show() {
  const words = filter.value.toLowerCase().split(/\\s+/);
  const chosen = states.filter(isOn).map((button) => button.dataset.state);
  for (const row of rows) {
    const text = `${row.dataset.name} ${row.dataset.state}`.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word))
      || chosen.length > 0 && !chosen.includes(row.dataset.state);
  }
  shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} checks`;
}
filter.addEventListener("input", show);
for (const button of states) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isOn(button)));
    show();
  });
}
addEventListener("beforeprint", () => rows.forEach((row) => { row.open = true; }));
all(".tools").forEach((tools) => { tools.hidden = false; });
show();
"""
