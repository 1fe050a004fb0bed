//! What must not be, the database itself does not let be.

use super::raise_many;
use super::sql::Raw;
use crate::on_each_database;

on_each_database! {
    async fn the_database_itself_refuses_what_must_not_be(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        let agency = raw.text("select id as value from agencies limit 1");
        let partnership = raw.text("select id as value from partnerships");
        let columns = "escalation_id, number, round, stage, entered_at, due_at, left_at, left_why";
        let again = |number: i32, round: i32, left: &str| {
            format!(
                "insert into stage_entries ({columns}) select escalation_id, {number}, {round}, \
                 stage, entered_at, due_at, {left} from stage_entries"
            )
        };
        let both = format!(
            "insert into posts (id, title, agency_id, partnership_id, rung) \
             values ('x', 'x', '{agency}', '{partnership}', 'line_manager')"
        );
        for (statement, why) in [
            ("update escalations set next_act_at = null".to_owned(), "an open case has a deadline"),
            ("update escalations set status = 'resolved'".to_owned(), "only an open case has one"),
            (again(2, 2, "null, null"), "a case is in one stage at a time"),
            (again(2, 1, "due_at, 'agreed'"), "a stage is entered once a round"),
            (again(1, 2, "due_at, 'agreed'"), "stays are numbered once"),
            (both, "a post is of an agency or of a partnership"),
            ("insert into notices select * from notices".to_owned(), "one notice an event and recipient"),
            ("update notices set state = 'leased'".to_owned(), "a lease has an end and a holder"),
            ("delete from people".to_owned(), "nobody on record disappears"),
        ] {
            let refusal = raw.refusal(&statement);
            let is_constraint =
                ["constraint", "unique", "check"].iter().any(|word| refusal.contains(word));
            assert!(is_constraint, "{why}: {refusal}");
        }
    }
}
