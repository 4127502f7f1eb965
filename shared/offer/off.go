package offer

import "errors"

var (
	ErrTotal = errors.New("the total is below zero")
	ErrRate  = errors.New("the rate is not between 0 and 10000 basis points")
)

// Off returns the amount to take off a basket.
//
// total and the result are minor units of one currency; rate is in basis
// points, so that 1250 means 12.5 %. What is less than one minor unit is
// dropped, in the shop's favour. Off never exceeds ceiling; a ceiling of 0
// means none. It fails with [ErrTotal] or [ErrRate].
func Off(total, rate, ceiling int64) (int64, error) {
	switch {
	case total < 0:
		return 0, ErrTotal
	case rate < 0 || rate > 10_000:
		return 0, ErrRate
	}
	off := total/10_000*rate + total%10_000*rate/10_000 // split: total*rate could overflow
	if ceiling > 0 {
		off = min(off, ceiling)
	}
	return off, nil
}
