package main

import (
	"math"
	"math/rand/v2"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

// sample simulates customers like those of CDNOW, with times in whole days.
// Equal histories are one row, as learn makes them.
func sample(n int) (rows []fitting.Row) {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	at := map[customervalue.History]int{}
	for range n {
		rate := gamma(random, 0.2426) / 4.4136
		leaves := gamma(random, 0.7929)
		leaves /= leaves + gamma(random, 2.4259)
		h := customervalue.History{Age: day(27 + 12*random.Float64())}
		for when := 0.0; ; {
			if when += random.ExpFloat64() / rate; when > h.Age {
				break
			}
			h.Repeats++
			h.Last = day(when)
			if random.Float64() < leaves {
				break
			}
		}
		if _, known := at[h]; !known {
			at[h] = len(rows)
			rows = append(rows, fitting.Row{History: h})
		}
		rows[at[h]].Customers++
	}
	return rows
}

// day rounds weeks down to whole days.
func day(weeks float64) float64 { return math.Floor(7*weeks) / 7 }

// gamma draws from a gamma distribution (Marsaglia and Tsang 2000).
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(1-random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := random.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(1-random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
