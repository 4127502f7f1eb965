package decide_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func TestWhatWasShownTooOftenIsNotPicked(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for phrase, c := range map[string]struct {
		ago  []time.Duration
		want bool
	}{
		"never":                         {nil, true},
		"twice of late":                 {[]time.Duration{week, 2 * week}, true},
		"three times of late":           {[]time.Duration{week, 2 * week, 3 * week}, false},
		"three times, one long ago":     {[]time.Duration{week, 2 * week, 4*week + time.Hour}, true},
		"three times, one just in time": {[]time.Duration{week, 2 * week, 4 * week}, false},
	} {
		t.Run(phrase, func(t *testing.T) {
			g := aCase("weekly")
			for i, ago := range c.ago {
				g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, frequency.Entry{
					Send: shop.SendID(fmt.Sprint("before-", i)), At: noon.Add(-ago), Class: shop.ClassService, Impressions: []shop.ProductID{"JAR"},
				})
			}
			d := decision(t, g)
			last := d.Contact.Ledger[len(d.Contact.Ledger)-1]
			if got := slices.Contains(last.Impressions, "JAR"); got != c.want || len(last.Impressions) == 0 {
				t.Errorf("the message shows %v; the jar among it: %v, want %v", last.Impressions, got, c.want)
			}
			var told []shop.ProductID
			for _, p := range explained(t, d).Items {
				told = append(told, p.Product.ID)
			}
			if !slices.Equal(told, last.Impressions) {
				t.Errorf("the ledger remembers %v, the message has %v", last.Impressions, told)
			}
		})
	}
}
