// The view as an SVG file: the strip as far as it is in view, and the heat maps of the selected entry.

class SvgSheet {
  constructor(colours) { this.parts = []; this.colours = colours; }
  rect(x, y, width, height, style, r = 0) { this.parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${r ? ` rx="${r}"` : ''} ${style}/>`); }
  text(x, y, text, { size = 11, colour = this.colours.text, anchor = 'start', weight = 400, mono = false } = {}) {
    this.parts.push(`<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}" font-weight="${weight}"${mono ? ' font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace"' : ''}>${escapeXml(text)}</text>`);
  }
  path(d, style, dx, dy) { if (d) this.parts.push(`<path d="${d}" transform="translate(${round(dx)} ${round(dy)})" fill="none" ${style}/>`); }
  done(width, height, title) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"><title>${escapeXml(title)}</title>` +
      `<rect width="100%" height="100%" fill="${this.colours.page}"/>${this.parts.join('\n')}</svg>\n`;
  }
}

const round = (x) => Math.round(x * 100) / 100;
const escapeXml = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function viewAsSvg() {
  const css = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(['page', 'card', 'text', 'soft', 'line', 'forward', 'reverse', 'forward-tint', 'reverse-tint', 'odd', 'wrong'].map((name) => [name, css.getPropertyValue(`--${name}`).trim()]));
  const sheet = new SvgSheet(colours);
  const { strip } = state;
  const width = Math.max(640, strip.width);
  const pad = 20;
  sheet.text(pad, 30, state.deck.title, { size: 17, weight: 600 });
  const step = state.deck.labels.length > 1 ? `${state.deck.labels[state.step]} · ` : '';
  sheet.text(pad, 48, `${step}${state.timeline.describe(state.position)}`, { colour: colours.soft });
  drawStripOn(sheet, 54, colours);
  let bottom = 54 + strip.inner.offsetHeight + 16;
  state.panels.forEach((panel, t) => { bottom = drawPanelOn(sheet, panel, t, pad, bottom, colours) + 14; });
  return sheet.done(width, bottom + 6, state.deck.title);
}

function drawStripOn(sheet, top, colours) {
  const { strip } = state;
  const shift = -strip.left;
  const inView = (x, width) => x + width + shift > 0 && x + shift < strip.width;
  for (const bar of strip.scopes.filter((b) => inView(b.x, b.width))) {
    const y = top + 22 + bar.depth * BAR;
    sheet.rect(bar.x + shift, y + 1, bar.width, BAR - 4, `fill="${colours.card}" stroke="${colours.line}"`, 4);
    sheet.text(Math.max(bar.x + shift, 0) + 6, y + 13, cut(bar.names, Math.max(3, bar.width / 7)), { size: 10.5, colour: colours.soft });
  }
  state.views.forEach((view, t) => {
    const styles = { plain: `stroke="${colours.soft}" stroke-opacity=".45"`, chosen: `stroke="${colours.forward}" stroke-width="2"`, handed: `stroke="${colours.reverse}" stroke-opacity=".55"`, next: `stroke="${colours.reverse}" stroke-width="2"` };
    strip.arcs[t].paths?.forEach((path) => sheet.path(path.getAttribute('d'), styles[path.getAttribute('class')], shift, top));
    if (state.views.length > 1) sheet.text(20, top + strip.laneTop(t) - 2, view.name, { weight: 600 });
  });
  const at = new DOMMatrix(strip.head.style.transform).e + shift, way = strip.head.dataset.way === 'reverse' ? -1 : 1;
  sheet.path(`M${-9 * way} 0L${4 * way} 0L${9 * way} 7.5L${4 * way} 15L${-9 * way} 15z`, `style="fill:${colours[strip.head.dataset.way]}"`, at, top + 3);
  for (const { element } of strip.cells.values()) {
    const x = parseFloat(element.style.left) + shift, width = parseFloat(element.style.width);
    if (x + width < 0 || x > strip.width) continue;
    const y = top + parseFloat(element.style.top);
    const of = (name) => element.querySelector(name)?.textContent ?? '';
    const selected = element.getAttribute('aria-current') === 'true';
    const odd = element.dataset.trouble === 'odd';
    sheet.rect(x, y, width, CELL_HEIGHT, `fill="${colours.card}" stroke="${odd ? colours.odd : selected ? colours.text : colours.line}" stroke-width="${selected || odd ? 2 : 1}"`, 8);
    if (element.dataset.value === 'true') sheet.rect(x + 6, y + 64, width - 12, 22, `fill="${colours['forward-tint']}"`, 4);
    if (element.dataset.gradient === 'complete') sheet.rect(x + 6, y + 90, width - 12, 22, `fill="${colours['reverse-tint']}"`, 4);
    sheet.text(x + 10, y + 17, of('.index'), { size: 10.5, colour: colours.soft, mono: true });
    sheet.text(x + width - 10, y + 17, of('.badge'), { size: 11, colour: odd ? colours.odd : colours.wrong, anchor: 'end', weight: 700 });
    sheet.text(x + 10, y + 35, cut(of('.op'), 15), { size: 13, weight: 600 });
    sheet.text(x + 10, y + 52, cut([of('.name').trim(), of('.shape')].filter(Boolean).join(' · '), 20), { size: 10, colour: colours.soft });
    sheet.text(x + 10, y + 79, '‖y‖', { size: 10.5, colour: colours.soft });
    sheet.text(x + 10, y + 105, '‖dy‖', { size: 10.5, colour: colours.soft });
    sheet.text(x + width - 12, y + 79, of('.half.value .number'), { size: 11, anchor: 'end', mono: true });
    sheet.text(x + width - 12, y + 105, of('.half.gradient .number'), { size: 11, anchor: 'end', mono: true });
  }
}

function drawPanelOn(sheet, panel, t, left, top, colours) {
  if (!panel.entry) return top;
  const { entry } = panel;
  const whose = state.views.length > 1 ? `${state.views[t].name}: ` : '';
  sheet.text(left, top + 16, `${whose}#${entry.index} ${entry.title} · ${panel.facts.textContent}`, { size: 13, weight: 600 });
  sheet.text(left, top + 33, [entry.rule, entry.line].filter(Boolean).join('    '), { size: 10.5, colour: colours.soft, mono: true });
  let x = left, tallest = 0;
  const maps = [panel.value, panel.gradient, panel.numeric, ...(panel.norm.norm >= 0 ? [panel.norm.map] : [])].filter((map) => map.grid && !map.element.hidden);
  for (const map of maps) {
    const { grid } = map;
    sheet.text(x, top + 56, map.heading.textContent, { weight: 600 });
    for (let row = 0; row < grid.rows; ++row)
      for (let column = 0; column < grid.columns; ++column)
        drawNumberOn(sheet, map, row, column, x, top + 64, colours);
    const high = grid.rows * map.cellHeight;
    const { mean, std, min, max, norm } = grid.stats;
    sheet.text(x, top + 64 + high + 16, `mean ${short(mean)}  std ${short(std)}  norm ${short(norm)}`, { size: 10, colour: colours.soft });
    sheet.text(x, top + 64 + high + 30, `min ${short(min)}  max ${short(max)}`, { size: 10, colour: colours.soft });
    sheet.text(x, top + 64 + high + 44, [grid.nonFinite ? `${nonFiniteText(grid)} not finite` : '', grid.samplingText()].filter(Boolean).join('; '), { size: 10, colour: grid.nonFinite ? colours.odd : colours.soft });
    tallest = Math.max(tallest, high);
    x += Math.max(196, grid.columns * map.cellWidth) + 28;
  }
  if (panel.norm.norm >= 0 && panel.norm.belongs) {
    sheet.text(left, top + 64 + tallest + 64, panel.norm.text.textContent);
    const blank = panel.norm.paths.hasAttribute('data-blank');
    const bars = blank ? '' : panel.norm.bars.map(({ number }, k) => `${PATHS[k][1]} ${number.textContent}`).join('  +  ');
    sheet.text(left, top + 64 + tallest + 80, blank ? '' : `${bars}  →  ${panel.norm.sum.textContent}`, { mono: true });
    tallest += 34;
  }
  return top + 64 + tallest + 50;
}

/** One number: dim when the set that is lit does not have it, framed when it is pointed at, named when odd. */
function drawNumberOn(sheet, map, row, column, left, top, colours) {
  const { grid, cellWidth: w, cellHeight: high } = map;
  const value = grid.at(row, column);
  const dim = map.belongs && !map.belongs(grid.position(row, column)) ? ' fill-opacity=".18"' : '';
  const [x, y] = [left + column * w, top + row * high];
  sheet.rect(x, y, w, high, `fill="${state.colours.css(value, map.most_)}"${dim}`);
  if (!Number.isFinite(value)) sheet.text(x + w / 2, y + high / 2 + 3, w < 20 ? '×' : short(value), { size: Math.min(10, high), anchor: 'middle', colour: colours.page });
  if (map.marked?.[0] === row && map.marked[1] === column) sheet.rect(x, y, w, high, `fill="none" stroke="${colours.text}" stroke-width="2"`);
}

function saveSvg() {
  const link = h('a', { download: `${(state.deck.title || 'tape').replace(/[^\w.-]+/g, '-')}-entry${state.entry}.svg` });
  link.href = URL.createObjectURL(new Blob([viewAsSvg()], { type: 'image/svg+xml' }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
