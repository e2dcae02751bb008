// One cell of the strip: an entry, or a folded scope. Its upper half is the forward value, its lower half the
// gradient.

const GRADIENT_WORDS = {
  none: 'no gradient',
  waiting: 'gradient not computed yet',
  partial: 'gradient partly there',
  complete: 'gradient computed',
};

function halves() {
  const half = (kind, label) => {
    const number = h('span', { class: 'number' });
    return { number, element: h('span', { class: `half ${kind}` }, h('span', { class: 'label' }, label), number) };
  };
  // What the colours say, for those who hear the page.
  return [half('value', '‖y‖'), half('gradient', '‖dy‖'), h('span', { class: 'said' })];
}

const sizeText = (grid) => (grid.stats.nans ? 'nan' : grid.stats.infinities ? 'inf' : short(grid.stats.norm));

function makeCell(entry, t) {
  const badge = h('span', { class: 'badge' });
  const [value, gradient, said] = halves();
  const element = h('button', { class: 'cell', type: 'button', 'data-entry': entry.index, 'data-tape': t, 'data-leaf': entry.isLeaf, tabindex: -1 },
    h('span', { class: 'first' }, h('span', { class: 'index' }, `#${entry.index}`), badge),
    h('span', { class: 'op', title: entry.title }, entry.op),
    h('span', { class: 'second' }, h('span', { class: 'name', title: entry.name }, entry.name || ' '), h('span', { class: 'shape' }, shapeText(entry.shape))),
    value.element, gradient.element, said);
  return { element, badge, said, value: value.number, gradient: gradient.number };
}

/** What is wrong with an entry, as far as the playhead has come: [kind, sign, text] or null. */
function troubleOf(entry, hasValue, hasGradient) {
  if (hasValue && entry.value.nonFinite) return ['odd', entry.value.stats.nans ? 'nan' : 'inf', `value has ${nonFiniteText(entry.value)} not finite`];
  if (hasGradient && entry.gradient?.nonFinite) return ['odd', entry.gradient.stats.nans ? 'nan' : 'inf', `gradient has ${nonFiniteText(entry.gradient)} not finite`];
  if (hasGradient && entry.adjointCheck && !entry.adjointCheck.ok) return ['wrong', '✗', 'its adjoint is wrong'];
  if (hasGradient && entry.gradientCheck && !entry.gradientCheck.ok) return ['differs', '≠', 'its gradient differs from differences'];
  return null;
}

function updateCell(cell, t, i) {
  const { timeline, position } = state;
  const entry = state.views[t].entries[i];
  const hasValue = timeline.hasValue(position, t, i);
  const gradient = timeline.gradientState(position, t, i);
  const trouble = troubleOf(entry, hasValue, gradient === 'complete');
  const here = timeline.here(position) === timeline.columnOf[t][i];
  const selected = state.tape === t && state.entry === i;
  const mark = `${hasValue}${gradient}${here}${selected}${trouble?.[0]}${state.step}${state.theme}`;
  if (cell.mark === mark && gradient !== 'partial') return;
  cell.mark = mark;
  const { element } = cell;
  setText(cell.value, hasValue ? sizeText(entry.value) : '');
  const arrived = gradient === 'partial' ? `${timeline.arrived(position, t, i)} of ${state.views[t].arrivals[i].length}` : '';
  setText(cell.gradient, gradient === 'complete' ? sizeText(entry.gradient) : gradient === 'none' ? '–' : arrived);
  setText(cell.badge, trouble ? trouble[1] : '');
  setAttribute(element, 'data-value', hasValue);
  setAttribute(element, 'data-gradient', gradient);
  setAttribute(element, 'data-trouble', trouble ? trouble[0] : null);
  setAttribute(element, 'data-here', here);
  setAttribute(element, 'aria-current', selected ? 'true' : null);
  setAttribute(element, 'tabindex', selected ? 0 : -1);
  setText(cell.said, `${state.views.length > 1 ? ` of ${state.views[t].name}` : ''}${entry.scope ? ` in ${entry.scope}` : ''}: ` +
    `${hasValue ? 'value computed' : 'value not computed yet'}, ${GRADIENT_WORDS[gradient]}${trouble ? `, ${trouble[2]}` : ''}`);
}

function makeFold(item, t) {
  const badge = h('span', { class: 'badge' });
  const [value, gradient, said] = halves();
  const indices = item.columns.map((c) => state.timeline.columns[c][t]).filter((i) => i >= 0);
  const name = item.fold.node.names[t] ?? item.fold.node.scope;
  const n = indices.length;
  const element = h('button', { class: 'cell fold', type: 'button', 'data-scope': item.fold.id, 'data-tape': t, tabindex: -1 },
    h('span', { class: 'first' }, h('span', { class: 'index' }, n ? `#${indices[0]}–${indices[n - 1]}` : ''), badge),
    h('span', { class: 'op' }, name),
    h('span', { class: 'second' }, h('span', { class: 'name' }, count(n, 'entry', 'entries'))),
    value.element, gradient.element, said);
  return { element, badge, said, value: value.number, gradient: gradient.number, indices, name };
}

/** A folded scope tells of its last entry, which is what the rest of the tape sees, and of all troubles within. */
function updateFold(cell, item, t) {
  const { timeline, position } = state;
  const entries = state.views[t].entries;
  const { indices } = cell;
  if (!indices.length) return setAttribute(cell.element, 'data-empty', true);
  const last = indices[indices.length - 1];
  const values = indices.filter((i) => timeline.hasValue(position, t, i)).length;
  const wanting = indices.filter((i) => entries[i].gradient);
  const gradients = wanting.filter((i) => timeline.gradientState(position, t, i) === 'complete').length;
  const troubles = indices.map((i) => troubleOf(entries[i], timeline.hasValue(position, t, i), timeline.gradientState(position, t, i) === 'complete')).filter(Boolean);
  const worst = troubles.find((x) => x[0] === 'odd') ?? troubles.find((x) => x[0] === 'wrong') ?? troubles[0];
  const here = item.columns.includes(timeline.here(position));
  const selected = state.tape === t && indices.includes(state.entry);
  const { element } = cell;
  const hasValue = values === indices.length;
  const gradient = !wanting.length ? 'none' : gradients === wanting.length ? 'complete' : gradients ? 'partial' : 'waiting';
  setText(cell.value, hasValue ? sizeText(entries[last].value) : values ? `${values} of ${indices.length}` : '');
  const complete = timeline.gradientState(position, t, last) === 'complete';
  setText(cell.gradient, gradient === 'complete' && complete ? sizeText(entries[last].gradient) : gradient === 'none' ? '–' : gradients ? `${gradients} of ${wanting.length}` : '');
  setText(cell.badge, worst ? worst[1] : '');
  setAttribute(element, 'data-value', hasValue);
  setAttribute(element, 'data-gradient', gradient);
  setAttribute(element, 'data-trouble', worst ? worst[0] : null);
  setAttribute(element, 'data-here', here);
  setAttribute(element, 'aria-current', selected ? 'true' : null);
  setAttribute(element, 'tabindex', selected ? 0 : -1);
  setText(cell.said, `, a folded scope${state.views.length > 1 ? ` of ${state.views[t].name}` : ''}: ` +
    `${values} values and ${gradients} of ${wanting.length} gradients computed${troubles.length ? `, ${count(troubles.length, 'entry', 'entries')} in trouble` : ''}. Press to unfold`);
}
