//! Counting by key, without a new text for every case.

use std::collections::BTreeMap;

/// Changes what stands under a key, which begins as nothing.
pub(super) fn change<T: Default>(
    map: &mut BTreeMap<String, T>,
    key: &str,
    change: impl FnOnce(&mut T),
) {
    match map.get_mut(key) {
        Some(there) => change(there),
        None => {
            let mut new = T::default();
            change(&mut new);
            map.insert(key.to_owned(), new);
        }
    }
}

/// One more of a key.
pub(super) fn count(map: &mut BTreeMap<String, u64>, key: &str) {
    change(map, key, |there| *there += 1);
}

/// Adds what another counted.
pub(super) fn merge<K: Ord>(into: &mut BTreeMap<K, u64>, other: BTreeMap<K, u64>) {
    merge_with(into, other, |there, more| *there += more);
}

/// Adds what another counted, as `add` says.
pub(super) fn merge_with<K: Ord, T: Default>(
    into: &mut BTreeMap<K, T>,
    other: BTreeMap<K, T>,
    add: impl Fn(&mut T, T),
) {
    for (key, more) in other {
        add(into.entry(key).or_default(), more);
    }
}
