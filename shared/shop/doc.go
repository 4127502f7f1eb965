// Package shop holds the nouns that every other package speaks: customers,
// orders, products, money, and what happens to them.
//
// It imports the standard library only and does nothing that needs a clock, a
// network or a store. Times are UTC and whole milliseconds; money is integer
// minor units with its currency; identifiers are types of their own, so that
// one cannot stand in for another.
package shop
