// What axe could not decide by itself, and why it holds. Nothing else may be undecided; a rule that
// finds something is never allowed here.

const EXPLAINED = [
  {
    rule: "color-contrast",
    why: "out of the window until it has the focus; then it is measured with the others",
    fits: (node) => node.target.join(" ") === ".skip",
  },
  {
    rule: "color-contrast",
    why: "the words of a picture lie over its lines and bars; the tests of rendering hold its colours, and a table says the same",
    fits: (node) => node.html.startsWith("<text"),
  },
  {
    rule: "color-contrast",
    why: "a cell that is scrolled out of its region; at 1100 pixels all of them are measured",
    fits: (node, is) => is.isNarrow && is.isInScrollingTable,
  },
  {
    rule: "th-has-data-cells",
    why: "a table without rows has headings alone, and a sentence below it says so",
    fits: (node, is) => is.isEmptyTable,
  },
];

/** Whether it is explained; `is` says what the page knows of the element. */
export function explained(rule, node, is) {
  return EXPLAINED.some((it) => it.rule === rule && it.fits(node, is));
}
