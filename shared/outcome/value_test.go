package outcome_test

import (
	"fmt"
	"testing"

	"regulars/shared/claim"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// The value goes from what the file states to what was measured, the more customers
// there are, and is never outside of the two.
func TestValueIsDrawnTowardsWhatTheFileStates(t *testing.T) {
	const stated, measured = 40, 200
	of := func(customers int) (int64, bool) {
		r := outcome.New(question)
		for n := range customers {
			p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n))}
			s := send("picks", n, claim.Delivered, 0)
			spent := int64(1_000 + 800*(n/2%2)) // half of each arm spends more
			if n%2 == 0 {
				s = send("picks", n, claim.HeldOut, 0)
			} else {
				spent += measured
			}
			p.Orders = []profile.Visit{order(1, spent, 0)}
			r.Add(outcome.Customer{Profile: p, Sends: []claim.Send{s}})
		}
		return row(t, r, outcome.Key{Campaign: "picks"}).Value(stated)
	}
	if v, known := of(80); known {
		t.Errorf("with 40 customers in each arm the value is %d, want none", v)
	}
	before := int64(stated)
	for _, customers := range []int{120, 400, 2_000, 40_000} {
		v, known := of(customers)
		if !known || v <= before || v > measured {
			t.Errorf("with %d customers the value is %d (%v), want one above %d and at most %d", customers, v, known, before, measured)
		}
		before = v
	}
	if before < measured-2 {
		t.Errorf("with 40,000 customers the value is %d, want nearly %d", before, measured)
	}
}

func TestValueIsNotBelowZero(t *testing.T) {
	r := outcome.New(question)
	for n := range 400 {
		s, spent := send("picks", n, claim.HeldOut, 0), int64(2_000)
		if n%2 == 0 {
			s, spent = send("picks", n, claim.Delivered, 0), 500
		}
		r.Add(outcome.Customer{Profile: profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n)), Orders: []profile.Visit{order(1, spent, 0)}}, Sends: []claim.Send{s}})
	}
	if got := r.Values(map[shop.CampaignID]int64{"picks": 40, "other": 10}); len(got) != 1 || got["picks"] != 0 {
		t.Errorf("Values = %v, want 0 for picks, which does harm, and none for other", got)
	}
}
