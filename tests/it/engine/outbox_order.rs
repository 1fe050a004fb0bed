//! Letters to one person about one case go one after the other, in the order in which they were
//! queued.

use super::outbox::{enqueue, header, house_and_sink, lease, new_notice, taken_for, wind};
use super::sql::Raw;
use crate::house::House;
use crate::house::smtp_sink::{Act, SmtpSink, Verb};
use crate::on_each_database;
use bscp_escalation::escalation::NoticeUrgency;
use bscp_escalation::ids::EscalationId;
use bscp_escalation::store::notices::NewNotice;
use chrono::TimeDelta;

const ADA: &str = "ada.obi@agency.example";
const SAM: &str = "sam.lee@agency.example";
const LETTERS: usize = 24;

async fn case_of(house: &House) -> EscalationId {
    house.raised().await;
    Raw::of(house).text("select id as value from escalations").parse().unwrap()
}

fn about(house: &House, case: EscalationId, number: usize, to: &str) -> NewNotice {
    let mut notice = new_notice(house, &format!("event:{number:02}"), to);
    notice.escalation_id = Some(case);
    notice.letter.subject = format!("Letter {number:02}");
    // However urgent each is.
    notice.urgency =
        [NoticeUrgency::Informs, NoticeUrgency::Urgent, NoticeUrgency::Asks][number % 3];
    notice
}

fn subjects(sink: &SmtpSink, to: &str) -> Vec<String> {
    taken_for(sink, to).iter().map(|mail| header(mail, "subject")).collect()
}

on_each_database! {
    async fn letters_to_one_person_about_one_case_arrive_in_their_order(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let case = case_of(&house).await;
        for number in 0..LETTERS {
            for to in [ADA, SAM] {
                assert!(enqueue(&house, about(&house, case, number, to)).await);
            }
        }
        house.engine.deliver().await.unwrap();
        let expected: Vec<String> =
            (0..LETTERS).map(|number| format!("Letter {number:02}")).collect();
        assert_eq!(subjects(&sink, ADA), expected);
        assert_eq!(subjects(&sink, SAM), expected);
    }

    async fn a_letter_that_is_not_taken_for_now_holds_up_none_of_those_behind_it(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let case = case_of(&house).await;
        for number in 0..4 {
            assert!(enqueue(&house, about(&house, case, number, ADA)).await);
        }
        sink.once(Verb::Rcpt, Act::Answer("451 4.3.0 try again later"));
        house.engine.deliver().await.unwrap();
        assert_eq!(subjects(&sink, ADA), ["Letter 01", "Letter 02", "Letter 03"]);
        wind(&house, TimeDelta::minutes(1));
        house.engine.deliver().await.unwrap();
        assert_eq!(subjects(&sink, ADA).last().unwrap(), "Letter 00");
    }
}

on_each_database! {
    async fn of_one_person_and_one_case_one_letter_is_on_its_way_at_a_time(house: &House) {
        let case = case_of(house).await;
        for number in 0..30 {
            assert!(enqueue(house, about(house, case, number, ADA)).await);
        }
        assert!(enqueue(house, about(house, case, 1, SAM)).await);
        let mut of_no_case = new_notice(house, "event:other", ADA);
        of_no_case.letter.subject = "Letter of no case".to_owned();
        assert!(enqueue(house, of_no_case).await);
        let leased = async || {
            let all = lease(house, 20).await.into_iter().flat_map(|letter| letter.notices);
            all.map(|it| (it.recipient_email, it.letter.unwrap().subject)).collect::<Vec<_>>()
        };
        let row = |to: &str, subject: &str| (to.to_owned(), subject.to_owned());
        let mut first = leased().await;
        first.sort();
        let others = [row(ADA, "Letter of no case"), row(SAM, "Letter 01")];
        assert_eq!(first, [&[row(ADA, "Letter 00")][..], &others].concat());
        assert_eq!(leased().await, [], "its first is on its way");
        // Whoever had them died.
        wind(house, TimeDelta::seconds(20));
        let mut again = leased().await;
        again.sort();
        assert_eq!(again, first, "the first is the first again");
    }
}
