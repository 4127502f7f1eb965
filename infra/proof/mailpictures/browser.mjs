// Draws mails in headless Chromium and looks for faults that only a browser
// sees. The Go command in this folder starts it:
//
//   node browser.mjs < jobs.jsonl > results.jsonl
//
// A job is {name, html, folder, host, pictures}: the file of a mail, the folder to
// write its pictures into, the host whose pictures a mail may load, and the file of
// each by its address. A result is {name, findings}. The browser has no network:
// requests for these pictures are answered here, and every other request is a
// finding.

import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import path from 'node:path';
import puppeteer from 'puppeteer-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const looks = [
  {name: 'desktop', width: 720},
  {name: 'phone', width: 360},
  {name: 'dark', width: 720, dark: true},
  {name: 'blocked', width: 720, blocked: true},
];

// The rules of axe for WCAG 2.2 AA, and its best practices. A mail is shown
// inside the page of a mail program, which has the landmarks; so the rules about
// landmarks do not apply.
const rules = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: {'target-size': {enabled: true}, region: {enabled: false}, 'landmark-one-main': {enabled: false}},
};

const jobs = [];
for await (const line of createInterface({input: process.stdin})) jobs.push(JSON.parse(line));
await Promise.all([work(), work()]);

// work takes jobs until there are none. Each worker has its own browser, because
// a browser draws only the page in front.
async function work() {
  const browser = await launch();
  const [page] = await browser.pages();
  await page.setRequestInterception(true);
  await page.setCacheEnabled(false); // otherwise blocked pictures come from the looks before
  let state = {};
  page.on('request', (request) => answer(request, state));
  for (let job; (job = jobs.shift()); ) {
    const findings = new Set();
    state = {host: job.host, pictures: job.pictures, findings, blocked: false};
    const html = await readFile(job.html, 'utf8');
    for (const look of looks) {
      state.blocked = look.blocked;
      await show(page, html, look);
      await page.screenshot({path: path.join(job.folder, `${job.name}.${look.name}.png`), fullPage: true});
      if (!look.blocked) await accessible(page, look.name, findings);
    }
    state.blocked = false;
    for (const width of [320, 360, 720]) {
      await show(page, html, {width});
      if (width > 320) await page.evaluate(doubleText);
      const wide = await page.evaluate(overflow);
      const at = width > 320 ? `${width} px with text of 200 %` : `${width} px`;
      for (const what of wide) findings.add(`at ${at}, ${what}`);
    }
    process.stdout.write(JSON.stringify({name: job.name, findings: [...findings]}) + '\n');
  }
  await browser.close();
}

function launch() {
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM,
    protocolTimeout: 60_000,
    args: [
      '--host-resolver-rules=MAP * ~NOTFOUND', // no network, whatever a mail asks for
      '--disable-background-networking', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--force-color-profile=srgb',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // Chromium's sandbox does not start as root
    ],
  });
}

async function show(page, html, look) {
  await page.setViewport({width: look.width, height: 600});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: look.dark ? 'dark' : 'light'}]);
  await page.goto('about:blank'); // drops the pictures of the look before
  await page.setContent(html, {waitUntil: 'load'});
  const pictures = await page.$$eval('img', (all) => all.filter((i) => i.naturalWidth > 0).length);
  if (look.blocked && pictures > 0) throw new Error(`${pictures} pictures are shown although they are blocked`);
}

// answer gives a picture of the shop's host to the mail, or none if pictures
// are blocked, and refuses everything else.
function answer(request, state) {
  const address = request.url();
  if (/^(about|data):/.test(address)) return request.continue();
  const {protocol, host} = new URL(address);
  if (protocol !== 'https:' || host !== state.host) {
    state.findings.add(`it loads ${address}`);
    return request.abort();
  }
  if (request.resourceType() !== 'image') {
    state.findings.add(`it loads ${address}, which is not a picture`);
    return request.abort();
  }
  if (state.blocked) return request.abort('blockedbyclient');
  const file = state.pictures[address];
  if (!file) return request.abort(); // Go has not drawn it: it is not in the HTML
  return request.respond({contentType: 'image/png', headers: {'Cache-Control': 'no-store'}, body: readFileSync(file)});
}

async function accessible(page, look, findings) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate((options) => window.axe.run(document, options), rules);
  for (const v of violations) {
    for (const node of v.nodes) findings.add(`${look}: axe ${v.id}: ${v.help}: ${node.target.join(' ')}`);
  }
}

// doubleText doubles the size of every text, as mail programs do for readers
// who ask for larger letters. It runs in the page.
function doubleText() {
  const sizes = [...document.body.querySelectorAll('*')].map((e) => {
    const style = getComputedStyle(e);
    return [e, parseFloat(style.fontSize), parseFloat(style.lineHeight)];
  });
  for (const [e, font, line] of sizes) {
    e.style.setProperty('font-size', `${2 * font}px`, 'important');
    if (line) e.style.setProperty('line-height', `${2 * line}px`, 'important');
  }
}

// overflow returns what is wider than the window, or cut off. It runs in the
// page.
function overflow() {
  const name = (e) => `<${e.localName}${e.className ? ` class="${e.className}"` : ''}> “${e.textContent.trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 0.5 && getComputedStyle(e).display !== 'none');
    const last = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
    found.push(`the mail is ${document.documentElement.scrollWidth} px wide: ${last.slice(0, 2).map(name).join(', ')}`);
  }
  for (const e of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(e);
    const clips = style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 || style.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 1;
    if (clips && e.clientHeight > 1 && style.opacity !== '0' && e.textContent.trim()) found.push(`the text of ${name(e)} is cut off`);
  }
  return found;
}
