package points

import (
	"math/bits"
	"time"

	"regulars/shared/shop"
)

// Scheme says how a shop's points are earned, spent and lost: points.yaml of
// its files. The zero Scheme is that of a shop without points.
type Scheme struct {
	Since   time.Time               `json:"since,omitzero"`   // orders placed from then on earn
	Placed  bool                    `json:"placed,omitempty"` // points of an order that is not paid count like those of a paid one
	Earn    map[shop.Currency]int64 `json:"earn,omitempty"`   // minor units that earn one point, by currency
	Pending time.Duration           `json:"pending"`          // from the order until its points can be spent
	Lives   time.Duration           `json:"lives"`            // from the order until its points expire; more than Pending
	Spend   Rate                    `json:"spend,omitzero"`   // what points are worth at the checkout; zero: they cannot be spent
	Margin  *int                    `json:"margin,omitempty"` // points lower the price of a line to its cost plus these basis points at least; nil: no floor

	Tiers  []Tier        `json:"tiers,omitempty"`  // by From, the lowest first
	Window time.Duration `json:"window,omitempty"` // a tier is reached by the points of a period of this length
	Grace  time.Duration `json:"grace,omitempty"`  // how long a tier is kept after the last such period
}

// On reports whether the shop has points.
func (s Scheme) On() bool { return len(s.Earn) > 0 }

// Rate is what points are worth: Points of them are worth Worth minor units of
// the shop's currency.
type Rate struct {
	Points int   `json:"points"`
	Worth  int64 `json:"worth"`
}

// WorthOf returns what points are worth, in minor units, rounded down.
func (r Rate) WorthOf(points int) int64 {
	if r.Points <= 0 || points <= 0 {
		return 0
	}
	return portion(int64(points), r.Worth, int64(r.Points))
}

// Cost returns how many points an amount costs, rounded up.
func (r Rate) Cost(minor int64) int {
	if r.Worth <= 0 || minor <= 0 {
		return 0
	}
	n := portion(minor, int64(r.Points), r.Worth)
	if r.WorthOf(int(n)) < minor {
		n++
	}
	return int(n)
}

// portion returns a × b ÷ c, rounded down, and 2^53 at most. None is negative.
func portion(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high >= uint64(c) {
		return 1 << 53 // it does not fit
	}
	quotient, _ := bits.Div64(high, low, uint64(c))
	return int64(min(quotient, 1<<53))
}

// For returns the points that an amount earns, rounded down. A currency without
// a rate earns nothing: this project never converts.
func (s Scheme) For(m shop.Money) int { return earned(m.Minor, s.Earn[m.Currency]) }

func earned(minor, rate int64) int {
	if rate <= 0 || minor <= 0 {
		return 0
	}
	return int(minor / rate)
}
