// The whole tape at a glance: a bar up for the size of each value, a bar down for that of its gradient, both on a
// logarithmic scale. A click goes there.

class Overview {
  constructor(actions) {
    this.canvas = h('canvas', { role: 'img' });
    this.window = h('div', { class: 'window' });
    this.mark = h('div', { class: 'mark' });
    this.element = h('div', { class: 'overview' }, this.canvas, this.window, this.mark);
    this.width = 1200;
    new ResizeObserver(([box]) => { this.width = box.contentRect.width; this.frame = null; this.draw(); }).observe(this.element);
    const go = (event) => {
      if (event.buttons !== 1) return;
      const box = this.canvas.getBoundingClientRect();
      const column = Math.floor(((event.clientX - box.left) / box.width) * state.timeline.turn);
      actions.goTo(Math.max(0, Math.min(state.timeline.turn - 1, column)));
    };
    this.element.addEventListener('pointerdown', go);
    this.element.addEventListener('pointermove', go);
  }
  /** The scale over all entries of a step, once. */
  measure() {
    const logs = (grid) => (grid && grid.stats.norm > 0 ? Math.log10(grid.stats.norm) : null);
    this.values = state.views.map((v) => v.entries.map((e) => logs(e.value)));
    this.gradients = state.views.map((v) => v.entries.map((e) => logs(e.gradient)));
    const range = (lists) => {
      const all = lists.flat().filter((x) => x !== null);
      return all.length ? [Math.max(Math.min(...all), Math.max(...all) - 12), Math.max(...all)] : [0, 1];
    };
    this.valueRange = range(this.values);
    this.gradientRange = range(this.gradients);
    const [low, high] = this.gradientRange.map((x) => short(10 ** x));
    this.canvas.setAttribute('aria-label', `Overview: the size of each value, upwards, and of each gradient, downwards; gradients have norms from ${low} to ${high}`);
  }
  draw() {
    const { timeline, position, views } = state;
    if (!timeline) return;
    if (this.frame !== views) { this.frame = views; this.measure(); }
    const lane = views.length > 1 ? 34 : 46;
    const height = lane * views.length;
    const scale = Math.min(2, devicePixelRatio || 1);
    const { canvas, width } = this;
    const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
      [canvas.width, canvas.height] = [pixelWidth, pixelHeight];
      canvas.style.height = this.element.style.height = `${height}px`;
    }
    const context = canvas.getContext('2d');
    const style = (this.styles ??= {})[state.theme] ??= stripColours();
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const step = width / timeline.turn;
    const bar = Math.max(step > 3 ? step - 1 : step, 0.75);
    const size = (x, [low, high], room) => (x === null ? 1 : 2 + (room - 2) * Math.max(0, Math.min(1, (x - low) / (high - low || 1))));
    views.forEach((view, t) => {
      const middle = lane * t + lane / 2;
      const room = lane / 2 - 2;
      for (const entry of view.entries) {
        const i = entry.index;
        const x = timeline.columnOf[t][i] * step;
        const up = timeline.hasValue(position, t, i);
        const down = timeline.gradientState(position, t, i);
        const upSize = entry.value.nonFinite && up ? room : size(this.values[t][i], this.valueRange, room);
        context.fillStyle = !up ? style.off : entry.value.nonFinite ? style.odd : style.forward;
        context.fillRect(x, middle - 0.5 - upSize, bar, upSize);
        if (down === 'none') continue;
        const odd = entry.gradient.nonFinite && down === 'complete';
        const downSize = odd ? room : down === 'complete' ? size(this.gradients[t][i], this.gradientRange, room) : 2;
        context.fillStyle = down !== 'complete' ? style.off : odd ? style.odd : style.reverse;
        context.fillRect(x, middle + 0.5, bar, downSize);
      }
    });
    this.drawWindow();
  }
  drawWindow() {
    const { strip, timeline, position } = state;
    if (!strip?.items) return;
    const [from, to] = strip.viewColumns();
    const share = 100 / timeline.turn;
    this.window.style.left = `${from * share}%`;
    this.window.style.width = `${(to - from) * share}%`;
    this.mark.style.left = `${(timeline.here(position) + 0.5) * share}%`;
    setAttribute(this.mark, 'data-way', timeline.inReverse(position) ? 'reverse' : 'forward');
  }
}

function stripColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { off: of('--off'), forward: of('--forward'), reverse: of('--reverse'), odd: of('--odd') };
}
