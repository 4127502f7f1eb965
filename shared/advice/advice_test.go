package advice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fakeCatalogue is a catalogue in memory that records which rows were read.
type fakeCatalogue struct {
	rows  map[shop.ProductID]recommend.Item
	reads []string
	err   error
}

func (s *fakeCatalogue) Items(_ context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	s.reads = append(s.reads, fmt.Sprint(as.Version, ids))
	found := map[shop.ProductID]recommend.Item{}
	for _, id := range ids {
		if row, ok := s.rows[id]; ok {
			row.ID, row.Price = id, shop.Money{Minor: 100, Currency: "EUR"}
			found[id] = row
		}
	}
	return found, s.err
}

func (s *fakeCatalogue) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	return s.Items(ctx, as, ids)
}

func someRows() *fakeCatalogue {
	return &fakeCatalogue{rows: map[shop.ProductID]recommend.Item{
		"LAMP":  {Product: shop.Product{Title: "Lamp", Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"SHADE"}}}, Learned: recommend.Learned{Consumables: []shop.ProductID{"BULB"}}},
		"SHADE": {Product: shop.Product{Title: "Shade"}},
		"BULB":  {Product: shop.Product{Title: "Bulb"}},
		"TEA":   {Product: shop.Product{Title: "Tea"}, Learned: recommend.Learned{Neighbours: []recommend.Neighbour{{Product: "MUG", Score: .5, Customers: 8}}}},
		"MUG":   {Product: shop.Product{Title: "Mug"}, Learned: recommend.Learned{Customers: 30}},
	}}
}

func bought(id shop.ProductID, days int) recommend.Bought {
	at := noon.AddDate(0, 0, -days)
	return recommend.Bought{Product: id, Orders: 1, Units: 1, First: at, Last: at, Places: []int{0}}
}

func answers(t *testing.T, q Question) map[shop.ProductID]recommend.Reason {
	t.Helper()
	rows, err := Read(t.Context(), someRows(), q.Model, q.Sources(), MostCounted, q.Candidates)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[shop.ProductID]recommend.Reason{}
	for _, p := range q.Picks(noon, rows) {
		reasons[p.Product.ID] = p.Reason
	}
	return reasons
}

func TestReasonDoesNotClaimThatAShownProductWasBought(t *testing.T) {
	room := append(make([]recommend.Bought, 0, 8), bought("LAMP", 90)) // with spare capacity
	lamp := recommend.History{Items: room}
	for phrase, c := range map[string]struct {
		q    Question
		want map[shop.ProductID]recommend.ReasonKind
	}{
		"an unknown customer looks at a lamp": {Question{Want: 9}.Showing(noon, "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with_this", "BULB": "consumable_this"}},
		"an owner looks at the lamp":          {Question{Want: 9, History: lamp}.Showing(noon, "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with", "BULB": "consumable"}},
		"an owner of the lamp looks at tea":   {Question{Want: 9, History: lamp}.Showing(noon, "TEA"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with", "BULB": "consumable", "MUG": "together"}},
		"a cart with a lamp twice":            {Question{Want: 9}.Showing(noon, "LAMP", "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with_this", "BULB": "consumable_this"}},
		"a product in the cart is not picked": {Question{Want: 9}.Showing(noon, "LAMP", "SHADE"), map[shop.ProductID]recommend.ReasonKind{"BULB": "consumable_this"}},
		"an empty cart":                       {Question{Want: 9}.Showing(noon), map[shop.ProductID]recommend.ReasonKind{}},
		"an unknown product":                  {Question{Want: 9}.Showing(noon, "SLIP"), map[shop.ProductID]recommend.ReasonKind{}},
	} {
		t.Run(phrase, func(t *testing.T) {
			got := answers(t, c.q)
			for id, kind := range c.want {
				if got[id].Kind != kind {
					t.Errorf("%s is picked with the reason %+v, want %s", id, got[id], kind)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("picks = %v, want %v", got, c.want)
			}
		})
	}
	if room[:2][1].Product != "" {
		t.Errorf("Showing wrote into the customer's history: %v", room[:2])
	}
}

// A kind whose words say that the reader bought something is replaced by
// another kind for a product that they did not buy.
func TestEveryKindHasWordsForProductsNotBought(t *testing.T) {
	text, err := os.ReadFile("../../infra/shop/messages/_layout/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]any
	if err := yaml.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	for _, kind := range recommend.ReasonKinds {
		switch kind {
		case recommend.ReasonAgain, recommend.ReasonUsedUp, recommend.ReasonOthers:
			continue // these are about the pick itself, which is not on the page
		}
		said, there := words["reason_"+string(notBought(kind))]
		if !there {
			t.Errorf("%s: the string reason_%s is missing", kind, notBought(kind))
		}
		for _, claim := range []string{"you bought", "You have bought", "you buy", "your"} {
			if strings.Contains(fmt.Sprint(said), claim) {
				t.Errorf("%s prints %q about a product that was not bought: return another kind for it from notBought", kind, said)
			}
		}
	}
}

func TestQuestionReadsAreBounded(t *testing.T) {
	many := recommend.History{}
	for i := range 10_000 {
		many.Items = append(many.Items, bought(shop.ProductID(fmt.Sprint("P", i)), i%300+1))
	}
	var popular []recommend.Popular
	for i := range 500 {
		popular = append(popular, recommend.Popular{Product: shop.ProductID(fmt.Sprint("Q", i)), Customers: 900 - i})
	}
	for phrase, c := range map[string]struct {
		q             Question
		first, second int
	}{
		"the zero question":        {Question{}, 0, 0},
		"a new customer":           {Question{Want: 4, Model: recommend.Model{Popular: popular}}, 0, 40},
		"ten thousand products":    {Question{Want: 4, History: many, Model: recommend.Model{Popular: popular}}, 40, 20},
		"a cart of 100 products":   {Question{Want: 4, Model: recommend.Model{Popular: popular}}.Showing(noon, ids("C", 100)...), 20, 40},
		"thirty products":          {Question{Want: 4, History: recommend.History{Items: many.Items[:30]}, Model: recommend.Model{Popular: popular}}, 30, 30},
		"50 picks wanted":          {Question{Want: 50, History: many, Model: recommend.Model{Popular: popular}}, MostSources, MostRows - MostSources},
		"2^40 picks wanted":        {Question{Want: 1 << 40, Model: recommend.Model{Popular: popular}}, 0, MostCandidates},
		"a negative number wanted": {Question{Want: -9, Model: recommend.Model{Popular: popular}}, 0, 40},
	} {
		t.Run(phrase, func(t *testing.T) {
			first, second := c.q.Sources(), c.q.Candidates(nil)
			if len(first) != c.first || len(second) != c.second {
				t.Errorf("reads %d and %d rows, want %d and %d", len(first), len(second), c.first, c.second)
			}
		})
	}
}

func ids(prefix string, n int) (all []shop.ProductID) {
	for i := range n {
		all = append(all, shop.ProductID(fmt.Sprint(prefix, i)))
	}
	return all
}

func TestReadReadsOnlyTheGivenProducts(t *testing.T) {
	s := someRows()
	rows, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"}, 1, func(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
		if len(rows) != 1 {
			t.Errorf("next got %d rows, want the one of the first read", len(rows))
		}
		return []shop.ProductID{"SHADE", "GONE"}
	})
	if err != nil || len(rows) != 2 || !slices.Equal(s.reads, []string{"v1[LAMP]", "v1[SHADE GONE]"}) {
		t.Errorf("Read = %d rows, %v, after %q", len(rows), err, s.reads)
	}
	s.reads = nil
	none := func(map[shop.ProductID]recommend.Item) []shop.ProductID { return nil }
	if rows, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, nil, 0, none); err != nil || rows == nil || len(rows) != 0 || s.reads != nil {
		t.Errorf("Read of nothing = %v, %v, after %q, want no call", rows, err, s.reads)
	}
	s.err = errors.New("too busy")
	if _, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"}, 1, none); !errors.Is(err, s.err) {
		t.Errorf("Read fails with %v, want %v", err, s.err)
	}
}
