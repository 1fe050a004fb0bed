// Runs the checks and tells each by its name, as cargo's own tests are told.

import { rmSync } from "node:fs";
import { FORMS } from "./forms.mjs";
import { JOURNEYS } from "./journeys.mjs";
import { PAPER } from "./paper.mjs";
import { PAGE_CHECKS, weigh } from "./pages.mjs";
import { crawl } from "./crawl.mjs";
import { seed } from "./seed.mjs";
import { launch, screenshots } from "./tools.mjs";
import * as vnu from "./vnu.mjs";

/** How many faults of a check are told. */
const TOLD_MAX = 40;
/** A run takes some four minutes; one that hangs ends after this. */
const MINUTES_MAX = 15;
const began = Date.now();
setTimeout(() => {
  console.error(`the browser tests hung, and were stopped after ${MINUTES_MAX} minutes`);
  process.exit(1);
}, MINUTES_MAX * 60_000).unref();
const only = process.argv.slice(2);
const isAsked = (name) => only.length === 0 || only.some((words) => name.includes(words));
const findings = Object.fromEntries(Object.keys(PAGE_CHECKS).map((check) => [check, new Map()]));
const failed = [];
let passed = 0;

/** Without the colours that the driver paints its errors with. */
function plain(text) {
  return text.replace(/\u001b\[\d+m/g, "");
}

function tell(name, fault, words = "") {
  console.log(`test ${name} ... ${fault ? "FAILED" : "ok"}${words ? ` (${words})` : ""}`);
  if (fault) failed.push([name, plain(fault)]);
  else passed += 1;
}

const pageNames = Object.entries(PAGE_CHECKS).map(([check, words]) => [check, `every_page::${check}: ${words}`]);
const CHECKER = "every_page::checker: the W3C’s checker finds no error in the HTML";
const others = [...JOURNEYS, ...PAPER, ...FORMS];
const all = [...pageNames.map(([, name]) => name), CHECKER, ...others.map(([name]) => name)];
const asked = all.filter(isAsked);
console.log(`running ${asked.length} tests in the browser`);
if (asked.length === 0) {
  console.log(`\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; ${all.length} filtered out\n`);
  process.exit(0);
}

const seconds = () => Math.round((Date.now() - began) / 1000);
const cases = await seed();
console.log(`    the stage is set after ${seconds()} s`);
const browser = await launch();
const needsAll = [...pageNames.map(([, name]) => name), CHECKER, ...FORMS.map(([name]) => name)].some((name) => asked.includes(name));
if (needsAll) rmSync(screenshots, { recursive: true, force: true });
const seen = needsAll ? await crawl(cases, findings, console.log) : null;
console.log(`    ${seen ? `${seen.pages} pages were looked at, of ${seen.kinds.size} kinds, ` : ""}${seconds()} s`);

for (const [name, check] of others.filter(([name]) => asked.includes(name))) {
  try {
    tell(name, null, await check({ browser, cases, seen, findings }));
  } catch (error) {
    tell(name, error.name === "Error" && !error.constructor.name.startsWith("Broken") ? error.stack : error.message);
  }
}
await browser.close();

// After the forms: their pages with mistakes were looked at as well.
if (seen) {
  const bytes = weigh(findings, seen);
  console.log(`    the largest page: ${seen.largest.bytes} bytes compressed (${seen.largest.label}); style sheets and scripts: ${bytes}`);
  for (const [check, name] of pageNames.filter(([, name]) => asked.includes(name))) {
    const found = [...findings[check]].map(([words, places]) => {
      const [label, ...others] = places.values();
      return `${words}\n      seen: ${label}${others.length > 0 ? `, and ${others.length} other kinds of page` : ""}`;
    });
    const more = found.length > TOLD_MAX ? `\n  and ${found.length - TOLD_MAX} more` : "";
    tell(name, found.length > 0 ? found.slice(0, TOLD_MAX).join("\n  ") + more : null);
  }
  if (asked.includes(CHECKER)) {
    if (await vnu.hasJava()) {
      const found = await vnu.faults();
      tell(CHECKER, found.length > 0 ? found.slice(0, TOLD_MAX).join("\n  ") : null);
    } else {
      console.log(`test ${CHECKER} ... LEFT OUT: there is no Java`);
    }
  }
  console.log(`    ${seen.pictured.length} pages are pictured, at 1100 and at 320 pixels, in ${screenshots}`);
}

for (const [name, fault] of failed) console.log(`\n---- ${name} ----\n  ${fault}`);
const result = failed.length > 0 ? "FAILED" : "ok";
console.log(`\ntest result: ${result}. ${passed} passed; ${failed.length} failed; 0 ignored; 0 measured; ${all.length - asked.length} filtered out; finished in ${seconds()}s\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
