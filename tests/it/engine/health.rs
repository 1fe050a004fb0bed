//! Whether a node is well: readiness, numbers, the sign of life, a clock in doubt, a second server
//! (I12, R7, R12, R13, R37).

use super::sql::Raw;
use super::{raise_many, sleep_until};
use crate::house::{Client, Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::app;
use bscp_escalation::clock::Clock;
use bscp_escalation::engine::{Beat, Engine};
use bscp_escalation::notify::{Mailer, Sender};
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Somebody's monitoring: counts the signs of life that arrive, and says the status it is told.
async fn monitoring(status: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/ping/secret", listener.local_addr().unwrap());
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&arrived);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0_u8; 4096];
            let read = stream.read(&mut head).await.unwrap();
            assert!(head[..read].starts_with(b"GET /ping/secret HTTP/1.1\r\n"));
            count.fetch_add(1, Ordering::SeqCst);
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, arrived)
}

/// A node on the house's database with settings and a clock of its own.
async fn node(house: &House, settings: &[(&str, String)], clock: Clock) -> Engine {
    let mut all = house.settings.clone();
    for (name, value) in settings {
        match *name {
            "heartbeat_url_file" => all.monitoring.heartbeat_url_file = Some(value.into()),
            other => panic!("{other}?"),
        }
    }
    let sender = Sender::new("Escalations", "escalations@bscp.example", None, None).unwrap();
    app::build_engine_with(&all, clock, Mailer::memory(sender)).await.unwrap()
}

on_each_database! {
    async fn a_deadline_that_is_left_alone_makes_the_node_unready(house: &House) {
        raise_many(house, 2).await;
        let stranger = Client::stranger(house.address);
        sleep_until(house, "2026-12-30T17:01:00Z");
        assert_eq!(stranger.get("//readyz").await.status, 200, "a minute is what it may take");
        sleep_until(house, "2026-12-30T17:01:01Z");
        let answer = stranger.get("//readyz").await;
        assert_eq!(answer.status, 503);
        let why = "a deadline that has passed was not acted on for over a minute";
        assert_eq!(answer.text("/status"), why);
        assert_eq!(house.engine.numbers().await.unwrap().signs.unacted_seconds, Some(61));
        house.settle().await;
        assert_eq!(stranger.get("//readyz").await.status, 200);
    }

    async fn a_sign_of_life_goes_out_while_all_is_well_and_no_longer(house: &House) {
        let (url, arrived) = monitoring("204 No Content").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("heartbeat-url");
        std::fs::write(&file, format!("{url}\n")).unwrap();
        let file = file.to_str().unwrap().to_owned();
        let node = node(house, &[("heartbeat_url_file", file)], house.clock.clone()).await;
        let count = || arrived.load(Ordering::SeqCst);
        assert_eq!(node.beat().await.unwrap(), Beat::Sent);
        assert_eq!(node.beat().await.unwrap(), Beat::NotDue, "once a minute");
        assert_eq!(count(), 1);
        sleep_until(house, "2026-12-21T09:11:00Z");
        assert_eq!(node.beat().await.unwrap(), Beat::Sent);

        raise_many(house, 1).await;
        sleep_until(house, "2026-12-30T17:02:00Z");
        for _ in 0..3 {
            assert_eq!(node.beat().await.unwrap(), Beat::Withheld, "a deadline was left alone");
        }
        assert_eq!(count(), 2);
        house.settle().await;
        assert_eq!(node.beat().await.unwrap(), Beat::Sent);
        assert_eq!(count(), 3);
    }

    async fn a_database_that_cannot_be_written_makes_the_node_unready(house: &House) {
        house.engine.look().await.unwrap();
        let stranger = Client::stranger(house.address);
        assert_eq!(stranger.get("//readyz").await.status, 200);
        let mut raw = Raw::of(house);
        if raw.is_sqlite() {
            raw.run("create trigger refused before update on nodes \
                     begin select raise(abort, 'refused by the test'); end");
        } else {
            raw.run("create trigger refused before update on nodes for each row \
                     execute function refuse_change('refused by the test')");
        }
        assert!(house.engine.look().await.is_err());
        let answer = stranger.get("//readyz").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.text("/status"), "the database cannot be written to");
        let on = if raw.is_sqlite() { "" } else { " on nodes" };
        raw.run(&format!("drop trigger refused{on}"));
        house.engine.look().await.unwrap();
        assert_eq!(stranger.get("//readyz").await.status, 200);
    }
}

on_each_database! {
    async fn numbers_for_monitoring_stand_on_an_address_of_their_own(database: Database) {
        let wishes = Wishes {
            settings: vec![("monitoring.metrics_listen", "127.0.0.1:0".to_owned())],
            ..Wishes::default()
        };
        let Some(house) = House::build(database, wishes).await else { return };
        let reference = raise_many(&house, 1).await.remove(0);
        let stranger = Client::stranger(house.address);
        assert_eq!(stranger.get("//metrics").await.status, 404, "not for everybody");
        sleep_until(&house, "2026-12-30T17:02:00Z");
        let metrics = Client::stranger(house.metrics_address.unwrap());
        let text = metrics.get("//metrics").await.body.as_str().unwrap().to_owned();
        for line in [
            "# HELP bscp_ready 1 if this node can do its work.",
            "# TYPE bscp_ready gauge",
            "bscp_ready 0",
            "bscp_well 0",
            "bscp_due_unacted_seconds 120",
            "bscp_set_aside_cases 0",
            "bscp_notices_failed 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        }
        let waits = text.lines().find(|line| line.starts_with("bscp_notices_waiting ")).unwrap();
        assert_ne!(waits, "bscp_notices_waiting 0");
        assert!(!text.contains(&reference) && !text.contains("canary"), "{text}");
        house.settle().await;
        let text = metrics.get("//metrics").await.body.as_str().unwrap().to_owned();
        for line in ["bscp_ready 1", "bscp_well 1", "bscp_due_unacted_seconds 0"] {
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        }
    }

    async fn a_node_whose_clock_is_set_back_behind_the_record_steps_aside(database: Database) {
        let wishes = Wishes { real_clock: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        house.engine.look().await.unwrap();
        assert!(!house.engine.stands_aside());
        let mut raw = Raw::of(&house);
        let later = house.engine.now().plus(TimeDelta::days(365));
        // Another node's mark: this one's own moves each second.
        raw.run(&format!("insert into nodes values ('another', '{later}', '{later}')"));
        house.engine.look().await.unwrap();
        assert!(house.engine.stands_aside());
        let answer = Client::stranger(house.address).get("//readyz").await;
        assert_eq!(answer.status, 503);
        assert!(answer.text("/status").contains("doctor --trust-clock"), "{}", answer.body);
        raw.run("update escalations set next_act_at = next_act_at");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 0);

        assert_eq!(house.engine.trust_clock().await.unwrap(), 1);
        house.engine.look().await.unwrap();
        assert!(!house.engine.stands_aside());
        assert_eq!(Client::stranger(house.address).get("//readyz").await.status, 200);
    }
}

/// On PostgreSQL the database's clock decides, whatever a node's own machine shows.
#[cfg(feature = "postgres")]
#[test]
fn a_node_whose_machine_is_an_hour_off_steps_aside_and_decides_by_the_databases_clock() {
    crate::house::block_on(async {
        let wishes = Wishes { real_clock: true, ..Wishes::default() };
        let Some(house) = House::build(Database::Postgres, wishes).await else { return };
        house.engine.look().await.unwrap();
        let right = house.engine.now();
        for off in [TimeDelta::hours(1), TimeDelta::hours(-1), TimeDelta::seconds(40)] {
            let machine = Clock::wound_to(Clock::System.now().plus(off));
            let node = node(&house, &[], Clock::following(machine, right)).await;
            node.look().await.unwrap();
            assert!(node.stands_aside(), "{off}");
            let apart = node.now().since(Clock::System.now());
            assert!(apart.abs() < TimeDelta::seconds(5), "{off}: it shows {apart} otherwise");
        }
        let close = Clock::wound_to(Clock::System.now().plus(TimeDelta::seconds(20)));
        let node = node(&house, &[], Clock::following(close, right)).await;
        node.look().await.unwrap();
        assert!(!node.stands_aside());
        assert!(node.now().since(Clock::System.now()) < TimeDelta::seconds(5));
        assert!(!house.engine.stands_aside());
    });
}
