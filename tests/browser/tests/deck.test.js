// The deck's keys: load, play, step both ways, fold, link, training steps.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cell, closeBrowser, counter, open, selected } from '../lib/deck.js';

after(closeBrowser);

test('a deck opens at its end, with no network, no error and the whole tape', async () => {
  for (const [name, entries] of [['mlp', 12], ['rnn', 509], ['norms', 12], ['odd', 5], ['wrong', 7]]) {
    const { page, problems, close } = await open(name);
    assert.equal(await counter(page), 'Both halves are done', name);
    assert.match(await page.textContent('.top p'), new RegExp(`\\b${entries}\\b.* entries`));
    assert.deepEqual(problems, [], name);
    await close();
  }
});

test('the arrow keys, space, Home and End are the keys of a deck, and so are the buttons', async () => {
  const { page, problems, close } = await open('mlp');
  await page.keyboard.press('Home');
  assert.equal(await counter(page), 'At the start: nothing is computed yet');
  assert.equal(await cell(page, 0).getAttribute('data-value'), null);
  await page.keyboard.press('ArrowRight');
  assert.equal(await counter(page), 'Forward, 1 of 12');
  assert.equal(await cell(page, 0).getAttribute('data-value'), 'true');
  assert.equal(await cell(page, 1).getAttribute('data-value'), null);
  await page.click('.key.forward');
  assert.equal(await selected(page), '#1');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await selected(page), '#0');
  await page.click('.key.end');
  assert.equal(await counter(page), 'Both halves are done');
  await page.click('.key.start');
  await page.selectOption('.controls select', 'fast');
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press(' ');
  assert.equal(await page.getAttribute('.key.play', 'aria-label'), 'Pause');
  await page.waitForFunction(() => document.querySelector('.counter').textContent === 'Both halves are done');
  assert.equal(await page.getAttribute('.key.play', 'aria-label'), 'Play');
  assert.deepEqual(problems, []);
  await close();
});

test('in reverse a step runs one adjoint, and back takes it back', async () => {
  const { page, close } = await open('mlp');
  await page.keyboard.press('l');
  assert.equal(await counter(page), 'Forward is done: the reverse pass starts here');
  assert.equal(await selected(page), '#11');
  assert.equal(await cell(page, 11).getAttribute('data-gradient'), 'complete');
  assert.equal(await cell(page, 10).getAttribute('data-gradient'), 'waiting');
  assert.equal(await page.getAttribute('.playhead', 'data-way'), 'reverse');
  assert.match(await page.getAttribute('.arcs .next', 'd'), /^M/, 'an arc shows what the next adjoint hands on');
  await page.keyboard.press('ArrowRight');
  assert.equal(await selected(page), '#10');
  assert.equal(await cell(page, 10).getAttribute('data-gradient'), 'complete');
  assert.equal(await cell(page, 7).getAttribute('data-gradient'), 'waiting');
  await page.keyboard.press('ArrowRight');
  for (const i of [7, 8, 9]) assert.equal(await cell(page, i).getAttribute('data-gradient'), 'complete');
  await page.keyboard.press('ArrowLeft');
  for (const i of [7, 8, 9]) assert.equal(await cell(page, i).getAttribute('data-gradient'), 'waiting');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await cell(page, 10).getAttribute('data-gradient'), 'waiting');
  await close();
});

test('a parameter that is read fifty times collects fifty contributions, one by one', async () => {
  const { page, close } = await open('rnn', { hash: '#entry=3' });
  await page.keyboard.press('l');
  const state = () => cell(page, 3).getAttribute('data-gradient');
  await page.evaluate(() => document.querySelector('.strip').scrollTo({ left: 0, behavior: 'instant' }));
  await page.waitForFunction(() => document.querySelector('.cell[data-entry="3"]'));
  await cell(page, 3).click();
  assert.equal(await state(), 'waiting');
  assert.equal(await page.locator('.contributions > div:first-child .contribution').count(), 50);
  for (let i = 0; i < 12; ++i) await page.keyboard.press('ArrowRight');
  // Out of view by now, but it has the focus: it stays, and it stays true.
  assert.equal(await state(), 'partial');
  assert.match(await cell(page, 3).textContent(), /[12] of 50/);
  await close();
});

test('scopes fold and unfold, and a long tape opens folded', async () => {
  const { page, close } = await open('rnn');
  const first = page.locator('.cell.fold').first();
  assert.match(await first.textContent(), /t1.*10 entries/s);
  assert.match(await first.textContent(), /#5–14.*a folded scope: 10 values and 8 of 8 gradients computed/);
  await first.click();
  assert.equal(await cell(page, 10).count(), 1);
  const bar = page.locator('.scope[data-scope="/t1"]');
  assert.equal(await bar.getAttribute('aria-expanded'), 'true');
  await page.locator('.scope[data-scope="/t1/cell"]').click();
  assert.equal(await cell(page, 10).count(), 0);
  assert.equal(await cell(page, 14).count(), 1);
  await page.keyboard.press('f');
  assert.equal(await page.locator('.cell.fold').count(), 0);
  await page.keyboard.press('f');
  assert.ok(await page.locator('.cell.fold').count() > 3);
  await close();
});

test('#entry=17 links to an entry, and the address follows the selection', async () => {
  const { page, close } = await open('rnn', { hash: '#entry=17' });
  assert.equal(await selected(page), '#17');
  assert.equal(await cell(page, 17).getAttribute('aria-current'), 'true');
  await page.keyboard.press('Shift+ArrowRight');
  await page.waitForFunction(() => location.hash === '#entry=18');
  await page.evaluate(() => { location.hash = '#entry=400'; });
  await page.waitForFunction(() => document.querySelector('.panel h2 .index').textContent === '#400');
  assert.equal(await cell(page, 400).count(), 1);
  await close();
});

test('a link is followed at once after another one', async () => {
  const { page, close } = await open('mlp', { hash: '#entry=1' });
  await page.evaluate(async () => {
    const changed = new Promise((resolve) => { addEventListener('hashchange', resolve, { once: true }); });
    location.hash = '#entry=0';
    history.replaceState(null, '', '#entry=1');  // the page's own late note of what was selected before
    await changed;
    location.hash = '#entry=1';
  });
  await page.waitForFunction(() => document.querySelector('.panel h2 .index').textContent === '#1', null, { timeout: 10000 });
  await close();
});

test('the slider moves over the training steps, and the playhead stays', async () => {
  const { page, close } = await open('norms', { hash: '#entry=6&tape=LayerNorm' });
  assert.equal(await page.textContent('.step-text'), 'step 100');
  await page.keyboard.press('l');
  const value = () => page.textContent('.panel .map .stats');
  const before = await value();
  await page.getByLabel('Training step').focus();
  await page.keyboard.press('Home');
  assert.equal(await page.textContent('.step-text'), 'step 0');
  assert.equal(await counter(page), 'Forward is done: the reverse pass starts here');
  assert.notEqual(await value(), before);
  await page.locator('h1').click();
  await page.keyboard.press(']');
  assert.equal(await page.textContent('.step-text'), 'step 1');
  await close();
});
