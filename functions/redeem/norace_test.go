//go:build !race

package main

const usualCalls = 10_000
