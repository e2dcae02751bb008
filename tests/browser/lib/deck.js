// Opens a deck in Debian's Chromium, and watches what must not happen on it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const folder = path.resolve(process.env.TAPEDECK_DECKS ?? 'decks');
const executablePath = process.env.TAPEDECK_CHROMIUM ?? '/usr/bin/chromium';
let browser;

/** A page with this deck; `problems` are its console's errors, exceptions and requests beyond the file itself. */
export async function open(name, { hash = '', scheme = 'light', width = 1280, height = 800 } = {}) {
  browser ??= await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', acceptDownloads: true });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) problems.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => problems.push(`exception: ${e.message}`));
  const url = `file://${folder}/${name}.html`;
  page.on('request', (r) => { if (r.url().split('#')[0] !== url && !/^(data|blob):/.test(r.url())) problems.push(`request: ${r.url()}`); });
  await page.goto(url + hash);
  await page.waitForSelector('.strip .cell');
  return { page, problems, close: () => context.close() };
}

export const closeBrowser = () => browser?.close();

/** The tape's true numbers, as to_json wrote them. */
export const truth = (name) => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));

export const counter = (page) => page.textContent('.counter');
export const selected = (page, t = 0) => page.textContent(`.panel:nth-child(${t + 1}) h2 .index`);
export const cell = (page, i, t = 0) => page.locator(`.cell[data-entry="${i}"][data-tape="${t}"]`);
/** A map of a panel by its heading. */
export const map = (page, heading, t = 0) => page.locator(`.panel:nth-child(${t + 1}) .maps .map`).filter({ has: page.locator('h3', { hasText: new RegExp(`^${heading}$`) }) }).first();

/** Points at a shown row and column of a map; what it reads out. */
export async function pointAt(field, row, column) {
  const [w, h] = await field.evaluate((e) => [e.offsetWidth / e.querySelector('canvas').width, e.offsetHeight / e.querySelector('canvas').height]);
  await field.hover({ position: { x: (column + 0.5) * w, y: (row + 0.5) * h } });
}
