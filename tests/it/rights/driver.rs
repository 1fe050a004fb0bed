//! The driver itself: its requests are plausible, so that what refuses them is access.

use super::aim::{Aim, NOTHING};
use super::operations::operations;
use crate::house::{Client, Database, House, run};

/// A request that is refused for what it is, and not for who sends it: the driver is out of date.
const UNREADABLE: [u16; 5] = [400, 405, 413, 415, 428];

#[test]
fn there_is_a_plausible_request_for_every_operation() {
    run(Database::Sqlite, async |house: &House| {
        let reference = house.raised().await;
        let aim = Aim::at(house, &reference).with("absences", NOTHING).marked("Quietly");
        let judith = house.as_("Judith Hale").await;
        for operation in operations(house).await {
            // Each in a session of its own: signing out is among them.
            let client = Client::sign_in(house.address, &house.email("Judith Hale")).await;
            for query in operation.queries(&aim) {
                let answer = operation.asked(&aim).with_query(&query).send(&client).await;
                let (status, body) = (answer.status, &answer.body);
                let what = format!("{}{query}: {status} {body}", operation.named());
                assert!(!UNREADABLE.contains(&status), "see tests/it/rights/bodies.rs: {what}");
                assert!(status < 500, "{what}");
                assert!(operation.tells_of(status), "the document does not tell of it: {what}");
                let detail = body["detail"].as_str().unwrap_or_default();
                assert!(!detail.contains("nothing at this address"), "{what}");
                assert!(
                    status != 422 || operation.is_conditioned(),
                    "a whole body is none: {what}"
                );
            }
        }
        let read = judith.get(&format!("/escalations/{reference}")).await;
        assert_eq!(read.number("/version"), 3, "a request as of no version changed the case");
    });
}
