// What is asked of every page that somebody can come to. Each check writes what it finds into the
// findings under its name, with the page; whoever runs it says in the end which of them found nothing.

import { writeFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { HtmlValidate, axeSource, base, screenshots } from "./tools.mjs";
import { explained } from "./allowed.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
/** As docs and design have it: a page, and the style sheet with all scripts; compressed. */
const HTML_BYTES_MAX = 50 * 1024;
const ASSET_BYTES_MAX = 60 * 1024;

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:standard", "html-validate:a11y"],
  rules: {
    // How a template is laid out and written is no matter of what a browser makes of it.
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "doctype-style": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    // An input that says no type is one for text, in every browser.
    "no-implicit-input-type": "off",
    "no-implicit-button-type": "error",
    // Its limit is for search engines; here a title says what the page is about, and of which case.
    "long-title": "off",
    // A region that scrolls is a div with a role: it holds a table, and is no section of the page.
    "prefer-native-element": ["error", { exclude: ["region"] }],
    // Some addresses are made of policy keys and references, which no style guide of ids knows.
    "valid-id": ["error", { relaxed: true }],
  },
});

/** The checks of every page, in the order in which they are told. */
export const PAGE_CHECKS = {
  axe: "axe finds nothing, in any of its rules of WCAG 2.2 A and AA and of best practice",
  markup: "the HTML is valid",
  head: "one h1, a language, a title of its own, no id twice",
  narrow: "at 320 pixels nothing scrolls sideways or is cut off",
  spacing: "with wide text spacing nothing scrolls sideways or is cut off",
  doubled: "with text of twice the size nothing scrolls sideways or is cut off",
  targets: "whatever is pressed is at least 24 by 24 pixels",
  keyboard: "by Tab everything is reached, in its order, and the focus is seen; the skip link comes first",
  states: "contrast holds under the pointer and in focus",
  forced: "in forced colours, in the dark and without motion it is all there",
  paper: "on paper there is the marking, and nothing to press",
  budget: "it is small, and asks nobody else for anything",
  quiet: "the browser has nothing to complain of",
};

/** Writes down what is wrong, with every page where it is. */
export function note(findings, check, where, words) {
  const places = findings[check].get(words) ?? new Map();
  if (!places.has(where.template)) places.set(where.template, where.label);
  findings[check].set(words, places);
}

/** How a page is built, without its words: two that are built alike are alike to every check but that of
 * their titles and of their markup. */
function build(html) {
  return html.replace(/>[^<]+</g, "><").replace(/ (href|value|action|datetime)="[^"]*"/g, "");
}

/** Looks at a page that is open, at 1100 pixels; from all sides at the first of its kind. */
export async function look(page, response, where, findings, seen) {
  const html = await response.text();
  const report = await validator.validateString(html, where.label);
  for (const message of report.results.flatMap((result) => result.messages)) {
    note(findings, "markup", where, `${message.ruleId}: ${message.message}`);
  }
  keep(html, where);
  const bytes = gzipSync(html).length;
  seen.largest = bytes > (seen.largest?.bytes ?? 0) ? { bytes, label: where.label } : seen.largest;
  if (bytes > HTML_BYTES_MAX) note(findings, "budget", where, `${bytes} bytes compressed`);
  await heading(page, where, findings, seen);
  const built = build(html);
  if (seen.builds.has(built) && !where.isFresh) return;
  seen.builds.add(built);
  await axe(page, where, findings);
  await picture(page, where, 1100);
  if (where.isFresh) {
    await keyboard(page, where, findings);
    await states(page, where, findings);
    await forced(page, where, findings);
    await paper(page, where, findings);
    await withStyle(page, "html { font-size: 200% !important; }", () => fits(page, where, findings, "doubled"));
  }
  await page.setViewportSize({ width: 320, height: 800 });
  await fits(page, where, findings, "narrow");
  await targets(page, where, findings);
  await picture(page, where, 320);
  if (where.isFresh) {
    const spacing = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }";
    await withStyle(page, spacing, () => fits(page, where, findings, "spacing"));
    await axe(page, where, findings, " at 320 pixels");
  }
  await page.setViewportSize({ width: 1100, height: 900 });
}

/** Keeps what was answered for the other validator, which reads it all at once. */
function keep(html, where) {
  const folder = path.join(process.env.BROWSER_SCRATCH, "html");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${where.file}.html`), html);
}

async function picture(page, where, width) {
  if (!where.isPictured) return;
  mkdirSync(path.join(screenshots, where.who), { recursive: true });
  const file = path.join(screenshots, where.who, `${where.slug}.${width}.png`);
  await page.screenshot({ path: file, fullPage: true });
}

async function heading(page, where, findings, seen) {
  const found = await page.evaluate(() => ({
    h1: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang,
    title: document.title,
    ids: [...document.querySelectorAll("[id]")].map((it) => it.id),
  }));
  if (found.h1 !== 1) note(findings, "head", where, `${found.h1} h1`);
  if (found.lang !== "en-GB") note(findings, "head", where, `the language is “${found.lang}”`);
  const twice = found.ids.filter((id, at) => found.ids.indexOf(id) !== at);
  if (twice.length > 0) note(findings, "head", where, `ids twice: ${twice.join(", ")}`);
  if (!found.title) note(findings, "head", where, "no title");
  // One person’s two pages do not have the same title, save the pages of one list and one form’s ways in.
  const key = `${where.who} ${found.title}`;
  const other = seen.titles.get(key);
  if (other && other !== where.titled) {
    note(findings, "head", where, `the title “${found.title}” is also that of ${other}`);
  }
  seen.titles.set(key, where.titled);
}

async function run(page, options) {
  if (!(await page.evaluate("typeof window.axe")).startsWith("object")) await page.evaluate(axeSource);
  return page.evaluate((it) => window.axe.run(document, it), options);
}

function nodes(found) {
  return found.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ");
}

async function axe(page, where, findings, how = "") {
  const results = await run(page, { runOnly: { type: "tag", values: TAGS }, resultTypes: ["violations", "incomplete"] });
  for (const found of results.violations) {
    note(findings, "axe", where, `${found.id}${how}: ${found.help}: ${nodes(found)}`);
  }
  for (const found of results.incomplete) {
    const left = [];
    for (const node of found.nodes) {
      const is = await page.evaluate((target) => {
        const it = document.querySelector(target);
        const region = it?.closest("[role=region][tabindex='0']");
        return {
          isNarrow: window.innerWidth <= 320,
          isInScrollingTable: Boolean(it?.closest("table") && region && region.scrollWidth > region.clientWidth),
          isEmptyTable: Boolean(it?.matches("table") && it.querySelectorAll("tbody tr").length === 0),
        };
      }, node.target[0]);
      if (!explained(found.id, node, is)) left.push(node);
    }
    if (left.length > 0) {
      const why = left[0].any[0]?.message ?? found.help;
      note(findings, "axe", where, `${found.id}${how} is undecided, and not explained: ${nodes({ nodes: left })}: ${why}`);
    }
  }
}

/** Does something under another style. A constructed sheet is not subject to the page’s policy. */
async function withStyle(page, css, does) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);
  await does();
  await page.evaluate(() => { document.adoptedStyleSheets = []; });
}

/** Nothing is wider than the window, save within a region that scrolls and takes the focus; and no
 * text is cut off. */
async function fits(page, where, findings, check) {
  const found = await page.evaluate(() => {
    const wrong = [];
    const width = document.documentElement.clientWidth;
    const named = (it) => `${it.tagName.toLowerCase()}${it.id ? `#${it.id}` : ""}${it.className && typeof it.className === "string" ? `.${it.className.trim().split(/\s+/).join(".")}` : ""}`;
    const scrolls = (it) => it.closest("[tabindex='0'][role='region']");
    if (document.documentElement.scrollWidth > width) {
      const wide = [...document.body.querySelectorAll("*")].filter((it) => !scrolls(it) && it.getBoundingClientRect().right > width + 1);
      wrong.push(`${document.documentElement.scrollWidth} pixels wide: ${wide.slice(-2).map(named).join(", ")}`);
    }
    for (const it of document.body.querySelectorAll("*")) {
      const style = getComputedStyle(it);
      if (it.matches("input, textarea, select")) continue; // what is written there may be longer
      const hides = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
      if (hides && style.position !== "absolute" && it.clientWidth > 1 && (it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)) {
        wrong.push(`${named(it)} is cut off`);
      }
      if (["auto", "scroll"].includes(style.overflowX) && it.scrollWidth > it.clientWidth + 1 && !scrolls(it)) {
        wrong.push(`${named(it)} scrolls and is no named region in the order of focus`);
      }
      if (it.tagName === "BUTTON" && it.scrollWidth > it.clientWidth + 1) wrong.push(`${named(it)} is cut off`);
    }
    return wrong;
  });
  for (const words of found) note(findings, check, where, words);
}

/** WCAG 2.5.8 is asked by axe too, which lets small ones pass that stand far apart; here only a link
 * in a line of text may be small. */
async function targets(page, where, findings) {
  const found = await page.evaluate(() => {
    const wrong = [];
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
    for (const it of all) {
      const box = it.getBoundingClientRect();
      const style = getComputedStyle(it);
      if (box.width === 0 || !it.checkVisibility() || style.visibility === "hidden" || it.closest(".unseen") || it.classList.contains("skip")) continue;
      const inText = it.tagName === "A" && style.display === "inline";
      if (!inText && (box.width < 24 || box.height < 24)) {
        wrong.push(`${it.tagName.toLowerCase()} “${(it.textContent || it.name || "").trim().slice(0, 30)}” is ${Math.round(box.width)} by ${Math.round(box.height)}`);
      }
    }
    return wrong;
  });
  for (const words of found) note(findings, "targets", where, words);
}

/** Goes through the page by Tab alone, from its beginning to its end. */
async function keyboard(page, where, findings) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")];
    const shown = all.filter((it) => it.checkVisibility() && !it.disabled && it.tabIndex >= 0);
    const groups = new Set();
    const order = shown.filter((it) => {
      if (it.type !== "radio") return true;
      const key = it.name;
      const group = shown.filter((other) => other.type === "radio" && other.name === key);
      const checked = group.find((other) => other.checked);
      if (checked) return it === checked;
      if (groups.has(key)) return false;
      groups.add(key);
      return true;
    });
    order.forEach((it, at) => it.setAttribute("data-order", String(at)));
    window.scrollTo(0, 0);
    document.activeElement?.blur();
    return order.length;
  });
  const came = [];
  for (let presses = 0; presses < wanted + 2; presses += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const it = document.activeElement;
      if (!it || it === document.body) return null;
      const style = getComputedStyle(it);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      // A link over several lines has several boxes.
      const box = it.getClientRects()[0];
      const [x, y] = [box.left + Math.min(box.width / 2, 20), box.top + Math.min(box.height / 2, 12)];
      const top = document.elementFromPoint(x, y);
      const words = (it.textContent || it.name || "").trim().slice(0, 30);
      return {
        order: it.dataset.order === undefined ? null : Number(it.dataset.order),
        words, tag: it.tagName.toLowerCase(),
        isSeen: outlined || style.boxShadow !== "none",
        isCovered: !(top && (it.contains(top) || top.contains(it) || it.labels?.[0]?.contains(top))),
      };
    });
    if (!now) break;
    came.push(now);
    if (now.order === wanted - 1) break;
  }
  await page.evaluate(() => document.activeElement?.blur());
  const orders = came.map((it) => it.order).filter((order) => order !== null);
  const expected = [...Array(wanted).keys()];
  if (JSON.stringify(orders) !== JSON.stringify(expected)) {
    const missed = expected.filter((order) => !orders.includes(order));
    note(findings, "keyboard", where, `Tab came to ${orders.length} of ${wanted}, in the order ${orders.slice(0, 30).join(" ")}; missed ${missed.join(" ")}`);
  }
  if (came[0] && came[0].words !== "Skip to main content") {
    note(findings, "keyboard", where, `the first is “${came[0].words}”, not the skip link`);
  }
  for (const it of came) {
    if (!it.isSeen) note(findings, "keyboard", where, `${it.tag} “${it.words}” does not show that it has the focus`);
    if (it.isCovered) note(findings, "keyboard", where, `${it.tag} “${it.words}” is covered while it has the focus`);
  }
}

/** Contrast of what is pointed at, and of what has the focus: as if all of it were. */
async function states(page, where, findings) {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument");
  const { nodeIds } = await session.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector: "a, button, input, select, textarea, summary" });
  for (const pseudo of [["hover"], ["focus", "focus-visible"], ["active"]]) {
    for (const nodeId of nodeIds) {
      await session.send("CSS.forcePseudoState", { nodeId, forcedPseudoClasses: pseudo });
    }
    const results = await run(page, { runOnly: ["color-contrast"], resultTypes: ["violations"] });
    for (const found of results.violations) note(findings, "states", where, `${pseudo[0]}: ${nodes(found)}`);
  }
  for (const nodeId of nodeIds) await session.send("CSS.forcePseudoState", { nodeId, forcedPseudoClasses: [] });
  await session.detach();
}

async function forced(page, where, findings) {
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark", reducedMotion: "reduce" });
  const found = await page.evaluate(() => {
    const wrong = [];
    const named = (it) => `${it.tagName.toLowerCase()} “${it.textContent.trim().slice(0, 30)}”`;
    for (const it of document.querySelectorAll(".button, button:not(.link), .tag")) {
      if (it.getClientRects().length === 0) continue;
      const style = getComputedStyle(it);
      if (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1) wrong.push(`${named(it)} has no border in forced colours`);
    }
    for (const it of document.body.querySelectorAll("*")) {
      const style = getComputedStyle(it);
      if (style.forcedColorAdjust === "none") wrong.push(`${named(it)} keeps its own colours`);
      if (parseFloat(style.animationDuration) > 0 || parseFloat(style.transitionDuration) > 0) wrong.push(`${named(it)} moves`);
    }
    return wrong;
  });
  for (const words of found) note(findings, "forced", where, words);
  await page.emulateMedia({ forcedColors: null, colorScheme: null, reducedMotion: null });
  // Where no style asks for the dark, it looks as it does in the light, which is measured above.
  const asksForDark = await page.evaluate(() => [...document.styleSheets].some((sheet) => [...sheet.cssRules].some((rule) => /color-scheme/.test(rule.cssText))));
  if (!asksForDark) return;
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await run(page, { runOnly: ["color-contrast"], resultTypes: ["violations"] });
  for (const it of dark.violations) note(findings, "forced", where, `contrast in the dark: ${nodes(it)}`);
  await page.emulateMedia({ colorScheme: null });
}

async function paper(page, where, findings) {
  await page.emulateMedia({ media: "print" });
  const found = await page.evaluate(() => {
    const wrong = [];
    const isShown = (it) => it.checkVisibility();
    const marking = document.querySelector(".marking");
    const isSignedIn = document.querySelector("form[action='/sign-out']");
    if (isSignedIn && !(marking && isShown(marking))) wrong.push("no marking on paper");
    const pressed = [...document.querySelectorAll("header nav, button, .skip")].filter(isShown);
    if (pressed.length > 0) wrong.push(`${pressed.length} things to press on paper: ${pressed[0].textContent.trim().slice(0, 30)}`);
    return wrong;
  });
  for (const words of found) note(findings, "paper", where, words);
  await page.emulateMedia({ media: null });
}

/** Listens to what a window asks for and complains of. */
export function listen(context, findings, seen, where) {
  context.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) {
      note(findings, "budget", where(), `asks ${new URL(request.url()).origin}`);
    }
  });
  context.on("response", async (response) => {
    const kind = response.request().resourceType();
    if (["stylesheet", "script"].includes(kind) && response.ok()) {
      const body = await response.body().catch(() => null);
      if (body) seen.assets.set(new URL(response.url()).pathname, gzipSync(body).length);
    }
  });
  context.on("console", (message) => {
    // A page that was refused says so by its status, and the browser repeats it.
    const isStatus = /Failed to load resource: the server responded with a status/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isStatus) {
      note(findings, "quiet", where(), message.text());
    }
  });
  context.on("weberror", (error) => note(findings, "quiet", where(), String(error.error())));
}

/** What all style sheets and scripts weigh together. */
export function weigh(findings, seen) {
  const bytes = [...seen.assets.values()].reduce((sum, size) => sum + size, 0);
  const where = { template: "all", label: "all pages" };
  if (seen.assets.size === 0) note(findings, "budget", where, "no style sheet was fetched");
  if (bytes > ASSET_BYTES_MAX) note(findings, "budget", where, `style sheets and scripts: ${bytes} bytes compressed`);
  return bytes;
}
