// The strip: cells in the order of recording, one lane a tape, under bars for the scopes. Only what is in view
// exists, and a move changes only what it touches.

const CELL = 118, FOLD = 148, GAP = 10, MARGIN = 24, BAR = 20, ARCS = 46, DEPOSITS = 30, CELL_HEIGHT = 118;

class Strip {
  constructor(actions) {
    this.actions = actions;
    this.cells = new Map();
    this.bars = new Map();
    this.inner = h('div', { class: 'strip-inner' });
    this.head = h('div', { class: 'playhead', 'aria-hidden': 'true' }, h('span'));
    this.element = h('div', { class: 'strip', role: 'group', 'aria-label': 'The tape' }, this.inner);
    this.left = 0;
    this.width = 1200;
    this.element.addEventListener('scroll', () => { this.left = this.element.scrollLeft; this.draw(); actions.scrolled(); }, { passive: true });
    new ResizeObserver(([box]) => { this.width = box.contentRect.width; this.draw(); }).observe(this.element);
    this.element.addEventListener('click', (event) => this.clicked(event));
    this.element.addEventListener('dblclick', (event) => {
      const cell = event.target.closest('.cell');
      if (cell?.dataset.entry) actions.playTo(Number(cell.dataset.tape), Number(cell.dataset.entry));
    });
  }

  /** After another tape, step or fold: where everything stands. */
  arrange() {
    const { timeline } = state;
    this.items = [];
    this.scopes = [];
    let x = MARGIN, depthMost = 0;
    const place = (item, width) => { this.items.push(Object.assign(item, { x, width })); x += width + GAP; };
    const walk = (nodes, path, depth) => {
      let calls = new Map();
      for (const node of nodes) {
        if (node.entries) { place({ first: node.column, last: node.column, entries: node.entries }, CELL); continue; }
        const n = (calls.get(node.scope) ?? 0) + 1;
        calls.set(node.scope, n);
        const id = `${path}/${node.scope}${n > 1 ? `(${n})` : ''}`;
        const columns = columnsOf(node);
        const bar = { id, node, depth, x, columns, names: [...new Set(node.names.filter(Boolean))].join(' | '), folded: state.folded.has(id) };
        this.scopes.push(bar);
        depthMost = Math.max(depthMost, depth + 1);
        if (bar.folded) place({ first: columns[0], last: columns[columns.length - 1], fold: bar, columns }, FOLD);
        else walk(node.children, id, depth + 1);
        bar.width = x - GAP - bar.x;
      }
    };
    walk(timeline.tree, '', 0);
    this.itemOf = new Int32Array(timeline.turn);
    this.items.forEach((item, k) => { for (let c = item.first; c <= item.last; ++c) this.itemOf[c] = k; });
    this.total = x - GAP + MARGIN;
    this.depth = depthMost;
    this.laneTop = (t) => 22 + this.depth * BAR + t * (ARCS + CELL_HEIGHT + DEPOSITS + (state.views.length > 1 ? 20 : 0)) + (state.views.length > 1 ? 18 : 0);
    this.cellTop = (t) => this.laneTop(t) + ARCS;
    this.inner.replaceChildren(this.head);
    this.cells.clear();
    this.bars.clear();
    this.arcs = state.views.map((view, t) => {
      const arcs = h('svg', { class: 'arcs', 'aria-hidden': 'true', width: 1, height: 1 });
      this.inner.append(arcs);
      if (state.views.length > 1) {
        const label = h('div', { class: 'lane-name' }, view.name || `tape ${t + 1}`);
        label.style.top = `${this.laneTop(t) - 14}px`;
        this.inner.append(label);
      }
      return arcs;
    });
    this.inner.style.width = `${this.total}px`;
    this.inner.style.height = `${this.cellTop(state.views.length - 1) + CELL_HEIGHT + DEPOSITS}px`;
    this.left = Math.min(this.left, Math.max(0, this.total - this.width));
    this.draw();
  }

  visible(x, width) { return x + width > this.left - 300 && x < this.left + this.width + 300; }

  draw() {
    if (!this.items) return;
    const bars = new Set(), cells = new Set();
    for (const bar of this.scopes) if (this.visible(bar.x, bar.width)) { bars.add(bar.id); this.drawBar(bar); }
    const [from, to] = this.range();
    for (let k = from; k < to; ++k) {
      state.views.forEach((view, t) => {
        const key = k * 8 + t;
        if (this.items[k].fold || this.items[k].entries[t] >= 0) { cells.add(key); this.drawCell(key, k, t); }
      });
    }
    for (const [key, element] of this.bars) if (!bars.has(key)) { element.remove(); this.bars.delete(key); }
    for (const [key, cell] of this.cells) {
      if (cells.has(key)) continue;
      // The focus is not lost by scrolling, and what it is on tells the truth.
      if (cell.element === document.activeElement) { this.drawCell(key, key >> 3, key & 7); continue; }
      cell.element.remove();
      this.cells.delete(key);
    }
    state.views.forEach((view, t) => drawArcs(this, t, from, to));
    this.drawHead();
  }

  /** Which items are in view. */
  range() {
    let low = 0, high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].x + this.items[middle].width < this.left - 300) low = middle + 1;
      else high = middle;
    }
    let to = low;
    while (to < this.items.length && this.items[to].x < this.left + this.width + 300) ++to;
    return [low, to];
  }

  /** The first column in view, and the one behind the last. */
  viewColumns() {
    const seen = this.items.filter((item) => item.x + item.width > this.left && item.x < this.left + this.width);
    return seen.length ? [seen[0].first, seen[seen.length - 1].last + 1] : [0, 1];
  }

  drawBar(bar) {
    let element = this.bars.get(bar.id);
    if (!element) {
      const n = bar.columns.length;
      const label = bar.folded ? `Unfold scope ${bar.names}, ${count(n, 'entry', 'entries')}` : `Fold scope ${bar.names}, ${count(n, 'entry', 'entries')}`;
      element = h('button', { class: 'scope', type: 'button', 'data-scope': bar.id, 'aria-expanded': bar.folded ? 'false' : 'true', 'aria-label': label, title: label, tabindex: -1 },
        h('span', {}, `${bar.folded ? '▸' : '▾'} ${bar.names}`));
      Object.assign(element.style, { left: `${bar.x}px`, width: `${bar.width}px`, top: `${22 + bar.depth * BAR}px` });
      this.inner.append(element);
      this.bars.set(bar.id, element);
    }
  }

  drawCell(key, k, t) {
    const item = this.items[k];
    let cell = this.cells.get(key);
    if (!cell) {
      cell = item.fold ? makeFold(item, t) : makeCell(state.views[t].entries[item.entries[t]], t);
      Object.assign(cell.element.style, { left: `${item.x}px`, top: `${this.cellTop(t)}px`, width: `${item.width}px` });
      this.inner.append(cell.element);
      this.cells.set(key, cell);
    }
    if (item.fold) updateFold(cell, item, t);
    else updateCell(cell, t, item.entries[t]);
  }

  drawHead() {
    const { timeline, position } = state;
    const item = this.items[this.itemOf[timeline.here(position)]];
    const reverse = timeline.inReverse(position);
    let x = item.x + item.width / 2;
    if (position === 0) x = item.x - GAP / 2;
    if (position === timeline.end && position > timeline.turn) x = item.x - GAP / 2;
    this.head.style.transform = `translateX(${x}px)`;
    setAttribute(this.head, 'data-way', reverse ? 'reverse' : 'forward');
    this.head.style.height = this.inner.style.height;
  }

  /** Brings a column into the middle part of the view. */
  reveal(column, atOnce) {
    const item = this.items[this.itemOf[column]];
    const middle = item.x + item.width / 2;
    const margin = Math.min(260, this.width * 0.3);
    if (middle > this.left + margin && middle < this.left + this.width - margin) return;
    const left = Math.max(0, Math.min(this.total - this.width, middle - this.width / 2));
    const still = atOnce || matchMedia('(prefers-reduced-motion: reduce)').matches || Math.abs(left - this.left) > 2 * this.width;
    if (still) this.left = left;
    this.element.scrollTo({ left, behavior: still ? 'instant' : 'smooth' });
  }

  clicked(event) {
    const bar = event.target.closest('.scope');
    if (bar) return this.actions.toggle(bar.dataset.scope);
    const cell = event.target.closest('.cell');
    if (!cell) return;
    if (cell.dataset.scope) this.actions.toggle(cell.dataset.scope);
    else this.actions.select(Number(cell.dataset.tape), Number(cell.dataset.entry));
  }
  focusSelected() {
    const cell = this.cells.get(this.itemOf[selectedColumn()] * 8 + state.tape);
    cell?.element.focus({ preventScroll: true });
  }
}

const columnsOf = (node) => (node.entries ? [node.column] : node.children.flatMap(columnsOf));

/** All scopes of a tree as bar ids, with their depth. */
function scopeIds(nodes, path = '', depth = 0, all = []) {
  const calls = new Map();
  for (const node of nodes) {
    if (node.entries) continue;
    const n = (calls.get(node.scope) ?? 0) + 1;
    calls.set(node.scope, n);
    const id = `${path}/${node.scope}${n > 1 ? `(${n})` : ''}`;
    all.push({ id, depth, columns: columnsOf(node) });
    scopeIds(node.children, id, depth + 1, all);
  }
  return all;
}
