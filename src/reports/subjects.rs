//! What challenges are about.

use super::counting::{count, merge};
use super::draft::{Draft, DraftSection, Heading, Number};
use super::question::{level_key, titled};
use super::tally::Telling;
use super::{CaseFacts, Chart};
use std::collections::BTreeMap;

/// What the cases of the period are about.
#[derive(Debug, Clone, Default)]
pub(super) struct Subjects {
    pub(super) areas: BTreeMap<String, u64>,
    urgency_classes: BTreeMap<String, u64>,
    topics: BTreeMap<String, u64>,
    levels: Levels,
    in_danger: u64,
}

/// Levels of need. They are written freely, so there may be as many as cases: the first by the
/// alphabet are kept and the others counted together, which comes out the same in any order.
#[derive(Debug, Clone, Default)]
struct Levels {
    /// As they were written, until there are many.
    written: BTreeMap<String, u64>,
    /// As they are compared.
    kept: BTreeMap<String, u64>,
    others: u64,
    not_stated: u64,
}

const WRITTEN_MAX: usize = 64;
const LEVELS_KEPT: usize = 500;
/// How many are shown, the commonest first.
const LEVELS_SHOWN: usize = 12;

const AREAS: Heading = Heading {
    key: "areas",
    title: "Areas of disagreement",
    definition: "Cases raised in the period by the area of disagreement that was chosen when they \
        were raised. Each case has one. Drafts are not counted.",
    rows: "Area of disagreement",
    chart: Some(Chart::Bars),
};
const LEVELS: Heading = Heading {
    key: "levels_of_need",
    title: "Levels of need",
    definition: "Cases raised in the period by the level of need that is argued about. It is written \
        freely: capitals and spaces make no difference, other spellings do; the twelve commonest \
        are shown and the rest counted together. Drafts are not counted.",
    rows: "Level of need",
    chart: Some(Chart::Bars),
};
const URGENCY: Heading = Heading {
    key: "urgency_classes",
    title: "Urgency",
    definition: "Cases raised in the period by the urgency class that they have now, which may be \
        higher or lower than when they were raised. Drafts are not counted.",
    rows: "Urgency class",
    chart: Some(Chart::Bars),
};
const DANGER: Heading = Heading {
    key: "immediate_danger",
    title: "Children in immediate danger",
    definition: "Cases raised in the period by whether the raiser said that the child was in \
        immediate danger, so that the emergency services or the local front door came first. \
        Drafts are not counted.",
    rows: "Immediate danger",
    chart: None,
};
const TOPICS: Heading = Heading {
    key: "topics",
    title: "Topics",
    definition: "Cases raised in the period by what the policy that they keep is for. Drafts are \
        not counted.",
    rows: "Topic",
    chart: Some(Chart::Bars),
};

impl Subjects {
    pub(super) fn count(&mut self, case: &CaseFacts) {
        count(&mut self.areas, &case.area_of_disagreement);
        count(&mut self.urgency_classes, &case.urgency_class);
        count(&mut self.topics, &case.topic);
        self.levels.count(case.level_of_need.as_deref());
        self.in_danger += u64::from(case.was_immediate_danger);
    }

    pub(super) fn merge(&mut self, other: Self) {
        merge(&mut self.areas, other.areas);
        merge(&mut self.urgency_classes, other.urgency_classes);
        merge(&mut self.topics, other.topics);
        self.levels.merge(other.levels);
        self.in_danger += other.in_danger;
    }

    pub(super) fn section(&self, telling: &Telling<'_>, raised: &Number) -> DraftSection {
        let names = telling.names;
        let by = |heading: &Heading, known: &[(String, String)], met: &BTreeMap<String, u64>| {
            let part = |(key, title): (String, String)| {
                let value = met.get(&key).copied().unwrap_or(0);
                let number = Number::new(format!("{}/{key}", heading.key), value);
                (key, title, number)
            };
            let parts = titled(known, met.keys()).into_iter().map(part).collect();
            Draft::breakdown(heading, "Cases", raised.clone(), parts)
        };
        let tables = vec![
            by(&AREAS, &names.areas_of_disagreement, &self.areas),
            self.levels.settled().table(raised, telling.smallest),
            by(&URGENCY, &names.urgency_classes, &self.urgency_classes),
            self.danger(raised),
            by(&TOPICS, &names.topics, &self.topics),
        ];
        DraftSection::new("subjects", "What are challenges about?", tables)
    }

    fn danger(&self, raised: &Number) -> Draft {
        let part = |key: &str, title: &str, value| {
            (key.to_owned(), title.to_owned(), Number::new(format!("danger/{key}"), value))
        };
        let parts = vec![
            part("yes", "Yes", self.in_danger),
            part("no", "No", raised.value - self.in_danger),
        ];
        Draft::breakdown(&DANGER, "Cases", raised.clone(), parts)
    }
}

impl Levels {
    fn count(&mut self, written: Option<&str>) {
        let Some(written) = written else {
            self.not_stated += 1;
            return;
        };
        count(&mut self.written, written);
        if self.written.len() > WRITTEN_MAX {
            self.settle();
        }
    }

    /// Puts together what is the same but for capitals and spaces.
    fn settle(&mut self) {
        for (written, times) in std::mem::take(&mut self.written) {
            *self.kept.entry(level_key(&written)).or_default() += times;
        }
        while self.kept.len() > LEVELS_KEPT
            && let Some((_, count)) = self.kept.pop_last()
        {
            self.others += count;
        }
    }

    fn merge(&mut self, mut other: Self) {
        other.settle();
        merge(&mut self.kept, other.kept);
        self.others += other.others;
        self.not_stated += other.not_stated;
        self.settle();
    }

    fn settled(&self) -> Self {
        let mut settled = self.clone();
        settled.settle();
        settled
    }

    /// What is rare is not named in public: the words themselves may tell of a child.
    fn table(self, raised: &Number, smallest: Option<u32>) -> Draft {
        let mut levels: Vec<(&String, u64)> =
            self.kept.iter().map(|(level, count)| (level, *count)).collect();
        levels.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let is_shown = |count: u64| smallest.is_none_or(|smallest| count >= u64::from(smallest));
        let shown = levels.iter().take_while(|(_, count)| is_shown(*count)).take(LEVELS_SHOWN);
        let part = |key: String, title: String, value| {
            let number = Number::new(format!("levels_of_need/{key}"), value);
            (key, title, number)
        };
        let mut parts: Vec<_> = shown
            .map(|(level, count)| {
                let mut letters = level.chars();
                let first = letters.next().map(|letter| letter.to_uppercase().to_string());
                let title = first.unwrap_or_default() + letters.as_str();
                part(format!("level:{level}"), title, *count)
            })
            .collect();
        let named: u64 = parts.iter().map(|(_, _, number)| number.value).sum();
        let others = raised.value - named - self.not_stated;
        parts.push(part("other".to_owned(), "Other".to_owned(), others));
        parts.push(part("not_stated".to_owned(), "Not stated".to_owned(), self.not_stated));
        Draft::breakdown(&LEVELS, "Cases", raised.clone(), parts)
    }
}
