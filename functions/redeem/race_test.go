//go:build race

package main

// usualCalls is fewer under the race detector, which makes a call take ten
// times as long and finds nothing in calls that take turns.
const usualCalls = 1_000
