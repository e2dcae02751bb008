// The look of the page: light or dark as the reader's system is, the figures on white cards, fit to be
// printed.
#pragma once

namespace tapedeck::demos {

inline constexpr const char* page_style = R"css(
:root { --text: #1c2024; --soft: #5b6570; --line: #d9dee3; --page: #fbfbfa; --card: #ffffff; --tint: #eef3f8; --link: #0b5c94; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ea; --soft: #a3adb7; --line: #343b43; --page: #15181b; --card: #ffffff; --tint: #1f2a35; --link: #7cc0f0; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 1080px; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.45rem; margin: 3.5rem 0 1rem; padding-top: 1.5rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .6rem; }
.wide + h3 { margin-top: 1.8rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
.lead { font-size: 1.08rem; color: var(--soft); }
nav { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: 1.2rem 0 1.6rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; padding-top: .2rem; padding-bottom: .3rem; }
thead tr:first-child th { border-bottom: 0; }
thead tr:last-child th, thead tr:first-child th[rowspan] { border-bottom: 1.5px solid var(--soft); }
th.group { text-align: center; }
.results td { font-size: 1.02rem; }
.n { text-align: right; white-space: nowrap; }
td small { display: block; color: var(--soft); font-size: .78rem; }
td.best { font-weight: 650; }
td.best small { font-weight: 400; }
td.best i { font-style: normal; font-size: .62em; vertical-align: .25em; margin-right: -.95em; padding-left: .25em; }
tbody th { white-space: nowrap; }
.swatch { margin-right: .6rem; vertical-align: .12em; fill: none; }
.runs { font-size: .85rem; }
.runs td { padding: .15rem .7rem; }
.runs tr.chosen { background: var(--tint); }
.differences { padding: 0; margin: 1rem 0 .3rem; list-style: none; }
.differences li { display: grid; grid-template-columns: 8rem 1fr; }
.differences span { color: var(--soft); }
.rule { color: var(--soft); font-size: .88rem; }
.notice { border-left: 3px solid #d55e00; padding: .35rem .9rem; background: var(--tint); }
details { margin: 1rem 0; }
td details { margin: 0; }
summary { cursor: pointer; color: var(--link); }
figure { margin: 2.4rem 0 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .6rem .3rem; overflow-x: auto; }
.card svg { display: block; width: 100%; min-width: 640px; height: auto; }
.card text, .card svg { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
figcaption { margin-top: .55rem; }
figcaption p { margin: 0; max-width: 54rem; }
code { font: .8rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--soft); overflow-wrap: anywhere; }
.command { margin-top: .25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.4rem; margin: .6rem 0; font-size: .92rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3.5rem; border-top: 2px solid var(--line); padding-top: 1.2rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; background: #fff; color: #000; }
  figure, table { break-inside: avoid; }
  h2 { break-before: page; }
  nav, .command { display: none; }
  .card { border: 0; padding: 0; }
}
)css";

}  // namespace tapedeck::demos
