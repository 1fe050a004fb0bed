// What the checks share: the browser, the server under test, its people, its mailbox.

import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { randomUUID } from "node:crypto";

// The packages stand in cargo's target folder, so that a checkout stays as it is.
const require = createRequire(process.env.BROWSER_MODULES ?? import.meta.url);

export const { chromium } = require("playwright-core");
export const { HtmlValidate } = require("html-validate");
export const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const vnuJar = path.join(path.dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by cargo test --test browser`);
  return value;
}

export const base = needed("BROWSER_BASE");
export const mailbox = needed("BROWSER_MAILBOX");
export const screenshots = needed("BROWSER_SCREENSHOTS");
export const scratch = needed("BROWSER_SCRATCH");
const PASSWORD = "correct horse demonstration";

/** Those who look at the pages, and why each. */
export const PEOPLE = {
  nobody: { email: null, why: "not signed in" },
  priya: { email: "priya.nair@ravensbourne.example", why: "raises challenges" },
  tom: { email: "tom.okafor@socialcare.example", why: "whose decision is challenged" },
  joel: { email: "joel.mensah@socialcare.example", why: "stands in for a manager" },
  sam: { email: "sam.porter@chislehurstvale.example", why: "has no case: everything is empty" },
  judith: { email: "judith.hale@bscp.example", why: "the business manager: sees all of it" },
  ellis: { email: "ellis.grant@bscp.example", why: "the administrator" },
  una: { email: "una.firth@bscp.example", why: "the auditor" },
};

export async function launch() {
  return chromium.launch({
    executablePath: process.env.BROWSER_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A check that does not hold. */
export class Broken extends Error {}

export function must(holds, words) {
  if (!holds) throw new Broken(words);
}

export function same(found, expected, words) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  must(left === right, `${words}: ${left} instead of ${right}`);
}

// --- the server's own API, to set the stage and to look behind it ---

const tokens = new Map();

async function token(email, password = PASSWORD) {
  if (!tokens.has(email)) {
    const answer = await call("POST", "/sessions", null, { email, password });
    tokens.set(email, answer.body.access_token);
  }
  return tokens.get(email);
}

async function call(method, route, bearer, body, headers = {}) {
  const answer = await fetch(`${base}/api/v1${route}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${route} answered ${answer.status}: ${text}`);
  return { body: text ? JSON.parse(text) : null, etag: answer.headers.get("etag") };
}

/** Somebody as a client of the API. */
export function as(email) {
  return {
    get: async (route) => (await call("GET", route, await token(email))).body,
    post: async (route, body) =>
      (await call("POST", route, await token(email), body, { "Idempotency-Key": randomUUID() })).body,
    // A command names the version that it was read at; time may change a case in between.
    command: async (reference, command, body = {}) => {
      for (let tries = 1; ; tries += 1) {
        const { etag } = await call("GET", `/escalations/${reference}`, await token(email));
        const headers = { "Idempotency-Key": randomUUID(), "If-Match": etag };
        try {
          const route = `/escalations/${reference}/${command}`;
          return (await call("POST", route, await token(email), body, headers)).body;
        } catch (error) {
          if (tries === 5 || !String(error.message).includes("answered 412")) throw error;
        }
      }
    },
  };
}

export async function redeem(secret) {
  await call("POST", "/invitations/redeem", null, { secret, password: PASSWORD });
}

// --- signing in ---

/** Signs somebody in by the page, wherever it stands. */
export async function fillSignIn(page, who) {
  await page.getByLabel("Email address").fill(PEOPLE[who].email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await Promise.all([
    page.waitForURL((url) => !url.pathname.startsWith("/sign-in")),
    page.getByRole("button", { name: "Sign in", exact: true }).click(),
  ]);
}

export const password = PASSWORD;

const states = new Map();

/** A browser window of somebody who is signed in. */
export async function windowOf(browser, who, options = {}) {
  const whole = { baseURL: base, viewport: { width: 1100, height: 900 }, ...options };
  if (!PEOPLE[who].email) return browser.newContext(whole);
  if (!states.has(who)) {
    const context = await browser.newContext(whole);
    const page = await context.newPage();
    await page.goto("/sign-in");
    await fillSignIn(page, who);
    states.set(who, await context.storageState());
    await context.close();
  }
  return browser.newContext({ ...whole, storageState: states.get(who) });
}

// --- the mailbox ---

function decoded(text) {
  return text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** The messages to somebody, oldest first, each as its decoded text. */
export function mailsTo(email) {
  return readdirSync(mailbox)
    .sort()
    .map((name) => decoded(readFileSync(path.join(mailbox, name), "latin1")))
    .filter((text) => new RegExp(`^To: .*${email.replaceAll(".", "\\.")}`, "m").test(text));
}

/** Waits until something is so. */
export async function until(what, look) {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Broken(`waited in vain for: ${what}`);
}

/** Waits for a message to somebody that says this, and gives its link, at the server under test. */
export async function linkInMail(email, words, pattern) {
  return until(`a message to ${email} with ${words}`, () => {
    const found = mailsTo(email).filter((text) => text.includes(words)).at(-1);
    const link = found?.match(pattern)?.[0];
    return link && new URL(new URL(link).pathname, base).href;
  });
}

/** Runs jobs, so many at a time. */
export async function inParallel(count, jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: count }, worker));
}
