//go:build !race

package dynamo_test

const mostOrders = 10_000
