// Package intake parses and checks incoming events: it turns one EventBridge
// envelope into facts about orders, customers, products, consents and campaign
// runs, or reports all faults of the envelope.
//
// It accepts two formats. The native one is described in the folder events,
// with one JSON Schema for each detail-type. The other is a shop platform's own
// webhook: of Shopify and Segment as their EventBridge sources deliver it, of other
// platforms in the envelope of the function hooks. One webhook can give several facts,
// because it carries the whole order each time.
//
// # What is refused, and what is accepted
//
// An event is refused if acting on it would mean acting on a guess: JSON that
// does not parse, more than [MaxBytes], an unknown detail-type or version, a
// value of the wrong type, units below one, an unknown currency, two currencies
// in one order, an amount with more decimals than its currency has, a time
// before 1995 or more than five minutes ahead, a total that disagrees with its
// lines. A refusal reports all faults of the event at once, each with its JSON
// pointer.
//
// An order must state its own time, in order.placed_at or occurred_at: an
// order's time never changes, but the envelope's time does if a producer emits
// again.
//
// An event is not refused if data are only missing or only unusual:
//
//   - Unknown fields are ignored, and null is the same as absent.
//   - A locale, zone or country that does not exist is dropped; messages then
//     use the shop's own. An order is worth more than a typing mistake in a
//     setting.
//   - Control characters in names and titles become spaces, and what exceeds
//     500 characters is cut off.
//   - An address that SES cannot write to is kept; mails to it are suppressed.
//     A domain in another script than ASCII is converted to Punycode.
//   - A SKU of more than 128 bytes is kept by a hash, the same in orders,
//     returns and the catalogue.
//   - A currency of the past, such as DEM, has two decimals.
//   - A product on several lines of an order becomes one line: the units are
//     added, and the first line's price and title are kept.
//   - An order without a customer's ID belongs to a guest, whose ID is [Guest]
//     of the address. If it has no address either ("none"), its customer is
//     zero. It still counts for the products that are bought together.
//   - A Shopify test order, and a Shopify topic that is not read, is not an
//     error: [Parsed.Ignored] says why there are no events.
//
// No fault, no error and no [Parsed.Ignored] repeats a value of the event, so
// that all can be logged: they name the place, the kind of the value and what is
// wanted. A name or a telephone number can stand in any field, also in one whose
// values are usually harmless.
package intake
