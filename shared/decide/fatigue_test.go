package decide_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func TestAProductThatWasShownTooOftenIsNotPicked(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for name, c := range map[string]struct {
		ago  []time.Duration
		want bool
	}{
		"no impressions":                                    {nil, true},
		"two recent impressions":                            {[]time.Duration{week, 2 * week}, true},
		"three recent impressions":                          {[]time.Duration{week, 2 * week, 3 * week}, false},
		"three impressions, one before the window":          {[]time.Duration{week, 2 * week, 4*week + time.Hour}, true},
		"three impressions, one at the start of the window": {[]time.Duration{week, 2 * week, 4 * week}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("weekly")
			for i, ago := range c.ago {
				g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, frequency.Entry{
					Send: shop.SendID(fmt.Sprint("before-", i)), At: noon.Add(-ago), Class: shop.ClassService, Impressions: []shop.ProductID{"JAR"},
				})
			}
			d := decision(t, g)
			last := d.Contact.Ledger[len(d.Contact.Ledger)-1]
			if got := slices.Contains(last.Impressions, "JAR"); got != c.want || len(last.Impressions) == 0 {
				t.Errorf("the message shows %v, with JAR: %v, want %v", last.Impressions, got, c.want)
			}
			var picked []shop.ProductID
			for _, p := range explained(t, d).Items {
				picked = append(picked, p.Product.ID)
			}
			if !slices.Equal(picked, last.Impressions) {
				t.Errorf("the ledger has the impressions %v, the message the picks %v", last.Impressions, picked)
			}
		})
	}
}
