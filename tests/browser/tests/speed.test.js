// What a move costs the main thread. The times are printed, not asserted; that a move touches little is asserted.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, open } from '../lib/deck.js';

after(closeBrowser);
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

for (const [what, keys] of [['folded', []], ['unfolded', ['f']]]) {
  test(`moves on the 500-entry tape, ${what}`, async (t) => {
    const { page, close } = await open('rnn');
    for (const key of keys) await page.keyboard.press(key);
    await page.keyboard.press('Home');
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const spent = async () => {
      const { metrics } = await client.send('Performance.getMetrics');
      const of = (name) => 1000 * metrics.find((m) => m.name === name).value;
      return { script: of('ScriptDuration'), all: of('TaskDuration') };
    };
    const script = [], all = [];
    for (let i = 0; i < 160; ++i) {
      if (i === 80) await page.keyboard.press('l');
      const before = await spent();
      await page.keyboard.press('ArrowRight');
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      const then = await spent();
      script.push(then.script - before.script);
      all.push(then.all - before.all);
    }
    t.diagnostic(`script ${median(script).toFixed(2)} ms a move (median of ${script.length}), ${Math.max(...script).toFixed(2)} at most; with style, layout and paint ${median(all).toFixed(2)}`);
    assert.ok(await page.locator('.cell').count() < 40, 'cells out of view do not exist');
    await close();
  });
}
