// Forms: what is said of a mistake, and what becomes of what was written.

import { PEOPLE, as, base, fillSignIn, inParallel, must, password, same, until, windowOf } from "./tools.mjs";
import { look } from "./pages.mjs";

const KEPT = "Kept <b>as it was</b> & “so”";

/** Sends a form with nothing in it, or with one text; answers what came back. */
async function send(page, form, text) {
  await page.goto(form.href);
  const here = page.locator(`form[method=post][action="${form.action}"]`).first();
  if ((await here.count()) === 0) return null;
  const name = await here.evaluate((it, kept) => {
    let first = null;
    for (const field of it.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      if (["radio", "checkbox"].includes(field.type)) field.checked = false;
      else field.value = "";
      const isText = field.tagName === "TEXTAREA" || ["text", "email"].includes(field.type);
      if (isText && first === null && !field.inputMode) {
        first = field.name;
        field.value = kept;
      }
    }
    return first;
  }, text);
  const button = here.locator("button[type=submit], button:not([type])").first();
  const [response] = await Promise.all([page.waitForNavigation(), button.click()]);
  return { response, name };
}

/** Whether the form was shown again with what is wrong. One that takes nothing at all leads on. */
async function isRefused(page, sent) {
  return sent !== null && sent.response.status() >= 400 && (await page.locator("main .faults").count()) > 0;
}

/** What is wrong with a page that shows mistakes. */
async function wrongWith(page) {
  return page.evaluate(() => {
    const wrong = [];
    const summary = document.querySelector("main .faults");
    if (!document.title.startsWith("Error: ")) wrong.push(`the title is “${document.title}”`);
    if (summary.getAttribute("role") !== "alert") wrong.push("the summary is not announced");
    const heading = document.querySelector("main h1");
    if (!(summary.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING)) wrong.push("the summary does not come first");
    const entries = [...summary.querySelectorAll("li")];
    if (entries.length === 0) wrong.push("the summary is empty");
    for (const entry of entries) {
      const link = entry.querySelector("a");
      if (!link) {
        wrong.push(`“${entry.textContent.trim()}” leads nowhere`);
        continue;
      }
      if (!link.getAttribute("href").startsWith("#")) continue;
      const field = document.getElementById(link.hash.slice(1));
      if (!field || !field.matches("input, select, textarea")) {
        wrong.push(`“${link.textContent}” leads to no field (${link.hash})`);
        continue;
      }
      const fault = document.getElementById(`${link.hash.slice(1)}-fault`)?.textContent.replace(/^Error:\s*/, "").trim();
      if (fault !== link.textContent.trim()) wrong.push(`“${link.textContent}” is “${fault}” at its field`);
      const describing = [field, field.closest("fieldset")].map((it) => it?.getAttribute("aria-describedby") ?? "").join(" ");
      if (!describing.split(" ").includes(`${link.hash.slice(1)}-fault`)) wrong.push(`“${link.textContent}” is not tied to its field`);
    }
    return wrong;
  });
}

async function mistakes({ browser, seen, findings }) {
  const wrong = [];
  let shown = 0;
  const jobs = [...byPerson(seen.forms.values())].map(([who, forms]) => async () => {
    const context = await windowOf(browser, who);
    const page = await context.newPage();
    for (const form of forms.filter((it) => it.fields > 0)) {
      const sent = await send(page, form, "");
      if (!(await isRefused(page, sent))) continue;
      shown += 1;
      const name = form.action.replace(/[A-Z]+-\d{4}-\d+/, "{case}").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}");
      const where = { who, template: `mistakes in ${name}`, label: `${who} ${form.action}`, titled: `mistakes in ${form.action}`, slug: `mistakes-${name.replace(/[^\w]+/g, "-")}`, file: `${who}.mistakes.${shown}`, isPictured: true, isFresh: false };
      for (const words of await wrongWith(page)) wrong.push(`${where.label}: ${words}`);
      await look(page, sent.response, where, findings, seen);
      const link = page.locator("main .faults a[href^='#']").first();
      if ((await link.count()) > 0) {
        const id = (await link.getAttribute("href")).slice(1);
        await link.click();
        const at = await page.evaluate(() => document.activeElement?.id);
        if (at !== id) wrong.push(`${where.label}: the summary’s link puts the focus on “${at}”, not on ${id}`);
      }
      if (form.fields < 2) continue;
      const kept = await send(page, form, KEPT);
      if (!kept?.name || !(await isRefused(page, kept))) continue;
      const value = await page.locator(`main [name="${kept.name}"]`).first().inputValue();
      if (value !== KEPT) wrong.push(`${where.label}: ${kept.name} kept “${value}”`);
    }
    await context.close();
  });
  await inParallel(2, jobs);
  must(wrong.length === 0, wrong.slice(0, 30).join("\n"));
  must(shown >= 15, `only ${shown} forms showed a mistake`);
  return `${shown} forms`;
}

function byPerson(forms) {
  const found = new Map();
  for (const form of forms) found.set(form.who, [...(found.get(form.who) ?? []), form]);
  return found;
}

async function responses(reference) {
  return (await as(PEOPLE.tom.email).get(`/escalations/${reference}`)).responses.length;
}

async function answered(page, text) {
  await page.locator("input[type=radio]").last().check();
  await page.locator("textarea").first().fill(text);
}

async function doubleClick({ browser, cases }) {
  const context = await windowOf(browser, "tom");
  const page = await context.newPage();
  await page.goto(`/escalations/${cases.to_double_click}/do/respond`);
  await answered(page, "Made-up: clicked twice.");
  await page.locator("main form button").first().dblclick();
  // The second click breaks off what the first one loads.
  await until("the page that says that it was sent", () => /done=respond/.test(page.url()));
  await page.waitForLoadState();
  same(await responses(cases.to_double_click), 1, "answers after a double click");
  await context.close();
}

async function twoTabs({ browser, cases }) {
  const context = await windowOf(browser, "tom");
  const [first, old] = [await context.newPage(), await context.newPage()];
  for (const page of [first, old]) await page.goto(`/escalations/${cases.to_open_twice}/do/respond`);
  await answered(first, "Made-up: from the first tab.");
  await Promise.all([first.waitForNavigation(), first.locator("main form button").first().click()]);
  await answered(old, "Made-up: from the old tab.");
  const [response] = await Promise.all([old.waitForNavigation(), old.locator("main form button").first().click()]);
  same(response.status(), 412, "the old tab is refused");
  same(await old.locator("textarea").first().inputValue(), "Made-up: from the old tab.", "what was written is kept");
  must((await old.locator(".faults").innerText()).includes("changed this case"), "it says why");
  same(await responses(cases.to_open_twice), 1, "answers");
  await context.close();
}

/** Somebody is called away from a half-filled form, and sends it after their session has ended. */
async function expired({ browser, cases }) {
  // A session of its own, which ends at the server while the page still holds its cookie.
  const context = await browser.newContext({ baseURL: base });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await fillSignIn(page, "tom");
  await page.goto(`/escalations/${cases.to_expire}/do/respond`);
  await answered(page, "Made-up: written before the session ended.");
  const held = await context.cookies();
  const elsewhere = await context.newPage();
  await elsewhere.goto("/");
  await Promise.all([elsewhere.waitForNavigation(), elsewhere.getByRole("button", { name: "Sign out" }).click()]);
  await context.addCookies(held);
  await Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
  same(await responses(cases.to_expire), 0, "answers without a session");
  await page.getByLabel("Email address").fill(PEOPLE.tom.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Sign in", exact: true }).click()]);
  same(await page.locator("textarea").first().inputValue(), "Made-up: written before the session ended.", "what was written");
  same(await responses(cases.to_expire), 0, "nothing is sent by signing in");
  await Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
  same(await responses(cases.to_expire), 1, "answers once it is sent again");
  await context.close();
}

async function back({ browser, cases }) {
  const context = await windowOf(browser, "priya");
  const page = await context.newPage();
  await page.goto("/escalations?show=open");
  const list = await page.locator("main").innerText();
  await page.locator("main a[href^='/escalations/ESC']").first().click();
  await page.goBack();
  same(await page.locator("main").innerText(), list, "Back leads to the list as it was");
  // Back to a form that was sent, and sent again: no second draft, no failure.
  await page.goto("/raise");
  await page.getByLabel("No", { exact: true }).check();
  await Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
  const began = page.url();
  await page.goBack();
  must((await page.locator("h1").count()) === 1, "Back shows the form again");
  const drafts = async () => (await as(PEOPLE.priya.email).get("/escalations?status=draft&limit=200")).items.length;
  const before = await drafts();
  await page.goForward();
  same(page.url(), began, "Forward leads on");
  same(await drafts(), before, "drafts after Back and Forward");
  must(cases.draft.length > 0, "there is a draft");
  await context.close();
}

async function filters({ browser, seen }) {
  const context = await windowOf(browser, "priya");
  const page = await context.newPage();
  const addresses = ["/escalations?show=open", "/escalations?show=overdue", "/escalations?show=resolved"];
  for (const filter of seen.filters.values()) {
    if (filter.who !== "priya") continue;
    await page.goto(filter.href);
    await page.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
    const form = page.locator(`form[method=get][action="${filter.action}"]`).first();
    if ((await form.count()) === 0) continue;
    const box = form.locator("input[type=checkbox], input[type=radio]").first();
    if ((await box.count()) > 0) await box.check();
    else if ((await form.locator("select").count()) > 0) await form.locator("select").first().selectOption({ index: 1 });
    await Promise.all([page.waitForNavigation(), form.locator("button").first().click()]);
    must(page.url().includes("?"), `${filter.action}: what was chosen stands in the address`);
    addresses.push(page.url());
  }
  for (const address of addresses) {
    await page.goto(address);
    const once = await page.locator("main").innerText();
    const other = await context.newPage();
    await other.goto(page.url());
    same(await other.locator("main").innerText(), once, `${address}: the same address, the same list`);
    await other.close();
  }
  await context.close();
  return `${addresses.length} addresses`;
}

export const FORMS = [
  ["forms::a mistake is said first, at its field, in the same words, and nothing is lost", mistakes],
  ["forms::a double click has one effect", doubleClick],
  ["forms::the form of an old tab changes nothing and keeps what was written", twoTabs],
  ["forms::a form that is sent after the session ended loses nothing", expired],
  ["lists::Back and Forward lead where they did", back],
  ["lists::the address of a filter gives the same list again", filters],
];
