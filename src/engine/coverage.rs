//! Whether a directory file has somebody wherever a policy asks for somebody.

use super::founding::{AgencyEntry, DirectoryFile, PostEntry};
use crate::directory::{PartnershipFunction, Rung, Side};
use crate::policy::{Policy, RequiredField, RungOrRole, Who};
use std::collections::BTreeSet;

impl DirectoryFile {
    /// Everybody whom a policy asks for and whom nobody is, a sentence each. A case does not stop
    /// there: the next rung up is asked, and at last the partnership.
    pub fn nobody_for(&self, policy: &Policy) -> Vec<String> {
        let mut missing = Vec::new();
        let whom = policy.everybody();
        for function in functions(&whom) {
            if !self.posts.iter().any(|post| post.function == Some(function) && is_held(post)) {
                missing.push(format!("the partnership has no {}", function.in_words()));
            }
        }
        let posts = posts(policy, &whom);
        for agency in &self.agencies {
            for post in &posts {
                missing.extend(self.nobody_in(policy, agency, post));
            }
        }
        missing
    }

    /// What is missing in an agency, or in whoever stands in for it.
    fn nobody_in(
        &self,
        policy: &Policy,
        agency: &AgencyEntry,
        post: &RungOrRole,
    ) -> Option<String> {
        let stand_in = policy
            .stand_ins
            .iter()
            .find(|it| it.for_sector == agency.sector && it.post == *post)
            .and_then(|it| {
                let other = self.agencies.iter().find(|other| other.sector == it.by_sector)?;
                Some((other, &it.by_post))
            });
        let (who, asked) = stand_in.unwrap_or((agency, post));
        if self.posts.iter().any(|it| is_it(it, &who.key, asked) && is_held(it)) {
            return None;
        }
        let title = match asked {
            RungOrRole::Rung(rung) => policy.rung_title(Some(who.sector), *rung),
            RungOrRole::Role(key) => policy.roles.get(key).map_or(key.as_str(), |it| &it.title),
        };
        let instead = if stand_in.is_some() {
            format!(", to stand in for {}", agency.name)
        } else {
            String::new()
        };
        Some(format!("{} has no {title}{instead}", who.name))
    }
}

fn is_held(post: &PostEntry) -> bool {
    !post.holders.is_empty() || post.mailbox.is_some()
}

fn is_it(post: &PostEntry, agency: &str, wanted: &RungOrRole) -> bool {
    post.agency.as_deref() == Some(agency)
        && match wanted {
            RungOrRole::Rung(rung) => post.rung == Some(*rung),
            RungOrRole::Role(role) => post.role.as_ref() == Some(role),
        }
}

fn functions(whom: &BTreeSet<&Who>) -> Vec<PartnershipFunction> {
    let function = |who: &&Who| match who {
        Who::Function(function) => Some(*function),
        Who::Rung(..) | Who::Role(..) => None,
    };
    whom.iter().filter_map(function).collect()
}

/// The rungs and roles that a policy asks for. Any agency may come to stand on either side. The
/// raiser is there in person, and so is a practitioner who must be named.
fn posts(policy: &Policy, whom: &BTreeSet<&Who>) -> Vec<RungOrRole> {
    let is_named = policy.raising.require.contains(&RequiredField::ReceivingPractitionerId);
    let mut posts = Vec::new();
    for who in whom {
        let post = match who {
            Who::Rung(Side::Raising, Rung::Practitioner) => continue,
            Who::Rung(_, Rung::Practitioner) if is_named => continue,
            Who::Rung(_, rung) => RungOrRole::Rung(*rung),
            Who::Role(_, role) => RungOrRole::Role(role.clone()),
            Who::Function(_) => continue,
        };
        if !posts.contains(&post) {
            posts.push(post);
        }
    }
    posts
}

#[cfg(test)]
mod tests {
    use super::*;

    const BSCP: &str = include_str!("../../config/policies/bscp.toml");
    const BROMLEY: &str = include_str!("../../config/demo/bromley.toml");

    #[test]
    fn each_agency_is_named_with_what_it_lacks() {
        let directory = DirectoryFile::parse(BROMLEY).unwrap();
        let missing = directory.nobody_for(&Policy::parse(BSCP).unwrap());
        let nursery = "Sundial Nursery has no service manager or named professional";
        assert!(missing.iter().any(|it| it == nursery), "{missing:#?}");
        let of_school = |it: &&String| it.starts_with("Ravensbourne Park Primary School");
        assert_eq!(missing.iter().filter(of_school).count(), 0, "{missing:#?}");
        assert!(!missing.iter().any(|it| it.contains("partnership has no")), "{missing:#?}");
    }

    #[test]
    fn whoever_stands_in_is_looked_for_there() {
        let directory = DirectoryFile::parse(BROMLEY).unwrap();
        let stand_in = |by: &str| {
            let text = format!(
                "label = \"stage\"\nstand_ins = [{{ for_sector = \"early_years\", post = \
                 \"service_manager\", by_sector = \"integrated_care_board\", by_post = \"{by}\" }}]"
            );
            Policy::parse(&BSCP.replace("label = \"stage\"", &text)).unwrap()
        };
        let missing = directory.nobody_for(&stand_in("service_manager"));
        assert!(!missing.iter().any(|it| it.contains("Nursery has no service")), "{missing:#?}");
        let missing = directory.nobody_for(&stand_in("head_of_service"));
        let lacks = "South London Integrated Care Board has no head of service, to stand in for \
                     Sundial Nursery";
        assert!(missing.iter().any(|it| it == lacks), "{missing:#?}");
    }
}
