// Package pages serves the web pages of the local cloud, at /: the mailbox, the
// trail of each event, queues and dead letters, decisions, customers with their
// recommendations, customer value, and functions.
//
// The server renders all pages, and they work without a script. The one script
// fetches the open page again every two seconds and replaces the parts that
// changed. A strict Content-Security-Policy ensures that the pages load nothing
// from other hosts. A message's HTML is not trusted, so it is shown in a
// sandboxed frame whose own policy allows no script, no form and no image from
// other hosts; links open in a new tab.
//
//	GET /                      the mailbox: ?m= message, ?tab=, ?to=, ?campaign=, ?page=
//	GET /preview/{id}          a message's HTML, for the frame
//	GET /trails                the newest trails
//	GET /trails/{trace}        the steps of one trail
//	GET /queues                queues and dead letters
//	GET /decisions             sends by state: ?campaign=, ?state=, ?customer=
//	GET /decisions/{id}        one decision with its reasons
//	GET /customers             some customers: ?customer= redirects to one
//	GET /customers/{id}        what one customer bought, what is recommended, and why: ?language=
//	GET /customers.txt         the same for n customers, as text: ?n=, ?language=
//	GET /value                 customer value and retention
//	GET /functions             cold and warm times, errors
//	GET /trail.json            ?trace=: the steps of one trail; without: the newest trails, ?limit=
package pages
