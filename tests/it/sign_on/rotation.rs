//! A provider's keys change without a restart.

use super::{SESSION, World};

use crate::house::identity_provider::{Token, rsa};
use crate::on_each_database;

on_each_database! {
    async fn a_new_key_works_at_once_and_the_old_one_dies(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.signed_in("priya-1").await;
        let old = world.school.signer();
        house.advance_to("2026-12-21T09:11:00Z").await;
        world.school.rotate("second");
        world.signed_in("priya-1").await;
        let again = old.clone();
        world.school.misbehave(move |it: &mut Token| {
            it.signed_by(again.clone());
            it.header["kid"] = "first".into();
        });
        let mut browser = world.browser();
        let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
        assert_eq!(answer.status, 403);
        assert!(!browser.cookies.contains_key(SESSION));
    }

    async fn an_unknown_key_is_asked_for_once_a_minute_at_most(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.signed_in("priya-1").await;
        assert_eq!(world.school.jwks_reads(), 1);
        world.school.misbehave(|it| it.header["kid"] = "unknown".into());
        for _ in 0..5 {
            world.browser().sign_in("school", &world.school, "priya-1").await;
        }
        assert_eq!(world.school.jwks_reads(), 1, "they were read this minute");
        house.advance_to("2026-12-21T09:11:00Z").await;
        for _ in 0..5 {
            world.browser().sign_in("school", &world.school, "priya-1").await;
        }
        assert_eq!(world.school.jwks_reads(), 2);
    }

    async fn a_key_that_was_withdrawn_is_dead_after_ten_minutes(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.signed_in("priya-1").await;
        world.school.publish(vec![rsa().jwk("other")]);
        house.advance_to("2026-12-21T09:20:00Z").await;
        let (answer, _) = world.browser().sign_in("school", &world.school, "priya-1").await;
        assert_eq!(answer.status, 403);
    }

    async fn an_rsa_key_is_as_good(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.school.publish(vec![rsa().jwk("rsa")]);
        world.school.misbehave(|it| {
            it.signed_by(rsa());
            it.header["kid"] = "rsa".into();
        });
        world.signed_in("priya-1").await;
        // It is an RSA key, and so no secret of HMAC either, nor good for another hash.
        for algorithm in ["HS256", "RS384", "RS512", "none", "ES256"] {
            world.school.misbehave(move |it| {
                it.signed_by(rsa());
                it.header["kid"] = "rsa".into();
                it.header["alg"] = algorithm.into();
            });
            let (answer, _) = world.browser().sign_in("school", &world.school, "priya-1").await;
            assert_eq!(answer.status, 403, "{algorithm}");
        }
    }
}
