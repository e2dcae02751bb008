// What a reader should look at first: the first non-finite value, and the adjoints that are wrong.

/** {t, i, text}, most important first. */
function troubles(views) {
  const all = [];
  const whose = (t) => (views.length > 1 ? `${views[t].name}: ` : '');
  views.forEach((view, t) => {
    // Not an infinity that a mask put there: the library knows.
    const first = view.frame.story && view.entries[view.frame.story.entry];
    if (first) all.push({ t, i: first.index, kind: 'odd', text: `${whose(t)}the first value that is not finite is in #${first.index} ${first.title}: ${nonFiniteText(first.value)}` });
    const last = view.entries.findLast((e) => e.gradient?.nonFinite && !e.value.nonFinite);
    if (!first && last) all.push({ t, i: last.index, kind: 'odd', text: `${whose(t)}the first gradient that is not finite is that of #${last.index} ${last.title}: ${nonFiniteText(last.gradient)}` });
    for (const e of view.entries.filter((x) => x.adjointCheck && !x.adjointCheck.ok))
      all.push({ t, i: e.index, kind: 'wrong', text: `${whose(t)}the adjoint of #${e.index} ${e.title} is wrong, by differences` });
  });
  return all;
}

class Notices {
  constructor(actions) {
    this.element = h('div', { class: 'notices' });
    this.element.addEventListener('click', (event) => {
      const notice = event.target.closest('[data-entry]');
      if (notice) actions.select(Number(notice.dataset.tape), Number(notice.dataset.entry), true);
    });
  }
  arrange() {
    const all = troubles(state.views);
    const shown = all.slice(0, 4).map((n) => h('button', { type: 'button', class: `notice ${n.kind}`, 'data-entry': n.i, 'data-tape': n.t }, n.text));
    if (all.length > 4) shown.push(h('span', { class: 'label' }, `and ${all.length - 4} more`));
    this.element.replaceChildren(...shown);
    setHidden(this.element, !all.length);
  }
}
