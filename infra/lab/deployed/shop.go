package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/infra/local/template"
	"regulars/shared/shop"
)

// shopData is the orders of a shop as if the cut were now.
type shopData struct {
	*trial.Set
	orders int // before the cut
}

// currency is that of infra/shop.
const currency = "GBP"

// shopOf takes customers, each with all their orders, spread evenly over all IDs,
// and moves every order by the time from the cut to now. now is a whole second;
// so are then the times of the orders, as far as the file has no parts of a
// second. A product that the set's catalogue does not know gets its ID as title
// and one price for all, as in make eval.
func shopOf(set *trial.Set, most int, now time.Time) shopData {
	if n := len(set.Customers); most > 0 && most < n {
		some := make([]trial.Customer, most)
		for i := range some {
			some[i] = set.Customers[i*n/most]
		}
		set.Customers = some
	}
	s, taken := shopData{Set: set}, map[string]bool{}
	move := now.Sub(set.Now)
	moved := func(orders []trial.Order) []trial.Order {
		orders = slices.Clone(orders)
		for i := range orders {
			orders[i].At = orders[i].At.Add(move).Truncate(time.Second)
		}
		return orders
	}
	for i := range set.Customers {
		c := &set.Customers[i]
		c.Orders = moved(c.Orders)
		s.orders += len(c.Orders)
		taken[c.ID] = true
	}
	set.Cases = slices.DeleteFunc(set.Cases, func(c trial.Case) bool { return !taken[c.Customer] })
	for i := range set.Cases {
		set.Cases[i].Before = moved(set.Cases[i].Before)
	}
	set.Now = now
	sold, _ := set.Bought(now)
	if set.Catalogue == nil {
		set.Catalogue = map[shop.ProductID]shop.Product{}
	}
	for item, id := range set.Products {
		if _, known := set.Catalogue[id]; !known && sold[item] > 0 {
			set.Catalogue[id] = shop.Product{ID: id, Title: string(id), Price: shop.Money{Minor: 100, Currency: currency}}
		}
	}
	return s
}

// events are what the shop's back end sends before now: its catalogue, and each
// order when it is placed.
func (s shopData) events() []shop.Event {
	var placed []shop.Event
	for i, c := range s.Customers {
		for n, o := range c.Orders {
			// Orders of one time are sorted by ID in a profile.
			id := shop.OrderID(fmt.Sprintf("%d-%06d", i, n))
			lines := make([]shop.Line, len(o.Items))
			for at, item := range o.Items {
				lines[at] = shop.Line{Product: s.Products[item], Units: 1, Price: shop.Money{Minor: 100, Currency: currency}}
			}
			placed = append(placed, shop.Event{ID: shop.EventID(id), At: o.At, Fact: shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Placed: &shop.Placed{
				At: o.At, Revision: o.At, Customer: shop.Customer{ID: shop.CustomerID(c.ID)}, Lines: lines,
				Total: shop.Money{Minor: int64(100 * len(lines)), Currency: currency},
			}}})
		}
	}
	slices.SortStableFunc(placed, func(a, b shop.Event) int { return a.At.Compare(b.At) })
	var all []shop.Event
	for _, p := range s.Catalogue {
		p.Revision = s.Now
		all = append(all, shop.Event{ID: shop.EventID(p.ID), At: s.Now, Fact: shop.ProductFact{Product: p}})
	}
	slices.SortFunc(all, func(a, b shop.Event) int { return cmp.Compare(a.ID, b.ID) })
	return append(all, placed...)
}

// only leaves the functions that the comparison calls, and their queues. No
// schedule runs, so that no second night changes the model.
func only(t *template.Template) {
	names := map[string]bool{}
	t.Functions = slices.DeleteFunc(t.Functions, func(f template.Function) bool {
		names[f.Name] = slices.Contains([]string{"functions/record", "functions/learn", "functions/recommend"}, f.Code)
		return !names[f.Name]
	})
	t.Mappings = slices.DeleteFunc(t.Mappings, func(m template.Mapping) bool { return !names[m.Function] })
	for i := range t.Schedules {
		t.Schedules[i].Disabled = true
	}
}

// quiet returns a function that writes the shop of infra/shop without campaigns
// and live counters.
func quiet(root string) func(folder string) error {
	return func(folder string) error {
		if err := os.CopyFS(folder, os.DirFS(filepath.Join(root, "infra", "shop"))); err != nil {
			return fmt.Errorf("copy the shop: %w", err)
		}
		if err := os.RemoveAll(filepath.Join(folder, "campaigns")); err != nil {
			return err
		}
		f, err := os.OpenFile(filepath.Join(folder, "shop.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("\nno_live_counters: true\n")
		return cmp.Or(err, f.Close())
	}
}
