// Package picture draws the customer page of a shop: how many customers are
// still active, how fast second orders come, retention by month of the first
// order, and how accurate the predictions were.
//
// The output is HTML with SVG, without a script, a style attribute or an
// external resource. So it fits into a page with a strict content security
// policy ([Shop.HTML] with [Style]), and it can be a file of its own
// ([Shop.Write]).
package picture
