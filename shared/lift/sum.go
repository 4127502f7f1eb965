package lift

import (
	"math/big"
	"math/bits"
)

// sum is a sum of products of two int64, in 128 bits of two's complement. It is
// exact, so the order of additions does not matter. It holds 10^9 products of
// amounts of 10^14 each.
type sum struct {
	high int64
	low  uint64
}

// add adds a times b.
func (s *sum) add(a, b int64) {
	high, low := bits.Mul64(uint64(a), uint64(b))
	s.merge(sum{int64(high) - a>>63&b - b>>63&a, low}) // Mul64 took negative factors for 2^64 more than they are
}

// merge adds another sum.
func (s *sum) merge(t sum) {
	low, carry := bits.Add64(s.low, t.low, 0)
	s.high, s.low = s.high+t.high+int64(carry), low
}

// big returns the sum as an integer of any size.
func (s sum) big() *big.Int {
	n := big.NewInt(s.high)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(s.low))
}

// set makes the sum n, which has at most 127 bits.
func (s *sum) set(n *big.Int) {
	high := new(big.Int).Rsh(n, 64) // rounds down, as the two parts need it
	s.high = high.Int64()
	s.low = new(big.Int).Sub(n, high.Lsh(high, 64)).Uint64()
}

// float returns the sum, rounded.
func (s sum) float() float64 {
	f, _ := new(big.Float).SetInt(s.big()).Float64()
	return f
}
