// Predict: the next gradient is hidden until it has been typed.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cell, closeBrowser, counter, open, truth } from '../lib/deck.js';

after(closeBrowser);

/** The number that is asked for, from the tape. */
async function answer(page, tape) {
  const question = await page.textContent('.question');
  const [, entry, place] = question.match(/gradient of #(\d+) .*be at (\[[\d, ]*\])/);
  const { shape, gradient } = tape.entries[Number(entry)];
  return { entry: Number(entry), value: gradient[JSON.parse(place).reduce((sum, k, axis) => sum * shape[axis] + k, 0)] };
}

test('Predict asks, hides, tells right from wrong, and keeps score', async () => {
  const { page, problems, close } = await open('mlp');
  const tape = truth('mlp');
  await page.click('text=Predict');
  assert.equal(await counter(page), 'Forward is done: the reverse pass starts here');
  const first = await answer(page, tape);
  assert.equal(await cell(page, first.entry).getAttribute('data-gradient'), 'waiting');
  await page.keyboard.press('ArrowRight');
  assert.equal(await counter(page), 'Forward is done: the reverse pass starts here', 'a step waits for the answer');
  await page.fill('.predict input', String(first.value * 1.01));
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('.answer'), new RegExp(`^Right\\. The gradient of #${first.entry} at .* is ${first.value}`));
  assert.equal(await page.textContent('.score'), '1 of 1 right');
  assert.equal(await cell(page, first.entry).getAttribute('data-gradient'), 'complete');

  const second = await answer(page, tape);
  await page.fill('.predict input', String(-second.value));
  await page.click('text=Check');
  assert.match(await page.textContent('.answer'), /^Not quite\./);
  assert.equal(await page.textContent('.score'), '1 of 2 right');
  await page.click('text=Show me');
  assert.equal(await page.textContent('.score'), '1 of 3 right');
  await page.fill('.predict input', 'about 3');
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('.answer'), /Type a number/);
  assert.equal(await page.textContent('.score'), '1 of 3 right');
  assert.deepEqual(problems, []);
  await close();
});

test('the answer is nowhere on the page before', async () => {
  const { page, close } = await open('mlp');
  const tape = truth('mlp');
  await page.click('text=Predict');
  const { entry, value } = await answer(page, tape);
  await cell(page, entry).click();
  const text = await page.evaluate(() => document.querySelector('main').innerText + [...document.querySelectorAll('[aria-valuetext]')].map((e) => e.getAttribute('aria-valuetext')));
  assert.ok(!text.includes(String(value)) && !text.includes(value.toPrecision(3)), text);
  await close();
});
