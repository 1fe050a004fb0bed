//! What pages bring along: kept by browsers, small, and from nowhere else.

use super::crawl::{Seen, everything};
use crate::house::{Client, Database, House, Wishes, block_on};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use std::io::Write;
use zip::write::SimpleFileOptions;

/// As much as a page may be, and all that it brings along, as they go over the line (bytes).
const PAGE_MAX: usize = 50 * 1024;
const ASSETS_MAX: usize = 60 * 1024;

/// How large a text is when it is compressed.
fn compressed(text: &str) -> usize {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("x", SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner().len()
}

/// The targets of these attributes in a page.
fn brought(text: &str) -> Vec<String> {
    let tags = text.split('<').filter(|tag| {
        ["link ", "script ", "img ", "source ", "iframe ", "object "]
            .iter()
            .any(|it| tag.starts_with(it))
    });
    let values = tags.flat_map(|tag| {
        ["href=\"", "src=\"", "srcset=\"", "data=\""].into_iter().filter_map(move |name| {
            tag.split_once(name).map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
        })
    });
    values.collect()
}

on_each_database! {
    async fn the_style_sheet_is_kept_by_browsers_and_never_an_old_one(house: &House) {
        let shown = page(&Browser::at_address(house.address).get("/sign-in").await).to_owned();
        let address = shown.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
        let address = address.split('"').next().unwrap();
        assert!(address.starts_with("/assets/pages-") && address.len() > 25, "{address}");
        let stranger = Client::stranger(house.address);
        let style = stranger.get(&format!("/{address}")).await;
        let kept = Some("public, max-age=31536000, immutable");
        assert_eq!((style.status, style.header("cache-control").as_deref()), (200, kept));
        assert_eq!(style.header("content-type").as_deref(), Some("text/css; charset=utf-8"));
        assert_eq!(style.header("x-content-type-options").as_deref(), Some("nosniff"));
        // A node that is not upgraded yet is asked for the new one: it answers, to be kept by nobody.
        for other in ["//assets/pages-0123456789abcdef.css", "//assets/pages.css"] {
            let other = stranger.get(other).await;
            assert_eq!((other.status, &other.body), (200, &style.body));
            assert_eq!(other.header("cache-control").as_deref(), Some("no-store"));
        }
        assert_eq!(stranger.get("//assets/other.css").await.status, 404);
    }

    async fn every_page_is_small_and_brings_nothing_from_elsewhere(house: &House) {
        let reference = house.raised().await;
        let mut count = 0;
        for Seen { path, text, .. } in everything(house, &reference).await {
            let size = compressed(&text);
            assert!(size <= PAGE_MAX, "{path}: {size} bytes, compressed");
            let mut assets = 0;
            for address in brought(&text) {
                assert!(address.starts_with('/') && !address.starts_with("//"), "{path}: {address}");
                let asset = Client::stranger(house.address).get(&format!("/{address}")).await;
                assert_eq!(asset.status, 200, "{path}: {address}");
                assets += compressed(page(&asset));
            }
            assert!((1..=ASSETS_MAX).contains(&assets), "{path}: {assets} bytes of assets");
            count += 1;
        }
        assert!(count > 60, "only {count} pages were found");
    }
}

#[test]
fn the_pages_bear_the_names_and_the_colour_of_whoever_runs_them() {
    block_on(async {
        let settings = vec![
            ("pages.service_name", "Challenge <desk>".to_owned()),
            ("pages.partnership_name", "Anytown Partnership".to_owned()),
            ("pages.accent", "#0b4f8a".to_owned()),
        ];
        let house = House::build(Database::Sqlite, Wishes { settings, ..Wishes::default() }).await;
        let house = house.unwrap();
        let plain = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let mut styles = Vec::new();
        for (house, service, has_partnership) in
            [(&house, "Challenge &#60;desk&#62;", true), (&plain, "Escalations", false)]
        {
            let mut tom = super::at_browser(house, "Tom Okafor").await;
            for path in ["/", "/sign-in", "/help", "/escalations/ESC-2026-999999"] {
                let text = page(&tom.get(path).await).to_owned();
                assert!(text.contains(&format!(" – {service}</title>")), "{path}: {text}");
                assert!(text.contains(&format!("<a href=\"/\">{service}</a>")), "{path}: {text}");
                assert_eq!(text.contains("Anytown Partnership"), has_partnership, "{path}: {text}");
            }
            let text = page(&tom.get("/").await).to_owned();
            let address = text.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
            let address = address.split('"').next().unwrap();
            let style =
                page(&Client::stranger(house.address).get(&format!("/{address}")).await).to_owned();
            assert_eq!(style.contains("--accent: #0b4f8a;"), has_partnership, "{style}");
            styles.push(address.to_owned());
        }
        assert_ne!(styles[0], styles[1], "another style has another address");
    });
}
