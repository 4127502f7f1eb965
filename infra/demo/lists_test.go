//go:build !race

package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/advice"
	"regulars/shared/decide"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/training"
	"regulars/shared/shop"
)

// The lists of all customers of the demo, of every mode, for a weekly mail and
// for a thanks, after a night's learning. picks_with and picks_besides of a mail
// are parts of one list.
func TestNoListOfTheDemoIsFilledWithOneProduct(t *testing.T) {
	story := tell(t, noon)
	history, err := Fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	learner := learning.NewLearner(noon.Add(-learning.RecentWindow))
	for _, p := range history.Profiles {
		orders, earlier := decide.Orders(p)
		learner.Add(training.Customer{ID: string(p.ID), Orders: orders, Earlier: earlier}.Purchases())
	}
	learner.Catalogue = story.Products
	variants := recommend.Variants(story.Products)
	rows := learner.Rows(variants)
	model := recommend.Model{Version: "v", Popular: learner.Popular(recommend.MostPopular), Customers: len(history.Profiles)}

	lists, twice, alike, full := 0, 0, 0, 0
	for _, p := range history.Profiles {
		h := decide.History(p)
		for _, mode := range []recommend.Mode{recommend.ModeBoth, recommend.ModeNext, recommend.ModeGoesWith, recommend.ModeAgain} {
			for _, anchor := range [][]shop.ProductID{nil, decide.Lines(p, p.Orders[len(p.Orders)-1].Order)} {
				q := advice.Question{History: h, Model: model, Want: 6, Mode: mode, Anchor: anchor}
				read := map[shop.ProductID]recommend.Item{}
				for _, id := range q.Sources() {
					read[id] = rows[id]
				}
				for _, id := range q.Candidates(read) {
					read[id] = rows[id]
				}
				picks := q.Picks(noon.Add(time.Hour), read)
				if len(picks) == 0 {
					continue
				}
				lists++
				if len(picks) == q.Want {
					full++
				}
				groups, names := map[shop.ProductID]int{}, map[string]int{}
				for _, pick := range picks {
					groups[variants[pick.Product.ID]]++
					names[pick.Product.Category+": "+name(pick.Product.Title)]++
				}
				delete(groups, "")
				for _, n := range groups {
					if n > 1 {
						twice++
						t.Logf("customer %s, mode %s: %d variants of one product", p.ID, mode, n)
					}
				}
				for _, n := range names { // all that is left, or due again, can be lunch bags
					if n > 2 && mode != recommend.ModeAgain && len(picks) == q.Want {
						alike++
					}
				}
			}
		}
	}
	t.Logf("%d lists, %d of them full; %d with two variants of one product, %d full ones with three of one name", lists, full, twice, alike)
	if lists < 2000 || full < lists/2 || twice > 0 || alike > 0 {
		t.Errorf("%d lists, %d full, %d with two variants, %d with three of one name; want at least 2000, half of them full, 0 and 0", lists, full, twice, alike)
	}
}

// name returns the first two words of a title, without numbers and words of one
// or two letters.
func name(title string) string {
	words := slices.DeleteFunc(strings.Fields(title), func(word string) bool {
		return len(word) < 3 || strings.ContainsAny(word, "0123456789")
	})
	return strings.Join(words[:min(2, len(words))], " ")
}
