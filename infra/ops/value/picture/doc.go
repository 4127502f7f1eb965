// Package picture renders the charts and the HTML of the customer value page,
// which command value writes to a file and the local cloud serves: active
// customers, the time to the second order, retention by month of the first order,
// and the accuracy of predicted orders and spend.
//
// The output is HTML with SVG, without a script, a style attribute or an
// external resource. So it fits into a page with a strict content security
// policy ([Shop.HTML] with [Style]), and it can be a file of its own
// ([Shop.Write]).
package picture
