//! Lists narrowed to what somebody looks for.

use super::{NOBODY, assert_faults, bare_draft, begun, raised_by};
use crate::house::{Client, House};
use crate::on_each_database;
use serde_json::json;

/// The references that a query finds, in order.
async fn found(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/escalations?limit=200&{query}")).await;
    assert_eq!(page.status, 200, "{query}: {}", page.body);
    page.list("/items").iter().map(|item| item["reference"].as_str().unwrap().to_owned()).collect()
}

/// Those of these people for whom a case waits.
async fn waited_for(house: &House, names: &[&'static str]) -> Vec<&'static str> {
    let mut waited_for = Vec::new();
    for name in names {
        if !found(&house.as_(name).await, "waiting_for_me=true").await.is_empty() {
            waited_for.push(*name);
        }
    }
    waited_for
}

on_each_database! {
    async fn a_list_is_narrowed_to_a_status_a_stage_or_a_partnership(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let draft = begun(&priya, &bare_draft()).await;
        let open = raised_by(&priya, &house.draft()).await;
        let higher = raised_by(&priya, &house.draft()).await;
        let withdrawn = raised_by(&priya, &house.draft()).await;
        let reason = json!({ "reason": "As agreed by telephone." });
        assert_eq!(priya.command(&higher, "early-escalations", &reason).await.status, 200);
        assert_eq!(priya.command(&withdrawn, "withdrawals", &reason).await.status, 200);

        assert_eq!(found(&priya, "status=draft").await, [draft.as_str()]);
        assert_eq!(found(&priya, "status=open").await, [open.clone(), higher.clone()]);
        assert_eq!(found(&priya, "status=withdrawn").await, [withdrawn.as_str()]);
        assert!(found(&priya, "status=resolved").await.is_empty());
        assert_eq!(found(&priya, "stage=1&status=open").await, [open.as_str()]);
        assert_eq!(found(&priya, "stage=1").await, [open, withdrawn], "the stage that it ended in");
        assert_eq!(found(&priya, "stage=2").await, [higher]);
        assert!(found(&priya, "stage=4").await.is_empty());
        assert_faults(&priya.get("/escalations?stage=0").await, &["/stage"]);

        let partnership = house.founded.partnership.id;
        assert_eq!(found(&priya, &format!("partnership_id={partnership}")).await.len(), 4);
        assert!(found(&priya, &format!("partnership_id={NOBODY}")).await.is_empty());
    }

    async fn a_list_is_narrowed_to_an_agency_on_a_side(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let leah = house.as_("Leah Morris").await;
        let judith = house.as_("Judith Hale").await;
        let theirs = raised_by(&priya, &house.draft()).await;
        let mut back = house.draft();
        back["draft"]["receiving_agency_id"] = json!(house.agency_id("primary"));
        back["draft"]["receiving_team"] = json!(null);
        back["draft"]["receiving_practitioner_id"] = json!(house.person_id("Priya Nair"));
        let ours = raised_by(&leah, &back).await;
        let primary = house.agency_id("primary");
        let agency = |side: &str| format!("agency_id={primary}{side}");
        assert_eq!(found(&judith, &agency("")).await, [theirs.clone(), ours.clone()]);
        assert_eq!(found(&judith, &agency("&side=raising")).await, [theirs.as_str()]);
        assert_eq!(found(&judith, &agency("&side=receiving")).await, [ours]);
        let police = format!("agency_id={}", house.agency_id("police"));
        assert!(found(&judith, &police).await.is_empty());
        for query in ["side=raising", &agency("&side=partnership")] {
            let answer = judith.get(&format!("/escalations?{query}")).await;
            assert_faults(&answer, &["/side"]);
        }
    }

    async fn a_list_is_narrowed_to_what_is_overdue(house: &House) {
        let reference = house.raised().await;
        let judith = house.as_("Judith Hale").await;
        assert!(found(&judith, "overdue=true").await.is_empty());
        assert_eq!(found(&judith, "overdue=false").await, [reference.as_str()]);
        for at in ["2026-12-30T17:00:00Z", "2027-01-07T17:00:00Z", "2027-01-14T17:00:00Z"] {
            house.advance_to(at).await;
            let judith = house.as_("Judith Hale").await;
            assert!(found(&judith, "overdue=true").await.is_empty(), "it moved up in time");
        }
        house.advance_to("2027-01-21T16:59:59Z").await;
        let judith = house.as_("Judith Hale").await;
        assert!(found(&judith, "overdue=true").await.is_empty());
        house.advance_to("2027-01-21T17:00:00Z").await;
        let judith = house.as_("Judith Hale").await;
        assert_eq!(found(&judith, "overdue=true").await, [reference.as_str()]);
        assert!(found(&judith, "overdue=false").await.is_empty());
        let listed = judith.get("/escalations").await;
        assert_eq!(listed.body.pointer("/items/0/overdue"), Some(&json!(true)));
        let withdrawal = json!({ "reason": "It was settled." });
        let priya = house.as_("Priya Nair").await;
        assert_eq!(priya.command(&reference, "withdrawals", &withdrawal).await.status, 200);
        assert!(found(&judith, "overdue=true").await.is_empty(), "what has ended is not overdue");
    }

    async fn everybody_finds_what_waits_for_them_and_nothing_else(house: &House) {
        let everybody = [
            "Priya Nair",
            "Margaret Bell",
            "Tom Okafor",
            "Joel Mensah",
            "Ruth Calloway",
            "Judith Hale",
            "Professor Alan Greer",
            "Moira Stennett",
            "Leah Morris",
        ];
        let reference = house.raised().await;
        assert_eq!(waited_for(house, &everybody).await, ["Tom Okafor"]);

        let answer =
            json!({ "stance": "needs_information", "rationale": "Which days were missed?" });
        let tom = house.as_("Tom Okafor").await;
        assert_eq!(tom.command(&reference, "responses", &answer).await.status, 200);
        assert_eq!(waited_for(house, &everybody).await, ["Priya Nair", "Tom Okafor"]);

        let proposal = json!({ "outcome": "plan_agreed", "terms": "A visit this week." });
        assert_eq!(tom.command(&reference, "proposals", &proposal).await.status, 200);
        assert_eq!(waited_for(house, &everybody).await, ["Priya Nair"], "the other side's turn");

        let no = json!({ "reason": "Not enough." });
        let priya = house.as_("Priya Nair").await;
        assert_eq!(priya.command(&reference, "proposals/1/refusals", &no).await.status, 200);

        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(waited_for(house, &everybody).await, ["Joel Mensah"], "the managers' stage");
        let joel = house.as_("Joel Mensah").await;
        assert_eq!(joel.command(&reference, "proposals", &proposal).await.status, 200);
        assert_eq!(waited_for(house, &everybody).await, ["Priya Nair", "Margaret Bell"]);

        house.advance_to("2027-01-07T17:00:00Z").await;
        house.advance_to("2027-01-14T17:00:00Z").await;
        let waiting = waited_for(house, &everybody).await;
        for name in ["Professor Alan Greer", "Moira Stennett"] {
            assert!(waiting.contains(&name), "the last stage is theirs: {waiting:?}");
        }
        for name in ["Judith Hale", "Tom Okafor", "Joel Mensah", "Leah Morris"] {
            assert!(!waiting.contains(&name), "{name} need not act: {waiting:?}");
        }
    }
}
