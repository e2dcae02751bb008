// The deck's document, as core/deck/document.cpp writes it:
//
//   format, version   "tapedeck deck", 1
//   title, type       "float32" or "float64"
//   texts             strings that many entries share; programs refer to them by index
//   programs[]        what stays from one training step to the next, one row an entry:
//                     [op, rule, name, scope, place, source line (texts), shape, inputs, wants a gradient]
//   tapes[]           name, frames[]: label, loss (an index), program, entries[], and, where there is one, the
//                     story of the first non-finite value: {entry, text}
//   entries[]         v: value, g: gradient, k: how many contributions it got,
//                     a: their [from, position, first, norm],
//                     n: by differences {at: positions in storage, all when missing; v, u: value, uncertainty; g: ours},
//                     cg, ca: check_gradient's and check_adjoint's {ok, text},
//                     norm: a normalization's {group, parameter, mean, rstd, has_mean, through, paths}
//   a tensor          d: the numbers shown, base64 of their bytes or a plain list; r, c: every r-th row and c-th
//                     column is there; s: of all of it mean, std, norm, min, max, zeros, nans, infinities

const NUMBER_NAMES = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const numberOf = (x) => (typeof x === 'string' && x in NUMBER_NAMES ? NUMBER_NAMES[x] : Number(x));

function decodeNumbers(coded, type) {
  const Numbers = type === 'float32' ? Float32Array : Float64Array;
  if (typeof coded !== 'string') return Numbers.from(coded);
  const text = atob(coded);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return new Numbers(bytes.buffer);
}

/** A tensor as a grid: its last dimension across, the others down. Rows and columns count what is shown. */
class Grid {
  constructor(coded, shape, type) {
    this.shape = shape;
    this.type = type;
    this.coded = coded;
    this.fullColumns = shape.length ? shape[shape.length - 1] : 1;
    this.fullRows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    this.rowStride = coded.r ?? 1;
    this.columnStride = coded.c ?? 1;
    const empty = this.fullRows * this.fullColumns === 0;
    this.rows = empty ? 0 : Math.ceil(this.fullRows / this.rowStride);
    this.columns = empty ? 0 : Math.ceil(this.fullColumns / this.columnStride);
    const [mean, std, norm, min, max, zeros, nans, infinities] = (coded.s ?? []).map(numberOf);
    this.stats = { mean, std, norm, min, max, zeros, nans, infinities };
  }
  get data() { return (this.numbers ??= decodeNumbers(this.coded.d, this.type)); }
  get size() { return this.fullRows * this.fullColumns; }
  get whole() { return this.rowStride === 1 && this.columnStride === 1; }
  get nonFinite() { return (this.stats.nans ?? 0) + (this.stats.infinities ?? 0); }
  at(row, column) { return this.data[row * this.columns + column]; }
  /** Where in storage the number at a shown row and column stands. */
  position(row, column) { return row * this.rowStride * this.fullColumns + column * this.columnStride; }
  /** "[3, 12]", in the tensor's own dimensions. */
  place(row, column) { return placeOf(this.position(row, column), this.shape); }
  samplingText() {
    const parts = [];
    if (this.rowStride > 1) parts.push(`every ${ordinal(this.rowStride)} row of ${this.fullRows}`);
    if (this.columnStride > 1) parts.push(`every ${ordinal(this.columnStride)} column of ${this.fullColumns}`);
    return parts.join(', ');
  }
}

function placeOf(position, shape) {
  const index = [];
  for (let i = shape.length - 1; i >= 0; --i) {
    index.unshift(position % shape[i]);
    position = Math.floor(position / shape[i]);
  }
  return `[${index.join(', ')}]`;
}

/** Which group an element belongs to: its position / run % count, or a list. */
const patternAt = (pattern, position) =>
  pattern.list ? pattern.list[position] : Math.floor(position / pattern.run) % pattern.count;

/** One entry of one tape at one training step. Its numbers are decoded when they are first looked at. */
class EntryView {
  constructor(deck, index, row, numbers) {
    const text = (i) => deck.texts[i];
    this.index = index;
    [this.op, this.rule, this.name, this.scope, this.place, this.line] = row.slice(0, 6).map(text);
    [this.shape, this.inputs, this.wantsGradient] = [row[6], row[7], row[8] === 1];
    this.numbers = numbers;
    this.type = deck.type;
    this.contributions = numbers.k ?? 0;
    this.gradientCheck = numbers.cg ?? null;
    this.adjointCheck = numbers.ca ?? null;
  }
  get isLeaf() { return this.inputs.length === 0; }
  get value() { return (this.valueGrid ??= new Grid(this.numbers.v, this.shape, this.type)); }
  get gradient() {
    if (!this.numbers.g) return null;
    return (this.gradientGrid ??= new Grid(this.numbers.g, this.shape, this.type));
  }
  get numeric() { return this.numbers.n ?? null; }
  get norm() {
    const coded = this.numbers.norm;
    if (!coded) return null;
    return (this.normalization ??= {
      ...coded,
      mean: decodeNumbers(coded.mean, this.type),
      rstd: decodeNumbers(coded.rstd, this.type),
    });
  }
  /** [direct, mean path, variance path] of what a normalization hands on to its input, whose shape it has. */
  paths(inputShape) {
    if (!this.norm?.paths) return null;
    return (this.pathGrids ??= this.norm.paths.map((p) => new Grid(p, inputShape, this.type)));
  }
  get title() { return this.name ? `${this.op} ${this.name}` : this.op; }
}

/** One tape at one training step. */
class TapeView {
  constructor(deck, tape, frame) {
    this.name = tape.name;
    this.frame = frame;
    this.program = frame.program;
    this.loss = frame.loss;
    this.entries = deck.programs[frame.program].map((row, i) => new EntryView(deck, i, row, frame.entries[i]));
    this.readers = this.entries.map(() => []);
    for (const e of this.entries) for (const input of new Set(e.inputs)) this.readers[input].push(e.index);
    this.arrivals = this.entries.map((e) => this.arrivalsAt(e));
    this.sent = this.entries.map(() => []);
    this.arrivals.forEach((list, to) => list.forEach((a) => this.sent[a.from].push({ ...a, to })));
    for (const list of this.sent) list.sort((a, b) => a.position - b.position);
  }
  runsAdjoint(i) {
    const e = this.entries[i];
    return e.contributions > 0 && !e.isLeaf && i <= this.loss;
  }
  arrivalsAt(entry) {
    const told = entry.numbers.a;
    if (told) return told.map(([from, position, first, norm]) => ({ from, position, first: first === 1, norm: numberOf(norm) }));
    if (entry.contributions === 0 || entry.index === this.loss) return [];
    // Not told: every reader whose adjoint ran gave one, the last reader first.
    const list = [];
    for (const reader of [...this.readers[entry.index]].reverse()) {
      if (!this.runsAdjoint(reader)) continue;
      this.entries[reader].inputs.forEach((input, position) => {
        if (input === entry.index) list.push({ from: reader, position, first: list.length === 0, norm: null });
      });
    }
    return list;
  }
}

class DeckData {
  constructor(document) {
    if (document.format !== 'tapedeck deck' || document.version !== 1) throw new Error('This page reads version 1 of a deck.');
    Object.assign(this, document);
    const longest = this.tapes.reduce((a, b) => (b.frames.length > a.frames.length ? b : a));
    this.labels = longest.frames.map((f) => f.label);
    this.views = new Map();
  }
  /** Each tape at the training step of this number: the frame of the same label, or the nearest by number. */
  at(step) {
    return this.tapes.map((tape, t) => {
      let i = tape.frames.findIndex((f) => f.label === this.labels[step]);
      if (i < 0 || tape.frames.length === this.labels.length) i = Math.min(step, tape.frames.length - 1);
      const key = `${t}/${i}`;
      if (!this.views.has(key)) this.views.set(key, new TapeView(this, tape, tape.frames[i]));
      return this.views.get(key);
    });
  }
}
