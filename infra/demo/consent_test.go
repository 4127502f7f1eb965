//go:build !race

package demo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/linktoken"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Of the demo's customers, 15 in 100 have left the box for promotions empty. The
// thanks for their orders sell nothing, and they get no coupon. The thanks of the
// others sell, which shows that the test looks in the right place.
func TestCustomersOfTheDemoWithoutAnOptInAreSoldNothing(t *testing.T) {
	policy, err := policyfiles.Load(os.DirFS("../shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	links, err := linktoken.New(map[string][]byte{"k": bytes.Repeat([]byte("k"), 32)}, "k")
	if err != nil {
		t.Fatal(err)
	}
	story := tell(t, noon)
	rows, popular := rowsOf(story)
	config := decide.Config{
		Policy: policy, Tenant: "demo", Links: links, CodeKeys: [][]byte{[]byte("a key")}, BaseURL: "https://shop.example.com/",
		Model: recommend.Model{Version: "v", Popular: popular},
	}
	events := slices.Clone(story.History)
	var orders []shop.OrderFact
	for _, event := range story.Live {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil {
			events, orders = append(events, event), append(orders, fact)
		}
	}
	history, err := Fold(events)
	if err != nil {
		t.Fatal(err)
	}
	earn(history, Story{Points: policy.Points})
	profiles := map[shop.CustomerID]profile.Profile{}
	for _, p := range history.Profiles {
		profiles[p.ID] = p
	}

	thanked, selling := map[string]int{}, map[string]int{} // by what the box says
	for _, order := range orders {
		p := profiles[order.Customer]
		now := order.Placed.At.Add(time.Minute)
		for _, c := range policy.Campaigns {
			if !slices.Contains(c.On, shop.OrderPlaced) && !slices.Contains(c.On, shop.OrderPaid) {
				continue
			}
			intent := campaign.Intent{
				Campaign: c.ID, Version: c.Version, Customer: p.ID, Occasion: string(order.Order), Order: order.Order,
				Planned: now, NotAfter: now.Add(c.NotAfter),
			}
			all, err := decide.Decide(now, decide.Snapshot{Profile: p, Items: itemsFor(p, order, rows, popular)}, []campaign.Intent{intent}, config)
			if err != nil {
				t.Fatal(err)
			}
			sent := all[0].Send
			if c.ID == "thanks" {
				if sent.State != claim.Sending {
					t.Errorf("the thanks for order %s is %s: %s", order.Order, sent.State, sent.Reason.Text)
				}
				thanked[p.Consent.Value]++
			}
			var why decide.Explanation
			if err := json.Unmarshal(sent.Explained, &why); err != nil {
				t.Fatal(err)
			}
			points := strings.Contains(all[0].Mail.Text, "\nYour points\n")
			if sent.State == claim.Sending && (sent.Coupon != nil || len(why.Items) > 0 || points) {
				selling[p.Consent.Value]++
			}
		}
	}
	t.Logf("thanks: %v, messages that sell: %v", thanked, selling)
	if thanked["no"] < 10 || selling["yes"] < 50 {
		t.Errorf("%v messages, %v of them sell: want at least 10 to customers without an opt-in, and 50 that sell to others", thanked, selling)
	}
	if selling["no"] > 0 {
		t.Errorf("%d messages sell to customers who left the box empty, want none", selling["no"])
	}
}

// rowsOf returns the catalogue with the number of buyers of each product, and
// the 40 products with most buyers.
func rowsOf(story Story) (rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) {
	rows = map[shop.ProductID]recommend.Item{}
	buyers := map[shop.ProductID]int{}
	for _, event := range story.History {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil {
			for _, line := range fact.Placed.Lines {
				buyers[line.Product]++
			}
		}
	}
	for _, p := range story.Products {
		rows[p.ID] = recommend.Item{Product: p, Learned: recommend.Learned{Customers: buyers[p.ID]}}
		popular = append(popular, recommend.Popular{Product: p.ID, Customers: buyers[p.ID]})
	}
	slices.SortFunc(popular, func(a, b recommend.Popular) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
	})
	return rows, popular[:40]
}

// itemsFor returns the rows that a decision about the order reads: popular
// products, and those that the customer has bought.
func itemsFor(p profile.Profile, order shop.OrderFact, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) map[shop.ProductID]recommend.Item {
	items := map[shop.ProductID]recommend.Item{}
	for _, favourite := range popular {
		items[favourite.Product] = rows[favourite.Product]
	}
	for _, id := range decide.Counted(p, order.Order, 1) {
		items[id] = rows[id]
	}
	return items
}
