// Package picture draws what was learned of a shop's customers as a whole: who
// is still there, how fast they come again, by month of their first order, and
// how far what is foretold has come true.
//
// The drawing is HTML with SVG in it, without a script, a style attribute or
// anything from elsewhere, so that it fits into a page with a strict policy
// ([Shop.HTML] with [Style]) and is a file of its own ([Shop.Write]).
package picture
