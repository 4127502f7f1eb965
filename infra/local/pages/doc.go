// Package pages is what a person sees at /: the mailbox, the way of an event,
// queues and dead letters, decisions and functions.
//
// Everything is rendered here and works without a script; the one script
// fetches the page again every two seconds and puts what changed in its place.
// Nothing is loaded from elsewhere, and a strict Content-Security-Policy holds
// that. A message's HTML comes from anyone, so it is shown in a sandboxed frame
// whose own policy allows no script, no form and no image from outside; links
// open in a new tab.
//
//	GET /                      the mailbox: ?m= message, ?tab=, ?to=, ?campaign=, ?page=
//	GET /preview/{id}          a message's HTML, for the frame
//	GET /trails                the newest events
//	GET /trails/{trace}        the way of one
//	GET /queues                queues and dead letters
//	GET /decisions             what was decided: ?campaign=, ?state=, ?customer=
//	GET /decisions/{id}        one decision with its reasons
//	GET /customers             some customers: ?customer= goes to one
//	GET /customers/{id}        what one bought, and what is recommended, and why: ?language=
//	GET /customers.txt         the same of some, as text: ?n=, ?language=
//	GET /value                 who still is a customer, retention, what to expect
//	GET /functions             cold and warm times, errors
//	GET /trail.json            ?trace=: its steps; otherwise the newest traces, ?limit=
package pages
