// A normalization taken apart: which numbers share a mean and a variance, and by which paths the gradient of one
// of them comes.

const PATHS = [['direct', 'direct', 'as if mean and variance were constants'], ['mean', 'mean path', 'through the mean'], ['variance', 'variance path', 'through the variance']];

class NormCard {
  constructor(t) {
    this.t = t;
    this.map = new HeatMap('Its input', (row, column) => pointAt(row === null ? null : { role: 'input', shape: this.map.grid?.shape, row, column }));
    this.text = h('p', { class: 'norm-text' });
    this.bars = PATHS.map(([kind, name, why]) => {
      const bar = h('i', { class: kind }), number = h('span', { class: 'number' });
      return { bar, number, element: h('div', { class: 'path', title: why }, h('span', { class: 'path-name' }, name), h('span', { class: 'track' }, bar), number) };
    });
    this.sum = h('p', { class: 'path-sum' });
    this.paths = h('div', { class: 'paths', role: 'group', 'aria-label': 'The paths of dx' }, this.bars.map((b) => b.element), this.sum);
    this.heading = h('h3');
    this.element = h('section', { class: 'norm card' }, this.heading, h('div', { class: 'norm-body' }, this.map.element, h('div', {}, this.text, this.paths)));
  }

  /** The normalization that concerns an entry: itself, or the one that reads it. */
  static of(view, i) {
    if (view.entries[i].norm) return i;
    return view.readers[i].find((reader) => view.entries[reader].norm && view.entries[reader].inputs[0] === i) ?? -1;
  }

  show(view, i) {
    const norm = NormCard.of(view, i);
    setHidden(this.element, norm < 0);
    this.norm = norm;
    if (norm < 0) return;
    const entry = view.entries[norm];
    this.view = view;
    this.entry = i;
    this.input = entry.inputs[0];
    const whose = view.entries[this.input];
    setText(this.heading, `What the statistics of #${norm} ${entry.title} are taken over`);
    if (!state.timeline.hasValue(state.position, this.t, norm)) { this.map.showNothing('The playhead has not come here yet.'); this.norm = -1; }
    else this.map.show(whose.value, `#${this.input} ${whose.title}`, { stats: false });
    setText(this.map.heading, `Its input, #${this.input} ${whose.title}`);
    this.point(state.pointed);
  }

  groupText(entry, group, most) {
    const { mean, rstd, has_mean: hasMean, through } = entry.norm;
    const numbers = `${hasMean ? `mean ${short(mean[group])}, ` : ''}1/std ${short(rstd[group])}`;
    return through ? `${most} numbers share ${hasMean ? 'a mean and a variance' : 'a mean square'}: ${numbers}.`
      : `Running statistics normalize it, which do not depend on it: ${numbers}.`;
  }

  /** Lights the group of the number pointed at, here and in every map of the same input. */
  point(pointed) {
    const { norm, view } = this;
    this.belongs = null;
    if (norm < 0 || !view) return;
    const entry = view.entries[norm];
    const shape = view.entries[this.input].shape;
    const mine = pointed && sameShape(pointed.shape, shape) && (pointed.role === 'input' || this.entry === norm || this.entry === this.input);
    if (!mine) {
      this.map.light(null);
      this.map.point(null);
      setText(this.text, 'Point at one number: the set that its mean and variance are taken over lights up, and its gradient splits into the paths that it comes by.');
      setAttribute(this.paths, 'data-blank', true);
      return;
    }
    const grid = view.entries[this.input].value;
    const position = grid.position(pointed.row, pointed.column);
    const group = patternAt(entry.norm.group, position);
    const size = groupSize(entry.norm, shape);
    this.belongs = (at) => patternAt(entry.norm.group, at) === group;
    this.map.point(pointed.row, pointed.column);
    this.map.light(this.belongs);
    const shown = this.map.lit < size ? ` ${this.map.lit} of them are shown.` : '';
    setText(this.text, this.groupText(entry, group, size) + shown);
    this.showPaths(entry, shape, pointed);
  }

  showPaths(entry, shape, { row, column }) {
    const ran = state.timeline.adjointAt(this.t, entry.index) <= state.position;
    const grids = entry.paths(shape);
    setAttribute(this.paths, 'data-blank', !grids || !ran);
    if (!grids) return;
    if (!ran) { setText(this.text, `${this.text.textContent} Its adjoint has not run yet.`); return; }
    const parts = grids.map((g) => g.at(row, column));
    const most = Math.max(...parts.map(Math.abs)) || 1;
    parts.forEach((x, k) => {
      const { bar, number } = this.bars[k];
      const width = Number.isFinite(x) ? 50 * Math.abs(x) / most : 50;
      bar.style.left = `${x < 0 ? 50 - width : 50}%`;
      bar.style.width = `${width}%`;
      setAttribute(bar, 'data-odd', !Number.isFinite(x));
      setText(number, short(x));
    });
    setText(this.sum, `dx${placeOf(grids[0].position(row, column), shape)} = ${short(parts.reduce((a, b) => a + b, 0))}`);
  }
}

const sameShape = (a, b) => a?.length === b?.length && a?.every((n, k) => n === b[k]);

function groupSize(norm, shape) {
  const elements = shape.reduce((a, b) => a * b, 1);
  return Math.round(elements / norm.mean.length);
}
