// Light or dark: the system's choice, until the switch is used.

class Theme {
  constructor(changed) {
    this.changed = changed;
    this.system = matchMedia('(prefers-color-scheme: dark)');
    this.system.addEventListener('change', () => { if (!this.chosen) this.apply(); });
    this.apply();
  }
  toggle() {
    this.chosen = state.theme === 'dark' ? 'light' : 'dark';
    this.apply();
  }
  apply() {
    state.theme = this.chosen ?? (this.system.matches ? 'dark' : 'light');
    document.documentElement.dataset.theme = state.theme;
    state.colours = new ColourScale(state.theme);
    this.changed();
  }
}
