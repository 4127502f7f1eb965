// Package funnel draws customers of the live table, on whom a policy is tried before its
// messages are sent: all of them, or a random sample whose numbers are said with their
// 95 % interval.
package funnel
