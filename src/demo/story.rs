//! The story, told line by line while it happens.

use super::client::Client;
use crate::clock::{Clock, UtcInstant};
use crate::engine::Engine;
use crate::ids::EscalationId;
use crate::store::notices::{self, StoredNotice};
use crate::store::{StoreError, escalations};
use anyhow::{Context, bail, ensure};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

const PRIYA: &str = "priya.nair@ravensbourne.example";
const TOM: &str = "tom.okafor@socialcare.example";
const JOEL: &str = "joel.mensah@socialcare.example";
const RUTH: &str = "ruth.calloway@socialcare.example";
const SIMON: &str = "simon.achebe@ravensbourne.example";
const JUDITH: &str = "judith.hale@bscp.example";

/// How long the story waits for what must happen by itself; longer than a lease that was cut off.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a day of the story takes.
const A_DAY: Duration = Duration::from_millis(250);

/// The story and where it is played.
pub(super) struct Story {
    address: SocketAddr,
    engine: Engine,
    clock: Clock,
    mailbox: PathBuf,
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

impl Story {
    pub(super) fn new(address: SocketAddr, engine: Engine, clock: Clock, mailbox: PathBuf) -> Self {
        Self { address, engine, clock, mailbox }
    }

    /// Plays it.
    pub(super) async fn play(&self) -> anyhow::Result<()> {
        let reference = self.raise().await?;
        self.run_out(&reference, 1).await?;
        self.show_messages(&reference, 2, Some(JOEL)).await?;
        self.answer(&reference).await?;
        self.run_out(&reference, 2).await?;
        self.show_messages(&reference, 3, None).await?;
        self.come_to_agree(&reference).await?;
        self.look_back(&reference).await
    }

    async fn as_(&self, email: &str) -> anyhow::Result<Client> {
        Client::sign_in(self.address, email).await.with_context(|| format!("signing in {email}"))
    }

    fn say(&self, what: &str) {
        println!("{}  {what}", self.wall_clock(self.clock.now()));
    }

    fn wall_clock(&self, at: UtcInstant) -> String {
        at.utc().with_timezone(&chrono_tz::Europe::London).format("%a %-d %b %Y %H:%M").to_string()
    }

    async fn raise(&self) -> anyhow::Result<String> {
        let priya = self.as_(PRIYA).await?;
        let social_care = self.agency(&priya, "Children's Social Care").await?;
        let tom = self.person(&priya, &social_care, "Tom Okafor").await?;
        self.say(
            "Priya Nair, designated safeguarding lead of a primary school, begins a challenge.",
        );
        self.say("First question: is the child in immediate danger? No.");
        let body = json!({
            "immediate_danger": { "in_immediate_danger": false },
            "draft": {
                "receiving_agency_id": social_care,
                "receiving_team": "Referral and assessment",
                "receiving_practitioner_id": tom,
                "child": { "initials": "A.B.", "local_reference": "RPP-0417" },
                "area_of_disagreement": "level_of_need",
                "urgency_class": "standard",
                "decision_received_on": "2026-12-18",
                "facts": "Made-up facts: three referrals since September. The last was closed without a visit.",
                "judgement": "Made-up judgement: the threshold for an assessment is met.",
                "rationale": "Made-up rationale: neglect that goes on and grows.",
                "risk": "Made-up risk: nobody sees the child over the holidays.",
                "childs_voice": "Made-up words: the child says that there is nobody at home after school.",
                "what_was_tried": "Made-up attempts: two telephone calls and a letter.",
                "outcome_sought": "Made-up outcome: an assessment with a home visit.",
                "information_sharing": "Shared to protect the child; the parents were told."
            }
        });
        let draft = priya.post_new("/escalations", "story-draft", &body).await?;
        let reference = text(&draft, "/reference").to_owned();
        ensure!(!reference.is_empty(), "the draft got no reference");
        let raised = priya.command(&reference, "raising", "story-raise", &json!({})).await?;
        self.say(&format!("{reference} is raised with Children's Social Care."));
        self.say(&format!(
            "Stage 1, {}. Due: {}.",
            text(&raised, "/stage_title"),
            text(&raised, "/due_in_words")
        ));
        Ok(reference)
    }

    async fn agency(&self, client: &Client, name: &str) -> anyhow::Result<String> {
        find(&client.get("/agencies?limit=200").await?, name)
    }

    async fn person(&self, client: &Client, agency_id: &str, name: &str) -> anyhow::Result<String> {
        find(&client.get(&format!("/people?agency_id={agency_id}&limit=200")).await?, name)
    }

    /// Lets a stage's time run out, day by day, until the case is in the next one.
    async fn run_out(&self, reference: &str, stage: u64) -> anyhow::Result<()> {
        let case = self.as_(PRIYA).await?.get(&format!("/escalations/{reference}")).await?;
        if case.pointer("/stage").and_then(Value::as_u64) == Some(stage) {
            let due: UtcInstant = text(&case, "/due_at").parse().context("reading due_at")?;
            self.say("Nobody moves. The days go by:");
            self.wind_on_to(due).await;
        }
        self.await_stage(reference, stage + 1).await?;
        self.say(&format!(
            "The time of stage {stage} has run out. The case is in stage {}.",
            stage + 1
        ));
        Ok(())
    }

    async fn wind_on_to(&self, due: UtcInstant) {
        loop {
            let now = self.clock.now();
            let london = now.utc().with_timezone(&chrono_tz::Europe::London);
            let midnight = london.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
            let next_morning =
                UtcInstant::new(midnight + TimeDelta::hours(33) + TimeDelta::minutes(1));
            let to = next_morning.min(due);
            self.clock.wind_on_to(to);
            self.engine.wake();
            if to == due {
                return;
            }
            println!("    {}", self.wall_clock(to));
            tokio::time::sleep(A_DAY).await;
        }
    }

    async fn await_stage(&self, reference: &str, stage: u64) -> anyhow::Result<()> {
        let judith = self.as_(JUDITH).await?;
        let waiting = async {
            loop {
                let case = judith.get(&format!("/escalations/{reference}")).await?;
                if case.pointer("/stage").and_then(Value::as_u64) >= Some(stage) {
                    return Ok::<(), anyhow::Error>(());
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .with_context(|| format!("the case did not reach stage {stage}"))?
    }

    /// Shows the messages that a stage's beginning caused, and one of them whole.
    async fn show_messages(
        &self,
        reference: &str,
        stage: u32,
        whole: Option<&str>,
    ) -> anyhow::Result<()> {
        let marked = format!("escalation {reference} (stage {stage})");
        let sent = self.await_messages(reference, &marked).await?;
        self.say("These messages went out:");
        for notice in &sent {
            println!(
                "    to {:<58} {}",
                format!("{} <{}>", notice.recipient_name, notice.recipient_email),
                notice.subject()
            );
        }
        let case = self.as_(JUDITH).await?.get(&format!("/escalations/{reference}")).await?;
        let entries = case.pointer("/stage_entries").and_then(Value::as_array);
        let gaps = entries.and_then(|all| all.last()).and_then(|entry| entry.pointer("/gaps"));
        for gap in gaps.and_then(Value::as_array).into_iter().flatten() {
            println!("    WARNING: {}", text(gap, "/warning"));
        }
        if let Some(email) = whole {
            let notice = sent.iter().find(|notice| notice.recipient_email == email);
            let notice = notice.with_context(|| format!("{email} got no message"))?;
            self.show_whole(notice)?;
        }
        Ok(())
    }

    fn show_whole(&self, notice: &StoredNotice) -> anyhow::Result<()> {
        let id = notice.id.to_string();
        let mut file = None;
        for entry in std::fs::read_dir(&self.mailbox).context("reading the mailbox folder")? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(&format!("{id}.eml")) {
                file = Some(path);
            }
        }
        let file = file.context("the message is not in the mailbox folder")?;
        println!("\n    One of them whole, {}:", file.display());
        for line in notice.letter.clone().map_err(anyhow::Error::msg)?.text()?.lines() {
            println!("    | {line}");
        }
        println!();
        Ok(())
    }

    /// The messages about a stage, once all of them were taken.
    async fn await_messages(
        &self,
        reference: &str,
        marked: &str,
    ) -> anyhow::Result<Vec<StoredNotice>> {
        let which = self.engine.resolve(reference).await?;
        let waiting = async {
            loop {
                let all = self.messages(which).await?;
                let sent: Vec<_> =
                    all.into_iter().filter(|notice| notice.subject().contains(marked)).collect();
                let is_done = sent.iter().all(|notice| notice.ended_at.is_some());
                if !sent.is_empty() && is_done {
                    return Ok::<_, anyhow::Error>(sent);
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .with_context(|| format!("no message about {marked} was sent"))?
    }

    async fn messages(&self, which: EscalationId) -> anyhow::Result<Vec<StoredNotice>> {
        let read = move |r: &mut crate::store::Reader<'_>| -> Result<_, StoreError> {
            escalations::find(r, which)?.ok_or(StoreError::Missing("the case"))?;
            notices::list_of_escalation(r, which, None, 1_000)
        };
        Ok(self.engine.store().read(read).await?)
    }

    async fn answer(&self, reference: &str) -> anyhow::Result<()> {
        let joel = self.as_(JOEL).await?;
        joel.command(reference, "acknowledgements", "story-acknowledge", &json!({})).await?;
        self.say(
            "Joel Mensah, who stands in for the absent team manager, acknowledges the challenge.",
        );
        let tom = self.as_(TOM).await?;
        let position = json!({
            "facts": "Made-up facts: one visit was tried in October, nobody was at home.",
            "judgement": "Made-up judgement: early help is enough.",
            "rationale": "Made-up rationale: the school has not seen injuries."
        });
        tom.command(reference, "positions", "story-position", &position).await?;
        self.say("Tom Okafor, the social worker, states his side's position. It is his managers' to decide now.");
        let body =
            json!({ "stance": "refuses", "rationale": "Made-up: the threshold is not met." });
        joel.command(reference, "responses", "story-response", &body).await?;
        self.say(
            "Joel Mensah answers: refused. A refusal is on record as one, and not as silence.",
        );
        Ok(())
    }

    async fn come_to_agree(&self, reference: &str) -> anyhow::Result<()> {
        let ruth = self.as_(RUTH).await?;
        let simon = self.as_(SIMON).await?;
        let first = json!({
            "outcome": "explained_and_accepted",
            "terms": "Made-up terms: early help goes on and is reviewed in March."
        });
        ruth.command(reference, "proposals", "story-proposal-1", &first).await?;
        self.say("Ruth Calloway, head of service (the service manager's post is vacant), proposes an outcome.");
        // Whoever is asked is told first: a message that asks for what was done already is not sent.
        let all = format!("escalation {reference}");
        self.await_messages(reference, &all).await?;
        let reason =
            json!({ "reason": "Made-up reason: nobody would see the child before March." });
        simon.command(reference, "proposals/1/refusals", "story-refusal", &reason).await?;
        self.say("Simon Achebe, director of safeguarding of the school trust, declines it.");
        let second = json!({
            "outcome": "decision_changed",
            "terms": "Made-up terms: an assessment begins this week, with a home visit within three days."
        });
        ruth.command(reference, "proposals", "story-proposal-2", &second).await?;
        self.say("Ruth Calloway proposes another.");
        self.await_messages(reference, &all).await?;
        let confirm = "proposals/2/confirmations";
        let done = simon.command(reference, confirm, "story-confirmation", &json!({})).await?;
        ensure!(text(&done, "/status") == "resolved", "the case was not resolved");
        self.say("Simon Achebe confirms it. Both sides agree: the case is resolved.");
        let told =
            self.await_messages(reference, &format!("Resolved: escalation {reference}")).await?;
        let raiser = told.iter().find(|notice| notice.recipient_email == PRIYA);
        let raiser = raiser.context("the raiser was not told of the end")?;
        self.say(&format!(
            "The raiser is told: \"{}\", and {} others.",
            raiser.subject(),
            told.len() - 1
        ));
        Ok(())
    }

    async fn look_back(&self, reference: &str) -> anyhow::Result<()> {
        for (email, key) in [(PRIYA, "story-record-raising"), (RUTH, "story-record-receiving")] {
            let client = self.as_(email).await?;
            client.command(reference, "record-confirmations", key, &json!({})).await?;
        }
        self.say("Both agencies confirm that the outcome stands on the child's record.");
        let judith = self.as_(JUDITH).await?;
        let timeline = judith.get(&format!("/escalations/{reference}/timeline?limit=200")).await?;
        println!("\nThe timeline of {reference}:");
        let entries = timeline.pointer("/items").and_then(Value::as_array);
        for entry in entries.context("the timeline has no items")? {
            let sequence = entry.pointer("/sequence").and_then(Value::as_u64).unwrap_or(0);
            println!(
                "{sequence:>4}  {}  {}: {}",
                text(entry, "/recorded_in_words"),
                text(entry, "/who"),
                text(entry, "/what")
            );
        }
        let verified = self.engine.verify_timelines().await?;
        if let Some(verdict) = verified.broken.first() {
            bail!("{}: {}", verdict.reference, verdict.broken);
        }
        println!(
            "\nVerified: {} entries, each carrying the hash of the one before it; the stored state is what they add up to.",
            verified.entries_count
        );
        let stages: Vec<&str> = entries
            .into_iter()
            .flatten()
            .filter(|entry| text(entry, "/kind") == "stage_entered")
            .map(|entry| text(entry, "/event/entry/title"))
            .collect();
        ensure!(stages.len() == 3, "three stages were to be walked, not {}", stages.len());
        Ok(())
    }
}

fn find(list: &Value, name: &str) -> anyhow::Result<String> {
    let items = list.pointer("/items").and_then(Value::as_array);
    let found = items.into_iter().flatten().find(|item| text(item, "/name") == name);
    let id = found.map(|item| text(item, "/id").to_owned());
    id.with_context(|| format!("{name} is not in the directory"))
}
