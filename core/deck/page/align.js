// Several tapes side by side: their scope trees are merged into one, so that what belongs together stands in one
// column.

/** Merged nodes are {entries: [index or -1, one a tape]} or {scope, tapes: [present?], children}. */
function alignTrees(trees) {
  let merged = [];
  trees.forEach((tree, t) => { merged = mergeLists(merged, tree.children, t); });
  const fill = (node) => {
    if (node.entries) for (let t = 0; t < trees.length; ++t) node.entries[t] ??= -1;
    else node.children.forEach(fill);
  };
  merged.forEach(fill);
  return merged;
}

const nodeKey = (node) => (node.scope === undefined ? `entry ${node.key}` : `scope ${node.scope}`);

/** Puts tape t's nodes beside those merged so far: equal ones first, then what lies between them in pairs. */
function mergeLists(merged, nodes, t) {
  const result = [];
  let i = 0, j = 0;
  const between = (endOfMerged, endOfNodes) => {
    while (i < endOfMerged || j < endOfNodes) {
      const a = i < endOfMerged ? merged[i] : null;
      const b = j < endOfNodes ? nodes[j] : null;
      const pair = a && b && (a.scope === undefined) === (b.scope === undefined);
      if (pair) result.push(join(merged[i++], nodes[j++], t));
      else if (a && (!b || endOfMerged - i >= endOfNodes - j)) result.push(merged[i++]);
      else result.push(join(null, nodes[j++], t));
    }
  };
  for (const [a, b] of commonPairs(merged.map(nodeKey), nodes.map(nodeKey))) {
    between(a, b);
    result.push(join(merged[i++], nodes[j++], t));
  }
  between(merged.length, nodes.length);
  return result;
}

function join(merged, node, t) {
  if (node.scope === undefined) {
    const result = merged ?? { key: node.key, entries: [] };
    result.entries[t] = node.entry;
    return result;
  }
  const result = merged ?? { scope: node.scope, names: [], children: [] };
  result.names[t] = node.scope;
  result.children = mergeLists(result.children, node.children, t);
  return result;
}

/** Pairs [i, j] with a[i] == b[j], as many as there can be in ascending order. */
function commonPairs(a, b) {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; --i) {
    for (let j = b.length - 1; j >= 0; --j) {
      length[i * width + j] = a[i] === b[j] ? length[(i + 1) * width + j + 1] + 1
        : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) ++i;
    else ++j;
  }
  return pairs;
}
