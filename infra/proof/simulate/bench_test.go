package main

import (
	"testing"

	"regulars/infra/proof/simulate/world"
)

// What one schedule costs.
func BenchmarkSchedule(b *testing.B) {
	seed := uint64(1)
	for b.Loop() {
		world.Run(seed, world.Options{})
		seed++
	}
}
