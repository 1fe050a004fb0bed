//! Which open cases a version, a closure or a pause would move: told, and nothing done.

use super::sql::Raw;
use super::{BSCP, raise_many, version};
use crate::house::{House, Wishes};
use crate::on_each_database;
use bscp_escalation::engine::{Change, Foreseen, LoadedPolicy};
use bscp_escalation::policy::Policy;

fn words(found: &[Foreseen]) -> Vec<&str> {
    found.iter().map(|it| it.words.as_str()).collect()
}

on_each_database! {
    async fn a_change_is_told_for_every_open_case_and_nothing_is_done(database: Database) {
        let pause = "[pause]\nmay = [\"partnership.business_manager\"]\nat_most = \"10 working days\"\n\n[overdue]";
        let policy = BSCP.replace("[overdue]", pause);
        let wishes = Wishes { policy: Some(policy), ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let references = raise_many(&house, 2).await;
        let case = &references[0];
        let entries = Raw::of(&house).count("timeline_entries", "1 = 1");

        let newer = version(2, "2026-12-22", &[("1 working week", "2 working days")]);
        let newer = LoadedPolicy::new(Policy::parse(&newer).unwrap()).unwrap();
        let found = house.engine.foresee(Change::Policy(Box::new(newer))).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            words(&found)[0],
            format!("{case}, stage 1: due Wed 30 Dec 2026, 17:00 -> Wed 23 Dec 2026, 17:00 (3 working days sooner)")
        );

        let closure = Change::Closures(vec!["2026-12-29".parse().unwrap()]);
        let found = house.engine.foresee(closure).await.unwrap();
        assert_eq!(
            words(&found)[0],
            format!("{case}, stage 1: due Wed 30 Dec 2026, 17:00 -> Thu 31 Dec 2026, 17:00 (1 working day later)")
        );
        let nothing = Change::Closures(vec!["2027-06-01".parse().unwrap()]);
        assert_eq!(house.engine.foresee(nothing).await.unwrap(), []);

        let pause = |until: &str| Change::Pause {
            from: Some("2026-12-22 09:00".parse().unwrap()),
            until: until.parse().unwrap(),
        };
        let found = house.engine.foresee(pause("2026-12-23 09:00")).await.unwrap();
        assert!(words(&found)[0].ends_with("-> Thu 31 Dec 2026, 17:00 (1 working day later)"), "{found:?}");
        let found = house.engine.foresee(pause("2027-03-23 09:00")).await.unwrap();
        assert!(words(&found)[0].contains("refused: until must be in the future, at most"), "{found:?}");

        assert_eq!(Raw::of(&house).count("timeline_entries", "1 = 1"), entries, "nothing is written");
        house.prove_the_record().await;
    }
}
