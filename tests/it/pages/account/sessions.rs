//! Where somebody is signed in, and ending that.

use super::*;
use crate::on_each_database;

/// The addresses that end a session of the list.
fn ends(answer: &Answer) -> Vec<String> {
    let forms = page(answer).split("action=\"/account/sessions/").skip(1);
    let ids = forms.map(|rest| rest.split('/').next().unwrap().to_owned());
    ids.filter(|id| id != "others").map(|id| format!("/account/sessions/{id}/end")).collect()
}

on_each_database! {
    async fn sessions_are_shown_and_ended_one_by_one_or_all_but_this(house: &House) {
        let mut desk = at_browser(house, "Priya Nair").await;
        let mut phone = at_browser(house, "Priya Nair").await;
        let mut tablet = at_browser(house, "Priya Nair").await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let shown = desk.get("/account/sessions").await;
        let text = page(&shown);
        assert_eq!(text.matches("<th scope=\"row\">").count(), 3, "{text}");
        assert_eq!(text.matches("This one").count(), 1, "{text}");
        let others = ends(&shown);
        assert_eq!(others.len(), 2, "this one is not offered");
        let form = format!("form_token={}", tom.form_token("/account/sessions").await);
        assert_eq!(tom.post(&others[0], &form).await.status, 404, "another's");
        assert_eq!(tom.post("/account/sessions/made-up/end", &form).await.status, 404);
        for browser in [&mut phone, &mut tablet] {
            assert_eq!(browser.get("/").await.status, 200);
        }
        let form = form_of(&shown, &others[0], &[]);
        for _ in 0..2 {
            let ended = desk.post(&others[0], &form).await;
            assert_eq!(ended.status, 303, "{}", ended.body);
        }
        let mut statuses = [phone.get("/").await.status, tablet.get("/").await.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 303], "one of the two is out");
        let shown = desk.get("/account/sessions?done=ended").await;
        assert_eq!(ends(&shown).len(), 1);
        assert!(page(&shown).contains("is signed out"), "{}", shown.body);
        press(&mut desk, &shown, "/account/sessions/others/end", &[]).await;
        assert_eq!((phone.get("/").await.status, tablet.get("/").await.status), (303, 303));
        let alone = desk.get("/account/sessions?done=others").await;
        assert!(!page(&alone).contains("/account/sessions/others/end"), "{}", alone.body);
        assert_eq!(tom.get("/").await.status, 200);
    }
}
