package dispatch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/cataloguecache"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// shelf is a catalogue whose reads a test counts, and before whose answers it can change
// a product.
type shelf struct {
	*dynamo.Store
	rows, revs int    // products that were read
	beforeRevs func() // before the revisions are read
}

func (s *shelf) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	s.rows += len(ids)
	return s.Store.Items(ctx, as, ids)
}

func (s *shelf) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	s.rows += len(ids)
	return s.Store.Sources(ctx, as, ids, counted)
}

func (s *shelf) ProductRevs(ctx context.Context, ids []shop.ProductID) (map[shop.ProductID]dynamo.Rev, error) {
	s.revs += len(ids)
	if s.beforeRevs != nil {
		s.beforeRevs()
	}
	return s.Store.ProductRevs(ctx, ids)
}

// withPicks is a bench whose thanks show two of three products with their prices, from
// the memory of a function.
func withPicks(t *testing.T) (*bench, *shelf) {
	p := aPolicy()
	for i, c := range p.Campaigns {
		if c.ID == "thanks" {
			p.Campaigns[i].Picks = 2
		}
	}
	m := p.Messages.Messages["thanks"]
	m.Text = `{% for p in picks %}{{ p.title }} costs {{ p.price }}. {% endfor %} {{ links.unsubscribe }} {{ shop.address }}`
	p.Messages.Messages["thanks"] = m
	h := newBench(t, p)
	for i := range 3 {
		h.price(i, 1000)
		h.model.Popular = append(h.model.Popular, recommend.Popular{Product: shop.ProductID(fmt.Sprint("P", i)), Customers: 90 - i})
	}
	s := &shelf{Store: h.store}
	h.Reader.Catalogue = cataloguecache.New(s, h.Now)
	return h, s
}

// price stores a product's price, which is that of now.
func (h *bench) price(product int, minor int64) {
	h.t.Helper()
	id := shop.ProductID(fmt.Sprint("P", product))
	h.must(h.store.SaveProduct(context.Background(), shop.Product{
		ID: id, Revision: h.now, Title: "Product " + string(id), Category: fmt.Sprint("kind ", product), URL: "https://shop.example.com/" + string(id), Price: shop.Money{Minor: minor, Currency: "GBP"},
	}))
}

// thanks sends the thanks for an order and returns the text of the mail.
func (h *bench) thanks(order int) string {
	h.t.Helper()
	i := ofOrder("thanks", shop.OrderID(fmt.Sprint("o-", order)), noon.Add(9*time.Hour))
	h.must(h.Take(context.Background(), i, false))
	h.is(i, claim.Accepted, "")
	return h.sent[len(h.sent)-1].Text
}

// TestAPriceThatChangedAfterItsRowWasReadIsNotPrinted: a message says the price of the
// catalogue and not the one in memory, which is younger than a minute.
func TestAPriceThatChangedAfterItsRowWasReadIsNotPrinted(t *testing.T) {
	h, s := withPicks(t)
	if text := h.thanks(1); !strings.Contains(text, "Product P0 costs £10.00. Product P1 costs £10.00.") {
		t.Fatal(text)
	}
	h.now = h.now.Add(10 * time.Second)
	h.price(0, 1200)
	if text := h.thanks(2); !strings.Contains(text, "Product P0 costs £12.00. Product P1 costs £10.00.") {
		t.Error(text)
	}
	s.rows, s.revs = 0, 0
	h.now = h.now.Add(10 * time.Second)
	h.thanks(3)
	if s.rows != 0 || s.revs != 2 {
		t.Errorf("a message whose rows are in memory read %d rows and %d revisions, want 0 and 2", s.rows, s.revs)
	}
	h.now = h.now.Add(time.Minute)
	h.thanks(4)
	if s.rows != 3 {
		t.Errorf("after a minute %d rows were read, want 3", s.rows)
	}
}

// TestAProductThatChangesAgainAndAgainIsSent: the decision is made three times at most,
// the last time with rows that were read for it.
func TestAProductThatChangesAgainAndAgainIsSent(t *testing.T) {
	h, s := withPicks(t)
	h.thanks(1)
	changes := 0
	s.beforeRevs = func() {
		changes++
		h.now = h.now.Add(time.Second)
		h.price(0, int64(1000+100*changes))
	}
	s.rows, s.revs = 0, 0
	if text := h.thanks(2); !strings.Contains(text, "Product P0 costs £12.00. Product P1 costs £10.00.") || changes != 2 {
		t.Errorf("after %d changes: %s", changes, text)
	}
	if s.rows != 1+3 || s.revs != 2+2 {
		t.Errorf("%d rows and %d revisions were read, want 4 and 4", s.rows, s.revs)
	}
}

// TestWhatAnIntentIsAboutIsNotTakenFromMemory: a run because a product is back must not
// end because the memory has it sold out.
func TestWhatAnIntentIsAboutIsNotTakenFromMemory(t *testing.T) {
	h, s := withPicks(t)
	i := ofRun("b1", noon)
	i.Subject = campaign.Subject{Product: "P0", Event: shop.BackInStock}
	config, err := h.Reader.Config(t.Context(), "b1")
	h.must(err)
	_, err = h.Reader.Snapshot(t.Context(), i, config) // now the row is in memory, with its counters
	h.must(err)
	s.rows = 0
	h.price(0, 1300)
	snapshot, err := h.Reader.Snapshot(t.Context(), i, config)
	h.must(err)
	if got := snapshot.Items["P0"].Price.Minor; got != 1300 || s.rows != 1 {
		t.Errorf("the price of the product is %d after %d reads, want that of the catalogue after one", got, s.rows)
	}
}
