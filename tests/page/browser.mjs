// Opens two pages in a browser and prints as JSON what it saw.
//
// Usage: node browser.mjs PAGE LARGE_PAGE SCREENSHOTS SEARCH...
//
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { findings, launch, looks } from "../support/browser.mjs";

const [pageFile, largeFile, screenshots, ...searches] = process.argv.slice(2);

const seen = { visits: 0, requests: [], console: [], looks: {}, searches: {} };
const browser = await launch();

async function visit(file, options, look) {
  const context = await browser.newContext(options);
  context.on("request", (request) => seen.requests.push(request.url()));
  const page = await context.newPage();
  seen.visits += 1;
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  const result = await look(page);
  await context.close();
  return result;
}

const visibleRows = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".rows tbody tr")]
      .filter((row) => row.getClientRects().length)
      .map((row) => row.querySelector("bdi").textContent),
  );

// What a screen reader gets of the table of users.
async function roles(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.getDocument", { depth: 0 });
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const below = (node) => [node, ...node.childIds.flatMap((id) => below(byId.get(id)))];
  const table = nodes.find(
    ({ role, name }) => role?.value === "table" && name?.value.startsWith("Users in the order"),
  );
  const counts = {};
  for (const { ignored, role } of below(table)) {
    if (!ignored && ["row", "rowheader", "columnheader", "cell"].includes(role.value)) {
      counts[role.value] = (counts[role.value] ?? 0) + 1;
    }
  }
  return counts;
}

for (const [name, options] of Object.entries(looks)) {
  seen.looks[name] = await visit(pageFile, options, async (page) => {
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
    for (const summary of await page.locator("summary").all()) {
      await summary.click();
    }
    const axes = await findings(page);
    const colours = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.body).color,
      getComputedStyle(document.querySelector(".color-0 rect")).fill,
      getComputedStyle(document.querySelector(".chart text")).fill,
    ]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const charts = await page.locator(".chart:visible").count();
    return { ...axes, colours, overflow, charts, roles: await roles(page), users: await visibleRows(page) };
  });
}

seen.keyboard = await visit(pageFile, looks.light, async (page) => {
  const stops = [];
  for (let count = 0; count < 40; count++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const { tagName, id, className, textContent } = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { tagName, id, className, text: textContent.trim(), outlineStyle, outlineWidth };
    });
    if (stop.tagName === "BODY") break;
    stops.push(stop);
  }
  return stops;
});

seen.chip = await visit(pageFile, looks.light, async (page) => {
  await page.locator(".counts a", { hasText: "ORPHANED" }).click();
  return { search: await page.locator("#search").inputValue(), rows: await visibleRows(page) };
});

seen.day = await visit(pageFile, looks.light, async (page) => {
  await page.locator("summary", { hasText: "calendar" }).click();
  await page.locator(".calendar a", { hasText: "2026-06-19" }).click();
  return { search: await page.locator("#search").inputValue(), rows: await visibleRows(page) };
});

seen.withoutScript = await visit(largeFile, { ...looks.light, javaScriptEnabled: false }, async (page) => ({
  rows: (await visibleRows(page)).length,
  search: await page.locator("#search").isVisible(),
}));

seen.print = await visit(pageFile, looks.dark, async (page) => {
  await page.evaluate(() => {
    addEventListener("beforeprint", () => {
      window.folded = document.querySelectorAll("details:not([open])").length;
    });
  });
  await page.pdf({ path: join(screenshots, "print.pdf"), format: "A4" });
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: join(screenshots, "print.png"), fullPage: true });
  return {
    foldedOnPaper: await page.evaluate(() => window.folded),
    foldedAfterwards: await page.locator("details:not([open])").count(),
    colour: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    form: await page.locator("form").isVisible(),
  };
});

seen.large = await visit(largeFile, looks.light, async (page) => {
  const milliseconds = {};
  for (const text of searches) {
    await page.locator("#search").fill("");
    milliseconds[text] = await page.evaluate(async (text) => {
      const search = document.getElementById("search");
      search.value = text;
      const begin = performance.now();
      search.dispatchEvent(new Event("input"));
      // Until the rows have their new places.
      document.body.getBoundingClientRect();
      return Math.round(performance.now() - begin);
    }, text);
    seen.searches[text] = {
      rows: await visibleRows(page),
      found: await page.locator("#found").textContent(),
      none: await page.locator("#none").isVisible(),
    };
  }
  await page.locator("#search").fill("guest");
  await page.locator("button").click();
  seen.all = await visibleRows(page);
  seen.allFound = await page.locator("#found").textContent();
  const timing = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  await page.screenshot({ path: join(screenshots, "large.png") });
  return { milliseconds, loaded: Math.round(timing) };
});

// What the page may not do, done all the same.
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(pathToFileURL(pageFile).href);
seen.title = await page.title();
seen.blocked = await page.evaluate(async () => {
  const blocked = [];
  addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
  const nothing = "http://127.0.0.1:9/";
  const elements = [
    Object.assign(document.createElement("img"), { src: nothing }),
    Object.assign(document.createElement("script"), { src: nothing }),
    Object.assign(document.createElement("script"), { textContent: "document.title = ''" }),
    Object.assign(document.createElement("link"), { rel: "stylesheet", href: nothing }),
  ];
  for (const element of elements) {
    document.body.append(element);
  }
  await fetch(nothing).catch(() => {});
  while (blocked.length < elements.length + 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return blocked.sort();
});

await browser.close();
console.log(JSON.stringify(seen));
