// What axe could not decide by itself, and why it holds. Nothing else may be undecided; a rule that
// finds something is never allowed here.

const EXPLAINED = [
  {
    rule: "color-contrast",
    // Out of the window until it has the focus; then it is measured with the others.
    fits: (node) => node.target.join(" ") === ".skip",
  },
];

export function explained(rule, node, where) {
  return EXPLAINED.some((it) => it.rule === rule && it.fits(node, where));
}
