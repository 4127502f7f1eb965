// Package demo fills an empty shop with real orders, and plays the last days of
// them as if they happened now.
//
// The orders are a reduced form of the Online Retail data set (see
// [Attribution] and README.md): a year of a British gift shop, with its real
// returns. What the data set does not have is made up, and the same each time:
// names and addresses at example.com, languages and zones, stock, and when an
// order was paid, sent and delivered.
//
// The way of the data:
//
//	data/orders.csv.gz → [Tell] → a [Story], dated so that its last day is today
//	    its history → [Import] → the tables, folded as record folds it
//	    its last two days → [Play] → the event bus, as any shop would emit them
//
// [Demo.Run] does both, once: where it stands is kept in a file, so that a
// second run goes on where the first one stopped.
package demo

import _ "embed"

// Attribution is what the licence of the data asks to be shown, in one line.
const Attribution = "Orders: Chen, D. (2015), Online Retail, UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0; reduced and moved in time. People and languages are made up."

//go:embed data/orders.csv.gz
var orders []byte
