// Package privacyrequest is the record of what customers ask about their data: to
// export all of it, or to erase it. Each [Request] says who asked, by which way,
// when, until when the shop has to answer, and how it was answered.
//
// # How to ask
//
// A request begins with an event, customer.export or customer.erase. The shop's
// back end and make erase put it on the event bus, Shopify's privacy topics are
// read as such events, and a function of this project puts it on the queue of
// the function privacy (the template's PrivacyQueue), as the preference page
// does:
//
//	event := privacyrequest.Event(privacyrequest.Ask{
//		ID:       "erase-" + link.Send + "-2026-11-30", // pressed twice on one day: one request
//		Kind:     privacyrequest.Erase,
//		Customer: link.Customer,
//		Email:    address, // of the mailbox, which its owner has proven
//		Source:   shop.RequestFromPreferences,
//		At:       now,
//	})
//	err := privacyQueue.Put(ctx, event)
//
// When the queue has taken the event, the request is safe: answer 200 then. The
// same ID again is the same request. The asker needs no access to a table.
//
// # What happens then
//
// The function privacy stores the record, with its due time, before it does
// anything else. It closes the record of an erasure itself, when the second pass
// has ended, some 20 minutes later. A request for data is answered by a person,
// who checks who asks: make export writes the document and closes the record.
// make export and make erase list the open requests with the days that are left.
// Once a night privacy counts the open requests ([Tally]) into metrics, which two
// alarms watch (docs/runbooks/privacy-requests.md).
//
// # What the record holds
//
// The customer's ID and no other data of theirs. After an erasure it holds a keyed
// hash of the ID instead ([Request.Forget]). docs/decisions/0061 says why.
package privacyrequest
