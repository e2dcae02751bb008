// Normalizations taken apart, and two tapes side by side.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cell, closeBrowser, open, pointAt, selected, truth } from '../lib/deck.js';

after(closeBrowser);

/** Which numbers of a map are not dimmed, as [row, column]. */
const lit = (map) => map.locator('canvas.mask').evaluate((mask) => {
  const { data } = mask.getContext('2d').getImageData(0, 0, mask.width, mask.height);
  const all = [];
  for (let i = 0; i < mask.width * mask.height; ++i) if (data[4 * i + 3] === 0) all.push([Math.floor(i / mask.width), i % mask.width]);
  return all;
});

test('pointing at a number of a norm\'s input lights the set that its statistics are taken over', async () => {
  const { page, problems, close } = await open('norms', { hash: '#entry=6&tape=BatchNorm' });
  const norm = (t) => page.locator('.panel').nth(t).locator('.norm');
  await pointAt(norm(0).locator('.field'), 4, 2);
  const batch = await lit(norm(0).locator('.map'));
  assert.deepEqual(batch, Array.from({ length: 16 }, (_, row) => [row, 2]), 'BatchNorm: the column');
  const layer = await lit(norm(1).locator('.map'));
  assert.deepEqual(layer, Array.from({ length: 12 }, (_, column) => [4, column]), 'LayerNorm, of the same number: the row');
  const column = truth('norms-BatchNorm').entries[3].value.filter((_, i) => i % 12 === 2);
  const mean = column.reduce((a, b) => a + b, 0) / 16;
  const text = await norm(0).locator('.norm-text').textContent();
  assert.match(text, /^16 numbers share a mean and a variance/);
  assert.ok(Math.abs(Number(text.match(/mean (-?[\d.e-]+),/)[1]) - mean) < 1e-3 * Math.abs(mean) + 1e-6, text);
  assert.deepEqual(problems, []);
  await close();
});

test('dx splits into three bars, which add up to it', async () => {
  const { page, close } = await open('norms', { hash: '#entry=6&tape=BatchNorm' });
  for (const [t, name] of ['BatchNorm', 'LayerNorm'].entries()) {
    const card = page.locator('.panel').nth(t).locator('.norm');
    await pointAt(card.locator('.field'), 4, 2);
    const parts = (await card.locator('.path .number').allTextContents()).map(Number);
    assert.equal(parts.length, 3);
    assert.ok(parts.every((x) => x !== 0), `${name}: ${parts}`);
    const dx = truth(`norms-${name}`).entries[3].gradient[4 * 12 + 2];
    const most = Math.max(...parts.map(Math.abs));
    assert.ok(Math.abs(parts.reduce((a, b) => a + b) - dx) < 3e-3 * most, `${name}: ${parts} add up to ${dx}`);
    const widths = await card.locator('.track i').evaluateAll((bars) => bars.map((b) => parseFloat(b.style.width)));
    assert.ok(Math.abs(Math.max(...widths) - 50) < 0.01);
    widths.forEach((w, k) => assert.ok(Math.abs(w / 50 - Math.abs(parts[k]) / most) < 0.01));
  }
  await close();
});

test('the pointer moves nothing on the page', async () => {
  const { page, close } = await open('norms', { hash: '#entry=6&tape=BatchNorm' });
  const field = page.locator('.panel').nth(1).locator('.norm .field');
  const before = await field.boundingBox();
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const all = await height();
  for (const row of [0, 4, 9, 15]) {
    await pointAt(field, row, row % 12);
    assert.equal(await height(), all);
  }
  await page.mouse.move(1, 1);
  assert.equal(await height(), all);
  assert.equal((await field.boundingBox()).height, before.height);
  await close();
});

test('it works from the entry that the norm reads, and by keyboard', async () => {
  const { page, close } = await open('norms', { hash: '#entry=3&tape=LayerNorm' });
  const panel = page.locator('.panel').nth(1);
  await panel.locator('.maps .field').first().focus();
  await page.keyboard.press('ArrowDown');
  assert.deepEqual((await lit(panel.locator('.maps .map').first())).map(([row]) => row), Array(12).fill(1));
  assert.match(await panel.locator('.norm-text').textContent(), /^12 numbers share/);
  await close();
});

test('before the norm\'s adjoint has run there are no paths to see', async () => {
  const { page, close } = await open('norms', { hash: '#entry=6&tape=BatchNorm' });
  await page.keyboard.press('l');
  await cell(page, 6, 0).click();
  const card = page.locator('.panel').first().locator('.norm');
  await pointAt(card.locator('.field'), 0, 0);
  assert.match(await card.locator('.norm-text').textContent(), /Its adjoint has not run yet/);
  assert.equal(await card.locator('.paths').isVisible(), false);
  await close();
});

test('what one tape lacks leaves a gap, and the rest stays aligned', async () => {
  const { page, close } = await open('uneven');
  const left = (i, t) => cell(page, i, t).evaluate((e) => e.style.left);
  assert.match(await cell(page, 4, 0).textContent(), /Tanh/);
  assert.match(await cell(page, 7, 1).textContent(), /Tanh/);
  assert.equal(await left(4, 0), await left(7, 1));
  assert.equal(await left(3, 0), await left(3, 1));
  await cell(page, 6, 1).click();
  assert.match(await page.locator('.panel').first().textContent(), /This tape has no entry in this column/);
  await page.keyboard.press('Home');
  for (let i = 0; i < 60; ++i) await page.keyboard.press('ArrowRight');
  assert.equal(await page.textContent('.counter'), 'Both halves are done');
  await close();
});

test('two tapes stand side by side, aligned by scope, and step together', async () => {
  const { page, close } = await open('norms');
  const left = (i, t) => cell(page, i, t).evaluate((e) => e.style.left);
  for (const i of [0, 3, 6, 7]) assert.equal(await left(i, 0), await left(i, 1));
  assert.match(await cell(page, 6, 0).textContent(), /BatchNorm/);
  assert.match(await cell(page, 6, 1).textContent(), /LayerNorm/);
  await page.keyboard.press('l');
  await page.keyboard.press('ArrowRight');
  assert.equal(await selected(page, 0), await selected(page, 1));
  for (const t of [0, 1]) assert.equal(await cell(page, Number((await selected(page, t)).slice(1)), t).getAttribute('data-gradient'), 'complete');
  await close();
});
