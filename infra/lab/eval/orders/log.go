package orders

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

// Lines is the default limit of lines in a log: about 0.5 GB, and as much again
// while it is split.
const Lines = 20_000_000

// ErrFull means that there are more lines than the log may take.
var ErrFull = errors.New("more lines than may be read")

// Log collects lines of orders. The zero Log is empty and takes [Lines] lines.
type Log struct {
	Limit int // of lines; 0: Lines

	customers, products names
	orders              names // by customer and order
	lines               []line
	notes               []string
	catalogue           map[shop.ProductID]shop.Product
}

type line struct {
	at                       int64 // Unix time in ms
	customer, order, product int32
}

// names numbers names in the order in which they are added.
type names struct {
	place map[string]int32
	all   []string
}

func (n *names) number(name string) int32 {
	if at, ok := n.place[name]; ok {
		return at
	}
	if n.place == nil {
		n.place = map[string]int32{}
	}
	name = strings.Clone(name)
	at := int32(len(n.all))
	n.place[name] = at
	n.all = append(n.all, name)
	return at
}

// Add adds one line: this customer's order, placed at this time, has this item.
// If order is empty, all that a customer ordered at one time is one order. It
// fails with [ErrFull].
func (l *Log) Add(customer, order string, at time.Time, product shop.ProductID) error {
	limit := l.Limit
	if limit <= 0 {
		limit = Lines
	}
	if len(l.lines) >= limit {
		return fmt.Errorf("%w: %d; raise the limit (-lines), or give a part of the customers", ErrFull, limit)
	}
	if order == "" {
		order = at.UTC().Format(time.RFC3339Nano)
	}
	c := l.customers.number(customer)
	l.lines = append(l.lines, line{
		at:       at.UnixMilli(),
		customer: c,
		order:    l.orders.number(fmt.Sprintf("%d/%s", c, order)),
		product:  l.products.number(string(product)),
	})
	return nil
}

// Note adds a sentence to the notes of every set that is cut from the log.
func (l *Log) Note(format string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(format, args...))
}

// Know adds the products of the shop's catalogue to every set that is cut from
// the log, also those that were never ordered. It leaves out what is of today
// alone and would say nothing about the cut: stock, and what is hidden.
func (l *Log) Know(products []shop.Product) {
	if l.catalogue == nil && len(products) > 0 {
		l.catalogue = make(map[shop.ProductID]shop.Product, len(products))
	}
	for _, p := range products {
		p.Stock, p.Hidden = nil, false
		l.catalogue[p.ID] = p
	}
}

// knowledge returns a sentence about the catalogue, given the number of
// products in the orders.
func (l *Log) knowledge(ordered int) string {
	known, related := 0, 0
	for _, id := range l.products.all {
		if _, ok := l.catalogue[shop.ProductID(id)]; ok {
			known++
		}
	}
	for _, p := range l.catalogue {
		related += min(len(p.Relations), 1)
	}
	return fmt.Sprintf("The catalogue has %d products, %d of them with relations; it knows %d of the %d products that were ordered. Its titles, prices, categories and relations are today's, not those of the cut.", len(l.catalogue), related, known, ordered)
}

// share is the part of the orders before the default cut.
const share = 0.8

// Cut splits the log at a time. Methods learn from the orders before it; for
// each customer with an order before it, their first order from then on is to
// be predicted.
//
// A zero time means the default: the first midnight (UTC) with at least 80 % of
// the orders before it. If no order is after that midnight, as when all are of
// one day, it is the time of the order at 80 %.
//
// It fails if no customer has orders on both sides.
func (l *Log) Cut(at time.Time) (*trial.Set, error) {
	if len(l.lines) == 0 {
		return nil, errors.New("the log has no orders")
	}
	ordered := len(l.products.all)
	products := l.sortedProducts()
	customers := l.fold(products)
	how := "as given"
	if at.IsZero() {
		at = defaultCut(customers)
		how = "the default, by which 80 % of the orders were placed"
	}
	set := &trial.Set{Past: trial.Past{Now: at, Catalogue: l.catalogue}, Notes: slices.Clone(l.notes)}
	for _, id := range products.sorted {
		set.Products = append(set.Products, shop.ProductID(id))
	}
	var orders, single int
	for _, c := range customers {
		orders += len(c.Orders)
		if len(c.Orders) == 1 {
			single++
		}
		n, _ := slices.BinarySearchFunc(c.Orders, at, func(o trial.Order, at time.Time) int { return o.At.Compare(at) })
		if n == 0 {
			continue
		}
		before := c.Orders[:n:n]
		set.Customers = append(set.Customers, trial.Customer{ID: c.ID, Orders: before})
		if n < len(c.Orders) {
			set.Cases = append(set.Cases, trial.Case{Customer: c.ID, Before: before, Next: c.Orders[n].Items})
		}
	}
	if l.catalogue != nil {
		set.Notes = append(set.Notes, l.knowledge(ordered))
	}
	set.Notes = append(set.Notes,
		fmt.Sprintf("%d customers, %d of them with one order only, %d orders, %d products.", len(customers), single, orders, ordered),
		fmt.Sprintf("Cut at %s, %s: each customer's first order from then on is predicted from all orders before.", at.Format(time.RFC3339), how))
	if len(set.Cases) == 0 {
		return nil, fmt.Errorf("no customer has an order before %s and one after it, so there is nothing to predict: %d customers, %d orders from %s to %s; name another cut, or give orders of a longer time",
			at.Format(time.RFC3339), len(customers), orders, l.first().Format(time.RFC3339), l.last().Format(time.RFC3339))
	}
	return set, nil
}

// sortedNames are the products of the lines and of the catalogue, sorted by ID,
// and the new index of each product of the lines.
type sortedNames struct {
	sorted []string
	to     []trial.Item
}

func (l *Log) sortedProducts() sortedNames {
	all := slices.Clone(l.products.all)
	for id := range l.catalogue {
		if _, ordered := l.products.place[string(id)]; !ordered {
			all = append(all, string(id))
		}
	}
	slices.Sort(all)
	out := sortedNames{all, make([]trial.Item, len(l.products.all))}
	for place, id := range all {
		if old, ordered := l.products.place[id]; ordered {
			out.to[old] = trial.Item(place)
		}
	}
	return out
}

// fold groups lines by customer, sorted by ID: their orders by time and then by
// name, each item once. An order's time is that of its earliest line.
func (l *Log) fold(products sortedNames) []trial.Customer {
	began := make([]int64, len(l.orders.all))
	for i := range began {
		began[i] = 1<<63 - 1
	}
	for _, x := range l.lines {
		began[x.order] = min(began[x.order], x.at)
	}
	lines := slices.Clone(l.lines)
	slices.SortFunc(lines, func(a, b line) int {
		if a.customer != b.customer {
			return cmp.Compare(l.customers.all[a.customer], l.customers.all[b.customer])
		}
		if a.order != b.order {
			return cmp.Or(cmp.Compare(began[a.order], began[b.order]), cmp.Compare(l.orders.all[a.order], l.orders.all[b.order]))
		}
		return cmp.Compare(products.to[a.product], products.to[b.product])
	})
	var out []trial.Customer
	for i, x := range lines {
		if i == 0 || x.customer != lines[i-1].customer {
			out = append(out, trial.Customer{ID: l.customers.all[x.customer]})
		}
		c := &out[len(out)-1]
		if i == 0 || x.order != lines[i-1].order {
			c.Orders = append(c.Orders, trial.Order{At: time.UnixMilli(began[x.order]).UTC()})
		}
		o := &c.Orders[len(c.Orders)-1]
		if item := products.to[x.product]; len(o.Items) == 0 || o.Items[len(o.Items)-1] != item {
			o.Items = append(o.Items, item)
		}
	}
	return out
}

// defaultCut returns the cut if none is given.
func defaultCut(customers []trial.Customer) time.Time {
	var times []time.Time
	for _, c := range customers {
		for _, o := range c.Orders {
			times = append(times, o.At)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	at := times[min(int(share*float64(len(times))), len(times)-1)]
	if midnight := at.Truncate(24*time.Hour).AddDate(0, 0, 1); times[len(times)-1].After(midnight) {
		return midnight
	}
	return at
}

func (l *Log) first() time.Time {
	return time.UnixMilli(slices.MinFunc(l.lines, func(a, b line) int { return cmp.Compare(a.at, b.at) }).at).UTC()
}

func (l *Log) last() time.Time {
	return time.UnixMilli(slices.MaxFunc(l.lines, func(a, b line) int { return cmp.Compare(a.at, b.at) }).at).UTC()
}
