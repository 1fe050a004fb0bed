// Whole journeys, as people go them: by keyboard alone, without JavaScript, from a message.

import { PEOPLE, as, fillSignIn, linkInMail, mailsTo, must, password, same, windowOf, base } from "./tools.mjs";

/** Sign-in aside, as the design has it. */
const PAGES_TO_RAISE_MAX = 8;
const PAGES_TO_ANSWER_MAX = 3;

/** What somebody writes into a field, by its label; null where they leave it. */
function answer(label) {
  if (/^If so/.test(label)) return null;
  if (/^Agency/.test(label)) return "Children's Social Care";
  if (/^Whose decision/.test(label)) return "Tom Okafor";
  if (/optional/.test(label)) return null;
  if (/^Initials/.test(label)) return "G.H.";
  return `Made-up answer to “${label.slice(0, 40)}”`;
}

/** What has the focus, in words. */
async function focused(page) {
  return page.evaluate(() => {
    const it = document.activeElement;
    if (!it || it === document.body) return null;
    const legend = it.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
    const label = it.labels?.[0]?.textContent ?? it.textContent ?? "";
    const isChecked = Boolean(it.form && it.type === "radio" && it.form.querySelector(`input[name="${it.name}"]:checked`));
    const inMain = Boolean(it.closest("main"));
    return { tag: it.tagName, type: it.type ?? "", label: label.trim(), legend: legend.trim(), isChecked, inMain };
  });
}

class Keys {
  constructor(page) {
    this.page = page;
  }

  /** Tab, until what is wanted has the focus. */
  async to(words, fits) {
    for (let presses = 0; presses < 200; presses += 1) {
      await this.page.keyboard.press("Tab");
      const now = await focused(this.page);
      if (now && fits(now)) return now;
    }
    throw new Error(`Tab did not come to ${words} on ${this.page.url()}`);
  }

  async toLabel(label) {
    return this.to(label, (it) => it.label === label);
  }

  async enter() {
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press("Enter")]);
  }

  async signIn(who) {
    await this.page.keyboard.press("Tab");
    same((await focused(this.page)).label, "Skip to main content", "the first that has the focus");
    await this.page.keyboard.press("Enter");
    same(await this.page.evaluate(() => document.activeElement.id), "main", "the skip link leads into the page");
    await this.toLabel("Email address");
    await this.page.keyboard.type(PEOPLE[who].email);
    await this.toLabel("Password");
    await this.page.keyboard.type(password);
    await this.to("the button", (it) => it.tag === "BUTTON" && it.label === "Sign in");
    await this.enter();
  }

  /** Goes through a form once, answers what must be answered, and sends it. */
  async fillIn() {
    for (;;) {
      const now = await this.to("the form’s button", (it) => it.inMain && it.tag !== "A" && it.tag !== "SUMMARY");
      if (now.tag === "BUTTON") return this.enter();
      if (now.type === "radio") {
        if (!now.isChecked) await this.page.keyboard.press("Space");
        continue;
      }
      if (/optional/.test(now.legend)) continue;
      if (now.legend.startsWith("If so")) continue;
      const text = answer(now.label);
      // A list is chosen from by its first letters.
      if (text) await this.page.keyboard.type(now.tag === "SELECT" ? text.split(" ")[0].slice(0, 8) : text);
    }
  }
}

/** The same with a pointer. */
async function fillIn(page) {
  const form = page.locator("main form[method=post]").last();
  for (const group of await form.locator("fieldset").all()) {
    const radios = group.locator("input[type=radio]");
    if ((await radios.count()) > 0 && (await group.locator("input:checked").count()) === 0) await radios.first().check();
  }
  for (const field of await form.locator("textarea, select, .field > input").all()) {
    const id = await field.getAttribute("id");
    const label = await form.locator(`label[for="${id}"]`).textContent();
    const text = answer(label.trim());
    if (!text) continue;
    const isPick = (await field.evaluate((it) => it.tagName)) === "SELECT";
    if (isPick) await field.selectOption({ label: text });
    else await field.fill(text);
  }
  await Promise.all([page.waitForNavigation(), form.locator("button[type=submit]").last().click()]);
}

/** From the first question until it is sent; answers the reference, and how many pages it took. */
async function raise(page, fill) {
  let pages = 1;
  for (; pages < 20; pages += 1) {
    await fill();
    must((await page.locator(".faults").count()) === 0, `${page.url()}: a fault: ${await page.title()}`);
    if (page.url().endsWith("/raised")) break;
  }
  const text = await page.locator("main").innerText();
  must(/until/.test(text) && /told/.test(text), `what happens next, and by when: ${text}`);
  return { reference: text.match(/ESC-\d{4}-\d+/)[0], pages };
}

async function withWindow(browser, who, options, does) {
  const context = await windowOf(browser, who, options);
  try {
    return await does(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

async function isAnswered(reference) {
  const seen = await as(PEOPLE.tom.email).get(`/escalations/${reference}`);
  same(seen.responses.length, 1, `${reference}: how often it was answered`);
}

/** From the link in a message, signed out, until the answer is sent. */
async function answerFromMail(page, reference, signIn, follow, fill) {
  const link = await linkInMail(PEOPLE.tom.email, reference, new RegExp(`https?://\\S+/escalations/${reference}`));
  let pages = 1;
  await page.goto(link);
  must(page.url().includes("/sign-in"), "whoever is not signed in signs in first");
  await signIn();
  pages += 1;
  same(new URL(page.url()).pathname, `/escalations/${reference}`, "after the sign-in comes the page of the link");
  await follow();
  pages += 1;
  await fill();
  must(/Your answer was sent/.test(await page.locator("main").innerText()), "the page says that it was sent");
  await isAnswered(reference);
  must(pages <= PAGES_TO_ANSWER_MAX, `${pages} pages from the message until it is sent`);
}

async function byKeyboard({ browser, cases }) {
  const raised = await withWindow(browser, "nobody", {}, async (page) => {
    const keys = new Keys(page);
    await page.goto("/");
    await keys.signIn("priya");
    await keys.to("Raise a challenge", (it) => it.label === "Raise a challenge" && it.inMain);
    await keys.enter();
    return raise(page, () => keys.fillIn());
  });
  const reference = raised.reference;
  await withWindow(browser, "nobody", {}, async (page) => {
    const keys = new Keys(page);
    const follow = async () => {
      await keys.toLabel("Answer the challenge");
      await keys.enter();
    };
    await answerFromMail(page, reference, () => keys.signIn("tom"), follow, () => keys.fillIn());
  });
  return `${raised.pages} pages; ${cases.played} was there`;
}

async function withoutScript({ browser }) {
  const plain = { javaScriptEnabled: false };
  const raised = await withWindow(browser, "nobody", plain, async (page) => {
    await page.goto("/raise");
    await fillSignIn(page, "priya");
    same(new URL(page.url()).pathname, "/raise", "after the sign-in comes the page that was asked for");
    return raise(page, () => fillIn(page));
  });
  await withWindow(browser, "nobody", plain, async (page) => {
    const follow = () => Promise.all([page.waitForNavigation(), page.getByRole("link", { name: "Answer the challenge" }).click()]);
    await answerFromMail(page, raised.reference, () => fillSignIn(page, "tom"), follow, () => fillIn(page));
  });
  return `${raised.pages} pages`;
}

async function fewPages({ browser }) {
  const { pages } = await withWindow(browser, "priya", {}, async (page) => {
    await page.goto("/raise");
    return raise(page, () => fillIn(page));
  });
  must(pages <= PAGES_TO_RAISE_MAX, `it takes ${pages} pages to raise a challenge, and ${PAGES_TO_RAISE_MAX} are the most`);
  return `${pages} pages`;
}

async function whoAndWhen({ browser }) {
  await withWindow(browser, "priya", {}, async (page) => {
    await page.goto("/escalations?show=open");
    const rows = await page.locator(".cases li, tbody tr").allInnerTexts();
    must(rows.length > 20, `only ${rows.length} cases on the list`);
    for (const row of rows) must(/Waiting for|Draft/.test(row) && /Due|due|Draft/.test(row), `a row does not say who has it and by when: ${row}`);
    await page.locator("main a[href^='/escalations/ESC']").first().click();
    const top = await page.locator(".who").first().innerText();
    must(/Waiting for/.test(top) && /due/i.test(top), `one click away: ${top}`);
  });
}

async function everyMessage({ browser }) {
  let count = 0;
  for (const who of ["priya", "tom", "joel", "judith"]) {
    const links = mailsTo(PEOPLE[who].email).flatMap((text) => text.match(/https?:\/\/127\.0\.0\.1:\d+\/[\w/-]+/g) ?? []);
    const kinds = new Map(links.map((link) => [new URL(link).pathname, link]));
    for (const route of [...kinds.keys()].slice(0, 4)) {
      await withWindow(browser, "nobody", {}, async (page) => {
        await page.goto(new URL(route, base).href);
        must(page.url().includes("/sign-in"), `${route}: whoever is not signed in signs in first`);
        await fillSignIn(page, who);
        same(new URL(page.url()).pathname, route, `${who}: where the message leads`);
        must((await page.locator("h1").innerText()) !== "Page not found", `${who}: ${route} is not there`);
        count += 1;
      });
    }
  }
  must(count >= 8, `only ${count} messages were followed`);
  return `${count} links`;
}

export const JOURNEYS = [
  ["by_keyboard::sign in, raise a challenge, and answer it from the message", byKeyboard],
  ["without_script::the same journeys", withoutScript],
  ["budget::a challenge is raised on eight pages at the most", fewPages],
  ["budget::who has it and by when stands in every row, and one click away", whoAndWhen],
  ["messages::every link leads through the sign-in to its page", everyMessage],
];
