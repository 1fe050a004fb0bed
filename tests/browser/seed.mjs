// Sets the stage: besides the story that the demonstration has played there are now cases in every
// state, more of them than fit on a page, one with very long words, and an auditor.

import { PEOPLE, as, linkInMail, mailsTo, redeem, until } from "./tools.mjs";

const LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
/** More than a page of a list shows. */
const MANY = 28;

function draft(agency, practitioner, more = {}) {
  return {
    receiving_agency_id: agency,
    receiving_team: "Referral and assessment",
    receiving_practitioner_id: practitioner,
    child: { initials: "E.F.", local_reference: "RPP-0001" },
    area_of_disagreement: "level_of_need",
    urgency_class: "standard",
    facts: "Made-up facts: three referrals since September.",
    judgement: "Made-up judgement: the threshold for an assessment is met.",
    rationale: "Made-up rationale: it goes on and grows.",
    risk: "Made-up risk: nobody sees the child over the holidays.",
    childs_voice: "Made-up words: there is nobody at home.",
    what_was_tried: "Made-up attempts: two telephone calls.",
    outcome_sought: "Made-up outcome: an assessment.",
    ...more,
  };
}

/** Everything in very long words, as far as a field takes them. */
function inLongWords() {
  const prose = `${LONG.repeat(4)} ${"und so weiter ".repeat(40)}\n\n${LONG.repeat(2)}`;
  const names = ["facts", "judgement", "rationale", "risk", "childs_voice", "what_was_tried", "outcome_sought"];
  return {
    ...Object.fromEntries(names.map((name) => [name, prose])),
    agreed: prose, disputed: prose, information_sharing: prose,
    receiving_team: LONG, level_of_need: LONG,
    child: { initials: "E.F.", local_reference: LONG.slice(0, 40) },
  };
}

function at(instant, seconds) {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The server's own clock, as its record shows it: the demonstration's is wound on. */
async function now(priya, reference) {
  const timeline = await priya.get(`/escalations/${reference}/timeline?limit=200`);
  return timeline.items.at(-1).recorded_at;
}

export async function seed() {
  const [priya, tom, joel, judith, ellis] =
    ["priya", "tom", "joel", "judith", "ellis"].map((who) => as(PEOPLE[who].email));
  const agencies = (await priya.get("/agencies?limit=200")).items;
  const agency = agencies.find((it) => it.name.includes("Social Care")).id;
  const people = (await priya.get(`/people?agency_id=${agency}&limit=200`)).items;
  const practitioner = people.find((it) => it.name === "Tom Okafor").id;

  const begin = async (more) => {
    const body = { immediate_danger: { in_immediate_danger: false }, draft: draft(agency, practitioner, more) };
    return (await priya.post("/escalations", body)).reference;
  };
  const raise = async (more) => {
    const reference = await begin(more);
    await priya.command(reference, "raising");
    return reference;
  };

  const cases = { played: "ESC-2026-000001" };
  cases.long = await raise(inLongWords());
  await tom.command(cases.long, "positions", { facts: inLongWords().facts, judgement: LONG, rationale: LONG });
  await tom.command(cases.long, "proposals", { outcome: "plan_agreed", terms: inLongWords().facts });
  cases.draft = await begin({});
  cases.empty_draft = (await priya.post("/escalations", { immediate_danger: { in_immediate_danger: false }, draft: {} })).reference;
  cases.proposed = await raise();
  await tom.command(cases.proposed, "acknowledgements", { note: "Made-up note: by Tuesday." });
  await tom.command(cases.proposed, "proposals", { outcome: "decision_changed", terms: "Made-up terms: a visit on Friday." });
  cases.withdrawn = await raise();
  await priya.command(cases.withdrawn, "withdrawals", { reason: "Made-up reason: it was settled by telephone." });
  cases.busy = await raise();
  const today = await now(priya, cases.busy);
  await tom.command(cases.busy, "responses", { stance: "refuses", rationale: "Made-up: the threshold is not met." });
  await tom.command(cases.busy, "meetings", { at: at(today, 86_400), place: "Room 4", purpose: "Made-up purpose: to agree." });
  await priya.command(cases.busy, "actions", { what: "Made-up action: visit the family.", owner: "Tom Okafor", due_on: at(today, 259_200).slice(0, 10) });
  await priya.command(cases.busy, "discussions", { held_at: at(today, -3_600), with: "Tom Okafor", text: "Made-up: by telephone." });
  cases.restricted = await raise();
  await judith.command(cases.restricted, "restrictions", { restriction: { reason: "other", excluded: [] }, reason: "Made-up reason: a colleague’s family." });
  cases.overdue = await raise();
  await priya.command(cases.overdue, "early-escalations", { to_stage: 4, reason: "Made-up reason: it cannot wait." });
  await priya.command(cases.overdue, "protective-deadlines", { at: at(await now(priya, cases.overdue), 3), reason: "Made-up reason: a court hearing." });
  for (let count = 0; count < MANY; count += 1) await raise();
  cases.to_answer = await raise();
  cases.to_expire = await raise();
  cases.to_double_click = await raise();
  cases.to_open_twice = await raise();

  await auditor(ellis, judith);
  await until("the case that is overdue", async () => {
    const seen = await judith.get(`/escalations/${cases.overdue}`);
    return Date.parse(seen.due_at) <= Date.parse(await now(judith, cases.overdue)) || seen.is_overdue;
  });
  await joel.get("/me");
  return cases;
}

async function auditor(ellis, judith) {
  const partnership = (await judith.get("/partnerships")).items[0].id;
  const { email } = PEOPLE.una;
  const { id } = await ellis.post("/people", { name: "Una Firth", email });
  const place = { of: "partnership", partnership_id: partnership, function: "auditor" };
  await ellis.post("/posts", { title: "Auditor", place, holders: [id] });
  await ellis.post(`/people/${id}/invitations`, {});
  const link = await linkInMail(email, "/invitations/", /https?:\/\/\S+\/invitations\/[\w-]+/);
  await redeem(link.split("/").at(-1));
  return mailsTo(email);
}
