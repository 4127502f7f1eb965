//go:build race

package dynamo_test

// mostOrders is smaller under the race detector, which makes each fold take ten
// times as long, and finds nothing here because the folds run one at a time.
const mostOrders = 1_000
