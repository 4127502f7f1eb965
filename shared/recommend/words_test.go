package recommend_test

import (
	"testing"
	"time"

	"regulars/shared/recommend"
)

func TestReasonsInWords(t *testing.T) {
	day := time.Date(2026, 11, 8, 0, 0, 0, 0, time.UTC)
	for want, r := range map[string]recommend.Reason{
		"bought again and again, about every 1 day, twice so far":                                {Kind: recommend.ReasonAgain, Days: 1, Times: 2},
		"bought again and again, about every 30 days, 3 times so far":                            {Kind: recommend.ReasonAgain, Days: 30, Times: 3},
		"bought once; it lasts about 1 day":                                                      {Kind: recommend.ReasonUsedUp, Days: 1},
		"bought once; 1 other customer bought it again, half of them every 9 days or more often": {Kind: recommend.ReasonOthers, Customers: 1, Days: 9},
		"goes with Lunch Bag, bought on 8 November 2026":                                         {Kind: recommend.ReasonGoesWith, Product: "B", Title: "Lunch Bag", On: day},
		"a consumable for B, bought":                                                             {Kind: recommend.ReasonConsumable, Product: "B"},
		"31 customers who bought B also bought this":                                             {Kind: recommend.ReasonTogether, Product: "B", Customers: 31},
		"popular: 1 customer bought it":                                                          {Kind: recommend.ReasonPopular, Customers: 1},
		"":                                                                                       {Kind: "tomorrow"},
	} {
		if got := r.Words(); got != want {
			t.Errorf("Words of %+v = %q, want %q", r, got, want)
		}
	}
}
