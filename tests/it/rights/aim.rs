//! What requests are aimed at: what stands in the place of the parameters in an address, and of the
//! ids and the prose in a body.

use crate::house::House;
use std::collections::BTreeMap;

/// A UUID that nothing has.
pub const NOTHING: &str = "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
/// A reference that nothing has.
pub const NO_CASE: &str = "ESC-2026-000777";

/// What a request is aimed at.
#[derive(Debug, Clone)]
pub struct Aim {
    /// By what stands before it in an address: after `people` somebody's id. Beside them what only
    /// bodies name: `receiving agency`, `receiving practitioner`.
    places: BTreeMap<&'static str, String>,
    /// A word that stands in every piece of prose.
    mark: String,
    /// A policy file, to propose.
    policy_text: String,
}

impl Aim {
    /// At the house's own partnership, and at people and posts in it. A new case has none of the
    /// numbered things.
    pub fn at(house: &House, case: &str) -> Self {
        let partnership = house.founded.partnership.id.to_string();
        let mut aim = Self::at_nothing();
        for (before, is) in [
            ("partnerships", partnership),
            ("agencies", house.agency_id("nursery")),
            ("people", house.person_id("Zoe Lambert")),
            ("receiving agency", house.agency_id("social_care")),
            ("receiving practitioner", house.person_id("Tom Okafor")),
            ("escalations", case.to_owned()),
            ("policies", "bscp".to_owned()),
            ("versions", "1".to_owned()),
        ] {
            aim.places.insert(before, is);
        }
        aim
    }

    /// At nothing that there is, in well-formed words. Whatever a new path needs is added here,
    /// under what stands before it.
    pub fn at_nothing() -> Self {
        let places = [
            ("partnerships", NOTHING),
            ("agencies", NOTHING),
            ("people", NOTHING),
            ("absences", NOTHING),
            ("posts", NOTHING),
            ("receiving agency", NOTHING),
            ("receiving practitioner", NOTHING),
            ("escalations", NO_CASE),
            ("policies", "nothing"),
            ("versions", "1"),
            ("closures", "2027-01-04"),
            ("proposals", "1"),
            ("meetings", "1"),
            ("actions", "1"),
            ("tasks", "stage"),
            ("sessions", NOTHING),
            ("passkeys", NOTHING),
            ("api-tokens", NOTHING),
            ("machines", NOTHING),
            ("identities", NOTHING),
            ("rotations", "1"),
            ("break-glass", "1"),
        ];
        Self {
            places: places.map(|(before, is)| (before, is.to_owned())).into(),
            mark: "Plainly".to_owned(),
            policy_text: include_str!("../../../config/policies/bscp.toml").to_owned(),
        }
    }

    /// The same with something else after this part of an address.
    pub fn with(mut self, before: &'static str, is: impl Into<String>) -> Self {
        self.places.insert(before, is.into());
        self
    }

    /// The same with another word in every piece of prose.
    pub fn marked(mut self, mark: &str) -> Self {
        mark.clone_into(&mut self.mark);
        self
    }

    /// What stands after this part of an address.
    pub fn after(&self, before: &str) -> &str {
        self.places.get(before).unwrap_or_else(|| {
            panic!("say in tests/it/rights/aim.rs what stands after /{before}/ in an address")
        })
    }

    /// Some prose about something.
    pub fn prose(&self, what: &str) -> String {
        format!("{}: {what}", self.mark)
    }

    /// The policy file to propose.
    pub fn policy_text(&self) -> &str {
        &self.policy_text
    }

    /// What a query's parameter is never without.
    pub fn query_beside(&self, name: &str) -> String {
        match name {
            "side" => format!("agency_id={}&", self.after("agencies")),
            "from" => "to=2027-12-31&".to_owned(),
            "to" => "from=2026-01-01&".to_owned(),
            _ => String::new(),
        }
    }

    /// Plausible values of a query's parameter that may be any text.
    pub fn query_values(&self, name: &str) -> Vec<String> {
        let value = match name {
            "agency_id" | "agencies" => self.after("agencies"),
            "financial_year" => "2026",
            "quarter" => "2026-Q4",
            "from" => "2026-01-01",
            "to" => "2027-12-31",
            "sectors" => "school,police",
            "topics" => "general",
            "areas_of_disagreement" | "level_of_need" => "level_of_need",
            "urgency_classes" => "standard",
            "smallest_count" => "5",
            "partnership_id" => self.after("partnerships"),
            "person_id" => self.after("people"),
            "stage" => return (1..=4).map(|stage| stage.to_string()).collect(),
            "limit" => return vec!["1".to_owned(), "200".to_owned()],
            // Made up by the server: see that a page's own is followed.
            "cursor" => return Vec::new(),
            other => panic!("say in tests/it/rights/aim.rs what ?{other}= may be"),
        };
        vec![value.to_owned()]
    }
}
