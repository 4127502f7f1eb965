//go:build race

package main

// usualCalls is smaller under the race detector, which makes a call take ten
// times as long, and finds nothing here because the callers run one at a time.
const usualCalls = 1_000
