package fitting_test

import (
	"math"
	"math/rand/v2"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

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

func beta(random *rand.Rand, a, b float64) float64 {
	x, y := gamma(random, a), gamma(random, b)
	return x / (x + y)
}

// person is a simulated customer: their history after age weeks, and the number
// of orders that they placed in the weeks after that.
type person struct {
	customervalue.History
	alive bool
	next  int
	spent customervalue.Baskets
	later float64 // spent on the orders in next
}

// draw simulates one customer by the model.
func draw(random *rand.Rand, o customervalue.Orders, s customervalue.Spending, age, more float64) (p person) {
	rate, leaves := gamma(random, o.R)/o.Alpha, beta(random, o.A, o.B)
	basket := gamma(random, s.Q) / s.V
	p.Age, p.alive = age, o.Leaving == customervalue.AfterRepeats || random.Float64() >= leaves
	pay := func() {
		p.spent.Orders++
		p.spent.Sum += gamma(random, s.P) / basket
	}
	pay()
	at := 0.0
	for here := p.alive; here; here = random.Float64() >= leaves {
		if at += random.ExpFloat64() / rate; at > age+more {
			break
		}
		if at > age {
			p.next++
			p.later += gamma(random, s.P) / basket
			continue
		}
		p.Repeats++
		p.Last = at
		pay()
	}
	return p
}

var (
	asCDNOW  = customervalue.Orders{R: 0.2426, Alpha: 4.4136, A: 0.7929, B: 2.4259, Leaving: customervalue.AfterRepeats}
	asGifts  = customervalue.Orders{R: 0.73, Alpha: 7.4, A: 0.3, B: 3, Leaving: customervalue.AfterAny}
	asBasket = customervalue.Spending{P: 6.25, Q: 3.74, V: 15.44}
)

// sample simulates the customers of a shop whose first orders came over half a
// year.
func sample(seed uint64, n int, o customervalue.Orders) (people []person, rows []fitting.Row, spent []customervalue.Baskets) {
	random := rand.New(rand.NewPCG(seed, 1))
	for range n {
		p := draw(random, o, asBasket, 26+26*random.Float64(), 26)
		people = append(people, p)
		rows = append(rows, fitting.Row{History: p.History, Customers: 1})
		spent = append(spent, p.spent)
	}
	return people, rows, spent
}
