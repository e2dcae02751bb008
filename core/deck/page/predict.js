// Predict: before an adjoint runs, one number of the gradient that it completes is to be typed.

class Predict {
  constructor(actions) {
    this.actions = actions;
    this.right = this.asked = 0;
    this.question = h('p', { class: 'question' });
    this.hint = h('p', { class: 'note' });
    this.input = h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-label': 'Your prediction' });
    this.answer = h('p', { class: 'answer', role: 'status' });
    this.score = h('p', { class: 'score' });
    this.check = h('button', { type: 'submit' }, 'Check');
    this.skip = h('button', { type: 'button', onclick: () => this.settle(null) }, 'Show me');
    this.form = h('form', {}, this.question, this.hint, h('div', { class: 'row' }, this.input, this.check, this.skip));
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(); });
    this.element = h('section', { class: 'predict card', hidden: true, 'aria-label': 'Predict' }, h('h2', {}, 'Predict'), this.form, this.answer, this.score);
  }

  /** What the next adjoint completes, and an element of it: {t, entry, row, column, truth} or null. */
  next() {
    const { timeline, position, views } = state;
    if (position < timeline.turn || position >= timeline.end) return null;
    const column = timeline.reverse[position - timeline.turn];
    for (const [t, i] of timeline.columns[column].entries()) {
      if (i < 0 || !views[t].runsAdjoint(i)) continue;
      for (const { to } of views[t].sent[i]) {
        if (timeline.completeAt[t][to] !== position + 1) continue;
        const grid = views[t].entries[to].gradient;
        const total = grid.rows * grid.columns;
        if (!total) continue;
        // Any element, the same one each time; one that is 0 would be no question.
        let k = (to * 7919 + 13) % total;
        for (let n = 0; n < total && grid.data[k] === 0; ++n) k = (k + 1) % total;
        return { t, reader: i, entry: to, grid, row: Math.floor(k / grid.columns), column: k % grid.columns, truth: grid.data[k] };
      }
    }
    return null;
  }

  draw() {
    setHidden(this.element, !state.predicting);
    if (!state.predicting) return;
    const next = this.next();
    this.open = next && this.settledAt !== state.position ? next : null;
    setHidden(this.form, !this.open);
    const { timeline, position } = state;
    if (!this.open) {
      if (this.settledAt !== position && this.settledAt !== position - 1) {
        setText(this.answer, position < timeline.turn ? 'The questions come in the reverse half: go on to the loss.'
          : position >= timeline.end ? 'Both halves are done.' : 'This adjoint completes no gradient: go on.');
      }
    } else {
      const { t, reader, entry, grid, row, column } = next;
      const view = state.views[t];
      const e = view.entries[entry], r = view.entries[reader];
      const place = grid.place(row, column);
      setText(this.question, `${state.views.length > 1 ? `${view.name}. ` : ''}The adjoint of #${reader} ${r.title} is about to run. What will the gradient of #${entry} ${e.title} be at ${place}?`);
      const upstream = r.gradient && r.gradient.rows === grid.rows && r.gradient.columns === grid.columns && r.gradient.rowStride === grid.rowStride ? ` dy${place} = ${short(r.gradient.at(row, column))}, y${place} = ${short(r.value.at(row, column))}.` : '';
      const others = view.arrivals[entry].length > 1 ? ` It has ${view.arrivals[entry].length} contributions; this is the last.` : '';
      setText(this.hint, `${r.rule}.${upstream} x${place} = ${short(e.value.at(row, column))}.${others}`);
      if (this.asking !== position) { this.asking = position; this.input.value = ''; if (this.settledAt !== position - 1) setText(this.answer, ''); }
    }
    setText(this.score, this.asked ? `${this.right} of ${this.asked} right` : 'Within 2 % counts as right.');
  }

  /** Whether a step may go on; otherwise the question wants its answer first. */
  allows() {
    if (!state.predicting || !this.open) return true;
    this.input.focus();
    return false;
  }

  submit() {
    const text = this.input.value.trim().replace(',', '.').replace('−', '-');
    const typed = /^[+-]?(nan|inf(inity)?)$/i.test(text) ? numberOf(text.toLowerCase().replace('+', '').replace('infinity', 'inf')) : Number(text);
    if (text === '' || (Number.isNaN(typed) && !/nan/i.test(text))) { setText(this.answer, 'Type a number, such as -0.25 or 3e-4.'); return; }
    this.settle(typed);
  }

  settle(typed) {
    const { truth, grid } = this.open;
    const near = Object.is(typed, truth) || Math.abs(typed - truth) <= Math.max(0.02 * Math.abs(truth), 0.002 * Math.max(Math.abs(grid.stats.min), Math.abs(grid.stats.max)));
    const right = typed !== null && near;
    ++this.asked;
    if (right) ++this.right;
    const { entry, row, column, t } = this.open;
    setText(this.answer, `${typed === null ? '' : right ? 'Right. ' : 'Not quite. '}The gradient of #${entry} at ${grid.place(row, column)} is ${exact(truth, grid.type)}.`);
    setAttribute(this.answer, 'data-right', right);
    this.settledAt = state.position;
    this.open = null;
    this.actions.step(1);
    this.actions.select(t, entry);
  }
}
