// Opens the pages of the site in a browser, from file://, and prints as JSON what it saw.
//
// Usage: node browse.mjs SITE SCREENSHOTS PAGES SEARCHES (two lists as JSON)

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { findings, launch, looks } from "../support/browser.mjs";

const [site, screenshots, pages, searches] = process.argv.slice(2);
const PICTURES = ["README", "docs/api", "docs/guests", "docs/how-it-works", "docs/policy"];

// Only the colours and the width differ from the first look.
const RULES = { dark: ["color-contrast"], narrow: ["scrollable-region-focusable", "target-size"] };

const seen = { console: [], requests: [], pages: {}, searches: {} };
const browser = await launch();
const context = await browser.newContext(looks.light);
context.on("request", (request) => seen.requests.push(request.url()));
context.on("console", (message) => seen.console.push(`${message.page()?.url()}: ${message.text()}`));
context.on("weberror", (error) => seen.console.push(`${error.page()?.url()}: ${error.error()}`));
const page = await context.newPage();
const open = (file) => page.goto(pathToFileURL(join(site, file)).href);

const drawn = (count) => document.querySelectorAll(".diagram svg").length === count;

for (const file of JSON.parse(pages)) {
  seen.pages[file] = {};
  await page.setViewportSize(looks.light.viewport);
  await open(file);
  const diagrams = await page.locator(".diagram").count();
  await page.waitForFunction(drawn, diagrams);
  for (const look of ["light", "dark", "narrow"]) {
    const { viewport, colorScheme } = looks[look];
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    seen.pages[file][look] = {
      background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
      overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      broken: await page.evaluate(() =>
        [...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src),
      ),
      diagrams,
      labels: await page.evaluate(() =>
        [...document.querySelectorAll(".diagram text, .diagram foreignObject")].map((label) =>
          label.tagName === "text" && getComputedStyle(label).fill === getComputedStyle(document.body).color,
        ),
      ),
      violations: (await findings(page, RULES[look])).violations,
    };
    const name = file.replace(".html", "");
    if (PICTURES.includes(name)) {
      await page.screenshot({ path: join(screenshots, `${name.replaceAll("/", "-")}-${look}.png`) });
    }
  }
}

await page.setViewportSize(looks.light.viewport);
for (const [number, text] of JSON.parse(searches).entries()) {
  await open("README.html");
  await page.locator(".sidebar-search").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("#search-results .search-summary", { hasText: /finished|did not match/ }).waitFor();
  seen.searches[text] = await page
    .locator("#search-results ul.search li > a")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  await page.screenshot({ path: join(screenshots, `search-${number}.png`) });
}

await open("index.html");
await page.waitForURL("**/README.html");
await browser.close();
console.log(JSON.stringify(seen));
