//! Many cases at once, raised over the wire by several people at a time.

use crate::house::{Client, House};
use serde_json::json;

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// Raises so many challenges of Priya Nair's, and delivers nothing.
pub async fn raise(house: &House, count: usize) {
    let mut raising = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        let priya = house.as_("Priya Nair").await;
        let draft = house.draft();
        let mine = (number..count).step_by(AT_ONCE).count();
        raising.spawn(async move {
            for _ in 0..mine {
                raise_one(&priya, &draft).await;
            }
        });
    }
    while let Some(raised) = raising.join_next().await {
        raised.expect("a challenge could not be raised");
    }
}

async fn raise_one(priya: &Client, draft: &serde_json::Value) {
    let begun = priya.post("/escalations", draft).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let reference = begun.text("/reference");
    let raised = priya.command(&reference, "raising", &json!({})).await;
    assert_eq!(raised.status, 200, "{}", raised.body);
}
