"""How the page of a graph looks, beyond the shell of every page and the picture in it."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{--both:#8046cc}@media screen and (prefers-color-scheme:dark){:root{--both:#b794f4}}
body{display:flex;flex-direction:column;height:100vh;max-width:none;padding-bottom:1rem}body>p{margin:.15rem 0}
.tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.75rem 0}.tools[hidden]{display:none}
.tools input,.tools button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);
border-radius:.4rem;padding:.3rem .7rem}.tools input{flex:1 1 12rem;max-width:24rem}.tools button{cursor:pointer}
.desk{flex:1;min-height:24rem;display:grid;grid-template:minmax(18rem,1fr) auto/minmax(0,1fr) 21rem;gap:.75rem}
.sheet{padding:0;overflow:hidden;background:var(--back)}
.sheet svg{width:100%;height:100%;cursor:grab;touch-action:none}
.sheet svg.held{cursor:grabbing}
aside{grid-area:1/2/3;overflow:auto}aside h2{margin:0;font-size:1rem;font-family:ui-monospace,monospace}
aside h3{margin:.9rem 0 .2rem;font-size:.85rem}aside ul{margin:0;padding-left:1.1rem}aside p{margin:.15rem 0}
aside article{margin-bottom:1.5rem}aside article[hidden],#hint[hidden]{display:none}
aside a{color:inherit;text-underline-offset:.15em}
.needs h3{color:var(--cyan)}.needed h3{color:var(--yellow)}
.both{display:none;color:var(--both)}.desk:has(.node.needs.needed) .both{display:block}
.key{display:flex;flex-wrap:wrap;align-content:start;gap:.3rem 1.5rem;margin:0;padding:0;list-style:none;
color:var(--soft);font-size:.85rem}.key li{display:flex;gap:.4rem;align-items:center}.key svg{flex:none}
a.node{cursor:pointer}a.node:focus{outline:none}a.node:focus-visible .box{stroke:var(--cyan);stroke-width:3}
.node,.way{transition:opacity .12s}
.chosen .node:not(.this,.needs,.needed),.chosen .way:not(.needs,.needed),.searched .node:not(.hit){opacity:.25}
.searched:not(.chosen) .way{opacity:.18}
.node.hit .box{stroke:var(--text);stroke-width:2.5}
.node.needs .box,.way.needs .line,.way.needs .head{stroke:var(--cyan)}
.node.needed .box,.way.needed .line,.way.needed .head{stroke:var(--yellow)}
.node.needs.needed .box,.way.needs.needed .line,.way.needs.needed .head{stroke:var(--both)}
.node.needs .box,.node.needed .box{stroke-width:2}
.sheet .node.this.this .box{stroke:var(--text);stroke-width:3.5}
.way.needs .line,.way.needed .line{stroke-width:2.2}
.way.needs:not(.optional) .head{fill:var(--cyan)}.way.needed:not(.optional) .head{fill:var(--yellow)}
.way.needs.needed:not(.optional) .head{fill:var(--both)}
@media (max-width:56rem){body{height:auto}.desk{grid-template:none/minmax(0,1fr)}.sheet{height:60vh;min-height:14rem}
aside{grid-area:auto}}
@media print{body,.desk{display:block;height:auto}.sheet{height:auto;border:0}
.sheet svg{height:auto;max-height:92vh}aside{border:0}}
@media (prefers-reduced-motion:reduce){.node,.way{transition:none}}
"""
