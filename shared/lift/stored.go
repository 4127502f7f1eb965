package lift

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// stored is an arm as JSON: the number of customers, and for each measure the sums
// of y, x, y², xy and x² as integers of any size.
type stored struct {
	Customers int64       `json:"customers"`
	Orders    [5]*big.Int `json:"orders"`
	Net       [5]*big.Int `json:"net"`
	Converted [5]*big.Int `json:"converted"`
}

func (s *stored) of(m Measure) *[5]*big.Int {
	return [measures]*[5]*big.Int{&s.Orders, &s.Net, &s.Converted}[m]
}

func (m *moments) all() [5]*sum { return [5]*sum{&m.y, &m.x, &m.yy, &m.xy, &m.xx} }

// MarshalJSON returns the arm's sums. They are exact: an arm that was stored and
// read is equal to the original.
func (a Arm) MarshalJSON() ([]byte, error) {
	out := stored{Customers: a.n}
	for m := range measures {
		for i, s := range a.of[m].all() {
			out.of(m)[i] = s.big()
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails if a sum is missing or has
// more than 128 bits.
func (a *Arm) UnmarshalJSON(content []byte) error {
	var in stored
	if err := json.Unmarshal(content, &in); err != nil {
		return fmt.Errorf("read an arm: %w", err)
	}
	read := Arm{n: in.Customers}
	for m := range measures {
		for i, s := range read.of[m].all() {
			n := in.of(m)[i]
			if n == nil || n.BitLen() > 127 {
				return fmt.Errorf("read an arm: sum %d of measure %d is missing or too large", i, m)
			}
			s.set(n)
		}
	}
	*a = read
	return nil
}
