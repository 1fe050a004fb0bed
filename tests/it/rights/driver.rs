//! The driver itself: its requests are plausible, so that what refuses them is access.

use super::aim::Aim;
use super::operations::operations;
use crate::house::{Client, Database, House, run};

/// A request that is refused for what it is, and not for who sends it: the driver is out of date.
const UNREADABLE: [u16; 5] = [400, 405, 413, 415, 428];
/// Whose body holds a secret that only its person has, or names a provider that this house has not:
/// what is made up is refused by its field.
const NEED_A_SECRET: [&str; 8] = [
    "begin_link",
    "begin_link_by_invitation",
    "change_password",
    "prove_again",
    "add_passkey",
    "confirm_one_time_codes",
    "redeem_invitation",
    "redeem_password_reset",
];
/// What a list answers to a filter that is well-formed and makes no sense, as `side=partnership`.
const NO_SENSE: u16 = 422;

#[test]
fn there_is_a_plausible_request_for_every_operation() {
    run(Database::Sqlite, async |house: &House| {
        let reference = house.raised().await;
        let aim = Aim::at(house, &reference).marked("Quietly");
        let mut judith = house.as_("Judith Hale").await;
        let mut wrong = Vec::new();
        for operation in operations(house).await {
            // Whatever ends a session ends one of its own, or all others.
            if judith.get("/me").await.status == 401 {
                judith = house.as_("Judith Hale").await;
            }
            let client = if operation.is_read() || operation.is_conditioned() {
                judith.clone()
            } else {
                Client::sign_in(house.address, &house.email("Judith Hale")).await
            };
            for query in operation.queries(&aim) {
                let answer = operation.asked(&aim).with_query(&query).send(&client).await;
                let (status, body) = (answer.status, &answer.body);
                let detail = body["detail"].as_str().unwrap_or_default();
                let is_plausible = !UNREADABLE.contains(&status)
                    && status < 500
                    && operation.tells_of(status)
                    && !detail.contains("nothing at this address")
                    && (status != NO_SENSE
                        || !query.is_empty()
                        || NEED_A_SECRET.contains(&operation.id.as_str()));
                if !is_plausible {
                    wrong.push(format!("{}{query}: {status} {body}", operation.named()));
                }
            }
        }
        assert!(wrong.is_empty(), "see tests/it/rights/bodies.rs:\n{}", wrong.join("\n"));
        let judith = house.as_("Judith Hale").await;
        let read = judith.get(&format!("/escalations/{reference}")).await;
        assert_eq!(read.number("/version"), 3, "a request as of no version changed the case");
    });
}
