// Arcs: above the cells from each entry to its inputs; below them what the adjoints have handed on.

/** From x1 to x2 at this height; `up` is -1 above the cells and 1 below. */
function arcPath(x1, x2, y, up, room) {
  const height = Math.min(room, 12 + 5 * Math.sqrt(Math.abs(x1 - x2) / 8));
  return `M${x1} ${y}C${x1} ${y + up * height * 1.3} ${x2} ${y + up * height * 1.3} ${x2} ${y}`;
}
/** Where the other end is far away: a short stub that points to it. */
function stubPath(x, y, up, room, way) {
  return `M${x} ${y}C${x} ${y + up * room} ${x + way * 20} ${y + up * room} ${x + way * 46} ${y + up * room}`;
}

const FAR = { plain: 900, handed: 900, chosen: 2600, next: 2600 };

function drawArcs(strip, t, from, to) {
  const { timeline, position } = state;
  const view = state.views[t];
  const paths = { plain: '', chosen: '', handed: '', next: '' };
  const here = timeline.here(position);
  const itemAt = (i) => strip.items[strip.itemOf[timeline.columnOf[t][i]]];
  const seen = new Set();
  const top = strip.cellTop(t) - 3, bottom = strip.cellTop(t) + CELL_HEIGHT + 3;
  const line = (kind, a, b, y, up, room, offset) => {
    if (a === b) return;
    const key = `${kind}${a.x}/${b.x}`;
    if (seen.has(key)) return;
    seen.add(key);
    const x1 = a.x + a.width / 2 + offset, x2 = b.x + b.width / 2 + (a.x < b.x ? -offset : offset);
    if (Math.abs(x1 - x2) < FAR[kind]) { paths[kind] += arcPath(x1, x2, y, up, room); return; }
    const way = x2 > x1 ? 1 : -1;
    if (strip.visible(a.x, a.width)) paths[kind] += stubPath(x1, y, up, room, way);
    if (strip.visible(b.x, b.width)) paths[kind] += stubPath(x2, y, up, room, -way);
  };
  const arcsOf = (i) => {
    const reader = itemAt(i);
    const chosen = state.tape === t && state.entry === i;
    for (const input of view.entries[i].inputs) {
      const other = state.tape === t && state.entry === input;
      line(chosen || other ? 'chosen' : 'plain', reader, itemAt(input), top, -1, ARCS - 8, -4);
    }
    if (!timeline.inReverse(position) || !view.runsAdjoint(i)) return;
    const ran = timeline.adjointAt(t, i) <= position;
    const next = here === timeline.columnOf[t][i] && !ran;
    if (!ran && !next) return;
    for (const sent of view.sent[i]) line(next ? 'next' : 'handed', reader, itemAt(sent.to), bottom, 1, DEPOSITS - 6, -4);
  };
  const indices = new Set();
  for (let k = from; k < to; ++k) {
    const item = strip.items[k];
    for (let c = item.first; c <= item.last; ++c) {
      const i = timeline.columns[c][t];
      if (i >= 0) indices.add(i);
    }
  }
  if (state.tape === t) { indices.add(state.entry); view.readers[state.entry].forEach((i) => indices.add(i)); }
  indices.forEach(arcsOf);
  const svg = strip.arcs[t];
  const key = Object.values(paths).join('|');
  if (svg.key === key) return;
  svg.key = key;
  svg.paths ??= Object.keys(paths).map((kind) => svg.appendChild(h('path', { class: kind })));
  Object.values(paths).forEach((d, k) => svg.paths[k].setAttribute('d', d));
}
