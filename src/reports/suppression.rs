//! What is not shown in public: small counts, and whatever would give them away.
//!
//! A count from 1 to one less than the smallest that is shown is suppressed; 0 is shown. What can be
//! worked out from the other numbers of the report is suppressed too: numbers are tied together by
//! the sums that they are in, over all its tables, and a number has one name wherever it stands.
//! Numbers that are shown nowhere but follow from two that are take part as well: of 8 of 9 the
//! ninth. So many more are suppressed until, of every suppressed number, another value can be named
//! that agrees with all that is shown; that value is looked for and found, not assumed.

use super::draft::{Draft, DraftSection, Figure, Number, Sum};
use super::{Cell, Section};
use std::collections::{BTreeMap, BTreeSet};

/// The sections as they are given: to officers whole, in public protected.
pub(super) fn protected(sections: Vec<DraftSection>, smallest: Option<u32>) -> Vec<Section> {
    let Some(smallest) = smallest else {
        return sections.into_iter().map(|section| finished(section, &Figure::shown)).collect();
    };
    let public = |mut section: DraftSection| {
        section.tables.retain(|table| !table.is_for_officers);
        section
    };
    let sections: Vec<DraftSection> =
        sections.into_iter().map(public).filter(|section| !section.tables.is_empty()).collect();
    let tables = || sections.iter().flat_map(|section| &section.tables);
    let hidden = Numbers::of(tables(), smallest.into()).hidden();
    let is_hidden = |number: &Number| hidden.contains(&number.name);
    let cell = |figure: &Figure| match figure {
        Figure::Count(number) if is_hidden(number) => Cell::Suppressed,
        Figure::Share { part, whole } if is_hidden(part) || is_hidden(whole) => Cell::Suppressed,
        Figure::Length { of, .. } if is_hidden(of) => Cell::Suppressed,
        // the longest is one case's own
        Figure::Extreme { of, .. } if of.value > 0 => Cell::Suppressed,
        figure => figure.shown(),
    };
    sections.into_iter().map(|section| finished(section, &cell)).collect()
}

fn finished(section: DraftSection, cell: &impl Fn(&Figure) -> Cell) -> Section {
    Section {
        key: section.key.to_owned(),
        title: section.title.to_owned(),
        tables: section.tables.into_iter().map(|table| table.finished(cell)).collect(),
    }
}

/// All numbers of a report and how they hang together.
struct Numbers {
    smallest: u64,
    values: Vec<Value>,
    sums: Vec<Links>,
}

struct Value {
    name: String,
    number: u64,
    is_hidden: bool,
    /// Whether it was found that it could be another; hiding more takes nothing from that.
    is_free: bool,
    /// The sums that it is in.
    sums: Vec<usize>,
}

/// A sum: the parts' signs are +1, the whole's is -1, and together they make nought.
struct Links {
    whole: usize,
    parts: Vec<usize>,
}

impl Numbers {
    fn of<'d>(tables: impl Iterator<Item = &'d Draft>, smallest: u64) -> Self {
        let mut numbers = Self { smallest, values: Vec::new(), sums: Vec::new() };
        let mut known = BTreeMap::new();
        let mut rests = Vec::new();
        for table in tables {
            for figure in table.rows.iter().flat_map(|row| &row.figures) {
                match figure {
                    Figure::Count(number) => {
                        numbers.place(&mut known, number);
                    }
                    Figure::Share { part, whole } => rests.push(remainder(part, whole)),
                    Figure::Length { of, .. } | Figure::Extreme { of, .. } => {
                        numbers.place(&mut known, of);
                    }
                    Figure::Plain(_) => {}
                }
            }
            for sum in &table.sums {
                numbers.link(&mut known, sum);
            }
        }
        for sum in &rests {
            numbers.link(&mut known, sum);
        }
        numbers
    }

    /// The place of a number, which is a new one if its name is.
    fn place(&mut self, known: &mut BTreeMap<String, usize>, number: &Number) -> usize {
        if let Some(place) = known.get(&number.name) {
            return *place;
        }
        let place = self.values.len();
        known.insert(number.name.clone(), place);
        self.values.push(Value {
            name: number.name.clone(),
            number: number.value,
            is_hidden: (1..self.smallest).contains(&number.value),
            is_free: false,
            sums: Vec::new(),
        });
        place
    }

    fn link(&mut self, known: &mut BTreeMap<String, usize>, sum: &Sum) {
        let whole = self.place(known, &sum.whole);
        let parts = sum.parts.iter().map(|part| self.place(known, part)).collect();
        let sum = Links { whole, parts };
        let index = self.sums.len();
        for place in sum.parts.iter().chain([&sum.whole]) {
            if let Some(value) = self.values.get_mut(*place) {
                value.sums.push(index);
            }
        }
        self.sums.push(sum);
    }

    /// The names of the numbers that must not be shown.
    fn hidden(mut self) -> BTreeSet<String> {
        loop {
            let next = (0..self.sums.len()).find_map(|sum| self.next_of(sum));
            let Some(next) = next.or_else(|| self.next_of_the_known()) else { break };
            if let Some(value) = self.values.get_mut(next) {
                value.is_hidden = true;
            }
        }
        let hidden = self.values.into_iter().filter(|value| value.is_hidden);
        hidden.map(|value| value.name).collect()
    }

    fn number(&self, place: usize) -> u64 {
        self.values.get(place).map_or(0, |value| value.number)
    }

    fn is_hidden(&self, place: usize) -> bool {
        self.values.get(place).is_some_and(|value| value.is_hidden)
    }

    /// What must be hidden beside what is hidden in a sum: one that is alone can be worked out, and
    /// several that make a small number together are a small number.
    fn next_of(&self, sum: usize) -> Option<usize> {
        let sum = self.sums.get(sum)?;
        let parts = sum.parts.iter().filter(|place| self.is_hidden(**place));
        let (count, together) =
            parts.fold((0, 0), |(count, sum), place| (count + 1, sum + self.number(*place)));
        let is_enough = match (count, self.is_hidden(sum.whole)) {
            (0, false) => true,
            (0, true) => false,
            (1, false) => false,
            (_, false) => together >= self.smallest,
            (_, true) => true,
        };
        if is_enough { None } else { self.best_of(sum) }
    }

    /// The number of a sum that is missed least: the smallest part that is not nought, then a part
    /// that is, then the whole.
    fn best_of(&self, sum: &Links) -> Option<usize> {
        let shown = sum.parts.iter().copied().filter(|place| !self.is_hidden(*place));
        let part = shown.min_by_key(|place| (self.number(*place) == 0, self.number(*place)));
        part.or_else(|| Some(sum.whole).filter(|whole| !self.is_hidden(*whole)))
    }

    /// One more to hide where a hidden number may have only one value: the nearest that there is.
    fn next_of_the_known(&mut self) -> Option<usize> {
        let hidden: Vec<usize> =
            (0..self.values.len()).filter(|place| self.is_hidden(*place)).collect();
        hidden.into_iter().filter_map(|place| self.nearest_if_known(place)).next()
    }

    fn nearest_if_known(&mut self, place: usize) -> Option<usize> {
        if self.values.get(place)?.is_free {
            return None;
        }
        let Some(moved) = self.others(place) else { return self.nearest(place) };
        for place in moved {
            self.values.get_mut(place)?.is_free = true;
        }
        None
    }

    /// A shown number of a sum that this one is in, or that hangs together with one of those by
    /// hidden numbers.
    fn nearest(&self, place: usize) -> Option<usize> {
        let mut seen = BTreeSet::new();
        let mut sums = self.values.get(place)?.sums.clone();
        while !sums.is_empty() {
            let links = || sums.iter().filter_map(|sum| self.sums.get(*sum));
            if let Some(found) = links().find_map(|sum| self.best_of(sum)) {
                return Some(found);
            }
            seen.extend(sums.iter().copied());
            let around = links().flat_map(|sum| sum.parts.iter().chain([&sum.whole]));
            let further =
                around.filter_map(|place| self.values.get(*place)).flat_map(|it| &it.sums);
            let further: BTreeSet<usize> =
                further.copied().filter(|sum| !seen.contains(sum)).collect();
            sums = further.into_iter().collect();
        }
        None
    }

    /// The numbers that can be others together with this one, so that all that is shown still
    /// agrees and none is below nought; none if no such were found. Looked for by moving numbers
    /// by one, each once.
    fn others(&self, place: usize) -> Option<Vec<usize>> {
        [1, -1].into_iter().find_map(|by| {
            let mut search = Search { numbers: self, moved: BTreeMap::new(), steps: STEPS_MAX };
            let is_found = self.may_move(place, by) && search.holds_after(place, by);
            is_found.then(|| search.moved.into_keys().collect())
        })
    }

    fn may_move(&self, place: usize, by: i64) -> bool {
        by > 0 || self.number(place) > 0
    }
}

/// The number that is left of a whole.
fn remainder(part: &Number, whole: &Number) -> Sum {
    let value = whole.value.saturating_sub(part.value);
    let rest = Number::new(format!("{} but {}", whole.name, part.name), value);
    Sum { whole: whole.clone(), parts: vec![part.clone(), rest] }
}

/// How long other numbers are looked for before it is taken that there are none.
const STEPS_MAX: u32 = 400;

struct Search<'n> {
    numbers: &'n Numbers,
    moved: BTreeMap<usize, i64>,
    steps: u32,
}

impl Search<'_> {
    /// Moves a number, and then others until every sum holds again.
    fn holds_after(&mut self, place: usize, by: i64) -> bool {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 {
            return false;
        }
        self.moved.insert(place, by);
        let Some((sum, off)) = self.broken() else { return true };
        for (place, by) in self.ways_to_mend(sum, off) {
            if self.holds_after(place, by) {
                return true;
            }
        }
        self.moved.remove(&place);
        false
    }

    /// A sum that no longer holds, and by how much its parts are more than the whole.
    fn broken(&self) -> Option<(usize, i64)> {
        let values = &self.numbers.values;
        let touched = self.moved.keys().filter_map(|place| values.get(*place));
        let mut sums = touched.flat_map(|value| &value.sums);
        sums.find_map(|sum| {
            let off = self.off(*sum);
            (off != 0).then_some((*sum, off))
        })
    }

    fn off(&self, sum: usize) -> i64 {
        let Some(sum) = self.numbers.sums.get(sum) else { return 0 };
        let moved = |place: &usize| self.moved.get(place).copied().unwrap_or(0);
        sum.parts.iter().map(moved).sum::<i64>() - moved(&sum.whole)
    }

    /// The hidden numbers of a sum that could move so that it is less off, those that are in the
    /// fewest sums first.
    fn ways_to_mend(&self, sum: usize, off: i64) -> Vec<(usize, i64)> {
        let Some(sum) = self.numbers.sums.get(sum) else { return Vec::new() };
        let parts = sum.parts.iter().map(|place| (*place, -off.signum()));
        let mut ways: Vec<(usize, i64)> = parts
            .chain([(sum.whole, off.signum())])
            .filter(|(place, by)| {
                self.numbers.is_hidden(*place)
                    && !self.moved.contains_key(place)
                    && self.numbers.may_move(*place, *by)
            })
            .collect();
        let links = |place: usize| self.numbers.values.get(place).map_or(0, |it| it.sums.len());
        ways.sort_by_key(|(place, _)| links(*place));
        ways
    }
}
