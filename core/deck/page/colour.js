// The diverging scale of the heat maps: blue below zero, orange above, which all kinds of colour vision tell
// apart; the middle is the page's own background.

const SCALES = {
  light: { stops: [[8, 69, 131], [86, 158, 208], [246, 245, 241], [240, 150, 78], [158, 58, 4]], odd: [214, 0, 110], ink: ['#14181c', '#ffffff'] },
  dark: { stops: [[139, 205, 255], [38, 120, 184], [30, 34, 39], [196, 96, 24], [255, 189, 122]], odd: [255, 92, 178], ink: ['#0c0f12', '#f2f4f6'] },
};

class ColourScale {
  constructor(theme) {
    const { stops, odd, ink } = SCALES[theme];
    this.odd = odd;
    this.ink = ink;
    this.steps = 256;
    this.table = new Uint8ClampedArray((2 * this.steps + 1) * 3);
    for (let i = 0; i <= 2 * this.steps; ++i) {
      const t = (i / (2 * this.steps)) * 4;
      const k = Math.min(3, Math.floor(t));
      for (let channel = 0; channel < 3; ++channel)
        this.table[3 * i + channel] = stops[k][channel] + (stops[k + 1][channel] - stops[k][channel]) * (t - k);
    }
  }
  /** The place in the table of x on a scale from -most to most. The root shows small numbers too. */
  index(x, most) {
    if (most === 0) return this.steps;
    const t = Math.max(-1, Math.min(1, x / most));
    return Math.round(this.steps * (1 + Math.sign(t) * Math.abs(t) ** 0.75));
  }
  rgb(x, most) {
    if (!Number.isFinite(x)) return this.odd;
    const i = 3 * this.index(x, most);
    return [this.table[i], this.table[i + 1], this.table[i + 2]];
  }
  css(x, most) { return `rgb(${this.rgb(x, most).join(' ')})`; }
  /** Black or white, whichever reads better on it. */
  inkOn(x, most) {
    const [r, g, b] = this.rgb(x, most).map((c) => (c / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.22 ? this.ink[0] : this.ink[1];
  }
  gradientCss() {
    const at = (t) => this.css(t, 1);
    return `linear-gradient(90deg, ${[-1, -0.6, -0.3, -0.1, 0, 0.1, 0.3, 0.6, 1].map(at).join(', ')})`;
  }
}
