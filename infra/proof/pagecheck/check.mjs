// Draws the shop's pages in headless Chromium and lists what is wrong with them:
//
//   node check.mjs var/pages
//
// The folder has the HTML files that `go test -pages` writes. Each page is drawn on
// a wide screen, on a phone of 390 pixels, and in the dark design of both. Findings
// are: what axe-core says about WCAG 2.2 AA and good practice; a page that is wider
// than a window of 320 pixels, or than its window if text is twice as large; a
// control that the Tab key does not reach, that shows no focus, or that is smaller
// than 44 pixels with its label; any request but that for the logo. The exit code is
// 1 if there is a finding.

import {readFile, readdir, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import puppeteer from 'puppeteer-core';

const folder = process.argv[2];
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'target-size': {enabled: true}}};
const looks = [
  {name: 'wide', width: 1000},
  {name: 'phone', width: 390},
  {name: 'wide-dark', width: 1000, dark: true},
  {name: 'phone-dark', width: 390, dark: true},
];

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [
    '--host-resolver-rules=MAP * ~NOTFOUND', // no network, whatever a page asks for
    '--disable-background-networking', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--force-color-profile=srgb',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // Chromium's sandbox does not start as root
  ],
});
const [page] = await browser.pages();
const logo = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><rect width="200" height="50" rx="8" fill="#8c2f4b"/><text x="100" y="33" text-anchor="middle" font-family="Georgia, serif" font-size="24" fill="#fff">Regular Gifts</text></svg>';
let findings = 0;
let asked = [];
await page.setRequestInterception(true);
page.on('request', (request) => {
  const address = request.url();
  if (/^(file:|about:|data:image\/svg)/.test(address)) return request.continue(); // the last is the icon of the browser's own date picker
  if (request.resourceType() === 'image' && address.startsWith('https://shop.example.com/logo')) return request.respond({contentType: 'image/svg+xml', body: logo});
  asked.push(address);
  return request.abort();
});

const files = (await readdir(folder)).filter((f) => f.endsWith('.html')).sort();
for (const f of await readdir(folder)) if (f.endsWith('.png')) await rm(path.join(folder, f));
for (const file of files) {
  const name = file.replace(/\.html$/, '');
  asked = [];
  for (const look of looks) {
    await show(file, look);
    await page.screenshot({path: path.join(folder, `${name}.${look.name}.png`), fullPage: true});
    await page.evaluate(axe);
    const {violations} = await page.evaluate((options) => window.axe.run(document, options), rules);
    for (const v of violations) for (const node of v.nodes) found(name, `${look.name}: axe ${v.id}: ${v.help}: ${node.target.join(' ')}`);
  }
  await show(file, {width: 390});
  for (const what of await page.evaluate(small)) found(name, what);
  for (const what of await tabs()) found(name, what);
  for (const width of [320, 390]) {
    await show(file, {width});
    if (width > 320) await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found(name, `it is ${wide} px wider than a window of ${width} px${width > 320 ? ' with text of 200 %' : ''}`);
  }
  for (const address of asked) found(name, `it loads ${address}`);
}
await browser.close();
console.log(`${files.length} pages, each in ${looks.length} looks: ${findings} findings; the pictures are in ${folder}`);
process.exit(findings > 0 ? 1 : 0);

function found(name, what) {
  findings++;
  console.log(`${name}: ${what}`);
}

async function show(file, look) {
  await page.setViewport({width: look.width, height: 900});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: look.dark ? 'dark' : 'light'}]);
  await page.goto('file://' + path.resolve(folder, file), {waitUntil: 'load'});
}

// small returns the controls that a finger misses: smaller than 44 pixels together
// with their labels. It runs in the page.
function small() {
  const wrong = [];
  for (const e of document.querySelectorAll('button, select, input:not([type=hidden]), summary')) {
    const boxes = [e, ...(e.labels ?? [])].map((b) => b.getBoundingClientRect());
    const height = Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top));
    if (height < 44) wrong.push(`<${e.localName} ${e.id || e.name || e.textContent}> is ${Math.round(height)} px high`);
  }
  return wrong;
}

// tabs presses the Tab key through the page, and returns the controls that it does
// not reach or that show no focus.
async function tabs() {
  const wrong = [];
  const want = await page.evaluate(() => {
    document.activeElement?.blur?.();
    const radios = new Set();
    return [...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')]
      .filter((e) => e.type !== 'radio' || !radios.has(e.name) && radios.add(e.name)).length; // one stop for each group
  });
  const reached = new Set();
  for (let i = 0; i < 3 * want + 10; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body || e.getAttribute('tabindex') === '-1') return null;
      const style = getComputedStyle(e);
      return {id: e.type === 'radio' ? e.name : e.id || e.name || e.getAttribute('href') || e.textContent.trim(), shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2};
    });
    if (!at) continue;
    if (!at.shown && !reached.has(at.id)) wrong.push(`${at.id} shows no focus`);
    reached.add(at.id);
  }
  if (reached.size < want) wrong.push(`the Tab key reaches ${reached.size} of ${want} controls: ${[...reached].join(', ')}`);
  return wrong;
}
