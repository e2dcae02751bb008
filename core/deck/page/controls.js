// The deck's keys, the counter and the sliders.

const ICONS = {
  start: 'M5 4h2.4v12H5zM16 4v12L8.2 10z',
  back: 'M13.5 4v12L5 10z',
  play: 'M6 3.5v13L16.5 10z',
  pause: 'M5.5 4h3.2v12H5.5zM11.3 4h3.2v12h-3.2z',
  forward: 'M6.5 4v12L15 10z',
  end: 'M12.6 4H15v12h-2.4zM4 4v12l7.8-6z',
};
const icon = (name) => h('svg', { viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true' }, h('path', { d: ICONS[name] }));

class Controls {
  constructor(actions) {
    const key = (name, label, keys, act) => h('button', { type: 'button', class: `key ${name}`, 'aria-label': label, title: `${label} (${keys})`, onclick: act }, icon(name));
    this.play = key('play', 'Play', 'space', () => actions.playPause());
    this.keys = h('div', { class: 'keys', role: 'group', 'aria-label': 'Deck' },
      key('start', 'To the start', 'Home', () => actions.toStart()), key('back', 'Step back', '←', () => actions.step(-1)), this.play,
      key('forward', 'Step forward', '→', () => actions.step(1)), key('end', 'To the end', 'End', () => actions.toEnd()));
    this.speed = h('select', { 'aria-label': 'Speed', title: 'Speed' }, h('option', { value: 2 }, 'slow'), h('option', { value: 5, selected: true }, 'normal'), h('option', { value: 25 }, 'fast'));
    this.counter = h('output', { class: 'counter' });
    this.position = h('input', { type: 'range', class: 'position', min: 0, step: 1, 'aria-label': 'Playhead', oninput: () => actions.setPosition(Number(this.position.value)) });
    this.halves = h('div', { class: 'halves', 'aria-hidden': 'true' }, (this.forwardHalf = h('span', {}, 'forward')), (this.reverseHalf = h('span', {}, 'reverse')));
    this.step = h('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Training step', oninput: () => actions.setStep(Number(this.step.value)) });
    this.stepText = h('output', { class: 'step-text' });
    this.steps = h('div', { class: 'steps' }, h('span', { class: 'label' }, 'training'), this.step, this.stepText);
    this.predict = h('button', { type: 'button', class: 'plain', 'aria-pressed': 'false', title: 'Predict (P)', onclick: () => actions.predict() }, 'Predict');
    this.fold = h('button', { type: 'button', class: 'plain', title: 'Fold or unfold all scopes (F)', onclick: () => actions.foldAll() }, 'Fold');
    const tools = h('div', { class: 'tools' }, this.predict, this.fold,
      h('button', { type: 'button', class: 'plain', title: 'Save the view as SVG (S)', onclick: () => saveSvg() }, 'Save SVG'),
      (this.theme = h('button', { type: 'button', class: 'plain', title: 'Dark or light (D)', onclick: () => actions.theme() }, 'Dark')),
      h('button', { type: 'button', class: 'plain', title: 'Keys (?)', onclick: () => actions.help() }, 'Keys'));
    this.element = h('div', { class: 'controls' }, this.keys, this.speed, h('div', { class: 'way' }, this.position, this.halves), this.counter, this.steps, tools);
  }
  /** After another step or tape. */
  arrange() {
    const { timeline, deck } = state;
    this.position.max = timeline.end;
    const share = (100 * timeline.turn) / (timeline.end || 1);
    this.forwardHalf.style.width = `${share}%`;
    this.reverseHalf.style.width = `${100 - share}%`;
    this.step.max = deck.labels.length - 1;
    setHidden(this.steps, deck.labels.length < 2);
    setHidden(this.fold, !scopeIds(timeline.tree).length);
  }
  draw() {
    const { timeline, position, deck } = state;
    const text = timeline.describe(position);
    if (this.position.value !== String(position)) this.position.value = position;
    setAttribute(this.position, 'aria-valuetext', text);
    this.position.style.setProperty('--done', `${(100 * position) / (timeline.end || 1)}%`);
    setText(this.counter, text);
    if (this.step.value !== String(state.step)) this.step.value = state.step;
    setText(this.stepText, deck.labels[state.step] ?? '');
    setAttribute(this.step, 'aria-valuetext', deck.labels[state.step] || 'only one');
    setAttribute(this.play, 'aria-label', state.playing ? 'Pause' : 'Play');
    const d = state.playing ? ICONS.pause : ICONS.play;
    setAttribute(this.play.querySelector('path'), 'd', d);
    setAttribute(this.predict, 'aria-pressed', state.predicting ? 'true' : 'false');
    setText(this.theme, state.theme === 'dark' ? 'Light' : 'Dark');
    setText(this.fold, state.folded.size ? 'Unfold' : 'Fold');
  }
}
