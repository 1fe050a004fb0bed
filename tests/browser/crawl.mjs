// Comes to every page as each person can: from the first page by links alone, so that a page that is
// new is looked at without being named here.

import { base, inParallel, launch, windowOf, PEOPLE } from "./tools.mjs";
import { listen, look, note } from "./pages.mjs";

/** How many pages of one kind a person looks at: cases differ, and so does what can be done there. */
const OF_A_KIND = 3;
/** With other values in the query. */
const OF_A_PATH = 10;

const REFERENCE = /^[A-Z]{2,6}-\d{4}-\d+$/;
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** The kind of page that an address leads to: without what is one case’s or one person’s. */
function kind(url, cases) {
  // What is asked of a case is asked in the same words, however long its own are.
  const asks = /\/do\/[^/]+$/.test(url.pathname);
  const part = (text) => {
    if (REFERENCE.test(text)) return text === cases.long && !asks ? "{long case}" : "{case}";
    if (ID.test(text)) return "{id}";
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return "{day}";
    return /^\d+$/.test(text) ? "{number}" : text;
  };
  const route = url.pathname.split("/").map((text) => part(decodeURIComponent(text))).join("/");
  const value = (text) => (/^[\w-]{1,20}$/.test(text) && !/\d{3}/.test(text) ? text : "…");
  const query = [...url.searchParams].map(([name, text]) => `${name}=${value(text)}`).sort().join("&");
  return { route, whole: query ? `${route}?${query}` : route };
}

function slug(text) {
  return text.replace(/[{}]/g, "").replace(/[^\w-]+/g, "-").replace(/^-|-$/g, "") || "home";
}

/** Where each begins: the first page; and what no link leads to, but a message or a mistake does. */
function beginnings(who, cases) {
  const all = ["/", "/nothing-here", "/sign-in", "/escalations/ESC-2026-999999", "/escalations?show=nonsense"];
  const signedIn = Object.values(cases).map((reference) => `/escalations/${reference}`);
  const lists = ["/more", "/help", "/accessibility", "/account", `/escalations/${cases.to_answer}/raised`];
  if (!PEOPLE[who].email) return [...all, ...lists, "/forgotten-password", "/more", "/invitations/nothing", "/password-resets/nothing"];
  // The case in long words first, so that it is never left out.
  return ["/", `/escalations/${cases.long}`, `/escalations/${cases.overdue}`, ...all, ...signedIn, ...lists];
}

/** Looks at all pages of all people; answers how many, and what else was learned. */
export async function crawl(cases, findings, words = () => {}) {
  const browser = await launch();
  const seen = { titles: new Map(), assets: new Map(), kinds: new Set(), builds: new Set(), pictured: [], forms: new Map(), filters: new Map(), files: new Set(), pages: 0 };
  const jobs = Object.keys(PEOPLE).map((who) => () => one(browser, who, cases, findings, seen, words));
  await inParallel(2, jobs);
  await browser.close();
  return seen;
}

async function one(browser, who, cases, findings, seen, words) {
  const began = Date.now();
  const context = await windowOf(browser, who);
  const page = await context.newPage();
  let where = { who, template: "", label: who };
  listen(context, findings, seen, () => where);
  const queue = beginnings(who, cases).map((route) => new URL(route, base).href);
  const asked = new Set(queue);
  const counts = new Map();
  let pages = 0;
  for (let href = queue.shift(); href; href = queue.shift()) {
    const url = new URL(href);
    const { route, whole } = kind(url, cases);
    const [ofKind, ofRoute] = [counts.get(whole) ?? 0, counts.get(`${route} all`) ?? 0];
    const isFile = [...seen.files].includes(whole);
    if (ofKind >= OF_A_KIND || ofRoute >= OF_A_PATH || isFile) continue;
    counts.set(whole, ofKind + 1);
    counts.set(`${route} all`, ofRoute + 1);
    const name = `${slug(whole)}${ofKind ? `.${ofKind + 1}` : ""}`;
    where = {
      who, template: whole, label: `${who} ${url.pathname}${url.search}`,
      // Pages of one list have one title, and so does a page that was come to in two ways.
      titled: route, slug: slug(whole), file: `${who}.${name}`.slice(0, 120),
    };
    const response = await open(page, href, where, seen, whole, findings);
    if (!response) continue;
    const landed = kind(new URL(page.url()), cases);
    if (landed.whole !== whole) {
      // It led elsewhere, which is looked at by its own name.
      follow(queue, asked, [page.url()]);
      continue;
    }
    where.isFresh = !seen.kinds.has(whole);
    // Somebody who has nothing sees the same pages in another state.
    where.isPictured = where.isFresh || (who === "sam" && ofKind === 0);
    seen.kinds.add(whole);
    where.status = response.status();
    if (where.status >= 500) note(findings, "quiet", where, `answers ${where.status}`);
    if (where.status >= 400) where.titled = "a refusal";
    const found = await links(page);
    await look(page, response, where, findings, seen);
    pages += 1;
    if (where.isPictured) seen.pictured.push(`${who}/${where.slug}`);
    for (const form of found.forms) {
      // One form is the same for all; with other fields it is another.
      const key = `${kind(new URL(form.action, base), cases).route} ${form.fields}`;
      if (!seen.forms.has(key)) seen.forms.set(key, { who, href: page.url(), ...form });
    }
    for (const filter of found.filters) seen.filters.set(`${who} ${filter.action}`, { who, href: page.url(), ...filter });
    follow(queue, asked, found.links);
  }
  await context.close();
  seen.pages += pages;
  words(`    ${who} (${PEOPLE[who].why}): ${pages} pages, ${Math.round((Date.now() - began) / 1000)} s`);
}

async function open(page, href, where, seen, whole, findings) {
  try {
    const response = await page.goto(href, { waitUntil: "load", timeout: 20_000 });
    const type = response?.headers()["content-type"] ?? "";
    if (type.startsWith("text/html")) return response;
    seen.files.add(whole);
    return null;
  } catch (error) {
    if (/Download is starting|ERR_ABORTED/.test(error.message)) {
      seen.files.add(whole);
      return null;
    }
    note(findings, "quiet", where, error.message.split("\n")[0]);
    return null;
  }
}

function follow(queue, asked, hrefs) {
  for (const href of hrefs) {
    const url = new URL(href);
    url.hash = "";
    const isApi = url.pathname.startsWith("/api/") || url.pathname.startsWith("/assets/");
    if (url.origin !== new URL(base).origin || isApi || asked.has(url.href)) continue;
    asked.add(url.href);
    queue.push(url.href);
  }
}

/** What a page leads to: its links, what its filters ask as they stand, and its forms. */
async function links(page) {
  return page.evaluate(() => {
    const plain = (form) => {
      const url = new URL(form.action);
      url.search = new URLSearchParams(new FormData(form)).toString();
      return url.href;
    };
    const all = [...document.forms];
    const filters = all.filter((form) => form.method === "get");
    const posts = all.filter((form) => form.method === "post" && !form.action.endsWith("/sign-out"));
    const named = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
    return {
      links: [...[...document.querySelectorAll("a[href]")].map((it) => it.href), ...filters.map(plain)],
      filters: filters.map((form) => ({ action: new URL(form.action).pathname })),
      forms: posts.map((form) => ({
        action: new URL(form.action).pathname,
        index: all.indexOf(form),
        fields: named(form).length,
      })),
    };
  });
}
