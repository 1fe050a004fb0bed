//! The life of an escalation, as the policy tells it.

use crate::on_each_database;
use serde_json::json;

on_each_database! {
    async fn a_stage_that_runs_out_moves_up_and_tells_more_senior_staff_on_both_sides(house: &House) {
        let reference = house.raised().await;
        house.advance_to("2026-12-30T16:59:59Z").await;
        let priya = house.as_("Priya Nair").await;
        let before = priya.get(&format!("/escalations/{reference}")).await;
        assert_eq!(before.number("/stage"), 1);
        assert!(house.mails_to("Joel Mensah").is_empty(), "told before it was due");

        house.advance_to("2026-12-30T17:00:00Z").await;
        let priya = house.as_("Priya Nair").await;
        let after = priya.get(&format!("/escalations/{reference}")).await;
        assert_eq!(after.number("/stage"), 2);
        let subject = format!("Action needed by 5pm Thu 7 Jan: escalation {reference} (stage 2)");
        for manager in ["Joel Mensah", "Margaret Bell"] {
            let mails = house.mails_to(manager);
            assert_eq!(mails.len(), 1, "{manager}");
            assert_eq!(mails[0].subject, subject);
        }
        let raiser: Vec<_> = house.mails_to("Priya Nair").into_iter().map(|m| m.subject).collect();
        assert!(raiser.contains(&subject), "{raiser:?}");
    }

    async fn both_sides_agree_and_the_raiser_is_told(house: &House) {
        let reference = house.raised().await;
        let tom = house.as_("Tom Okafor").await;
        let proposal = json!({ "outcome": "decision_changed", "terms": "We assess this week." });
        assert_eq!(tom.command(&reference, "proposals", &proposal).await.status, 200);
        let own = tom.command(&reference, "proposals/1/confirmations", &json!({})).await;
        assert_eq!(own.status, 403, "a side cannot confirm its own proposal: {}", own.body);

        let priya = house.as_("Priya Nair").await;
        let no = json!({ "reason": "Too late." });
        assert_eq!(priya.command(&reference, "proposals/1/refusals", &no).await.status, 200);
        assert_eq!(tom.command(&reference, "proposals", &proposal).await.status, 200);
        let done = priya.command(&reference, "proposals/2/confirmations", &json!({})).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.text("/status"), "resolved");
        assert_eq!(done.text("/ending/how"), "agreed");
        house.settle().await;
        assert!(house.mails_to("Tom Okafor").iter().any(|m| m.subject.starts_with("Resolved")));
        assert!(house.mails_to("Judith Hale").iter().any(|m| m.subject.starts_with("Resolved")));
    }
}
