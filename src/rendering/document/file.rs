//! Pages and their structure become a file.

use super::flow::{BOLD, Flow, MARGIN, PAGE, PLAIN, Setting, show};
use super::tags::{Child, Element, Tags};
use crate::rendering::drawing::Face;
use pdf_writer::types::{OutlineItemFlags, StructRole, TabOrder};
use pdf_writer::writers::{StructElement, StructTreeRoot};
use pdf_writer::{Content, Name, Pdf, Rect, Ref, TextStr};

const MARKING: Setting = Setting { size: 9.0, face: Face::Bold };
const SMALL: Setting = Setting { size: 8.0, face: Face::Plain };

/// Where a section begins.
pub(super) struct Bookmark {
    pub(super) title: String,
    /// Its page's number from 0.
    pub(super) page: usize,
    /// Its height on the page.
    pub(super) top: f32,
}

/// A document that only has to be written.
pub(super) struct Whole {
    pub(super) flow: Flow,
    pub(super) bookmarks: Vec<Bookmark>,
    pub(super) title: String,
    pub(super) marking: &'static str,
    pub(super) footer: String,
}

/// The numbers of what a file holds.
struct Ids {
    next: i32,
    catalogue: Ref,
    pages: Ref,
    plain: Ref,
    bold: Ref,
    info: Ref,
    outline: Ref,
    tree: Ref,
    /// A page and what it shows.
    page: Vec<(Ref, Ref)>,
    bookmark: Vec<Ref>,
    element: Vec<Ref>,
    /// For each page the list of its marks' elements.
    marks: Vec<Ref>,
}

impl Ids {
    fn of(whole: &Whole) -> Self {
        let mut ids = Self {
            next: 8,
            catalogue: Ref::new(1),
            pages: Ref::new(2),
            plain: Ref::new(3),
            bold: Ref::new(4),
            info: Ref::new(5),
            outline: Ref::new(6),
            tree: Ref::new(7),
            page: Vec::new(),
            bookmark: Vec::new(),
            element: Vec::new(),
            marks: Vec::new(),
        };
        for _ in &whole.flow.pages {
            let page = (ids.take(), ids.take());
            ids.page.push(page);
            let marks = ids.take();
            ids.marks.push(marks);
        }
        ids.bookmark = whole.bookmarks.iter().map(|_| ids.take()).collect();
        ids.element = whole.flow.tags.elements.iter().map(|_| ids.take()).collect();
        ids
    }

    fn take(&mut self) -> Ref {
        let id = Ref::new(self.next);
        self.next += 1;
        id
    }
}

/// The bytes of the file.
pub(super) fn bytes(mut whole: Whole) -> Vec<u8> {
    frame_pages(&mut whole);
    let ids = Ids::of(&whole);
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let mut catalogue = pdf.catalog(ids.catalogue);
    catalogue.pages(ids.pages).lang(TextStr("en-GB"));
    if !ids.bookmark.is_empty() {
        catalogue.outlines(ids.outline);
    }
    catalogue.mark_info().marked(true);
    catalogue.viewer_preferences().display_doc_title(true);
    catalogue.pair(Name(b"StructTreeRoot"), ids.tree);
    drop(catalogue);
    pdf.document_info(ids.info).title(TextStr(&whole.title));
    for (id, face) in [(ids.plain, &b"Helvetica"[..]), (ids.bold, &b"Helvetica-Bold"[..])] {
        let mut font = pdf.type1_font(id);
        font.base_font(Name(face)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let count = i32::try_from(ids.page.len()).unwrap_or(i32::MAX);
    pdf.pages(ids.pages).kids(ids.page.iter().map(|(page, _)| *page)).count(count);
    let pages = std::mem::take(&mut whole.flow.pages);
    for (number, (content, (page_id, content_id))) in (0..).zip(pages.into_iter().zip(&ids.page)) {
        let mut page = pdf.page(*page_id);
        page.parent(ids.pages).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1));
        page.contents(*content_id).struct_parents(number).tab_order(TabOrder::StructureOrder);
        page.resources().fonts().pair(PLAIN, ids.plain).pair(BOLD, ids.bold);
        drop(page);
        pdf.stream(*content_id, content.finish().as_slice());
    }
    write_bookmarks(&mut pdf, &whole.bookmarks, &ids);
    write_tags(&mut pdf, &whole.flow.tags, &ids);
    pdf.finish()
}

/// The marking, the report's name and the page's number on every page.
fn frame_pages(whole: &mut Whole) {
    let count = whole.flow.pages.len();
    let (marking, footer) = (whole.marking, whole.footer.clone());
    let middle = (PAGE.0 - MARKING.width(marking)) / 2.0;
    let lacks = &mut whole.flow.lacks_any;
    for (number, page) in (1..).zip(whole.flow.pages.iter_mut()) {
        let page: &mut Content = page;
        page.begin_marked_content(Name(b"Artifact"));
        show(page, (middle, PAGE.1 - 36.0), marking, MARKING, lacks);
        show(page, (middle, 24.0), marking, MARKING, lacks);
        let of = format!("Page {number} of {count}");
        let right = PAGE.0 - MARGIN - SMALL.width(&of);
        let footer = SMALL.wrap(&footer, PAGE.0 - 2.0 * MARGIN - 80.0);
        show(page, (MARGIN, 40.0), footer.first().map_or("", String::as_str), SMALL, lacks);
        show(page, (right, 40.0), &of, SMALL, lacks);
        page.end_marked_content();
    }
}

fn write_bookmarks(pdf: &mut Pdf, bookmarks: &[Bookmark], ids: &Ids) {
    let (Some(first), Some(last)) = (ids.bookmark.first(), ids.bookmark.last()) else { return };
    let count = i32::try_from(bookmarks.len()).unwrap_or(i32::MAX);
    pdf.outline(ids.outline).first(*first).last(*last).count(count);
    for (place, (bookmark, id)) in bookmarks.iter().zip(&ids.bookmark).enumerate() {
        let mut item = pdf.outline_item(*id);
        item.title(TextStr(&bookmark.title)).parent(ids.outline);
        item.flags(OutlineItemFlags::empty());
        if let Some(before) = place.checked_sub(1).and_then(|place| ids.bookmark.get(place)) {
            item.prev(*before);
        }
        if let Some(next) = ids.bookmark.get(place + 1) {
            item.next(*next);
        }
        if let Some((page, _)) = ids.page.get(bookmark.page) {
            item.dest().page(*page).xyz(0.0, bookmark.top + 8.0, None);
        }
    }
}

fn write_tags(pdf: &mut Pdf, tags: &Tags, ids: &Ids) {
    let mut tree: StructTreeRoot<'_> = pdf.indirect(ids.tree).start();
    if let Some(document) = ids.element.first() {
        tree.child(*document);
    }
    let mut parents = tree.parent_tree();
    let mut numbers = parents.nums();
    for (number, marks) in (0..).zip(&ids.marks) {
        numbers.insert(number, *marks);
    }
    drop(numbers);
    drop(parents);
    tree.parent_tree_next_key(i32::try_from(ids.marks.len()).unwrap_or(i32::MAX));
    drop(tree);
    for (marks, id) in tags.pages.iter().zip(&ids.marks) {
        let of = |element: &usize| ids.element.get(*element).copied();
        pdf.indirect(*id).array().items(marks.iter().filter_map(of));
    }
    for (element, id) in tags.elements.iter().zip(&ids.element) {
        let mut written = pdf.struct_element(*id);
        write_element(&mut written, element, ids);
    }
}

fn write_element(written: &mut StructElement<'_>, element: &Element, ids: &Ids) {
    written.kind(element.role);
    let parent = match element.role {
        StructRole::Document => Some(&ids.tree),
        _ => ids.element.get(element.parent),
    };
    if let Some(parent) = parent {
        written.parent(*parent);
    }
    if let Some(words) = &element.alternative {
        written.alt(TextStr(words));
    }
    if let Some(scope) = element.scope {
        written.attributes().push().table().scope(scope);
    }
    let mut children = written.children();
    for child in &element.children {
        match child {
            Child::Element(child) => {
                if let Some(id) = ids.element.get(*child) {
                    children.struct_element(*id);
                }
            }
            Child::Marked { page, number } => {
                if let Some((page, _)) = ids.page.get(*page) {
                    children.marked_content_ref().page(*page).marked_content_id(*number);
                }
            }
        }
    }
}
