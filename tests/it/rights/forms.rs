//! Every form of everything that has forms: for whoever may read it in one, and in none of them for
//! anybody else. Access is decided before a form is made, so each is asked for once.

use super::aim::Aim;
use super::crawl::shown;
use super::operations::{Operation, operations};
use crate::house::Client;
use crate::on_each_database;
use std::collections::BTreeSet;

/// The forms that an operation of the document may be asked for.
fn forms(operation: &Operation, aim: &Aim) -> Vec<String> {
    let queries = operation.queries(aim);
    queries.into_iter().filter(|query| query.starts_with("?form=")).collect()
}

on_each_database! {
    async fn who_may_not_read_it_may_not_in_any_form(house: &House) {
        let aim = Aim::at(house, &house.raised().await);
        let judith = house.as_("Judith Hale").await;
        // On the case, and no officer; on nothing; nobody.
        let others = [
            ("Priya Nair", house.as_("Priya Nair").await),
            ("Clare Jessop", house.as_("Clare Jessop").await),
            ("a stranger", Client::stranger(house.address)),
        ];
        let mut asked_count = 0;
        for operation in operations(house).await {
            let forms = forms(&operation, &aim);
            let mut kinds = BTreeSet::new();
            for form in &forms {
                let asked = operation.asked(&aim).with_query(form);
                let answer = asked.send(&judith).await;
                assert_eq!(answer.status, 200, "{}{form}: {}", operation.named(), answer.body);
                kinds.insert(answer.header("content-type").unwrap());
                for (name, client) in &others {
                    let plainly = operation.asked(&aim).send(client).await;
                    let is_on_it = operation.is_of_a_case() && *name == "Priya Nair";
                    assert_eq!(plainly.status == 200, is_on_it, "{name}: {}", operation.named());
                    let answer = asked.send(client).await;
                    // Whoever is on the case sees its picture, in either form.
                    assert_eq!(answer.status, plainly.status, "{name}: {}{form}", operation.named());
                    if answer.status != 200 {
                        assert!([401, 403, 404].contains(&answer.status), "{name}: {answer:?}");
                        assert_eq!(shown(&answer), shown(&plainly), "{name}: {form}");
                    }
                }
                asked_count += 1;
            }
            assert_eq!(kinds.len(), forms.len(), "{}: no two are the same", operation.named());
        }
        assert!(asked_count >= 11, "only {asked_count} forms");
    }
}
