// Package intake reads what comes in: it turns one EventBridge envelope into
// the facts that the rest of the system speaks, or says everything that is
// wrong with it.
//
// Two forms are taken. The native one is described, one JSON Schema for each
// detail-type, in the folder events. The other is a Shopify order or refund
// webhook as Shopify's EventBridge source delivers it; one webhook can tell
// several facts, because it carries the whole order each time.
//
// # What is refused, and what is let pass
//
// An event is refused where acting on it would be acting on a guess: JSON that
// does not parse, more than [MaxBytes], an unknown detail-type or version, a
// value of the wrong type, units below one, an unknown currency, two currencies
// in one order, an amount finer than its currency, a time before 1995 or more
// than five minutes ahead, an address that cannot be written to. A refusal
// names all faults of the event at once, each with its JSON pointer.
//
// An order must tell its own time, in order.placed_at or occurred_at: an order's
// time never changes, and the envelope's does when a producer emits again.
//
// An event is never refused for what is only missing or only odd:
//
//   - Unknown fields are skipped, and null is the same as absent.
//   - A locale, zone or country that does not exist is dropped; the shop's own
//     takes its place when a message is made. An order is worth more than a
//     typing mistake in a setting.
//   - Control characters in names and titles become spaces.
//   - A product that stands on several lines of an order becomes one line: the
//     units are added, the first line's price and title stay.
//   - An order without a customer's ID belongs to a guest, named by [Guest] for
//     the address; one without an address as well is nobody's, and its customer
//     is zero. It still counts for what is bought together.
//   - A Shopify test order, and a topic that is not read here, is not an error:
//     [Parsed.Ignored] says why there are no events.
//
// No fault and no error repeats a name or an address, so that both can be
// logged.
package intake
