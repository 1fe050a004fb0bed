// On paper, and over a slow line.

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { must, screenshots, windowOf } from "./tools.mjs";

const run = promisify(execFile);

async function printed({ browser, cases }) {
  const context = await windowOf(browser, "priya");
  const page = await context.newPage();
  await page.goto(`/escalations/${cases.busy}`);
  const link = page.getByRole("link", { name: /Print/ });
  must((await link.count()) > 0, "a case has a link to print it");
  await link.first().click();
  must((await page.locator("details:not([open])").count()) === 0, "nothing is folded up on paper");
  const text = await page.locator("main").innerText();
  for (const words of ["three referrals since September", "visit the family", "Room 4", "the threshold is not met"]) {
    must(text.includes(words), `the page to print does not hold “${words}”`);
  }
  mkdirSync(screenshots, { recursive: true });
  const file = path.join(screenshots, "case.pdf");
  writeFileSync(file, await page.pdf({ format: "A4", preferCSSPageSize: true }));
  await context.close();
  const told = await run("pdftotext", ["-layout", file, "-"]).catch(() => null);
  if (!told) return "no pdftotext here: what stands on each sheet was not read";
  const sheets = told.stdout.split("\f").filter((sheet) => sheet.trim());
  sheets.forEach((sheet, at) => {
    must(sheet.includes("OFFICIAL-SENSITIVE"), `sheet ${at + 1} has no marking`);
    must(new RegExp(`page ${at + 1} of ${sheets.length}`, "i").test(sheet), `sheet ${at + 1} does not say which of ${sheets.length} it is`);
  });
  return `${sheets.length} sheets`;
}

/** How long the largest thing takes to be seen at 1.6 Mbit/s and 300 ms. Told, not asserted: machines
 * are busy. */
async function slow({ browser, cases }) {
  const context = await windowOf(browser, "priya");
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 300, downloadThroughput: 200_000, uploadThroughput: 200_000 });
  const told = [];
  for (const route of ["/", "/escalations", `/escalations/${cases.busy}`]) {
    await page.goto(route);
    const milliseconds = await page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(Math.round(list.getEntries().at(-1).startTime))).observe({ type: "largest-contentful-paint", buffered: true });
      setTimeout(() => resolve(null), 5_000);
    }));
    must(milliseconds !== null, `${route}: nothing was seen in five seconds`);
    told.push(`${route.split("/")[1] || "home"}${route.split("/").length > 2 ? " (one)" : ""} ${milliseconds} ms`);
  }
  await context.close();
  return told.join(", ");
}

export const PAPER = [
  ["paper::a case on paper holds all of it, marked and numbered on each sheet", printed],
  ["budget::what is largest is seen over a slow line", slow],
];
