// What is known of the selected entry. Side by side, each tape has a panel for its entry in the selected column.

class Panel {
  constructor(t, actions) {
    this.t = t;
    this.actions = actions;
    const point = (row, column) => pointAt(row === null ? null : { role: 'entry', shape: this.entry?.shape, row, column });
    this.value = new HeatMap('Value', point);
    this.gradient = new HeatMap('Gradient', point);
    this.numeric = new HeatMap('Numeric gradient', point);
    this.samples = h('table', { class: 'samples' });
    this.samplesBox = h('section', { class: 'map' }, h('h3', {}, 'Numeric gradient'), this.samples, (this.samplesNote = h('p', { class: 'note' })));
    this.title = h('h2');
    this.facts = h('p', { class: 'facts' });
    this.code = h('code', { class: 'source' });
    this.rule = h('code', { class: 'rule' });
    this.ruleLine = h('p', { class: 'rule-line' }, h('span', { class: 'label' }, 'adjoint '), this.rule);
    this.links = h('p', { class: 'links' });
    this.story = h('pre', { class: 'story' });
    this.verdicts = h('div', { class: 'verdicts' });
    this.norm = new NormCard(t);
    this.came = h('div', { class: 'list', tabindex: 0, role: 'group' });
    this.went = h('div', { class: 'list', tabindex: 0, role: 'group' });
    this.cameHead = h('h3'); this.wentHead = h('h3');
    this.contributions = h('section', { class: 'contributions card' }, h('div', {}, this.cameHead, this.came), h('div', {}, this.wentHead, this.went));
    this.tapeName = h('p', { class: 'tape-name' });
    this.nothing = h('p', { class: 'nothing' }, 'This tape has no entry in this column.');
    this.body = h('div', { class: 'panel-body' },
      h('header', {}, this.title, this.facts, this.code, this.ruleLine, this.links, this.story, this.verdicts),
      h('div', { class: 'maps card' }, this.value.element, this.gradient.element, this.numeric.element, this.samplesBox),
      this.norm.element, this.contributions);
    this.element = h('section', { class: 'panel', 'aria-label': state.views.length > 1 ? `The selected entry of ${state.views[t].name}` : 'The selected entry' }, this.tapeName, this.nothing, this.body);
    this.element.addEventListener('click', (event) => {
      const link = event.target.closest('[data-go]');
      if (link) actions.select(t, Number(link.dataset.go), true);
    });
  }

  draw() {
    const view = state.views[this.t];
    const i = selectedEntries()[this.t];
    setText(this.tapeName, state.views.length > 1 ? view.name : '');
    setHidden(this.tapeName, state.views.length === 1);
    setHidden(this.nothing, i >= 0);
    setHidden(this.body, i < 0);
    this.entry = i >= 0 ? view.entries[i] : null;
    if (i < 0) return;
    const entry = this.entry;
    if (this.drawn !== entry) { this.drawn = entry; this.describe(view, entry); }
    this.drawMaps(view, entry);
    this.norm.show(view, i);
    this.drawContributions(view, entry);
    this.point(state.pointed);
  }

  /** What the playhead does not change. */
  describe(view, entry) {
    this.title.replaceChildren(h('span', { class: 'index' }, `#${entry.index}`), ` ${entry.op}`, ...(entry.name ? [' ', h('span', { class: 'name' }, entry.name)] : []));
    const facts = [shapeText(entry.shape)];
    if (entry.scope) facts.push(`in ${entry.scope}`);
    if (entry.place) facts.push(entry.place);
    setText(this.facts, facts.join(' · '));
    setText(this.code, entry.line);
    setHidden(this.code, !entry.line);
    const { story } = view.frame;
    setHidden(this.story, story?.entry !== entry.index);
    setText(this.story, story?.text ?? '');
    setText(this.rule, entry.rule);
    setHidden(this.ruleLine, !entry.rule);
    const link = (k) => h('button', { type: 'button', class: 'link', 'data-go': k }, `#${k} ${view.entries[k].title}`);
    const parts = [];
    if (entry.inputs.length) parts.push(h('span', { class: 'label' }, 'reads '), ...entry.inputs.map(link));
    const readers = view.readers[entry.index];
    if (readers.length) parts.push(h('span', { class: 'label' }, 'read by '), ...readers.slice(0, 8).map(link));
    if (readers.length > 8) parts.push(h('span', { class: 'label' }, `and ${readers.length - 8} more`));
    this.links.replaceChildren(...parts);
  }

  drawMaps(view, entry) {
    const { timeline, position } = state;
    const { t } = this;
    const label = `#${entry.index} ${entry.title}`;
    const hasValue = timeline.hasValue(position, t, entry.index);
    const gradient = timeline.gradientState(position, t, entry.index);
    if (hasValue) this.value.show(entry.value, label);
    else this.value.showNothing('Not computed yet: the playhead has not come here.');
    const complete = gradient === 'complete';
    const numericAll = complete && entry.numeric && !entry.numeric.at;
    setHidden(this.numeric.element, Boolean(entry.numeric?.at));
    setHidden(this.samplesBox, !entry.numeric?.at);
    if (complete) {
      const grid = entry.gradient;
      const most = Math.max(Math.abs(grid.stats.min), Math.abs(grid.stats.max));
      this.gradient.show(grid, label);
      if (numericAll) this.numeric.show(numericGrid(entry), label, { most, note: numericNote(entry) });
      else if (entry.numeric) this.drawSamples(entry);
      else this.numeric.showNothing(entry.index === view.loss ? 'The loss is where it starts: 1 by definition.'
        : view.entries[view.loss].value.nonFinite ? 'There are no differences of a loss that is not finite.' : 'Not computed for this entry.');
    } else {
      const why = gradient === 'none' ? (entry.wantsGradient ? 'No reverse pass came by.' : 'It gets none: it is data, or made of data alone.')
        : gradient === 'partial' ? `${timeline.arrived(position, t, entry.index)} of ${count(view.arrivals[entry.index].length, 'contribution')} ${timeline.arrived(position, t, entry.index) === 1 ? 'has' : 'have'} come so far.`
        : `Not computed yet.`;
      this.gradient.showNothing(why);
      this.numeric.showNothing(gradient === 'none' ? 'There is no gradient to compare with.' : 'Shown with the gradient.');
      if (entry.numeric?.at) { this.samples.replaceChildren(); setText(this.samplesNote, 'Shown with the gradient.'); this.samplesOf = null; }
    }
    this.drawVerdicts(entry, complete, timeline.adjointAt(t, entry.index) <= position);
  }

  drawSamples(entry) {
    if (this.samplesOf === entry) return;
    this.samplesOf = entry;
    const { at, v, u, g } = entry.numeric;
    const row = (cells, tag) => h('tr', {}, cells.map((c, k) => h(k === 0 || tag === 'th' ? 'th' : 'td', { scope: k === 0 && tag !== 'th' ? 'row' : 'col' }, c)));
    this.samples.replaceChildren(h('thead', {}, row(['element', 'gradient', 'numeric', '±'], 'th')),
      h('tbody', {}, at.slice(0, 8).map((p, k) => row([placeOf(p, entry.shape), short(numberOf(g[k])), short(numberOf(v[k])), numberOf(u[k]).toExponential(0)], 'td'))));
    setText(this.samplesNote, `Computed for ${at.length} of ${entry.value.size} elements${at.length > 8 ? ', of which 8 are listed' : ''}.`);
  }

  drawVerdicts(entry, complete, ran) {
    const lines = [];
    if (ran && entry.adjointCheck) lines.push(entry.adjointCheck);
    if (complete && entry.gradientCheck) lines.push(entry.gradientCheck);
    const key = lines.map((l) => l.text).join('|');
    if (this.verdictKey === key) return;
    this.verdictKey = key;
    this.verdicts.replaceChildren(...lines.map((l) => h('p', { class: l.ok ? 'verdict ok' : 'verdict bad' }, h('b', {}, l.ok ? '✓ ' : '✗ '), l.text[0].toUpperCase() + l.text.slice(1))));
  }

  drawContributions(view, entry) {
    const { timeline, position } = state;
    const came = view.arrivals[entry.index], went = view.runsAdjoint(entry.index) ? view.sent[entry.index] : [];
    setHidden(this.contributions, !came.length && !went.length && entry.index !== view.loss);
    const ran = timeline.adjointAt(this.t, entry.index) <= position;
    const arrived = came.map((a) => timeline.adjointAt(this.t, a.from) <= position);
    const key = `${view.frame.label}/${entry.index}/${state.step}/${ran}/${arrived.filter(Boolean).length}`;
    if (this.contributionKey === key) return;
    this.contributionKey = key;
    const most = (list) => Math.max(...list.map((a) => a.norm ?? 0), 0) || 1;
    const line = (other, how, a, there, largest) => h('div', { class: 'contribution', 'data-there': there },
      h('button', { type: 'button', class: 'link', 'data-go': other }, `#${other} ${view.entries[other].title}`),
      h('span', { class: 'how' }, there ? how : 'to come'),
      h('span', { class: 'meter', 'aria-hidden': 'true' }, there && a.norm !== null ? meter(a.norm / largest) : null),
      h('span', { class: 'number' }, there && a.norm !== null ? short(a.norm) : ''));
    setText(this.cameHead, entry.index === view.loss ? 'The reverse pass starts here' : `Its gradient: the norm of ${came.length === 1 ? 'its one contribution' : `each of ${came.length} contributions`}`);
    setText(this.wentHead, went.length ? `Its adjoint ${ran ? 'handed' : 'will hand'} on` : 'It hands nothing on');
    setAttribute(this.came, 'aria-label', this.cameHead.textContent);
    setAttribute(this.went, 'aria-label', this.wentHead.textContent);
    this.came.replaceChildren(...came.map((a, k) => line(a.from, a.first ? 'first' : 'added', a, arrived[k], most(came))));
    this.went.replaceChildren(...went.map((a) => line(a.to, `input ${a.position}, ${a.first ? 'first' : 'added'}`, a, ran, most(went))));
  }

  /** Marks the number pointed at in every map of this panel that has it. */
  point(pointed) {
    if (!this.entry) return;
    const here = pointed?.role === 'entry' || this.norm.norm === this.entry.index;
    const mine = pointed && here && sameShape(pointed.shape, this.entry.shape) ? pointed : null;
    for (const map of [this.value, this.gradient, this.numeric]) map.point(mine?.row ?? null, mine?.column ?? null);
    this.norm.point(pointed);
    this.value.light(this.norm.input === this.entry.index ? this.norm.belongs : null);
  }
}

function meter(share) {
  const bar = h('i');
  bar.style.width = `${Math.max(1, 100 * Math.min(1, share))}%`;
  return bar;
}

/** The differences as a grid like the gradient's. */
function numericGrid(entry) {
  if (entry.numericView) return entry.numericView;
  const values = entry.numeric.v.map(numberOf);
  const shown = entry.gradient;
  const data = new Float64Array(shown.rows * shown.columns);
  for (let row = 0; row < shown.rows; ++row)
    for (let column = 0; column < shown.columns; ++column) data[row * shown.columns + column] = values[shown.position(row, column)];
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / (finite.length || 1);
  const square = (list) => list.reduce((a, b) => a + b * b, 0);
  const stats = [mean, Math.sqrt(square(finite.map((x) => x - mean)) / (finite.length || 1)), Math.sqrt(square(finite)),
    finite.length ? Math.min(...finite) : 0, finite.length ? Math.max(...finite) : 0, finite.filter((x) => x === 0).length, values.filter(Number.isNaN).length, 0];
  entry.numericView = new Grid({ r: shown.rowStride, c: shown.columnStride, s: stats }, entry.shape, 'float64');
  entry.numericView.numbers = data;
  return entry.numericView;
}

function numericNote(entry) {
  const g = entry.gradient, n = numericGrid(entry);
  let worst = 0, at = 0;
  for (let i = 0; i < n.numbers.length; ++i) {
    const d = Math.abs(g.data[i] - n.numbers[i]);
    if (d > worst) [worst, at] = [d, i];
  }
  return worst === 0 ? 'Equal to the gradient' : `At most ${short(worst)} from the gradient, at ${g.place(Math.floor(at / g.columns), at % g.columns)}`;
}
