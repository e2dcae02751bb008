// Scopes as a tree: entries that stand next to each other under one scope are one branch, so that a scope that is
// opened fifty times is fifty branches.

/** Nodes are {entry} or {scope, children}. */
function scopeTree(entries) {
  const root = { scope: '', children: [] };
  const open = [root];
  for (const entry of entries) {
    const path = entry.scope ? entry.scope.split('/') : [];
    let depth = 0;
    while (depth < path.length && open[depth + 1]?.scope === path[depth]) ++depth;
    open.length = depth + 1;
    for (const name of path.slice(depth)) {
      const node = { scope: name, children: [] };
      open[open.length - 1].children.push(node);
      open.push(node);
    }
    open[open.length - 1].children.push({ entry: entry.index, key: `${entry.op} ${entry.name}` });
  }
  return splitRepeats(root);
}

/** A module that is called in a row leaves one long branch: it is cut where its first operation comes again. */
function splitRepeats(node) {
  if (!node.children) return node;
  node.children.forEach(splitRepeats);
  if (!node.scope || node.children.length < 12) return node;
  const kinds = node.children.map((c) => (c.scope === undefined ? c.key.split(' ')[0] : `/${c.scope}`));
  const period = periodOf(kinds);
  if (!period) return node;
  const { first, length } = period;
  const head = node.children.slice(0, first);
  const parts = [];
  for (let i = first, n = 1; i < node.children.length; i += length, ++n)
    parts.push({ scope: `call ${n}`, children: node.children.slice(i, i + length) });
  node.children = [...head, ...parts];
  return node;
}

/** The shortest stretch that, from somewhere near the front on, repeats to the end at least three times. */
function periodOf(kinds) {
  for (let length = 3; length <= kinds.length / 3; ++length) {
    for (let first = 0; first <= Math.min(2 * length, kinds.length - 3 * length); ++first) {
      if ((kinds.length - first) % length) continue;
      let same = true;
      for (let i = first + length; i < kinds.length && same; ++i) same = kinds[i] === kinds[i - length];
      if (same) return { first, length };
    }
  }
  return null;
}
