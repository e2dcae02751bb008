// The address after #: "entry=17", with "tape" and "step" where there are several. It follows the selection.

function readLink(url = location.href) {
  const parameters = new URLSearchParams(new URL(url).hash.slice(1));
  const { deck } = state;
  const tape = Math.max(0, deck.tapes.findIndex((t) => t.name === parameters.get('tape')));
  const step = Math.max(0, deck.labels.indexOf(parameters.get('step')));
  return { entry: parameters.has('entry') ? Number(parameters.get('entry')) : null, tape, step: parameters.has('step') ? step : null };
}

function writeLinkNow() {
  clearTimeout(linkTimer);
  const { deck } = state;
  let hash = `#entry=${state.entry}`;
  if (deck.tapes.length > 1) hash += `&tape=${encodeURIComponent(deck.tapes[state.tape].name)}`;
  if (deck.labels.length > 1) hash += `&step=${encodeURIComponent(deck.labels[state.step])}`;
  if (location.hash !== hash) history.replaceState(null, '', hash);
}

let linkTimer = 0;
/** A little later, once: browsers refuse a page that changes its address too often. */
function writeLink() {
  clearTimeout(linkTimer);
  linkTimer = setTimeout(writeLinkNow, 150);
}
