package lift_test

import (
	"testing"

	"regulars/shared/lift"
)

// An arm takes a customer without an allocation, so millions of customers need a
// second and constant memory.
func BenchmarkArm(b *testing.B) {
	var a lift.Arm
	c := lift.Customer{Orders: 2, Net: 4000, OrdersBefore: 3, NetBefore: 9000}
	b.ReportAllocs()
	for b.Loop() {
		a.Add(c)
	}
}
