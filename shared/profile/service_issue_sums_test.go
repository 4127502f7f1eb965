package profile

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/shop"
)

// longHistory draws facts over up to three years, with newer orders after them:
// so orders become older, and some issues too old to count.
func longHistory(t *rapid.T) []timedFact {
	by := rapid.SampledFrom([]int{1, 5, 30}).Draw(t, "stretch")
	facts := stretched(history(t), by)
	for i := range rapid.IntRange(0, Recent).Draw(t, "newer orders") {
		at := day0.AddDate(0, 0, 40*by).Add(time.Duration(i) * time.Hour)
		facts = append(facts, timedFact{shop.OrderFact{
			Kind: shop.OrderPlaced, Order: shop.OrderID(fmt.Sprint("newer-", i)), Customer: "c1",
			Placed: &shop.Placed{At: at, Revision: at, Customer: shop.Customer{ID: "c1"}, Total: shop.Money{Minor: 1, Currency: "GBP"}},
		}, at})
	}
	return facts
}

// stretched returns the facts with their times farther apart.
func stretched(facts []timedFact, by int) []timedFact {
	at := func(t time.Time) time.Time { return day0.Add(t.Sub(day0) * time.Duration(by)) }
	far := make([]timedFact, len(facts))
	for i, f := range facts {
		f.at = at(f.at)
		if f.fact.Placed != nil {
			placed := *f.fact.Placed
			placed.At, placed.Revision = at(placed.At), at(placed.Revision)
			f.fact.Placed = &placed
		}
		if f.fact.Delay != nil {
			f.fact.Delay = &shop.Delay{At: at(f.fact.Delay.At), Until: at(f.fact.Delay.Until)}
		}
		if f.fact.Cancel != nil {
			f.fact.Cancel = &shop.Cancel{At: at(f.fact.Cancel.At), Cause: f.fact.Cancel.Cause}
		}
		if f.fact.Return != nil {
			back := *f.fact.Return
			back.At = at(back.At)
			f.fact.Return = &back
		}
		if f.fact.Refund != nil {
			f.fact.Refund = &shop.Refund{At: at(f.fact.Refund.At), Amount: f.fact.Refund.Amount}
		}
		far[i] = f
	}
	return far
}

func TestSameFactsGiveTheSameSumsOfServiceIssues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := longHistory(t)
		want := fold(t, facts)
		again := append([]timedFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 10).Draw(t, "duplicates") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := fold(t, again); got != want {
			t.Fatalf("the profile depends on the order of its facts or on duplicates\nin order: %s\nshuffled: %s", want, got)
		}
	})
}

// over returns the end of the longest pause, if an issue that is not resolved
// pauses for 60 days, and one that is resolved for that many days more.
func over(issues []ServiceIssue, days int) (end time.Time) {
	for _, of := range issues {
		for _, i := range []*Issue{of.Returned, of.Delayed, of.Cancelled} {
			if i == nil {
				continue
			}
			until := i.Since.AddDate(0, 0, 60)
			if !i.Resolved.IsZero() {
				until = i.Resolved.AddDate(0, 0, days)
			}
			if until.After(end) {
				end = until
			}
		}
	}
	return end
}

// No issue that still pauses promotions vanishes, whatever its order's age: the
// pause ends as it would with all orders kept whole, or within a day after that.
func TestSumsOfServiceIssuesKeepThePause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := longHistory(t)
		orders, returned := map[shop.OrderID]shop.Order{}, 0
		var newest time.Time
		for _, f := range facts {
			orders[f.fact.Order], _ = Merge(orders[f.fact.Order], f.fact, f.at)
		}
		var all, kept []ServiceIssue
		for _, o := range orders {
			all = append(all, serviceIssueOf(o))
			if len(o.Returns) > 0 {
				returned++
			}
			if o.Placed.At.After(newest) {
				newest = o.Placed.At
			}
		}
		var p Profile
		if err := json.Unmarshal([]byte(fold(t, facts)), &p); err != nil {
			t.Fatal(err)
		}
		for _, issue := range p.Issues() {
			kept = append(kept, issue)
		}
		for _, days := range []int{0, 14, 365} {
			want, got := over(all, days), over(kept, days)
			if want.After(newest) && (got.Before(want) || got.After(want.Add(24*time.Hour))) {
				t.Fatalf("with a pause of %d days after an issue is resolved it ends at %s, want %s or within a day after that", days, got, want)
			}
		}
		if p.Returns() != returned {
			t.Fatalf("Returns = %d, want %d", p.Returns(), returned)
		}
	})
}

// A profile that was stored with each sum of a day among its service issues pauses
// promotions as before, and has the present form after its next event.
func TestSumsOfTheFormerFormAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := longHistory(t)
		var now Profile
		if err := json.Unmarshal([]byte(fold(t, facts)), &now); err != nil {
			t.Fatal(err)
		}
		former := now
		former.IssueDays, former.ServiceIssues = nil, copied(now.ServiceIssues)
		for _, kind := range issueKinds {
			for _, state := range []string{begun, resolved} {
				sum := now.IssueDays[kind.name+state]
				for i, n := range sum.Orders {
					end := sum.From.Add(time.Duration(i+1) * day)
					issue, of := &Issue{Since: end}, ServiceIssue{Orders: n}
					if state == resolved {
						issue.Resolved = end
					}
					*kind.of(&of) = issue
					if n > 0 {
						former.ServiceIssues[shop.OrderID(fmt.Sprint(" ", kind.name, state, " ", end.Add(-day).Format(time.DateOnly)))] = of
					}
				}
			}
		}
		var was, is []ServiceIssue
		for _, issue := range former.Issues() {
			was = append(was, issue)
		}
		for _, issue := range now.Issues() {
			is = append(is, issue)
		}
		for _, days := range []int{0, 14, 365} {
			if got, want := over(was, days), over(is, days); !got.Equal(want) {
				t.Fatalf("the former form pauses until %s, want %s", got, want)
			}
		}
		if former.Returns() != now.Returns() {
			t.Fatalf("the former form has %d returns, want %d", former.Returns(), now.Returns())
		}
		next := facts[rapid.IntRange(0, len(facts)-1).Draw(t, "next")]
		order, err := Merge(shop.Order{}, next.fact, next.at)
		if err != nil {
			t.Fatal(err)
		}
		order.ID, order.Customer = "next", now.ID
		got, _ := json.Marshal(former.Update(shop.Order{}, order, next.fact))
		want, _ := json.Marshal(now.Update(shop.Order{}, order, next.fact))
		if string(got) != string(want) {
			t.Fatalf("after an event the former form is\n%s\nwant\n%s", got, want)
		}
	})
}
