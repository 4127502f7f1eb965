package main

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// generatedShop is a shop that is generated while it is read, so that it takes
// no memory. Each customer has one to six orders of one to six products: half
// of them from twenty products of the customer's own taste, half from all
// products, of which few sell much.
type generatedShop struct{ products, customers int }

func (s generatedShop) product(n int) shop.ProductID { return shop.ProductID(fmt.Sprintf("%06d", n)) }

func (s generatedShop) Profiles(_ context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error) {
	for c := page.Segment; c < s.customers; c += page.Segments {
		if err := visit(s.customer(c)); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (s generatedShop) customer(c int) profile.Profile {
	random := rand.New(rand.NewPCG(uint64(c), 1))
	p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", c))}
	taste := random.IntN(s.products / 20)
	for o := range 1 + random.IntN(6) {
		v := profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", o)), At: night.AddDate(0, 0, -1-random.IntN(700)), Net: shop.Money{Minor: 2000, Currency: "GBP"}}
		for range 1 + random.IntN(6) {
			n := taste*20 + random.IntN(20)
			if random.IntN(2) == 0 {
				n = int(float64(s.products)*math.Pow(random.Float64(), 3)) * 7919 % s.products
			}
			v.Lines = append(v.Lines, profile.VisitProduct{Product: s.product(n), Units: 1})
		}
		p.Orders = append(p.Orders, v)
	}
	return p
}

func (s generatedShop) Products(_ context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error) {
	for n := page.Segment; n < s.products; n += page.Segments {
		item := recommend.Item{Product: shop.Product{ID: s.product(n), Title: "Product", Category: "Kitchen", Price: shop.Money{Minor: 495, Currency: "GBP"}}}
		if err := visit(item); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (generatedShop) SaveLearned(_ context.Context, _ dynamo.Versions, all iter.Seq2[shop.ProductID, recommend.Learned]) error {
	for range all {
	}
	return nil
}

func (generatedShop) BeginModel(_ context.Context, version string) (dynamo.Versions, error) {
	return dynamo.Versions{Writing: version}, nil
}

func (generatedShop) Model(context.Context, string) (string, []byte, error) {
	return "", nil, dynamo.ErrNotFound
}

func (generatedShop) PublishModel(context.Context, string, map[string][]byte) error { return nil }

// BenchmarkNight measures a night without reading and writing tables: wall
// time, CPU time, and the most memory that the process ever had. Run one size
// at a time, because the peak memory of a size counts for those after it:
//
//	go test ./functions/learn -run '^$' -bench 'Night/100000_products,_300000' -benchtime 1x
func BenchmarkNight(b *testing.B) {
	usual := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	b.Cleanup(func() { slog.SetDefault(usual) })
	for _, s := range []generatedShop{{1_000, 20_000}, {10_000, 100_000}, {100_000, 300_000}, {100_000, 1_000_000}} {
		b.Run(fmt.Sprintf("%d products, %d customers", s.products, s.customers), func(b *testing.B) {
			var answer Answer
			before := cpuSeconds(b)
			for b.Loop() {
				h := &handler{customers: s, catalogue: s, versions: s, now: func() time.Time { return night }}
				var err error
				if answer, err = h.Handle(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuSeconds(b)-before)/float64(b.N), "CPU-s/op")
			b.ReportMetric(peak(b), "peak-MB")
			b.ReportMetric(float64(answer.Products), "products-with-neighbours")
		})
	}
}

// cpuSeconds returns the CPU time that this process has used, in seconds; 0 if
// the system does not report it.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, fields, _ := strings.Cut(string(stat), ") ")
	var user, system float64
	if f := strings.Fields(fields); len(f) > 12 {
		fmt.Sscan(f[11]+" "+f[12], &user, &system)
	}
	return (user + system) / 100 // ticks
}

// peak returns the most memory that this process ever had, in MB; 0 if the
// system does not report it.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}
