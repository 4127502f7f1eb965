package recommend_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
)

// basket is one order of the data sets below.
type basket struct {
	at    time.Time
	items []shop.ProductID
}

// person is one customer with the order to predict.
type person struct {
	before []basket // oldest first
	next   []shop.ProductID
}

// TestPredictionsReachTheFloors measures the engine against what customers
// bought next: lists of 10, recall and NDCG with the ideal cut at 10, means
// over customers. For new items, only customers count whose next order has a
// product that is new to them and was bought before by another customer (no
// other product can be predicted). Parameters were chosen with the cuts here,
// never on a set on which figures are reported.
//
// The floors are above the rival methods (personal frequency with ties by
// popularity on the next order, co-purchase on new items) and just below the
// measured values, so that the test fails if a change lowers them.
func TestPredictionsReachTheFloors(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute: skipped by -short")
	}
	for _, set := range []struct {
		name      string
		load      func(t *testing.T) (learn [][]basket, people []person, now time.Time)
		next, new measures // floors
	}{
		{"Online Retail, cut 2011-07-01", onlineRetail("2011-07-01"), measures{recall: .178, ndcg: .309}, measures{recall: .086, ndcg: .122}},
		{"Dunnhumby, validate", dunnhumby, measures{recall: .471, ndcg: .344}, measures{recall: .210, ndcg: .122}},
	} {
		t.Run(set.name, func(t *testing.T) {
			learn, people, now := set.load(t)
			start := time.Now()
			engine := learned(learn, now)
			t.Logf("learned from %d customers in %v", len(learn), time.Since(start).Round(time.Millisecond))
			for mode, floor := range map[recommend.Mode]measures{recommend.ModeNext: set.next, recommend.ModeGoesWith: set.new} {
				m := engine.score(people, now, mode)
				t.Logf("%-9s R %.4f  N %.4f  PHR %.4f  over %d customers", mode, m.recall, m.ndcg, m.hits, m.people)
				if m.recall < floor.recall || m.ndcg < floor.ndcg {
					t.Errorf("%s: R %.4f N %.4f, want at least %.3f and %.3f", mode, m.recall, m.ndcg, floor.recall, floor.ndcg)
				}
			}
		})
	}
}

// catalogue is the rows that learning made.
type catalogue struct {
	items   map[shop.ProductID]recommend.Item
	popular []recommend.Popular
}

func learned(customers [][]basket, now time.Time) catalogue {
	l := learning.NewLearner(now.Add(-learning.RecentWindow))
	l.Fits = 1500 // of 3,266 on Online Retail: fitting all gives the same figures and takes five times as long
	for _, c := range customers {
		var all []learning.Purchase
		for _, b := range c {
			for _, p := range b.items {
				all = append(all, learning.Purchase{Product: p, At: b.at})
			}
		}
		l.Add(all)
	}
	s := catalogue{map[shop.ProductID]recommend.Item{}, l.Popular(recommend.MostPopular)}
	for id, learned := range l.Learned(20) {
		s.items[id] = recommend.Item{
			Product: shop.Product{ID: id, Title: "product " + string(id), Price: shop.Money{Minor: 100, Currency: "GBP"}},
			Learned: learned,
		}
	}
	return s
}

// read fetches rows, as the store would.
func (s catalogue) read(into map[shop.ProductID]recommend.Item, ids []shop.ProductID) {
	for _, id := range ids {
		if row, ok := s.items[id]; ok {
			into[id] = row
		}
	}
}

// ranked makes all three calls, with the two bounded reads.
func (s catalogue) ranked(now time.Time, h recommend.History, opt recommend.Options) []recommend.Ranked {
	rows := map[shop.ProductID]recommend.Item{}
	sources := recommend.Sources(h, s.popular, 40, opt.Anchor...)
	s.read(rows, sources)
	s.read(rows, recommend.Candidates(h, rows, s.popular, min(40, 60-len(sources)), opt.Anchor...))
	return recommend.Rank(now, h, rows, s.popular, opt.Want, opt)
}

// measures are means over people.
type measures struct {
	recall, ndcg, hits float64
	people             int
}

func (s catalogue) score(people []person, now time.Time, mode recommend.Mode) (m measures) {
	for _, p := range people {
		h := historyOf(p.before)
		target := map[shop.ProductID]bool{}
		for _, id := range p.next {
			if _, known := s.items[id]; known || mode == recommend.ModeNext {
				target[id] = true
			}
		}
		if mode == recommend.ModeGoesWith {
			for _, b := range h.Items {
				delete(target, b.Product)
			}
		}
		if len(target) == 0 {
			continue
		}
		var got, gain, ideal float64
		for rank, pick := range s.ranked(now, h, recommend.Options{Want: 10, Mode: mode}) {
			if target[pick.Product] {
				got++
				gain += 1 / math.Log2(float64(rank)+2)
			}
		}
		for rank := range min(10, len(target)) {
			ideal += 1 / math.Log2(float64(rank)+2)
		}
		m.people++
		m.recall += got / float64(len(target))
		m.ndcg += gain / ideal
		m.hits += min(got, 1)
	}
	of := float64(max(m.people, 1))
	m.recall, m.ndcg, m.hits = m.recall/of, m.ndcg/of, m.hits/of
	return m
}

// historyOf returns the history that the shop has of a customer.
func historyOf(orders []basket) recommend.History {
	all := make([]recommend.Order, len(orders))
	for i, b := range orders {
		all[i].At = b.at
		for _, id := range b.items {
			all[i].Lines = append(all[i].Lines, recommend.Line{Product: id, Units: 1})
		}
	}
	return recommend.HistoryOf(all)
}

// data opens a data set that is stored next to the module, or skips the test.
func data(t *testing.T, name string) io.Reader {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = up
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "data", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("not measured: ../shared/data/%s is missing next to the module (the README of the data names its source)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// dunnhumby returns all baskets of the customers of train to learn from, and
// the customers of validate with their last basket as the one to predict.
func dunnhumby(t *testing.T) (learn [][]basket, people []person, now time.Time) {
	var set struct{ Train, Validate map[string][][]int }
	if err := json.NewDecoder(data(t, "dunnhumby-dc/dc.json.gz")).Decode(&set); err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now = begin.AddDate(1, 0, 0)
	baskets := func(raw [][]int) []basket {
		var out []basket
		for i, items := range raw { // the set has an order but no times: one basket a day, ending at now
			b := basket{at: now.AddDate(0, 0, i-len(raw))}
			for _, id := range items {
				b.items = append(b.items, shop.ProductID(strconv.Itoa(id)))
			}
			out = append(out, b)
		}
		return out
	}
	for _, raw := range set.Train {
		learn = append(learn, baskets(raw))
	}
	for _, user := range sortedKeys(set.Validate) {
		all := baskets(set.Validate[user])
		people = append(people, person{all[:len(all)-1], all[len(all)-1].items})
	}
	return learn, people, now
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// productCode matches the stock codes of products; fees, postage and vouchers
// have letters.
var productCode = regexp.MustCompile(`^\d{5}`)

func onlineRetail(cut string) func(*testing.T) ([][]basket, []person, time.Time) {
	return func(t *testing.T) (learn [][]basket, people []person, now time.Time) {
		now, err := time.Parse(time.DateOnly, cut)
		if err != nil {
			t.Fatal(err)
		}
		rows := csv.NewReader(data(t, "online-retail/online_retail.csv.gz"))
		rows.ReuseRecord = true
		if _, err := rows.Read(); err != nil {
			t.Fatal(err)
		}
		type order struct {
			invoice string
			basket
		}
		customers := map[string][]order{}
		for {
			r, err := rows.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			invoice, code, customer := r[0], strings.ToUpper(r[1]), r[6]
			if customer == "" || strings.HasPrefix(invoice, "C") || !productCode.MatchString(code) {
				continue
			}
			at, err := time.Parse(time.DateTime, r[4])
			if err != nil {
				t.Fatal(fmt.Errorf("invoice %s: %w", invoice, err))
			}
			customer = strings.Clone(customer)
			orders := customers[customer]
			if len(orders) == 0 || orders[len(orders)-1].invoice != invoice {
				orders = append(orders, order{strings.Clone(invoice), basket{at: at}})
			}
			last := &orders[len(orders)-1]
			if id := shop.ProductID(strings.Clone(code)); !slices.Contains(last.items, id) {
				last.items = append(last.items, id)
			}
			customers[customer] = orders
		}
		for _, c := range sortedKeys(customers) {
			orders := customers[c]
			slices.SortStableFunc(orders, func(a, b order) int { return a.at.Compare(b.at) })
			var p person
			for _, o := range orders {
				switch {
				case o.at.Before(now):
					p.before = append(p.before, o.basket)
				case p.next == nil:
					p.next = o.items
				}
			}
			if len(p.before) > 0 {
				learn = append(learn, p.before)
				if p.next != nil {
					people = append(people, p)
				}
			}
		}
		t.Logf("%d customers have an order after %s", len(people), cut)
		return learn, people, now
	}
}
