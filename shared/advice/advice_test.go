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

// shelf is a catalogue in memory that remembers what it was asked for.
type shelf struct {
	rows  map[shop.ProductID]recommend.Item
	asked []string
	err   error
}

func (s *shelf) Items(_ context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	s.asked = append(s.asked, fmt.Sprint(as.Version, ids))
	found := map[shop.ProductID]recommend.Item{}
	for _, id := range ids {
		if row, ok := s.rows[id]; ok {
			row.ID, row.Price = id, shop.Money{Minor: 100, Currency: "EUR"}
			found[id] = row
		}
	}
	return found, s.err
}

func someRows() *shelf {
	return &shelf{rows: map[shop.ProductID]recommend.Item{
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
	rows, err := Read(t.Context(), someRows(), q.Model, q.Sources(), q.Candidates)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[shop.ProductID]recommend.Reason{}
	for _, p := range q.Picks(noon, rows) {
		reasons[p.Product.ID] = p.Reason
	}
	return reasons
}

func TestNoReasonSaysThatWhatIsOnThePageWasBought(t *testing.T) {
	room := append(make([]recommend.Bought, 0, 8), bought("LAMP", 90)) // for more
	lamp := recommend.History{Items: room}
	for phrase, c := range map[string]struct {
		q    Question
		want map[shop.ProductID]recommend.ReasonKind
	}{
		"a stranger looks at a lamp":      {Question{Want: 9}.Showing(noon, "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with_this", "BULB": "consumable_this"}},
		"who has it looks at a lamp":      {Question{Want: 9, History: lamp}.Showing(noon, "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with", "BULB": "consumable"}},
		"who has it looks at tea":         {Question{Want: 9, History: lamp}.Showing(noon, "TEA"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with", "BULB": "consumable", "MUG": "together"}},
		"a cart with a lamp twice":        {Question{Want: 9}.Showing(noon, "LAMP", "LAMP"), map[shop.ProductID]recommend.ReasonKind{"SHADE": "goes_with_this", "BULB": "consumable_this"}},
		"what is in the cart is not more": {Question{Want: 9}.Showing(noon, "LAMP", "SHADE"), map[shop.ProductID]recommend.ReasonKind{"BULB": "consumable_this"}},
		"an empty cart":                   {Question{Want: 9}.Showing(noon), map[shop.ProductID]recommend.ReasonKind{}},
		"a product that nobody knows":     {Question{Want: 9}.Showing(noon, "SLIP"), map[shop.ProductID]recommend.ReasonKind{}},
	} {
		t.Run(phrase, func(t *testing.T) {
			got := answers(t, c.q)
			for id, kind := range c.want {
				if got[id].Kind != kind {
					t.Errorf("%s is picked because of %+v, want %s", id, got[id], kind)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("picked are %v, want %v", got, c.want)
			}
		})
	}
	if room[:2][1].Product != "" {
		t.Errorf("a page wrote into the customer's history: %v", room[:2])
	}
}

// A kind whose words say that the reader bought something has another for what
// they did not buy.
func TestEveryKindCanBeSaidOfWhatIsAtHand(t *testing.T) {
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
			continue // are about the pick itself, which is not what is on the page
		}
		said, there := words["reason_"+string(atHand(kind))]
		if !there {
			t.Errorf("%s: there are no words reason_%s", kind, atHand(kind))
		}
		for _, claim := range []string{"you bought", "You have bought", "you buy", "your"} {
			if strings.Contains(fmt.Sprint(said), claim) {
				t.Errorf("%s is said as %q of what was not bought: give atHand another kind for it", kind, said)
			}
		}
	}
}

func TestAQuestionIsTwoBoundedReads(t *testing.T) {
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
		"nothing":                  {Question{}, 0, 0},
		"a newcomer":               {Question{Want: 4, Model: recommend.Model{Popular: popular}}, 0, 40},
		"ten thousand products":    {Question{Want: 4, History: many, Model: recommend.Model{Popular: popular}}, 40, 20},
		"a cart of a hundred":      {Question{Want: 4, Model: recommend.Model{Popular: popular}}.Showing(noon, ids("C", 100)...), 20, 40},
		"thirty products":          {Question{Want: 4, History: recommend.History{Items: many.Items[:30]}, Model: recommend.Model{Popular: popular}}, 30, 30},
		"fifty wanted":             {Question{Want: 50, History: many, Model: recommend.Model{Popular: popular}}, MostSources, MostRows - MostSources},
		"more than anybody shows":  {Question{Want: 1 << 40, Model: recommend.Model{Popular: popular}}, 0, MostCandidates},
		"less than nothing wanted": {Question{Want: -9, Model: recommend.Model{Popular: popular}}, 0, 40},
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

func TestReadAsksOnlyForWhatIsWanted(t *testing.T) {
	s := someRows()
	rows, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"}, func(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
		if len(rows) != 1 {
			t.Errorf("the second read is asked of %d rows, want the first one's", len(rows))
		}
		return []shop.ProductID{"SHADE", "GONE"}
	})
	if err != nil || len(rows) != 2 || !slices.Equal(s.asked, []string{"v1[LAMP]", "v1[SHADE GONE]"}) {
		t.Errorf("Read = %d rows, %v, after %q", len(rows), err, s.asked)
	}
	s.asked = nil
	none := func(map[shop.ProductID]recommend.Item) []shop.ProductID { return nil }
	if rows, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, nil, none); err != nil || rows == nil || len(rows) != 0 || s.asked != nil {
		t.Errorf("Read of nothing = %v, %v, after %q, want no call", rows, err, s.asked)
	}
	s.err = errors.New("too busy")
	if _, err := Read(t.Context(), s, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"}, none); !errors.Is(err, s.err) {
		t.Errorf("Read fails with %v, want %v", err, s.err)
	}
}
