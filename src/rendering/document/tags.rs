//! What each mark on a page is: a heading, a cell, a figure. A reader that reads aloud goes by it.

use pdf_writer::types::{StructRole, TableHeaderScope};

/// An element of a document's structure, by its place in [`Tags`].
pub(super) type ElementId = usize;

/// The element that holds all others.
pub(super) const DOCUMENT: ElementId = 0;

/// An element of a document's structure.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) role: StructRole,
    pub(super) parent: ElementId,
    pub(super) children: Vec<Child>,
    /// What is said in place of a figure.
    pub(super) alternative: Option<String>,
    /// Of what a cell is the heading.
    pub(super) scope: Option<TableHeaderScope>,
}

/// What stands in an element.
#[derive(Debug, Clone, Copy)]
pub(super) enum Child {
    Element(ElementId),
    /// Marks on a page, by its number from 0 and theirs on it.
    Marked {
        page: usize,
        number: i32,
    },
}

/// A document's structure.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) elements: Vec<Element>,
    /// For each page the element of each run of marks.
    pub(super) pages: Vec<Vec<ElementId>>,
}

impl Tags {
    pub(super) fn new() -> Self {
        let document = Element {
            role: StructRole::Document,
            parent: DOCUMENT,
            children: Vec::new(),
            alternative: None,
            scope: None,
        };
        Self { elements: vec![document], pages: Vec::new() }
    }

    /// A new element at the end of another.
    pub(super) fn begin(&mut self, role: StructRole, parent: ElementId) -> ElementId {
        let id = self.elements.len();
        let (children, alternative, scope) = (Vec::new(), None, None);
        self.elements.push(Element { role, parent, children, alternative, scope });
        if let Some(parent) = self.elements.get_mut(parent) {
            parent.children.push(Child::Element(id));
        }
        id
    }

    /// Of what a cell is the heading.
    pub(super) fn heads(&mut self, id: ElementId, scope: TableHeaderScope) {
        if let Some(element) = self.elements.get_mut(id) {
            element.scope = Some(scope);
        }
    }

    /// What is said in place of a figure.
    pub(super) fn say_instead(&mut self, id: ElementId, words: String) {
        if let Some(element) = self.elements.get_mut(id) {
            element.alternative = Some(words);
        }
    }

    /// That marks of the last page belong to an element; gives their number.
    pub(super) fn mark(&mut self, id: ElementId) -> i32 {
        let page = self.pages.len().saturating_sub(1);
        let Some(marks) = self.pages.last_mut() else { return 0 };
        let number = i32::try_from(marks.len()).unwrap_or(i32::MAX);
        marks.push(id);
        if let Some(element) = self.elements.get_mut(id) {
            element.children.push(Child::Marked { page, number });
        }
        number
    }
}
