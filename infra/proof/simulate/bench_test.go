package main

import (
	"testing"

	"regulars/infra/proof/simulate/world"
)

// BenchmarkSchedule measures the cost of one schedule.
func BenchmarkSchedule(b *testing.B) {
	seed := uint64(1)
	for b.Loop() {
		world.Run(seed, world.Options{})
		seed++
	}
}
