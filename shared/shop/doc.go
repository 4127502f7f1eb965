// Package shop defines the data types that all other packages share: customers,
// orders, products, prices, money, and the events about them.
//
// It is a pure package and imports only the standard library. Times are in UTC
// and whole milliseconds. Money is an integer of minor units with its currency.
// Each kind of ID has its own type, so that the compiler refuses a mix-up.
package shop
