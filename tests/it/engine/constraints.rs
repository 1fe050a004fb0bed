//! What the database itself refuses, whatever a program may try.

use super::raise_many;
use super::sql::Raw;
use crate::on_each_database;

/// Asserts that the database refuses a statement, for the reason that one of these words tells.
fn refused(raw: &mut Raw, statement: &str, reasons: [&str; 2]) {
    let said = raw.refusal(statement);
    assert!(reasons.iter().any(|reason| said.contains(reason)), "{statement}: {said}");
}

const CHECK: [&str; 2] = ["check constraint", "check constraint"];
const UNIQUE: [&str; 2] = ["unique constraint", "duplicate key"];
const FOREIGN_KEY: [&str; 2] = ["foreign key", "foreign key"];

/// What nobody may do to a case's rows, and what the database says against it.
const KEPT: [(&[&str], &str); 9] = [
    (
        &[
            "update escalations set version = version + 1",
            "update escalations set version = version - 1",
            "update escalations set head_hash = replace(head_hash, substr(head_hash, 1, 1), 'x')",
        ],
        "a case is what its timeline adds up to",
    ),
    (&["update escalations set policy_version = 99"], "a case stays under its policy version"),
    (&["delete from escalations"], "a case is not deleted"),
    (
        &[
            "update reference_counters set last_number = last_number - 1",
            "update reference_counters set last_number = last_number + 2",
            "delete from reference_counters",
        ],
        "references are given out one after the other",
    ),
    (
        &[
            "update stage_entries set left_at = null, left_why = null where number = 1",
            "update stage_entries set left_why = 'agreed' where number = 1",
            "update stage_entries set entered_at = due_at where number = 2",
            "update stage_entries set stage = 3 where number = 2",
            "update stage_entries set round = 2 where number = 2",
        ],
        "a stay in a stage is not rewritten",
    ),
    (
        &["insert into stage_entries select escalation_id, 4, 2, 1, entered_at, due_at, \
             due_at, 'agreed' from stage_entries where number = 1"],
        "stays in stages are numbered without gaps",
    ),
    (&["delete from stage_entries"], "a stay in a stage is not deleted"),
    (
        &[
            "update notices set state = 'queued', ended_at = null",
            "update notices set state = 'cancelled'",
        ],
        "a message that has ended does not begin again",
    ),
    (&["delete from notices"], "a message is not deleted"),
];

on_each_database! {
    async fn an_open_case_always_has_a_deadline_and_no_other_has_one(house: &House) {
        raise_many(house, 1).await;
        let priya = house.as_("Priya Nair").await;
        assert_eq!(priya.post("/escalations", &house.draft()).await.status, 201);
        let mut raw = Raw::of(house);
        for column in ["next_act_at", "due_at", "stage", "raised_at", "receiving_agency_id"] {
            let forgotten = format!("update escalations set {column} = null where status = 'open'");
            refused(&mut raw, &forgotten, CHECK);
        }
        for status in ["draft", "resolved", "withdrawn", "forgotten"] {
            let ended = format!("update escalations set status = '{status}' where status = 'open'");
            refused(&mut raw, &ended, CHECK);
        }
        for column in ["next_act_at", "due_at"] {
            let draft = format!("update escalations set {column} = drafted_at where status = 'draft'");
            refused(&mut raw, &draft, CHECK);
        }
        let overdue = if raw.is_sqlite() { "1" } else { "true" };
        let draft = format!("update escalations set is_overdue = {overdue} where status = 'draft'");
        refused(&mut raw, &draft, CHECK);
    }

    async fn a_case_is_in_one_stage_and_in_each_stage_once_a_round(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        let another = |number: u32, round: u32, stage: u32, left: &str| {
            format!(
                "insert into stage_entries select escalation_id, {number}, {round}, {stage}, \
                 entered_at, due_at, {left} from stage_entries where number = 1"
            )
        };
        let (open, left) = ("null, null", "due_at, 'deadline_passed'");
        refused(&mut raw, &another(2, 1, 2, open), UNIQUE);
        refused(&mut raw, &another(2, 1, 1, left), UNIQUE);
        refused(&mut raw, &another(1, 1, 2, left), UNIQUE);
        for half in ["due_at, null", "null, 'deadline_passed'"] {
            refused(&mut raw, &another(2, 1, 2, half), CHECK);
        }
        for (number, round, stage) in [(0, 1, 2), (2, 0, 2), (2, 1, 0)] {
            refused(&mut raw, &another(number, round, stage, left), CHECK);
        }
        raw.run("begin");
        raw.change_one(&another(2, 1, 2, left));
        raw.change_one(&another(3, 2, 1, left)); // reopened: another round
        raw.run("rollback");
    }

    async fn a_post_stands_in_an_agency_or_in_the_partnership_and_nowhere_else(house: &House) {
        let mut raw = Raw::of(house);
        let agency = raw.text("select id as value from agencies where name like 'Police%'");
        let agency = format!("'{agency}'");
        let partnership = format!("'{}'", house.founded.partnership.id);
        let post = |agency: &str, partnership: &str, rung: &str, team: &str, function: &str| {
            format!(
                "insert into posts (id, title, agency_id, partnership_id, rung, team, function) \
                 values ('a-post', 'A post', {agency}, {partnership}, '{rung}', {team}, {function})"
            )
        };
        let (manager, none, function) = ("line_manager", "null", "'scrutineer'");
        for impossible in [
            post(&agency, &partnership, manager, none, none),
            post(&agency, &partnership, "partnership", none, function),
            post(none, none, manager, none, none),
            post(&agency, none, "partnership", none, none),
            post(&agency, none, manager, none, function),
            post(none, &partnership, manager, none, function),
            post(none, &partnership, "partnership", none, none),
            post(none, &partnership, "partnership", "'A team'", function),
            post(&agency, none, "chief", none, none),
            post(none, &partnership, "partnership", none, "'tea_maker'"),
        ] {
            refused(&mut raw, &impossible, CHECK);
        }
        refused(&mut raw, &post("'no-agency'", none, manager, none, none), FOREIGN_KEY);
        raw.change_one(&post(&agency, none, manager, none, none));
        raw.change_one("delete from posts where id = 'a-post'");
        raw.change_one(&post(none, &partnership, "partnership", none, function));
        let too_long = "a".repeat(41);
        for role in ["", "Director", "duty team", "duty-team", too_long.as_str()] {
            let role = format!("update posts set role = '{role}' where id = 'a-post'");
            refused(&mut raw, &role, CHECK);
        }
        raw.change_one("update posts set role = 'tier_2' where id = 'a-post'");
    }

    async fn a_policy_version_is_published_once_by_a_second_person(house: &House) {
        let text = super::version(2, "2026-12-22", &[]);
        let judith = house.person_id("Judith Hale");
        house.engine.propose_policy(text, Some(judith.parse().unwrap())).await.unwrap();
        let mut raw = Raw::of(house);
        let of = house.founded.partnership.id;
        let publication = |version: i32, by: &str, via: &str| {
            format!(
                "insert into policy_publications (partnership_id, key, version, published_by, \
                 published_via, published_at) values ('{of}', 'bscp', {version}, {by}, '{via}', \
                 '2026-12-21T09:10:00.000000Z')"
            )
        };
        let (own, alan) =
            (format!("'{judith}'"), format!("'{}'", house.person_id("Professor Alan Greer")));
        let second = ["a policy version is published by a second person"; 2];
        refused(&mut raw, &publication(2, &own, "console"), second);
        refused(&mut raw, &publication(2, &alan, "migration"), CHECK);
        refused(&mut raw, &publication(2, &alan, "carrier pigeon"), CHECK);
        refused(&mut raw, &publication(2, "null", "api"), CHECK);
        refused(&mut raw, &publication(2, "'nobody'", "api"), FOREIGN_KEY);
        refused(&mut raw, &publication(3, &alan, "api"), FOREIGN_KEY);
        raw.change_one(&publication(2, &alan, "api"));
        refused(&mut raw, &publication(2, &alan, "api"), ["append-only", "duplicate key"]);
        let proposal = |by: &str, via: &str| {
            format!(
                "insert into policies (partnership_id, key, version, title, effective_from, text, \
                 sha256, loaded_at, proposed_by, proposed_via) select partnership_id, key, 9, title, \
                 effective_from, text, sha256, loaded_at, {by}, {via} from policies where version = 1"
            )
        };
        for (by, via) in [("null", "'api'"), (&own, "'folder'"), (&own, "null"), (&own, "'post'")] {
            refused(&mut raw, &proposal(by, via), CHECK);
        }
        raw.change_one(&proposal("null", "'folder'"));
    }

    async fn a_message_is_leased_with_a_lease_and_ended_with_an_end(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        for halfway in [
            "state = 'leased'",
            "state = 'leased', lease_until = queued_at",
            "lease_token = 'a token'",
            "state = 'accepted'",
            "state = 'failed'",
            "ended_at = queued_at",
            "state = 'lost'",
            "attempts = -1",
        ] {
            refused(&mut raw, &format!("update notices set {halfway}"), CHECK);
        }
    }

    async fn nothing_points_to_what_is_not_there(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        for statement in [
            "update escalations set raiser_id = 'nobody'",
            "update escalations set partnership_id = 'nowhere'",
            "update seats set person_id = 'nobody'",
            "update notices set escalation_id = 'no case'",
            "delete from partnerships",
            "delete from people where name = 'Priya Nair'",
        ] {
            refused(&mut raw, statement, FOREIGN_KEY);
        }
    }

    async fn an_address_belongs_to_one_person_and_is_in_small_letters(house: &House) {
        let mut raw = Raw::of(house);
        let judith = house.email("Judith Hale");
        let twice = format!("update people set email = '{judith}' where name = 'Sam Porter'");
        refused(&mut raw, &twice, UNIQUE);
        let capitals = "update people set email = 'Sam@example.org' where name = 'Sam Porter'";
        refused(&mut raw, capitals, CHECK);
        refused(&mut raw, "update absences set until_at = from_at", CHECK);
        let zone = raw.count("absences", "until_at > from_at");
        assert_eq!(zone, 1);
    }

    async fn what_happened_to_a_case_is_kept_by_the_database_itself(house: &House) {
        let reference = raise_many(house, 1).await.remove(0);
        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(super::case(house, &reference).await.number("/stage"), 2);
        let mut raw = Raw::of(house);
        let entry = |sequence: &str, previous: &str, hash: char| {
            let hash = hash.to_string().repeat(64);
            format!(
                "insert into timeline_entries select escalation_id, {sequence}, recorded_at, kind, \
                 doer, event, {previous}, '{hash}' from timeline_entries order by sequence desc limit 1"
            )
        };
        let nobodys = format!("'{}'", "1".repeat(64));
        let gaps = [
            entry("sequence + 2", "hash", 'a'),
            entry("sequence + 1", &nobodys, 'b'),
            entry("sequence + 1", "previous_hash", 'c'),
        ];
        let timeline = ["a timeline has no gaps", "unique"];
        for statement in &gaps {
            refused(&mut raw, statement, timeline);
        }
        for (statements, reason) in KEPT {
            for statement in statements {
                refused(&mut raw, statement, [reason, reason]);
            }
        }
    }
}
