//! Nobody learns from an answer, or from how long it takes, whether an address is somebody's.

use super::{behind_a_proxy, network, post_from, sign_in_from};
use crate::engine::sql::Raw;
use crate::house::{Database, block_on};
use crate::on_each_database;
use serde_json::json;
use std::time::{Duration, Instant};

/// The middle one.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
fn a_known_and_an_unknown_address_take_as_long() {
    block_on(async {
        let house = behind_a_proxy(Database::Sqlite).await.unwrap();
        let people = house.founded.people.clone();
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (number, person) in people.iter().enumerate() {
            let stranger = format!("nobody{number}@example.org");
            let pair = [(&person.email, &mut known), (&stranger, &mut unknown)];
            for (email, times) in pair {
                let began = Instant::now();
                let told = sign_in_from(&house, &network(number), email, "wrong password").await;
                times.push(began.elapsed());
                assert_eq!(told.status, 401);
            }
        }
        // Without the hash an unknown address would be answered in a tenth of the time.
        let (known, unknown) = (median(known), median(unknown));
        let ratio = known.as_secs_f64() / unknown.as_secs_f64();
        assert!((0.5..2.0).contains(&ratio), "known {known:?}, unknown {unknown:?}");
    });
}

on_each_database! {
    async fn asking_for_a_reset_and_redeeming_are_answered_alike(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        let mut bodies = Vec::new();
        for (number, email) in
            [house.email("Priya Nair").as_str(), "nobody@example.org", "no address", "nul\0"]
                .into_iter()
                .enumerate()
        {
            let body = json!({ "email": email });
            let told = post_from(&house, &network(number), "/password-resets", &body).await;
            let names: Vec<String> = told.headers.keys().map(ToString::to_string).collect();
            bodies.push((told.status, told.body.to_string(), names));
        }
        assert!(bodies.iter().all(|told| told == &bodies[0]), "{bodies:?}");
        assert_eq!(bodies[0].0, 202);
        assert_eq!(Raw::of(&house).count("account_letters", "1 = 1"), 1);

        // A second wish within minutes sends nothing more; the answer is the same.
        let body = json!({ "email": house.email("Priya Nair") });
        let told = post_from(&house, &network(50), "/password-resets", &body).await;
        assert_eq!((told.status, told.body.to_string()), (202, bodies[0].1.clone()));
        assert_eq!(Raw::of(&house).count("account_letters", "1 = 1"), 1);

        let redeem = json!({ "secret": "bscp_as_no", "password": "slow amber teapots wander north" });
        let one = post_from(&house, &network(1), "/password-resets/redeem", &redeem).await;
        let other = post_from(&house, &network(2), "/invitations/redeem", &redeem).await;
        assert_eq!((one.status, &one.body), (422, &other.body));
        assert_eq!(one.faults(), ["/secret"]);
    }

    async fn asking_for_resets_is_throttled_as_guessing_is(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        for email in [house.email("Priya Nair").as_str(), "nobody@example.org"] {
            let body = json!({ "email": email });
            for number in 0..20 {
                let told = post_from(&house, &network(number), "/password-resets", &body).await;
                assert_eq!(told.status, 202);
            }
            let told = post_from(&house, &network(99), "/password-resets", &body).await;
            assert_eq!(told.status, 429);
        }
    }
}
