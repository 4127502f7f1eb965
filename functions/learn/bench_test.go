package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// generatedShop is a shop that is generated while it is read, so that it takes
// no memory. Each customer has one to six orders of one to six products. A
// third of the products of later orders were in an earlier one. Of the others
// half are from twenty products of the customer's own taste, half from all
// products, of which few sell much. Each product comes in twelve colours.
type generatedShop struct {
	products, customers int

	published map[string][]byte // by name of the part
}

func (s *generatedShop) product(n int) shop.ProductID { return shop.ProductID(fmt.Sprintf("%06d", n)) }

func (s *generatedShop) Profiles(_ context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error) {
	for c := page.Segment; c < s.customers; c += page.Segments {
		if err := visit(s.customer(c)); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (s *generatedShop) customer(c int) profile.Profile {
	random := rand.New(rand.NewPCG(uint64(c), 1))
	p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", c))}
	taste := random.IntN(s.products / 20)
	days := make([]int, 1+random.IntN(6)) // before this night
	for i := range days {
		days[i] = 1 + random.IntN(700)
	}
	slices.Sort(days)
	var bought []shop.ProductID
	for o, ago := range slices.Backward(days) {
		v := profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", o)), At: night.AddDate(0, 0, -ago), Net: shop.Money{Minor: 2000, Currency: "GBP"}}
		for range 1 + random.IntN(6) {
			n := taste*20 + random.IntN(20)
			if random.IntN(2) == 0 {
				n = int(float64(s.products)*math.Pow(random.Float64(), 3)) * 7919 % s.products
			}
			id := s.product(n)
			if len(p.Orders) > 0 && random.IntN(3) == 0 {
				id = bought[random.IntN(len(bought))]
			}
			bought = append(bought, id)
			v.Lines = append(v.Lines, profile.VisitProduct{Product: id, Units: 1})
		}
		p.Orders = append(p.Orders, v)
	}
	return p
}

func (s *generatedShop) Products(_ context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error) {
	for n := page.Segment; n < s.products; n += page.Segments {
		noun, colour, style := n%50, n/50%12, n/600
		item := recommend.Item{Product: shop.Product{
			ID: s.product(n), Title: fmt.Sprintf("%s %s %s in a box", word("style", style), word("colour", colour), word("noun", noun)),
			Category: word("kind", noun/5), Price: shop.Money{Minor: int64(95 + 50*((style+noun)%40)), Currency: "GBP"},
		}}
		if err := visit(item); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

// word returns a word of letters, because digits in a title are sizes.
func word(kind string, n int) string {
	for ; n > 0; n /= 26 {
		kind += string(rune('a' + n%26))
	}
	return kind
}

func (*generatedShop) SaveLearned(_ context.Context, _ dynamo.Versions, all iter.Seq2[shop.ProductID, recommend.Learned]) error {
	for range all {
	}
	return nil
}

func (*generatedShop) BeginModel(_ context.Context, version string) (dynamo.Versions, error) {
	return dynamo.Versions{Writing: version}, nil
}

func (*generatedShop) Model(context.Context, string) (string, []byte, error) {
	return "", nil, dynamo.ErrNotFound
}

// Policy returns that none is published.
func (*generatedShop) Policy(context.Context) (string, []byte, error) {
	return "", nil, dynamo.ErrNotFound
}

func (s *generatedShop) PublishModel(_ context.Context, _ string, parts map[string][]byte) error {
	s.published = parts
	return nil
}

// trainingClock measures the CPU time and the memory of training, by what the
// night logs.
type trainingClock struct {
	slog.Handler // discards everything

	b               *testing.B
	seconds, before float64 // before: the peak memory when training began
}

func (t *trainingClock) Enabled(context.Context, slog.Level) bool { return true }

func (t *trainingClock) Handle(_ context.Context, r slog.Record) error {
	switch r.Message {
	case "learn learns from the orders before those to predict":
		t.seconds -= cpuSeconds(t.b)
		t.before = peak(t.b)
	case "learn has trained the re-rankers":
		t.seconds += cpuSeconds(t.b)
	}
	return nil
}

// BenchmarkNight measures a night without reading and writing tables: CPU time,
// and the most memory that the process ever had, each for the whole night and
// for training the re-rankers (train-CPU-s, and what training added to the peak
// as train-MB). Run one size at a time, because the peak memory of a size
// counts for those after it:
//
//	go test ./functions/learn -run '^$' -bench 'Night/10000_products,_100000' -benchtime 1x
func BenchmarkNight(b *testing.B) {
	usual := slog.Default()
	b.Cleanup(func() { slog.SetDefault(usual) })
	for _, s := range []*generatedShop{{products: 10_000, customers: 10_000}, {products: 10_000, customers: 100_000}, {products: 100_000, customers: 1_000_000}} {
		b.Run(fmt.Sprintf("%d products, %d customers", s.products, s.customers), func(b *testing.B) {
			training := &trainingClock{Handler: slog.DiscardHandler, b: b}
			slog.SetDefault(slog.New(training))
			var answer Answer
			before := cpuSeconds(b)
			for b.Loop() {
				h := &handler{customers: s, catalogue: s, versions: s, policies: s, now: func() time.Time { return night }}
				var err error
				if answer, err = h.Handle(b.Context(), Event{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuSeconds(b)-before)/float64(b.N), "CPU-s/op")
			b.ReportMetric(training.seconds/float64(b.N), "train-CPU-s/op")
			b.ReportMetric(peak(b), "peak-MB")
			b.ReportMetric(peak(b)-training.before, "train-MB")
			b.ReportMetric(float64(answer.Products), "products-with-neighbours")
			var model recommend.Model
			must(b, json.Unmarshal(s.published[recommend.ModelName], &model))
			b.ReportMetric(float64(model.Reranking[recommend.ModeNext].Customers), "customers-predicted")
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
