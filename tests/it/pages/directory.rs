//! The directory: everybody reads it, each says when they are away, and whoever keeps it changes it.

use super::{at_browser, done, encoded, fill_in, filled, hidden};
use crate::engine::sql::Raw;
use crate::house::{Client, House, PASSWORD};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use bscp_escalation::engine::DirectoryFile;

const VACANT: &str = "Service manager, referral and assessment";

fn person(house: &House, name: &str) -> String {
    format!("/directory/people/{}", house.person_id(name))
}

fn agency(house: &House, key: &str) -> String {
    format!("/directory/agencies/{}", house.agency_id(key))
}

async fn text(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    page(&answer).to_owned()
}

fn from_and_until<'w>(from: &'w str, until: &'w str) -> Vec<(&'static str, &'w str)> {
    vec![
        ("from_at-day", from),
        ("from_at-month", "12"),
        ("from_at-year", "2026"),
        ("from_at-time", "9:00"),
        ("until_at-day", until),
        ("until_at-month", "12"),
        ("until_at-year", "2026"),
        ("until_at-time", "17:00"),
    ]
}

/// Where a link of a page leads, by its words.
fn link(text: &str, words: &str) -> String {
    let (before, _) = text.split_once(words).unwrap_or_else(|| panic!("no {words}: {text}"));
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    address.split('"').next().unwrap().to_owned()
}

/// What a form shows again: the checked boxes and the texts in it.
fn shown(text: &str) -> Vec<(String, String)> {
    let form = text.rsplit("<form").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        tag.split_once(&format!("{name}=\"")).map(|(_, rest)| {
            rest.split('"').next().unwrap().replace("&#38;", "&").replace("&#39;", "'")
        })
    };
    let mut pairs = Vec::new();
    for tag in form.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap()) {
        let kind = attribute(tag, "type").unwrap_or_default();
        let is_on = tag.ends_with(" checked");
        if kind == "hidden" || ((kind == "radio" || kind == "checkbox") && !is_on) {
            continue;
        }
        pairs.push((attribute(tag, " name").unwrap(), attribute(tag, "value").unwrap_or_default()));
    }
    for tag in form.split("<select").skip(1) {
        let mut options = tag.split("</select>").next().unwrap().split("<option ").skip(1);
        let chosen = options.find(|option| option.contains(" selected"));
        let value = chosen.and_then(|option| attribute(option, "value")).unwrap_or_default();
        pairs.push((attribute(tag, " name").unwrap(), value));
    }
    pairs
}

/// A form as it is shown, with some of it changed.
fn changed(answer: &crate::house::Answer, written: &[(&str, &str)], without: &[&str]) -> String {
    let mut all = hidden(answer);
    all.extend(
        shown(page(answer))
            .into_iter()
            .filter(|(name, _)| !without.iter().any(|gone| name.starts_with(gone))),
    );
    all.extend(written.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let pairs: Vec<String> =
        all.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// Somebody of a partnership next door.
async fn neighbour(house: &House) -> Browser {
    let file = r#"
        [partnership]
        key = "lewisham"
        name = "Lewisham Safeguarding Children Partnership"
        reference_prefix = "LEW"
        contact_email = "partnership@lewisham.example"
        [[people]]
        name = "Noor Haddad"
        email = "noor.haddad@lewisham.example"
        [[posts]]
        title = "Business manager"
        function = "business_manager"
        holders = ["noor.haddad@lewisham.example"]
    "#;
    let founded =
        house.engine.found_partnership(DirectoryFile::parse(file).unwrap()).await.unwrap();
    let noor = &founded.people[0];
    house.engine.set_password(noor.id, &noor.email, PASSWORD.to_owned()).await.unwrap();
    let mut browser = Browser::at_address(house.address);
    let form = format!("email={}&password={}", encoded(&noor.email), encoded(PASSWORD));
    assert_eq!(browser.post("/sign-in/password", &form).await.status, 303);
    browser
}

on_each_database! {
    async fn everybody_reads_who_is_in_which_post_and_where_somebody_is_missing(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let more = text(&mut priya, "/more").await;
        assert!(more.contains("href=\"/directory\""), "{more}");
        let all = text(&mut priya, "/directory").await;
        assert!(all.contains(&format!("{VACANT}: needs somebody")), "{all}");
        assert!(all.contains("10 agencies."), "{all}");
        assert!(!all.contains("Add an agency"), "{all}");
        let care = text(&mut priya, &agency(house, "social_care")).await;
        let gap = "Nobody holds this post. A case would go to Ruth Calloway (Head of service).";
        assert!(care.contains(gap), "{care}");
        assert!(care.contains("Karen Whitfield</a> – away</p>"), "since when is not hers: {care}");
        assert!(care.contains("Joel Mensah covers."), "{care}");
        assert!(!care.contains("/change"), "she changes nothing: {care}");
        let gaps = text(&mut priya, "/directory/gaps").await;
        assert!(gaps.contains(VACANT) && gaps.contains(gap), "{gaps}");
        assert!(!gaps.contains("Designated safeguarding lead"), "{gaps}");
        let nursery = text(&mut priya, &agency(house, "nursery")).await;
        let missing = "No post of head of service. A case would go to Judith Hale";
        assert!(nursery.contains(missing), "{nursery}");
        let tom = text(&mut priya, &person(house, "Tom Okafor")).await;
        assert!(tom.contains("Social worker, referral and assessment"), "{tom}");
        assert!(!tom.contains(&house.email("Tom Okafor")) && !tom.contains("/absences/"), "{tom}");
        let own = text(&mut priya, &person(house, "Priya Nair")).await;
        assert!(own.contains(&house.email("Priya Nair")) && own.contains("/absences/add"), "{own}");
        let mut judith = at_browser(house, "Judith Hale").await;
        let care = text(&mut judith, &agency(house, "social_care")).await;
        assert!(care.contains("away until Mon 18 Jan 2027, 09:00"), "{care}");
        let partnership = format!("/directory/partnerships/{}", house.founded.partnership.id);
        assert!(text(&mut priya, &partnership).await.contains("Professor Alan Greer"));
    }

    async fn another_partnerships_directory_is_not_there(house: &House) {
        let mut noor = neighbour(house).await;
        let own = text(&mut noor, "/directory").await;
        assert!(own.contains("There are no agencies") && own.contains("Lewisham"), "{own}");
        let partnership = format!("/directory/partnerships/{}", house.founded.partnership.id);
        let paths = [agency(house, "primary"), person(house, "Priya Nair"), partnership];
        for path in paths {
            for more in ["", "/change", "/posts/add", "/absences/add", "/invite"] {
                let answer = noor.get(&format!("{path}{more}")).await;
                assert_eq!(answer.status, 404, "{path}{more}");
            }
        }
        assert_eq!(noor.get("/directory/people/nobody").await.status, 404);
        assert_eq!(noor.get("/directory?page=2").await.status, 404);
        let found = fill_in(&mut noor, "/directory/search", &[("name", "Priya")]).await;
        assert!(page(&found).contains("Nothing found"), "{}", found.body);
    }

    async fn a_name_is_searched_for_without_standing_in_an_address(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let found = fill_in(&mut priya, "/directory/search", &[("name", "okaF")]).await;
        let text = page(&found);
        assert_eq!(found.status, 200);
        assert!(text.contains(&person(house, "Tom Okafor")) && text.contains("Social Care"), "{text}");
        assert!(!text.contains("?name="), "{text}");
        let schools = fill_in(&mut priya, "/directory/search", &[("name", "school")]).await;
        assert!(page(&schools).contains(&agency(house, "primary")), "{}", schools.body);
        let nobody = fill_in(&mut priya, "/directory/search", &[("name", "Zzz")]).await;
        assert!(page(&nobody).contains("Nothing found"));
        let short = fill_in(&mut priya, "/directory/search", &[("name", "a")]).await;
        assert_eq!(short.status, 422);
        let text = page(&short);
        assert!(text.contains("<title>Error: ") && text.contains("value=\"a\""), "{text}");
        assert!(text.contains("href=\"#name\""), "{text}");
    }

    async fn somebody_says_that_they_are_away_and_others_see_it(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let own = person(house, "Tom Okafor");
        let add = format!("{own}/absences/add");
        let form = text(&mut tom, &add).await;
        assert!(form.contains("Social worker, referral and assessment: "), "who covers: {form}");
        let backwards = fill_in(&mut tom, &add, &from_and_until("28", "24")).await;
        assert_eq!(backwards.status, 422);
        let again = page(&backwards);
        assert!(again.contains("<title>Error: ") && again.contains("href=\"#until_at\""), "{again}");
        assert!(again.contains("value=\"28\"") && again.contains("value=\"24\""), "{again}");
        let form = tom.get(&add).await;
        let sent = filled(&form, &from_and_until("21", "24"));
        let (one, two) = (tom.post(&add, &sent).await, tom.post(&add, &sent).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let mut raw = Raw::of(house);
        let of_tom = format!("person_id = '{}'", house.person_id("Tom Okafor"));
        assert_eq!(raw.count("absences", &of_tom), 1, "a double click is one absence");
        let after = text(&mut tom, &one.header("location").unwrap()).await;
        assert!(after.contains("The absence is recorded."), "{after}");
        let words = "From Mon 21 Dec 2026, 09:00 until Thu 24 Dec 2026, 17:00";
        assert!(after.contains(words), "{after}");
        let mut priya = at_browser(house, "Priya Nair").await;
        let seen = text(&mut priya, &own).await;
        assert!(seen.contains("Tom Okafor is away.") && !seen.contains("24 Dec"), "{seen}");
        let remove = link(&after, ">Take back<");
        assert_eq!(priya.get(&remove).await.status, 403);
        let gone = done(&mut tom, &remove, &[]).await;
        assert!(page(&gone).contains("The absence was taken back."), "{}", gone.body);
        assert_eq!(raw.count("absences", &of_tom), 0);
    }

    async fn whoever_keeps_the_directory_records_the_absences_of_others(house: &House) {
        let path = format!("{}/absences/add", person(house, "Tom Okafor"));
        let mut judith = at_browser(house, "Judith Hale").await;
        let open_end = [
            ("from_at-day", "21"), ("from_at-month", "12"), ("from_at-year", "2026"),
            ("from_at-time", "08:00"),
        ];
        let after = done(&mut judith, &path, &open_end).await;
        assert!(page(&after).contains("the end is not known yet"), "{}", after.body);
        let mut ellis = at_browser(house, "Ellis Grant").await;
        done(&mut ellis, &path, &from_and_until("28", "29")).await;
        let mut priya = at_browser(house, "Priya Nair").await;
        assert_eq!(priya.get(&path).await.status, 403);
        let token = priya.form_token("/").await;
        let form = format!("form_token={token}&form_key=k&version=0&from_at-day=1");
        assert_eq!(priya.post(&path, &form).await.status, 403);
    }

    async fn an_officer_adds_an_agency_a_post_and_somebody(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        let path = "/directory/agencies/add";
        let form = judith.get(path).await;
        let partnership = format!("partnership_ids-{}", house.founded.partnership.id);
        let nothing = judith.post(path, &filled(&form, &[("name", "Elm Tree Surgery")])).await;
        assert_eq!(nothing.status, 422);
        let again = page(&nothing);
        assert!(again.contains("value=\"Elm Tree Surgery\""), "{again}");
        assert!(again.contains("href=\"#sector\""), "{again}");
        let written =
            [("name", "Elm Tree Surgery"), ("sector", "general practice"), (&*partnership, "yes")];
        let sent = filled(&form, &written);
        let (one, two) = (judith.post(path, &sent).await, judith.post(path, &sent).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let way = one.header("location").unwrap();
        assert_eq!(two.header("location"), Some(way.clone()), "one agency");
        let there = text(&mut judith, &way).await;
        assert!(there.contains("Elm Tree Surgery") && there.contains("It has no posts yet."));
        let agency = way.split('?').next().unwrap().to_owned();

        let add = format!("{agency}/people/add");
        let taken = [("name", "Wren Abbot"), ("email", "tom.okafor@socialcare.example")];
        let refused = fill_in(&mut judith, &add, &taken).await;
        assert_eq!(refused.status, 422);
        let again = page(&refused);
        assert!(again.contains("href=\"#email\"") && again.contains("value=\"Wren Abbot\""), "{again}");
        let wren = [("name", "Wren Abbot"), ("email", "wren.abbot@elmtree.example")];
        let added = done(&mut judith, &add, &wren).await;
        assert!(page(&added).contains("Invite them next"), "{}", added.body);
        let id = link(page(&added), ">Change the entry<").split('/').nth(3).unwrap().to_owned();

        let add = format!("{agency}/posts/add");
        let vacant = [("title", "Practice lead"), ("rung", "line manager or designated safeguarding lead")];
        let asked = fill_in(&mut judith, &add, &vacant).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let words = page(&asked).to_owned();
        assert!(words.contains("Nobody holds this post. A case would go to Judith Hale"), "{words}");
        let holder = format!("holders-{id}");
        let held = [&vacant[..], &[(&*holder, "yes")]].concat();
        let after = done(&mut judith, &add, &held).await;
        let there = page(&after);
        assert!(there.contains("Held by") && there.contains("Wren Abbot"), "{there}");
        assert!(there.contains("The post is in the directory."), "{there}");
        let mut priya = at_browser(house, "Priya Nair").await;
        for path in ["/directory/agencies/add", &*add, &format!("{agency}/change"), "/directory/people/add"] {
            assert_eq!(priya.get(path).await.status, 403, "{path}");
        }
        assert_eq!(judith.get("/directory/people/add").await.status, 403, "administrators alone");
    }

    async fn before_nobody_is_left_in_a_post_the_page_says_what_would_happen(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        let care = text(&mut judith, &agency(house, "social_care")).await;
        let path = link(&care, ">Change<span class=\"unseen\"> the post Service manager, family support<");
        let (form, old) = (judith.get(&path).await, judith.get(&path).await);
        let sent = changed(&form, &[], &["holders-"]);
        let asked = judith.post(&path, &sent).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let words = page(&asked);
        let gap = "Nobody holds this post. A case would go to Ruth Calloway (Head of service).";
        assert!(words.contains("Before you do this") && words.contains(gap), "{words}");
        let seen = text(&mut judith, &agency(house, "social_care")).await;
        assert_eq!(seen.matches("Nobody holds this post.").count(), 1, "nothing is changed yet");
        let sure = changed(&asked, &[], &["holders-"]);
        assert!(sure.contains("sure="), "{sure}");
        let saved = judith.post(&path, &sure).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let seen = text(&mut judith, &saved.header("location").unwrap()).await;
        assert_eq!(seen.matches("Nobody holds this post.").count(), 2, "{seen}");
        // Another tab, from before.
        let late = changed(&old, &[("title", "Written in an old tab")], &[]);
        let stale = judith.post(&path, &late).await;
        assert_eq!(stale.status, 412, "{}", stale.body);
        let again = page(&stale);
        assert!(again.contains("value=\"Written in an old tab\""), "{again}");
        assert!(again.contains("Somebody changed this"), "{again}");
        let knowingly = judith.post(&path, &changed(&stale, &[], &[])).await;
        assert_eq!(knowingly.status, 303, "{}", knowingly.body);
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.get(&path).await.status, 403);
    }

    async fn before_somebody_leaves_the_page_says_which_posts_they_leave_empty(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        let ruth = person(house, "Ruth Calloway");
        let path = format!("{ruth}/change");
        let form = judith.get(&path).await;
        let asked = judith.post(&path, &changed(&form, &[("active", "no")], &["active"])).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let words = "Head of service: Nobody holds this post. A case would go to Anita Desai";
        assert!(page(&asked).contains(words), "{}", asked.body);
        assert!(!text(&mut judith, &ruth).await.contains("They have left"));
        let saved = judith.post(&path, &changed(&asked, &[], &[])).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert!(text(&mut judith, &ruth).await.contains("They have left"));
        let email = house.email("Ruth Calloway");
        let form = format!("email={}&password={}", encoded(&email), encoded(PASSWORD));
        let mut ruth = Browser::at_address(house.address);
        assert_eq!(ruth.post("/sign-in/password", &form).await.status, 401);
    }

    async fn somebody_is_invited_once_and_loses_what_they_have_lost_once(house: &House) {
        let tom = person(house, "Tom Okafor");
        let before = Client::sign_in(house.address, &house.email("Tom Okafor")).await;
        let mut raw = Raw::of(house);
        let letters = |raw: &mut Raw| raw.count("account_letters", "kind = 'invitation'");
        let mut judith = at_browser(house, "Judith Hale").await;
        let path = format!("{tom}/invite");
        let sent = filled(&judith.get(&path).await, &[]);
        assert_eq!(judith.post(&path, &sent).await.status, 303);
        assert_eq!(judith.post(&path, &sent).await.status, 303);
        assert_eq!(letters(&mut raw), 1, "a double click is one letter");
        let seen = text(&mut judith, &tom).await;
        assert!(!seen.contains("/reset") && !seen.contains("/sign-out\">"), "{seen}");
        for act in ["reset", "sign-out", "identities/add"] {
            assert_eq!(judith.get(&format!("{tom}/{act}")).await.status, 403, "{act}");
        }
        let mut ellis = at_browser(house, "Ellis Grant").await;
        let path = format!("{tom}/reset");
        let form = ellis.get(&path).await;
        assert!(page(&form).contains("ring them on a number that you know"), "{}", form.body);
        let sent = filled(&form, &[]);
        let first = ellis.post(&path, &sent).await;
        assert_eq!(first.status, 303, "{}", first.body);
        assert_eq!(ellis.post(&path, &sent).await.status, 303);
        assert_eq!(letters(&mut raw), 2, "and one more for the reset");
        assert_eq!(before.get("/me").await.status, 401);
        let own = format!("{}/reset", person(house, "Ellis Grant"));
        assert_eq!(ellis.get(&own).await.status, 403, "nobody does it for themselves");
        let waiting = text(&mut ellis, "/administration/accounts").await;
        assert!(waiting.contains("Tom Okafor"), "{waiting}");
        // Six minutes later the proof is old.
        assert!(house.clock.wind_on_to("2026-12-21T09:16:00Z".parse().unwrap()));
        let old = ellis.get(&format!("{}/sign-out", person(house, "Priya Nair"))).await;
        assert!(old.status == 403 || old.status == 303, "{} {}", old.status, old.body);
        let token = ellis.form_token("/").await;
        let form = format!("form_token={token}&form_key=k&version=0");
        let path = format!("{}/sign-out", person(house, "Priya Nair"));
        let before = house.as_("Priya Nair").await;
        let refused = ellis.post(&path, &form).await;
        assert_ne!(refused.header("location").unwrap_or_default(), format!("{path}?done=signed-out"));
        assert_eq!(before.get("/me").await.status, 200, "she is still signed in");
    }

    async fn agencies_and_people_are_shown_page_by_page(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let partnership = house.founded.partnership.id;
        for number in 0..16 {
            let new = serde_json::json!({ "name": format!("School {number:02} {}", "of a long name ".repeat(8)),
                "sector": "school", "partnership_ids": [partnership] });
            assert_eq!(ellis.post("/agencies", &new).await.status, 201);
            for half in ["a", "b"] {
                let new = serde_json::json!({ "name": format!("Person {number:02}{half}"),
                    "email": format!("p{number}{half}@primary.example"),
                    "agency_id": house.agency_id("primary") });
                assert_eq!(ellis.post("/people", &new).await.status, 201);
            }
        }
        let mut priya = at_browser(house, "Priya Nair").await;
        let (one, two) = (text(&mut priya, "/directory").await, text(&mut priya, "/directory?page=2").await);
        assert!(one.contains("26 agencies.") && one.contains("Page 1 of 2"), "{one}");
        assert!(one.contains("href=\"/directory?page=2\"") && two.contains("(page 2 of 2)"), "{two}");
        let count = |text: &str| text.matches("href=\"/directory/agencies/").count();
        assert_eq!((count(&one), count(&two)), (25, 1));
        assert_eq!(priya.get("/directory?page=3").await.status, 404);
        let path = agency(house, "primary");
        let people = text(&mut priya, &format!("{path}?page=2")).await;
        assert!(people.contains("36 people work here."), "{people}");
        assert!(people.contains("Priya Nair</a>") && people.contains("Page 2 of 2"), "{people}");
    }
}
