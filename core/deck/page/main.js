// Puts the page together, and says what each action does.

const MANY = 60;  // columns, from which on the scopes are folded at first

function pointAt(pointed) {
  state.pointed = pointed;
  for (const panel of state.panels) panel.point(pointed);
}

const actions = {
  setPosition(position) {
    position = Math.max(0, Math.min(state.timeline.end, position));
    if (position === state.position) return;
    state.position = position;
    follow();
  },
  /** Moves the playhead; Predict may ask first. */
  step(by) {
    if (by > 0 && !state.predict.allows()) { pause(); return; }
    actions.setPosition(state.position + by);
  },
  toStart() { pause(); actions.setPosition(0); },
  toEnd() { pause(); if (state.predicting && state.position < state.timeline.turn) actions.setPosition(state.timeline.turn); else if (state.predict.allows()) actions.setPosition(state.timeline.end); },
  toTurn() { pause(); actions.setPosition(state.timeline.turn); },
  playPause() {
    if (state.playing) { pause(); return draw(); }
    if (state.position === state.timeline.end) actions.setPosition(0);
    state.playing = true;
    play();
    draw();
  },
  select(t, i, reveal = false) {
    if (!state.views[t].entries[i]) return;
    state.tape = t;
    state.entry = i;
    if (reveal) { unfoldTo(selectedColumn()); state.strip.reveal(selectedColumn()); }
    draw();
  },
  selectBeside(by) {
    let column = selectedColumn();
    do column += by; while (state.timeline.columns[column] && state.timeline.columns[column][state.tape] < 0);
    if (!state.timeline.columns[column]) return;
    state.entry = state.timeline.columns[column][state.tape];
    state.strip.reveal(column);
    draw();
    state.strip.focusSelected();
  },
  /** The playhead to this entry: in the half in which it stands. */
  playTo(t, i) {
    pause();
    const position = state.timeline.positionOf(state.timeline.columnOf[t][i], state.timeline.inReverse(state.position));
    if (position > state.position && !state.predict.allows()) return;
    state.tape = t;
    actions.setPosition(position);
    actions.select(t, i);
  },
  goTo(column) {
    const entries = state.timeline.columns[column];
    const t = entries[state.tape] >= 0 ? state.tape : entries.findIndex((i) => i >= 0);
    state.tape = t;
    state.entry = entries[t];
    state.strip.reveal(column, true);
    draw();
  },
  nextTrouble() {
    const { views } = state;
    const all = [];
    views.forEach((view, t) => view.entries.forEach((e) => { if (troubleOf(e, true, true)) all.push([t, e.index]); }));
    if (!all.length) return;
    const at = all.findIndex(([t, i]) => t === state.tape && i === state.entry);
    actions.select(...all[(at + 1) % all.length], true);
  },
  setStep(step) {
    step = Math.max(0, Math.min(state.deck.labels.length - 1, step));
    if (step === state.step) return;
    state.step = step;
    load();
  },
  toggle(id) {
    if (!state.folded.delete(id)) state.folded.add(id);
    state.strip.arrange();
    draw();
    const again = [...state.strip.inner.querySelectorAll('[data-scope]')].find((e) => e.dataset.scope === id);
    again?.focus({ preventScroll: true });
  },
  foldAll() {
    if (state.folded.size) state.folded.clear();
    else foldOutermost();
    state.strip.arrange();
    state.strip.reveal(selectedColumn(), true);
    draw();
  },
  foldHere() {
    const column = selectedColumn();
    const around = scopeIds(state.timeline.tree).filter((s) => s.columns.includes(column));
    if (!around.length) return;
    const folded = around.find((s) => state.folded.has(s.id));
    if (folded) state.folded.delete(folded.id); else state.folded.add(around[around.length - 1].id);
    state.strip.arrange();
    state.strip.reveal(column, true);
    draw();
  },
  predict() {
    state.predicting = !state.predicting;
    if (state.predicting && state.position === state.timeline.end) actions.setPosition(state.timeline.turn);
    draw();
    state.strip.reveal(state.timeline.here(state.position));
  },
  theme() { state.themes.toggle(); },
  help() { state.help.showModal(); },
  scrolled() { state.overview.drawWindow(); },
};

function pause() {
  state.playing = false;
  clearTimeout(state.timer);
}

function play() {
  clearTimeout(state.timer);
  if (!state.playing) return;
  state.timer = setTimeout(() => {
    actions.step(1);
    if (state.position === state.timeline.end) pause();
    if (state.playing) play(); else draw();
  }, 1000 / Number(state.controls.speed.value));
}

/** The selection goes with the playhead. */
function follow() {
  const column = state.timeline.here(state.position);
  const entries = state.timeline.columns[column];
  if (entries[state.tape] < 0) state.tape = entries.findIndex((i) => i >= 0);
  state.entry = entries[state.tape];
  state.strip.reveal(column, state.playing);
  draw();
}

function unfoldTo(column) {
  let changed = false;
  for (const scope of scopeIds(state.timeline.tree)) if (scope.columns.includes(column) && state.folded.delete(scope.id)) changed = true;
  if (changed) state.strip.arrange();
}

/** Folds every outermost scope; a scope that holds nearly all is no help, so those within it are taken. */
function foldOutermost() {
  const all = scopeIds(state.timeline.tree);
  const fold = (from, depth) => {
    for (const scope of from.filter((s) => s.depth === depth)) {
      const within = all.filter((s) => s.depth === depth + 1 && s.id.startsWith(`${scope.id}/`));
      if (scope.columns.length > state.timeline.turn / 2 && within.length > 1) fold(within, depth + 1);
      else state.folded.add(scope.id);
    }
  };
  fold(all, 0);
}

function draw() {
  if (!state.ready) return;
  state.strip.draw();
  state.overview.draw();
  state.predict.draw();
  for (const panel of state.panels) panel.draw();
  state.controls.draw();
  writeLink();
}

/** The tapes at the present training step. */
function load() {
  const before = state.timeline;
  const programs = state.views.map((v) => v.program).join();
  const views = state.deck.at(state.step);
  const inside = before ? before.end - state.position : 0;
  state.views = views;
  state.timeline = new Timeline(views);
  const same = before && programs === views.map((v) => v.program).join();
  if (!same) {
    state.position = Math.max(0, state.timeline.end - inside);
    state.entry = Math.min(state.entry, views[state.tape].entries.length - 1);
  }
  state.controls.arrange();
  state.notices.arrange();
  state.strip.arrange();
  draw();
}

function select(link) {
  const { views, timeline } = state;
  const first = troubles(views)[0];
  state.position = timeline.end;
  if (link.entry !== null && views[link.tape].entries[link.entry]) [state.tape, state.entry] = [link.tape, link.entry];
  else if (first) [state.tape, state.entry] = [first.t, first.i];
  else {
    const entries = timeline.columns[timeline.here(timeline.end)] ?? [];
    state.tape = Math.max(0, entries.findIndex((i) => i >= 0));
    state.entry = entries[state.tape] ?? 0;
  }
  if (link.entry !== null || first) unfoldTo(selectedColumn());
}

function start() {
  state.deck = new DeckData(JSON.parse(document.getElementById('deck-data').textContent));
  const { deck } = state;
  const app = document.getElementById('app');
  if (deck.tapes.some((t) => t.frames.some((f) => !f.entries.length))) { app.append('This tape is empty.'); return; }
  state.themes = new Theme(() => draw());
  const link = readLink();
  state.step = link.step ?? deck.labels.length - 1;
  state.views = deck.at(state.step);
  state.controls = new Controls(actions);
  state.notices = new Notices(actions);
  state.overview = new Overview(actions);
  state.predict = new Predict(actions);
  state.strip = new Strip(actions);
  state.panels = state.views.map((_, t) => new Panel(t, actions));
  state.help = helpDialog();
  const names = deck.tapes.map((t) => t.name).filter(Boolean).join(' | ');
  const numbers = listText(state.views.map((v) => String(v.entries.length)));
  app.append(
    h('header', { class: 'top' }, h('h1', {}, deck.title || 'A tape'), h('p', {}, `${names ? `${names} · ` : ''}${numbers} entries · ${deck.type}`)),
    h('main', {}, state.notices.element, state.controls.element, state.overview.element, state.strip.element, state.predict.element,
      h('div', { class: `panels panels-${state.panels.length}` }, state.panels.map((p) => p.element))),
    state.help);
  state.timeline = new Timeline(state.views);
  if (state.timeline.turn > MANY) foldOutermost();
  select(link);
  state.controls.arrange();
  state.notices.arrange();
  state.strip.width = state.strip.element.clientWidth || 1200;
  state.strip.arrange();
  state.ready = true;
  state.strip.reveal(selectedColumn(), true);
  draw();
  listenToKeys(actions);
  addEventListener('hashchange', (event) => {
    const now = readLink(event.newURL);
    if (now.entry === null) return;
    if (now.step !== null) actions.setStep(now.step);
    actions.select(now.tape, now.entry, true);
    writeLinkNow();  // an address that lagged behind would make the next link to it no change at all
  });
}

start();
