package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// wide adds a thousand products to the catalogue, each with twenty neighbours.
func wide(rows map[shop.ProductID]recommend.Item) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		row := recommend.Item{
			Product: shop.Product{Title: fmt.Sprintf("Product number %d of the shop", i), Category: fmt.Sprint("category ", i%30), URL: fmt.Sprint("https://shop.example.com/p/", i)},
			Learned: recommend.Learned{Customers: 3 + r.IntN(400), EveryDays: 30 + r.IntN(200), Again: r.Float64() / 4},
		}
		for range 20 {
			row.Neighbours = append(row.Neighbours, recommend.Neighbour{Product: number(r.IntN(1000)), Score: r.Float64(), Customers: 3 + r.IntN(60)})
		}
		rows[number(i)] = row
	}
}

func number(i int) shop.ProductID { return shop.ProductID(fmt.Sprintf("%05d", i)) }

// regular returns the profile of a customer who ordered this number of
// products, five in each order, some of them repeatedly.
func regular(id shop.CustomerID, products int) profile.Profile {
	p := profile.Profile{ID: id}
	for i := range products / 5 {
		v := visit(shop.OrderID(fmt.Sprint("o-", i)), 7*(products/5-i))
		for j := range 5 {
			v.Lines = append(v.Lines, profile.VisitProduct{Product: number((5*i + j) * 7 % 1000), Units: 1})
		}
		p.Orders = append(p.Orders, v)
	}
	return p
}

// wideFixture returns a fixture on an in-memory store, with customers who
// bought 5, 40 and 500 products.
func wideFixture(t testing.TB) *fixture {
	t.Helper()
	b := newFixture(t, dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{
		Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings",
	}), wide)
	for i := range 100 {
		b.model.Popular = append(b.model.Popular, recommend.Popular{Product: number(i * 9 % 1000), Customers: 300 - i})
	}
	for _, n := range []int{5, 40, 500} {
		b.customer(t, regular(shop.CustomerID(fmt.Sprint("c-", n)), n))
	}
	return b
}

var benchCalls = []struct{ name, method, path, body string }{
	{"customer/5-items", http.MethodGet, "/customers/c-5", ""},
	{"customer/40-items", http.MethodGet, "/customers/c-40", ""},
	{"customer/500-items", http.MethodGet, "/customers/c-500", ""},
	{"customer/50-picks", http.MethodGet, "/customers/c-40?want=50", ""},
	{"customer/newcomer", http.MethodGet, "/customers/unknown", ""},
	{"product", http.MethodGet, "/products/00042", ""},
	{"cart", http.MethodPost, "/carts", `{"customer":"c-40","products":["00042","00043","00044"]}`},
}

// BenchmarkAnswer measures one call from its event to its answer, on one core,
// with an in-memory DynamoDB: its cost without DynamoDB's own time.
func BenchmarkAnswer(b *testing.B) {
	bench := wideFixture(b)
	for _, c := range benchCalls {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			used := cpuTime(b)
			for b.Loop() {
				began := time.Now()
				if got := bench.call(b, c.method, c.path, c.body); got.StatusCode != http.StatusOK {
					b.Fatal(got.Body)
				}
				took = append(took, time.Since(began))
			}
			b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(len(took)), "cpu-µs/op")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "answers/s")
		})
	}
}

// cpuTime returns the CPU time that this process has used. Unlike elapsed time,
// it does not depend on how busy the machine is.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// The limits are those of docs/recommendations.md.
func TestReadUnitsOfACallAreLimited(t *testing.T) {
	b := wideFixture(t)
	var units float64
	b.store.Meter = func(_ string, read, _ float64) { units += read }
	for _, c := range []struct {
		name  string
		path  string
		rows  []int // most rows of each read
		units float64
	}{
		{"a newcomer", "/customers/unknown", []int{40}, 21},
		{"a product, without a customer", "/products/00042", []int{1, 40}, 21},
		{"a product, for a customer", "/products/00042?customer=c-40", []int{40, 20}, 33},
		{"a customer of 5 products", "/customers/c-5", []int{5, 40}, 25.5},
		{"a customer of 40 products", "/customers/c-40", []int{40, 20}, 33},
		{"a customer of 500 products", "/customers/c-500", []int{40, 20}, 33},
		{"fifty picks", "/customers/c-40?want=50", []int{40, 60}, 53},
	} {
		b.read, units = nil, 0
		b.get(t, c.path)
		t.Logf("%-40s %4.1f read units, rows %v", c.name, units, b.read)
		if units > c.units {
			t.Errorf("%s cost %v read units, want at most %v", c.name, units, c.units)
		}
		for i, n := range b.read {
			if i >= len(c.rows) || n > c.rows[i] {
				t.Errorf("%s read rows %v, want at most %v", c.name, b.read, c.rows)
			}
		}
	}
}
