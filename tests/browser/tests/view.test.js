// The SVG, the theme, the keyboard, and what axe-core finds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { closeBrowser, open, pointAt } from '../lib/deck.js';

after(closeBrowser);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test('S saves the view as an SVG that stands on its own', async () => {
  const { page, problems, close } = await open('norms', { hash: '#entry=6&tape=BatchNorm' });
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  assert.equal(download.suggestedFilename(), 'BatchNorm-against-LayerNorm-entry6.svg');
  const svg = readFileSync(await download.path(), 'utf8');
  const told = await page.evaluate((text) => {
    const document_ = new DOMParser().parseFromString(text, 'image/svg+xml');
    return { error: document_.querySelector('parsererror')?.textContent ?? null, rects: document_.querySelectorAll('rect').length, text: document_.documentElement.textContent };
  }, svg);
  assert.equal(told.error, null);
  assert.ok(told.rects > 2 * 3 * 16 * 12, `${told.rects} rectangles: the heat maps are in it`);
  for (const words of ['BatchNorm against LayerNorm', 'step 100', '#6 LayerNorm', 'Numeric gradient']) assert.ok(told.text.includes(words), words);
  assert.ok(!/var\(--|undefined|NaN/.test(svg));
  assert.ok(!/(href|src)=/.test(svg));
  assert.deepEqual(problems, []);
  await close();
});

test('light or dark is the system\'s choice, and the switch overrides it', async () => {
  for (const scheme of ['light', 'dark']) {
    const { page, close } = await open('mlp', { scheme });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0]);
    assert.equal((await background()) < 128, scheme === 'dark');
    await page.keyboard.press('d');
    assert.equal((await background()) < 128, scheme !== 'dark');
    await close();
  }
});

test('everything can be reached by Tab, and the focus is seen', async () => {
  const { page, close } = await open('mlp', { hash: '#entry=6' });
  const seen = new Set();
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const ring = getComputedStyle(e);
      return { what: e.getAttribute('aria-label') ?? e.textContent, ring: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 1, body: e === document.body };
    });
    if (at.body) continue;
    assert.ok(at.ring, `the focus on "${at.what}" is not seen`);
    seen.add(at.what);
  }
  const all = [...seen].join('\n');
  for (const what of [/^To the start$/m, /^Step back$/m, /^Play$/m, /^Step forward$/m, /^To the end$/m, /^Playhead$/m, /^Predict$/m, /^Save SVG$/m, /^#6LayerNorm.*in mlp\/norm1: value computed/m, /^Value of #6/m, /^Gradient of #6/m, /^Numeric gradient of #6/m, /^Its input of #3/m])
    assert.match(all, what);
  await page.keyboard.press('?');
  assert.ok(await page.locator('dialog').isVisible());
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog').isVisible(), false);
  await close();
});

for (const scheme of ['light', 'dark']) {
  test(`axe-core finds no violation, ${scheme}`, async () => {
    for (const [name, hash, keys, width] of [['mlp', '#entry=6', [], 1280], ['rnn', '', [], 1280], ['rnn', '#entry=13', ['f'], 800], ['norms', '#entry=6', [], 1280], ['norms', '', ['l', 'p'], 1280], ['odd', '', [], 800], ['wrong', '', ['?'], 1280], ['mlp', '', ['Home'], 1280], ['mlp', '#entry=1', ['l', 'ArrowRight', 'ArrowRight'], 1280]]) {
      const { page, problems, close } = await open(name, { hash, scheme, width });
      for (const key of keys) await page.keyboard.press(key);
      if (hash && name === 'norms') await pointAt(page.locator('.panel').first().locator('.norm .field'), 1, 1);
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`));
      assert.deepEqual(violations, [], `${name}${hash} ${keys}`);
      assert.deepEqual(problems, []);
      await close();
    }
  });
}
