//! docs/access.md as the tests read it.

const TEXT: &str = include_str!("../../../docs/access.md");

/// A table of the document.
#[derive(Debug, Clone)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, a text a column.
    pub rows: Vec<Vec<String>>,
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().replace('`', "")).collect()
}

impl Table {
    /// The tables below a heading, up to the next heading.
    pub fn all_below(heading: &str) -> Vec<Self> {
        let mut lines = TEXT.lines().skip_while(|line| {
            line.strip_prefix('#').map(|line| line.trim_start_matches('#').trim()) != Some(heading)
        });
        assert!(lines.next().is_some(), "docs/access.md has no heading '{heading}'");
        let below = lines.take_while(|line| !line.starts_with('#'));
        let mut tables: Vec<Self> = Vec::new();
        let mut is_inside = false;
        for line in below {
            if !line.starts_with('|') {
                is_inside = false;
            } else if !is_inside {
                is_inside = true;
                tables.push(Self { columns: cells(line), rows: Vec::new() });
            } else if !line.starts_with("|-") && !line.starts_with("| -") {
                tables.last_mut().unwrap().rows.push(cells(line));
            }
        }
        for table in &tables {
            assert!(!table.rows.is_empty(), "an empty table below '{heading}'");
            for row in &table.rows {
                assert_eq!(row.len(), table.columns.len(), "docs/access.md, '{heading}': {row:?}");
            }
        }
        tables
    }

    /// The one table below a heading.
    pub fn below(heading: &str) -> Self {
        let mut all = Self::all_below(heading);
        assert_eq!(all.len(), 1, "docs/access.md: one table below '{heading}'");
        all.remove(0)
    }
}
