// The playhead's way: forward over all columns, then back over those whose adjoint runs. Position 0 is before the
// first entry, `turn` between the two halves, `end` after the last adjoint.

class Timeline {
  constructor(views) {
    this.views = views;
    this.tree = alignTrees(views.map((v) => scopeTree(v.entries)));
    this.columns = [];
    const number = (node) => {
      if (!node.entries) return node.children.forEach(number);
      node.column = this.columns.length;
      this.columns.push(node.entries);
    };
    this.tree.forEach(number);
    this.columnOf = views.map((v) => new Int32Array(v.entries.length));
    this.columns.forEach((entries, column) => entries.forEach((i, t) => { if (i >= 0) this.columnOf[t][i] = column; }));

    this.turn = this.columns.length;
    this.reverse = [];
    for (let c = this.turn - 1; c >= 0; --c)
      if (this.columns[c].some((i, t) => i >= 0 && views[t].runsAdjoint(i))) this.reverse.push(c);
    this.end = this.turn + this.reverse.length;
    this.reversedAt = new Int32Array(this.turn).fill(this.end + 1);
    this.reverse.forEach((column, k) => { this.reversedAt[column] = this.turn + k + 1; });
    this.completeAt = views.map((v, t) => Int32Array.from(v.entries, (e) => this.completion(v, t, e)));
  }
  completion(view, t, entry) {
    if (!entry.gradient) return this.end + 1;
    return view.arrivals[entry.index].reduce((at, a) => Math.max(at, this.adjointAt(t, a.from)), this.turn);
  }
  /** The position from which on an entry's adjoint has run. */
  adjointAt(t, i) { return this.reversedAt[this.columnOf[t][i]]; }

  hasValue(position, t, i) { return position > this.columnOf[t][i]; }
  /** 'none': there is no gradient at all; 'waiting', 'partial' and 'complete' as of this position. */
  gradientState(position, t, i) {
    const entry = this.views[t].entries[i];
    if (!entry.gradient) return 'none';
    if (position >= this.completeAt[t][i]) return 'complete';
    return this.arrived(position, t, i) > 0 ? 'partial' : 'waiting';
  }
  arrived(position, t, i) {
    return this.views[t].arrivals[i].filter((a) => this.adjointAt(t, a.from) <= position).length;
  }
  inReverse(position) { return position >= this.turn; }
  /** The column under the playhead: the one just computed, or the one whose adjoint runs next. */
  here(position) {
    if (position < this.turn) return Math.max(0, position - 1);
    const next = this.reverse[position - this.turn] ?? this.reverse[this.reverse.length - 1];
    return next ?? this.turn - 1;
  }
  /** The last position at which the playhead is at this column: in reverse if its adjoint runs. */
  positionOf(column, reverse) {
    if (reverse && this.reversedAt[column] <= this.end) return this.reversedAt[column] - 1;
    return column + 1;
  }
  describe(position) {
    if (position === 0) return 'At the start: nothing is computed yet';
    if (position < this.turn) return `Forward, ${position} of ${this.turn}`;
    const done = position - this.turn;
    if (done === 0) return `Forward is done: the reverse pass starts here`;
    if (position === this.end) return `Both halves are done`;
    return `Reverse, ${done} of ${this.end - this.turn} adjoints have run`;
  }
}
