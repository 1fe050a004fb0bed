//! Several nodes on one database: whatever is due happens once, whoever is first (I3, R11).

use super::sql::Raw;
use super::{raise_many, sleep_until};
use crate::house::House;
use crate::on_each_database;
use bscp_escalation::engine::Engine;
use std::collections::BTreeSet;

const CASES: usize = 200;
const DUE: &str = "2026-12-30T17:00:00Z";

/// Lets two nodes deliver at once until nothing is left.
async fn deliver_raced(house: &House, node: &Engine) {
    let mut raw = Raw::of(house);
    while raw.count("notices", "state <> 'accepted'") > 0 {
        let (one, other) = tokio::join!(house.engine.deliver(), node.deliver());
        assert!(one.unwrap() + other.unwrap() > 0, "nobody found what there is to send");
    }
}

on_each_database! {
    async fn two_nodes_that_race_move_each_case_once_and_send_each_message_once(house: &House) {
        let node = house.another_node().await;
        raise_many(house, CASES).await;
        deliver_raced(house, &node).await;
        let mut raw = Raw::of(house);
        let raising = raw.count("notices", "1 = 1");
        sleep_until(house, DUE);
        let ticked = tokio::join!(
            house.engine.tick(), node.tick(), house.engine.tick(), node.tick()
        );
        let ticked = [ticked.0, ticked.1, ticked.2, ticked.3].map(Result::unwrap);
        let acted: u64 = ticked.iter().map(|ticked| ticked.acted_count).sum();
        let failed: u64 = ticked.iter().map(|ticked| ticked.failed_count).sum();
        assert_eq!((acted, failed), (200, 0), "{ticked:?}");

        let cases = i64::try_from(CASES).unwrap();
        assert_eq!(raw.count("stage_entries", "stage = 2"), cases);
        assert_eq!(raw.count("stage_entries", "stage = 1 and left_why = 'deadline_passed'"), cases);
        assert_eq!(raw.count("stage_entries", "stage > 2"), 0);
        for kind in ["deadline_passed", "stage_left"] {
            assert_eq!(raw.count("timeline_entries", &format!("kind = '{kind}'")), cases, "{kind}");
        }
        assert_eq!(raw.count("timeline_entries", "kind = 'stage_entered'"), 2 * cases);

        // The same people in each case: the raiser, both managers, the practitioner, the team's
        // mailbox, and the partnership because a manager is away.
        let of_stage_2 = "select count(*) as value from (select recipient_email from notices \
            where queued_at > (select min(queued_at) from notices) \
            group by recipient_email having count(*) = 200) as people";
        let people = raw.number(of_stage_2);
        assert!(people >= 5, "{people} were told");
        assert_eq!(raw.count("notices", "1 = 1"), raising + people * cases);

        deliver_raced(house, &node).await;
        let all = raw.count("notices", "1 = 1");
        assert_eq!(all, raising + people * cases, "sending told nobody else");
        assert_eq!(raw.count("notices", "attempts = 1"), all);
        let sent = [house.engine.mailer().sent(), node.mailer().sent()];
        let sent = sent.concat();
        assert_eq!(i64::try_from(sent.len()).unwrap(), all, "each went once, from either node");
        let ids: BTreeSet<_> = sent.iter().map(|sent| &sent.message_id).collect();
        assert_eq!(ids.len(), sent.len());
    }
}
