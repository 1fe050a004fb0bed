//! Which policy a challenge is begun and raised under: several may be in force at once, each for its
//! own topic.

use super::EngineError;
use crate::clock::UtcInstant;
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::PartnershipId;
use crate::policy::GENERAL;
use crate::store::policies::{self, UnreadablePolicy};
use crate::store::{Reader, StoreError};

/// A policy version that is in force.
#[derive(Debug, Clone)]
struct Live {
    which: PolicyRef,
    title: String,
    topic: String,
    topic_title: Option<String>,
}

/// The policies of a partnership that are in force: of each the highest published version that is
/// effective today.
#[derive(Debug)]
pub(super) struct InForce {
    live: Vec<Live>,
    /// Those whose version in force cannot be read, which is not the same as none being in force.
    unreadable: Vec<UnreadablePolicy>,
}

/// What is in force at `now`, by each policy's own calendar.
pub(super) fn in_force(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    now: UtcInstant,
) -> Result<InForce, StoreError> {
    let listing = policies::list(r, partnership_id)?;
    // Without its text nobody knows its time zone.
    let today = now.utc().date_naive();
    let mut unreadable = listing.unreadable;
    unreadable.retain(|it| it.is_published && it.is_effective_on(today));
    let mut live: Vec<Live> = Vec::new();
    for stored in listing.readable.into_iter().filter(|it| it.publication.is_some()) {
        let policy = stored.policy;
        let today = now.utc().with_timezone(&policy.calendar.zone).date_naive();
        // Of each key the newest stands first.
        let is_behind = live.iter().any(|newer| newer.which.key == policy.key);
        if !is_behind && policy.is_effective_on(today) {
            live.push(Live {
                which: PolicyRef { key: policy.key, version: policy.version },
                title: policy.title,
                topic: policy.topic,
                topic_title: policy.topic_title,
            });
        }
    }
    let newer =
        |one: &PolicyRef, other: &PolicyRef| one.key == other.key && one.version > other.version;
    unreadable.retain(|it| !live.iter().any(|live| newer(&live.which, &it.which)));
    live.retain(|live| !unreadable.iter().any(|it| newer(&it.which, &live.which)));
    Ok(InForce { live, unreadable })
}

impl InForce {
    /// The version to begin a challenge under: that of a key, or else of a topic, or else the only
    /// one, or of several the general one.
    ///
    /// # Errors
    /// Which key or topic has to be named, and what there is to choose from.
    pub(super) fn choose(
        self,
        key: Option<&str>,
        topic: Option<&str>,
    ) -> Result<PolicyRef, EngineError> {
        let fits = |it: &&Live| {
            key.is_none_or(|key| it.which.key == key) && topic.is_none_or(|of| it.topic == of)
        };
        let mut fitting: Vec<&Live> = self.live.iter().filter(fits).collect();
        let is_named = key.is_some() || topic.is_some();
        if !is_named && (fitting.len() > 1 || !self.unreadable.is_empty()) {
            fitting.retain(|it| it.topic == GENERAL);
        }
        if let [only] = fitting.as_slice() {
            return Ok(only.which.clone());
        }
        let refusal = self.refusal(key, topic, fitting.len() > 1);
        let of_key = |it: &UnreadablePolicy| key.is_none_or(|key| it.which.key == key);
        match self.unreadable.into_iter().find(of_key) {
            Some(hidden) => Err(hidden.error.into()),
            None => Err(refusal.into()),
        }
    }

    /// The keys and titles of those that can be read.
    pub(super) fn titled(&self) -> impl Iterator<Item = (String, String)> {
        self.live.iter().map(|it| {
            let title = match &it.topic_title {
                Some(topic) => format!("{} ({topic})", it.title),
                None => it.title.clone(),
            };
            (it.which.key.clone(), title)
        })
    }

    /// Whether a policy is in force, readable or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.live.iter().any(|it| it.which.key == key)
            || self.unreadable.iter().any(|it| it.which.key == key)
    }

    /// The version to raise a draft under whose own policy is not in force any more: the one of
    /// the same topic, or else as for a new draft.
    ///
    /// # Errors
    /// That the draft has to be begun anew, since nobody knows under which one.
    pub(super) fn choose_again(self, topic: &str) -> Result<PolicyRef, EngineError> {
        let has_topic = self.live.iter().filter(|it| it.topic == topic).count() == 1;
        let choices = self.keys();
        self.choose(None, has_topic.then_some(topic)).map_err(|error| match error {
            EngineError::Refused(Refusal::Faulty(_)) => Refusal::not_now(format!(
                "The policy of this draft is not in force any more. Begin the draft anew under one \
                 of: {choices}."
            ))
            .into(),
            other => other,
        })
    }

    /// Why none was chosen.
    fn refusal(&self, key: Option<&str>, topic: Option<&str>, are_several: bool) -> Refusal {
        if self.live.is_empty() {
            return Refusal::not_now(NO_POLICY);
        }
        let (keys, topics) = (self.keys(), self.topics());
        match (key, topic) {
            (Some(key), Some(_)) if self.live.iter().any(|it| it.which.key == key) => {
                let detail = "is not this policy's topic: leave one of the two out";
                Refusal::field("/topic", detail)
            }
            (Some(_), _) => {
                let detail = format!("must be the key of a policy that is in force: {keys}");
                Refusal::field("/policy_key", detail)
            }
            (None, Some(_)) if !are_several => {
                let detail = format!("must be the topic of a policy that is in force: {topics}");
                Refusal::field("/topic", detail)
            }
            (None, None) if !are_several => {
                let detail = format!("several policies are in force: name the topic, of {topics}");
                Refusal::field("/topic", detail)
            }
            (None, _) => {
                let detail = format!("several policies are in force: say which one, of {keys}");
                Refusal::field("/policy_key", detail)
            }
        }
    }

    /// The keys there are to choose from, with their titles.
    fn keys(&self) -> String {
        let keys = self.live.iter().map(|it| format!("{} ({})", it.which.key, it.title));
        keys.collect::<Vec<_>>().join(", ")
    }

    /// The topics there are to choose from, with their titles.
    fn topics(&self) -> String {
        let mut topics: Vec<String> = Vec::new();
        for it in &self.live {
            let topic = match &it.topic_title {
                Some(title) => format!("{} ({title})", it.topic),
                None => it.topic.clone(),
            };
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        topics.join(", ")
    }
}

pub(super) const NO_POLICY: &str =
    "No policy is in force today. The partnership has to publish one.";
