// Numbers as text.

const ordinal = (n) => {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th';
  return `${n}${ending}`;
};

/** For reading at a glance: three or four digits. */
function short(x) {
  if (x === null || x === undefined) return '';
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e5 || size < 1e-3) return x.toExponential(2).replace('e+', 'e');
  return String(Number(x.toPrecision(4)));
}

/** Two or three digits, for a cell of a heat map. */
function tiny(x) {
  const size = Math.abs(x);
  if (x === 0 || !Number.isFinite(x)) return short(x);
  if (size >= 1e4 || size < 1e-3) return x.toExponential(0).replace('e+', 'e');
  return String(Number(x.toPrecision(size < 0.1 ? 2 : 3)));
}

/** The shortest decimal that is this number and no other of its type. */
function exact(x, type) {
  if (!Number.isFinite(x)) return short(x);
  if (Object.is(x, -0)) return '-0';
  if (type === 'float32') {
    for (let digits = 1; digits <= 9; ++digits) {
      const text = x.toPrecision(digits);
      if (Math.fround(Number(text)) === x) return String(Number(text));
    }
  }
  return String(x);
}

const shapeText = (shape) => (shape.length ? shape.join(' × ') : 'scalar');
const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** "13, 19 and 19" */
const listText = (all) => (all.length < 2 ? all.join() : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`);

/** "2 nan and 1 inf of 2048" */
function nonFiniteText(grid) {
  const { nans, infinities } = grid.stats;
  const parts = [];
  if (nans) parts.push(`${nans} nan`);
  if (infinities) parts.push(`${infinities} inf`);
  return `${parts.join(' and ')} of ${grid.size}`;
}
