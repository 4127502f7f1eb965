// Package demo fills an empty shop with a year of real orders, and emits the
// events of the last two days as if they happened now.
//
// The orders are a reduced form of the Online Retail data set (see
// [Attribution] and README.md): a year of a British gift shop, with its real
// returns. Other data is made up and is the same in each run: names and
// addresses at example.com, languages and zones, stock, and when an order was
// paid, shipped and delivered. Up to sixteen orders are moved by themselves, to the days
// at which the later mails of the journey after-delivery are due.
//
// The flow of the data:
//
//	data/orders.csv.gz → [Tell] → a [Story] whose last day is today
//	    its history → [Import] → the tables, folded as record folds it
//	    its last two days → [Play] → the event bus, in the form of events/schema
//
// [Demo.Run] does both, once. It stores its progress in a file, so that a
// second run continues where the first one stopped.
package demo

import _ "embed"

// Attribution is the attribution that the licence of the data requires, in one
// line.
const Attribution = "Orders: Chen, D. (2015), Online Retail, UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0; reduced and moved in time. People and languages are made up."

//go:embed data/orders.csv.gz
var orders []byte
