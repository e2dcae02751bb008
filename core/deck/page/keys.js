// The keys. Where the focus is in a field that needs a key itself, it keeps it.

const KEYS = [
  ['Space', 'play, pause', [' '], (a) => a.playPause()],
  ['→', 'a step on', ['ArrowRight'], (a) => a.step(1)],
  ['←', 'a step back', ['ArrowLeft'], (a) => a.step(-1)],
  ['Home', 'to the start', ['Home'], (a) => a.toStart()],
  ['End', 'to the end', ['End'], (a) => a.toEnd()],
  ['L', 'to the loss, where forward ends and reverse begins', ['l'], (a) => a.toTurn()],
  ['Shift → ←', 'select the next or previous entry, the playhead stays', [], null],
  ['U', 'play until the selected entry', ['u'], (a) => a.playTo(state.tape, state.entry)],
  ['N', 'the next entry that is not finite, or wrong', ['n'], (a) => a.nextTrouble()],
  ['] [', 'the next or previous training step', [']', '['], (a, key) => a.setStep(state.step + (key === ']' ? 1 : -1))],
  ['F', 'fold all scopes, or unfold them', ['f'], (a) => a.foldAll()],
  ['X', 'fold or unfold the scope of the selected entry', ['x'], (a) => a.foldHere()],
  ['P', 'predict', ['p'], (a) => a.predict()],
  ['S', 'save the view as SVG', ['s'], () => saveSvg()],
  ['D', 'dark or light', ['d'], (a) => a.theme()],
  ['?', 'these keys', ['?'], (a) => a.help()],
];

function listenToKeys(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target.closest('dialog')) return;
    if (target.closest('input[type=text], select')) { if (event.key === 'Escape') target.blur(); return; }
    const { key } = event;
    if (target.closest('input[type=range]') && /^(Arrow|Home|End|Page)/.test(key)) return;
    // Space presses a button that has the focus; on a cell it plays, and Enter selects.
    if (key === ' ' && target.closest('button') && !target.closest('.cell')) return;
    if (event.shiftKey && (key === 'ArrowRight' || key === 'ArrowLeft')) {
      event.preventDefault();
      actions.selectBeside(key === 'ArrowRight' ? 1 : -1);
      return;
    }
    const found = KEYS.find(([, , keys]) => keys.includes(key) || keys.includes(key.toLowerCase()));
    if (!found) return;
    event.preventDefault();
    found[3](actions, key);
  });
}

function helpDialog() {
  const list = h('dl', {}, KEYS.map(([key, what]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what))));
  return h('dialog', { class: 'help', 'aria-label': 'Keys' }, h('h2', {}, 'Keys'), list,
    h('p', {}, 'A click selects an entry, a double click plays until it. In a heat map the arrow keys move from number to number.'),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')));
}
