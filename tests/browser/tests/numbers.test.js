// The numbers on the page are the tape's.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, map, open, pointAt, selected, truth } from '../lib/deck.js';

after(closeBrowser);
const numberOf = (x) => (typeof x === 'string' ? { nan: NaN, inf: Infinity, '-inf': -Infinity }[x] : x);

/** What the page reads out for each shown number of a map, by the arrow keys: {"[0, 1]": text}. */
async function readAll(field) {
  return field.evaluate((e) => {
    const press = (key) => e.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const { width, height } = e.querySelector('canvas');
    const all = {};
    e.focus();
    press('Home');
    for (let i = 0; i < height; ++i) press('ArrowUp');
    for (let row = 0; row < height; ++row) {
      press('Home');
      for (let column = 0; column < width; ++column) {
        const [place, text] = e.getAttribute('aria-valuetext').split(' = ');
        all[place] = text;
        press('ArrowRight');
      }
      press('ArrowDown');
    }
    e.blur();
    return all;
  });
}

function compare(read, numbers, entry, type, what) {
  const position = (place) => JSON.parse(place).reduce((sum, k, axis) => sum * entry.shape[axis] + k, 0);
  for (const [place, text] of Object.entries(read)) {
    const expected = numberOf(numbers[position(place)]);
    const got = type === 'float32' ? Math.fround(Number(numberOf(text) ?? text)) : Number(numberOf(text) ?? text);
    if (Number.isFinite(expected) && expected !== 0) assert.equal(text, String(expected), `${what} ${place}: no shorter and no longer than it need be`);
    const named = ['nan', 'inf', '-inf'].includes(text) ? numberOf(text) : got;
    const wanted = type === 'float32' ? Math.fround(expected) : expected;
    assert.ok(Object.is(named, wanted), `${what} ${place}: ${text} is shown, and ${expected} is on the tape`);
  }
  return Object.keys(read).length;
}

for (const name of ['mlp', 'odd', 'wrong']) {
  test(`every value and gradient of ${name} is the tape's, to the bit`, async () => {
    const { page, close } = await open(name);
    const tape = truth(name);
    for (const entry of tape.entries) {
      await page.evaluate((i) => { location.hash = `#entry=${i}`; }, entry.index);
      await page.waitForFunction((i) => document.querySelector('.panel h2 .index').textContent === `#${i}`, entry.index);
      const shown = compare(await readAll(map(page, 'Value').locator('.field')), entry.value, entry, tape.type, `#${entry.index}`);
      assert.equal(shown, entry.value.length);
      if (entry.gradient === null) continue;
      compare(await readAll(map(page, 'Gradient').locator('.field')), entry.gradient, entry, tape.type, `gradient of #${entry.index}`);
    }
    await close();
  });
}

test('what is sampled of a large tensor is the tape\'s too, and marked', async () => {
  const { page, close } = await open('rnn', { hash: '#entry=13' });
  const tape = truth('rnn');
  const large = tape.entries.filter((e) => e.value.length >= 2048 && e.gradient).map((e) => e.index);
  for (const i of [large[0], large[1], large[Math.floor(large.length / 2)], large[large.length - 1]]) {
    await page.evaluate((k) => { location.hash = `#entry=${k}`; }, i);
    await page.waitForFunction((k) => document.querySelector('.panel h2 .index').textContent === `#${k}`, i);
    const entry = tape.entries[i];
    const read = await readAll(map(page, 'Value').locator('.field'));
    assert.ok(Object.keys(read).length < entry.value.length);
    compare(read, entry.value, entry, tape.type, `#${i}`);
    compare(await readAll(map(page, 'Gradient').locator('.field')), entry.gradient, entry, tape.type, `gradient of #${i}`);
    assert.match(await map(page, 'Value').locator('.note').textContent(), /every \d+(st|nd|rd|th) (row|column) of \d+/);
  }
  await close();
});

test('the pointer and the focus read out a number, at the same place in every map', async () => {
  const { page, close } = await open('mlp', { hash: '#entry=6' });
  const { value, gradient } = truth('mlp').entries[6];
  await pointAt(map(page, 'Value').locator('.field'), 2, 3);
  assert.equal(await map(page, 'Value').locator('.readout').textContent(), `[2, 3] = ${value[13]}`);
  assert.equal(await map(page, 'Gradient').locator('.readout').textContent(), `[2, 3] = ${gradient[13]}`);
  await page.mouse.move(2, 2);
  assert.equal((await map(page, 'Value').locator('.readout').textContent()).trim(), '');
  const field = map(page, 'Gradient').locator('.field');
  await field.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  assert.equal(await field.getAttribute('aria-valuetext'), `[1, 1] = ${gradient[6]}`);
  assert.equal(await selected(page), '#6', 'the arrow keys moved in the map, not on the tape');
  await close();
});

test('values that are not finite are told in words', async () => {
  const { page, close } = await open('odd');
  assert.match(await page.textContent('.notice.odd'), /first value that is not finite is in #1 Log: 1 nan and 2 inf of 6/);
  assert.equal(await selected(page), '#1', 'the page opens there');
  assert.match(await page.textContent('.story'), /Likely cause: log of/);
  assert.match(await page.locator('.cell[data-entry="1"] .said').textContent(), /1 nan and 2 inf of 6 not finite/);
  assert.match(await map(page, 'Value').textContent(), /1 nan and 2 inf of 6 not finite/);
  assert.equal(await page.locator('.maps .map').first().locator('.spots b').count(), 3);
  await close();
});

test('a wrong adjoint is found in one move', async () => {
  const { page, close } = await open('wrong');
  assert.match(await page.textContent('.notice.wrong'), /adjoint of #4 WrongSquare is wrong/);
  assert.equal(await page.locator('.notice.wrong').count(), 1);
  await page.click('.notice.wrong');
  assert.match(await page.textContent('.verdict.bad'), /WRONG in 6 of 6 elements/);
  assert.equal(await page.locator('.cell[data-entry="4"] .badge').textContent(), '✗');
  assert.equal(await page.locator('.cell[data-entry="5"] .badge').textContent(), '');
  await close();
});
