// A tensor as a heat map. The pointer, or the arrow keys when it has the focus, point at one number.

const mapSize = () => (state.views.length > 1 ? 168 : 236);

class HeatMap {
  /** `pointed(row, column | null)` is called when the pointer or the keys move. */
  constructor(title, pointed) {
    this.title = title;
    this.pointed = pointed;
    this.canvas = h('canvas', { 'aria-hidden': 'true' });
    this.mask = h('canvas', { class: 'mask', 'aria-hidden': 'true' });
    this.spots = h('div', { class: 'spots', 'aria-hidden': 'true' });
    this.cursor = h('div', { class: 'cursor', hidden: true });
    this.digits = h('div', { class: 'digits', 'aria-hidden': 'true' });
    this.field = h('div', { class: 'field', role: 'slider', tabindex: 0 }, this.canvas, this.mask, this.digits, this.spots, this.cursor);
    this.heading = h('h3', {}, title);
    this.note = h('p', { class: 'note' });
    this.empty = h('div', { class: 'not-there' });
    this.least = h('span'); this.most = h('span'); this.bar = h('i');
    this.scale = h('div', { class: 'scale', 'aria-hidden': 'true' }, this.least, this.bar, this.most);
    this.readout = h('output', { class: 'readout' });
    this.stats = h('dl', { class: 'stats' });
    this.odd = h('p', { class: 'odd-text' });
    this.element = h('section', { class: 'map' }, this.heading, this.field, this.empty, this.scale, this.readout, this.odd, this.stats, this.note);
    this.field.addEventListener('pointermove', (event) => this.moved(event));
    this.field.addEventListener('pointerdown', (event) => this.moved(event));
    this.field.addEventListener('pointerleave', () => { if (document.activeElement !== this.field) this.pointed(null); });
    this.field.addEventListener('focus', () => this.pointTo(this.row ?? 0, this.column ?? 0));
    this.field.addEventListener('blur', () => this.pointed(null));
    this.field.addEventListener('keydown', (event) => this.key(event));
  }

  /** Nothing to see: why. */
  showNothing(text) {
    this.grid = null;
    this.key_ = null;
    setHidden(this.field, true); setHidden(this.scale, true); setHidden(this.readout, true); setHidden(this.stats, true); setHidden(this.odd, true);
    setHidden(this.empty, false);
    setText(this.empty, text);
    setText(this.note, '');
  }

  /** `most`: where the colours end; by default at the largest number. `label` says whose it is. */
  show(grid, label, { most = null, stats = true, note = '' } = {}) {
    most ??= Math.max(Math.abs(grid.stats.min), Math.abs(grid.stats.max));
    setHidden(this.field, grid.size === 0); setHidden(this.scale, grid.size === 0); setHidden(this.readout, false); setHidden(this.stats, !stats);
    setHidden(this.empty, grid.size > 0);
    if (grid.size === 0) setText(this.empty, 'no elements');
    const key = `${state.theme}/${most}`;
    if (this.grid === grid && this.key_ === key) return;
    const sameShape = this.grid?.rows === grid.rows && this.grid?.columns === grid.columns;
    this.grid = grid;
    this.key_ = key;
    this.label = label;
    this.most_ = most;
    if (!sameShape) { this.row = this.column = undefined; }
    this.paint(most);
    this.light(null);
    setText(this.least, short(-most)); setText(this.most, short(most));
    this.bar.style.background = state.colours.gradientCss();
    setText(this.note, [grid.samplingText(), note].filter(Boolean).join('. '));
    setHidden(this.odd, grid.nonFinite === 0);
    setText(this.odd, grid.nonFinite ? `${nonFiniteText(grid)} not finite; the statistics are of the others` : '');
    if (stats) this.tell(grid.stats);
    setAttribute(this.field, 'aria-label', `${this.title} of ${label}, ${shapeText(grid.shape)}${grid.whole ? '' : `, ${grid.samplingText()}`}. Arrow keys move from number to number`);
    setAttribute(this.field, 'aria-valuemin', 0);
    setAttribute(this.field, 'aria-valuemax', Math.max(0, grid.rows * grid.columns - 1));
    this.point(null);
  }

  paint(most) {
    const MAP_SIZE = mapSize();
    const { grid, canvas } = this;
    const { rows, columns } = grid;
    if (!rows || !columns) return;
    const wide = columns <= 5 && rows <= 12;
    let [w, high] = wide ? [Math.min(56, Math.floor(MAP_SIZE / columns)), 24]
      : [Math.floor(MAP_SIZE / columns), Math.floor(MAP_SIZE / rows)].map((s) => Math.max(1, Math.min(s, 24)));
    if (!wide) { if (rows > 1) w = high = Math.min(w, high); else high = 24; if (columns === 1) w = 24; }
    if (columns * w < 60 && rows * high >= MAP_SIZE) w = Math.ceil(60 / columns);
    this.cellWidth = w;
    this.cellHeight = high;
    canvas.width = columns; canvas.height = rows;
    const context = canvas.getContext('2d');
    const image = context.createImageData(columns, rows);
    const { data } = grid;
    const { table, odd } = state.colours;
    const bad = [];
    for (let i = 0; i < rows * columns; ++i) {
      const x = data[i];
      if (Number.isFinite(x)) {
        const k = 3 * state.colours.index(x, most);
        image.data[4 * i] = table[k]; image.data[4 * i + 1] = table[k + 1]; image.data[4 * i + 2] = table[k + 2];
      } else {
        bad.push(i);
        image.data[4 * i] = odd[0]; image.data[4 * i + 1] = odd[1]; image.data[4 * i + 2] = odd[2];
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    this.field.style.width = `${columns * w}px`;
    this.field.style.height = `${rows * high}px`;
    const digits = wide && w >= 44;
    this.spots.replaceChildren(...bad.slice(0, 300).map((i) => {
      const spot = h('b', {}, Number.isNaN(data[i]) || w < 14 || digits ? '' : data[i] > 0 ? '+' : '−');
      Object.assign(spot.style, { left: `${(i % columns) * w}px`, top: `${Math.floor(i / columns) * high}px`, width: `${w}px`, height: `${high}px` });
      return spot;
    }));
    this.digits.replaceChildren();
    if (digits) {
      this.digits.append(...Array.from(data, (x, i) => {
        const digit = h('span', {}, tiny(x));
        Object.assign(digit.style, { left: `${(i % columns) * w}px`, top: `${Math.floor(i / columns) * high}px`, width: `${w}px`, color: state.colours.inkOn(x, most) });
        return digit;
      }));
    }
  }

  tell({ mean, std, min, max, norm, zeros }) {
    if (!this.statNumbers) {
      const names = ['mean', 'std', 'min', 'max', 'norm', 'zeros'];
      this.statNumbers = names.map((name) => { const dd = h('dd'); this.stats.append(h('div', {}, h('dt', {}, name), dd)); return dd; });
    }
    [mean, std, min, max, norm].forEach((x, k) => setText(this.statNumbers[k], short(x)));
    setText(this.statNumbers[5], String(zeros));
  }

  moved(event) {
    const box = this.field.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / this.cellHeight), column = Math.floor((event.clientX - box.left) / this.cellWidth);
    if (row < 0 || column < 0 || row >= this.grid.rows || column >= this.grid.columns) return;
    if (this.row === row && this.column === column && !this.cursor.hidden) return;
    this.pointTo(row, column);
  }
  pointTo(row, column) {
    this.row = row;
    this.column = column;
    this.pointed(row, column);
  }
  key(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -1e9], End: [0, 1e9], PageUp: [-8, 0], PageDown: [8, 0] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const clamp = (x, n) => Math.max(0, Math.min(n - 1, x));
    this.pointTo(clamp((this.row ?? 0) + step[0], this.grid.rows), clamp((this.column ?? 0) + step[1], this.grid.columns));
  }

  /** Marks a number, or none, and reads it out. */
  point(row, column) {
    if (!this.grid) return;
    const none = row === null || row === undefined || row >= this.grid.rows || column >= this.grid.columns;
    setHidden(this.cursor, none);
    this.marked = none ? null : [row, column];
    if (none) {
      setText(this.readout, ' ');
      setAttribute(this.field, 'aria-valuenow', 0);
      setAttribute(this.field, 'aria-valuetext', 'no number is pointed at');
      return;
    }
    const { grid } = this;
    const text = `${grid.place(row, column)} = ${exact(grid.at(row, column), grid.type)}`;
    this.cursor.style.transform = `translate(${column * this.cellWidth}px, ${row * this.cellHeight}px)`;
    this.cursor.style.width = `${this.cellWidth}px`;
    this.cursor.style.height = `${this.cellHeight}px`;
    setText(this.readout, text);
    setAttribute(this.field, 'aria-valuenow', row * grid.columns + column);
    setAttribute(this.field, 'aria-valuetext', text);
  }

  /** Lights the numbers of which belongs(position) holds, by dimming the others; null dims none. */
  light(belongs) {
    const { mask, grid } = this;
    setHidden(mask, !belongs);
    this.belongs = belongs;
    if (!belongs || !grid?.rows) { this.lit = 0; return; }
    mask.width = grid.columns; mask.height = grid.rows;
    const context = mask.getContext('2d');
    const image = context.createImageData(grid.columns, grid.rows);
    const veil = state.theme === 'dark' ? 14 : 255;
    this.lit = 0;
    for (let row = 0, i = 0; row < grid.rows; ++row) {
      for (let column = 0; column < grid.columns; ++column, ++i) {
        if (belongs(grid.position(row, column))) { ++this.lit; continue; }
        image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = veil;
        image.data[4 * i + 3] = 205;
      }
    }
    context.putImageData(image, 0, 0);
  }
}
