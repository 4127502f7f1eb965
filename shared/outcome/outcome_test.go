package outcome_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

var (
	now  = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	noon = time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
)

const day = 24 * time.Hour

var question = outcome.Question{Now: now, Currency: "GBP"}

// order returns an order that was placed some days after noon of the first day.
func order(days float64, net, back int64) profile.Visit {
	return profile.Visit{At: noon.Add(time.Duration(days * float64(day))), Net: shop.Money{Minor: net, Currency: "GBP"}, TakenBack: back}
}

func cancelled(days float64, total int64) profile.Visit {
	v := order(days, 0, total)
	v.Cancelled = true
	return v
}

// send returns a send of a campaign in a state, which a decision at days after noon of
// the first day assigned; a negative number: none did.
func send(id shop.CampaignID, n int, state claim.State, days float64) claim.Send {
	s := claim.Send{
		ID: shop.SendID(fmt.Sprintf("%s-%d", id, n)), State: state, Class: shop.ClassPromotion,
		Intent: campaign.Intent{Campaign: id, Version: 1, Customer: "ann", Occasion: noon.Format(time.RFC3339), Planned: noon, NotAfter: now.Add(day)},
	}
	if days >= 0 {
		s.Assigned = noon.Add(time.Duration(days * float64(day)))
		s.Claimed = s.Assigned
	}
	if state == claim.HeldOut {
		s.Reason.Code = "holdout"
	}
	return s
}

func row(t *testing.T, r *outcome.Report, key outcome.Key) *outcome.Row {
	t.Helper()
	for _, row := range r.Rows() {
		if row.Key == key {
			return row
		}
	}
	t.Fatalf("there is no row %+v", key)
	return nil
}

// A unit is a customer who was to get the message, whatever became of it.
func TestCustomersAreComparedAsTheyWereAssigned(t *testing.T) {
	for name, test := range map[string]struct {
		sends        []claim.Send
		mailed, held int64
	}{
		"delivered":                               {[]claim.Send{send("picks", 1, claim.Delivered, 0)}, 1, 0},
		"bounced":                                 {[]claim.Send{send("picks", 1, claim.Bounced, 0)}, 1, 0},
		"nothing to say":                          {[]claim.Send{send("picks", 1, claim.Suppressed, 0)}, 1, 0},
		"capped after it gave way":                {[]claim.Send{send("picks", 1, claim.Capped, 0)}, 1, 0},
		"outranked":                               {[]claim.Send{send("picks", 1, claim.Outranked, 0)}, 1, 0},
		"SES refused it":                          {[]claim.Send{send("picks", 1, claim.Refused, 0)}, 1, 0},
		"held out":                                {[]claim.Send{send("picks", 1, claim.HeldOut, 0)}, 0, 1},
		"no consent, so it was never asked":       {[]claim.Send{send("picks", 1, claim.Suppressed, -1)}, 0, 0},
		"no consent at first":                     {[]claim.Send{send("picks", 1, claim.Suppressed, -1), send("picks", 2, claim.HeldOut, 7)}, 0, 1},
		"several messages are one customer":       {[]claim.Send{send("picks", 1, claim.Delivered, 0), send("picks", 2, claim.Delivered, 7)}, 1, 0},
		"mailed at first, the holdout grew":       {[]claim.Send{send("picks", 2, claim.HeldOut, 7), send("picks", 1, claim.Delivered, 0)}, 1, 0},
		"another campaign's holdout is no reason": {[]claim.Send{send("picks", 1, claim.Delivered, 0), send("other", 1, claim.HeldOut, 0)}, 1, 0},
	} {
		r := outcome.New(question)
		r.Add(outcome.Customer{Profile: profile.Profile{ID: "ann"}, Sends: test.sends})
		got := row(t, r, outcome.Key{Campaign: "picks"})
		if got.Mailed.Customers() != test.mailed || got.Held.Customers() != test.held {
			t.Errorf("%s: %d mailed and %d held out, want %d and %d", name, got.Mailed.Customers(), got.Held.Customers(), test.mailed, test.held)
		}
	}
}

// The sums are computed by hand: of the mailed customer 100.00 less a return of 30.00,
// 20.00, and a cancelled order; of the held-out one 40.00.
func TestMoneyIsNetOfReturnsAndCancellations(t *testing.T) {
	mailed := profile.Profile{ID: "ann", Orders: []profile.Visit{
		order(-400, 9_000, 0),   // too long ago
		order(-10, 5_000, 0),    // before
		order(-5, 1_000, 2_000), // before, for 30.00; the return may have come after the entry
		cancelled(-1, 700),      // before, and may have been cancelled after the entry
		order(0, 4_000, 0),      // raised the message
		order(1, 7_000, 3_000),
		cancelled(2, 6_000),
		order(27.9, 2_000, 0),
		order(28.1, 8_000, 0), // too late
	}}
	held := profile.Profile{ID: "bob", Orders: []profile.Visit{order(3, 4_000, 0)}}
	r := outcome.New(question)
	r.Add(outcome.Customer{Profile: mailed, Sends: []claim.Send{send("picks", 1, claim.Delivered, 0)}})
	r.Add(outcome.Customer{Profile: held, Sends: []claim.Send{send("picks", 2, claim.HeldOut, 0)}})
	got := row(t, r, outcome.Key{Campaign: "picks"})

	var wantMailed, wantHeld lift.Arm
	wantMailed.Add(lift.Customer{Orders: 2, Net: 9_000, OrdersBefore: 4, NetBefore: 5_000 + 3_000 + 700 + 4_000})
	wantHeld.Add(lift.Customer{Orders: 1, Net: 4_000})
	if got.Mailed != wantMailed || got.Held != wantHeld {
		t.Errorf("mailed: %d orders, %d net, want 2 and 9000; held out: %d and %d, want 1 and 4000",
			got.Mailed.Total(lift.Orders), got.Mailed.Total(lift.Net), got.Held.Total(lift.Orders), got.Held.Total(lift.Net))
	}
	// Within five days of the message: the order that was returned in part.
	if want := (outcome.Orders{Orders: 1, Returned: 1, Net: 7_000}); got.After != want {
		t.Errorf("After = %+v, want %+v", got.After, want)
	}
}

// 100 of 200 customers are held out. Each mailed one gets two messages and spends 4.00
// more than each held-out one, so a message is worth 2.00; a thousand mails cost 50.00,
// and points are worth a tenth.
func TestEarnedTakesTheCostsOff(t *testing.T) {
	r := outcome.New(question)
	for n := range 200 {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n)), Orders: []profile.Visit{order(2, 1_000, 0)}}
		sends := []claim.Send{send("picks", 1, claim.HeldOut, 0), send("picks", 2, claim.HeldOut, 7)}
		if n%2 == 0 {
			p.Orders[0].Net.Minor = 1_400
			sends = []claim.Send{send("picks", 1, claim.Delivered, 0), send("picks", 2, claim.Bounced, 7)}
		}
		r.Add(outcome.Customer{Profile: p, Sends: sends})
	}
	picks := row(t, r, outcome.Key{Campaign: "picks"})
	got := picks.Earned(outcome.Prices{Thousand: 5_000, Points: 0.1, Point: 1})
	want := outcome.Earned{Revenue: 40_000, Mail: 1_000, Points: 4_000, Net: 35_000, Low: 35_000, High: 35_000, Known: true}
	if got != want {
		t.Errorf("Earned = %+v, want %+v", got, want)
	}
	if value, in, known := picks.PerMessage(); !known || value != 200 || in.Low != 200 || in.High != 200 {
		t.Errorf("PerMessage = %v, %v, %v, want 200, without spread", value, in, known)
	}
}

func TestAnOrderIsAttributedToTheLastMessageThatArrived(t *testing.T) {
	bounced := send("c", 1, claim.Bounced, 2)
	service := send("d", 1, claim.Delivered, 2)
	service.Class = shop.ClassService
	r := outcome.New(question)
	r.Add(outcome.Customer{
		Profile: profile.Profile{ID: "ann", Orders: []profile.Visit{order(2.5, 1_000, 0), order(7, 500, 0)}},
		Sends:   []claim.Send{send("a", 1, claim.Delivered, 0), send("b", 1, claim.Complained, 1), bounced, service},
	})
	for id, want := range map[shop.CampaignID]int64{"a": 0, "b": 1, "c": 0, "d": 0, "": 1} {
		if got := row(t, r, outcome.Key{Campaign: id}).After.Orders; got != want {
			t.Errorf("%d orders are attributed to %q, want %d", got, id, want)
		}
	}
}

// A customer with more orders than a profile keeps is counted, not left out.
func TestACustomerWhoseOrdersAreNotAllKeptIsSaid(t *testing.T) {
	p := profile.Profile{ID: "ann"}
	for i := range profile.Recent {
		p.Orders = append(p.Orders, order(30+float64(i)/10, 100, 0))
	}
	r := outcome.New(question)
	r.Add(outcome.Customer{Profile: p, Sends: []claim.Send{send("picks", 1, claim.Delivered, 0)}})
	if got := row(t, r, outcome.Key{Campaign: "picks"}); got.Cut != 1 || got.Mailed.Customers() != 1 {
		t.Errorf("%d customers may lack orders of %d, want 1 of 1", got.Cut, got.Mailed.Customers())
	}
}

// What came before must not depend on what a customer did after it: the orders of a
// customer who ordered fifteen times since have not dropped out.
func TestWhatCameBeforeDoesNotDependOnWhatCameAfter(t *testing.T) {
	before := func(after int) lift.Arm {
		var all []profile.Visit
		for i := range profile.Recent {
			all = append(all, order(-float64(profile.Recent-i), 100, 0))
		}
		for i := range after {
			all = append(all, order(40+float64(i), 100, 0)) // after the horizon
		}
		r := outcome.New(outcome.Question{Now: now.Add(365 * day), Currency: "GBP"})
		r.Add(outcome.Customer{Profile: profile.Profile{ID: "ann", Orders: all[len(all)-profile.Recent:]}, Sends: []claim.Send{send("picks", 1, claim.Delivered, 0)}})
		return row(t, r, outcome.Key{Campaign: "picks"}).Mailed
	}
	if before(0) != before(15) {
		t.Error("fifteen later orders change what came before")
	}
}

func TestAQuestionAboutOneCampaignCountsThatOneOnly(t *testing.T) {
	q := question
	q.Campaign = "picks"
	q.From, q.To = noon, noon.AddDate(0, 0, 7)
	r := outcome.New(q)
	late := send("picks", 2, claim.Delivered, 8)
	late.Intent.Planned = late.Assigned
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "ann"}, Sends: []claim.Send{send("picks", 1, claim.Delivered, 0), send("deal", 1, claim.Delivered, 0), late}})
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "bob"}, Sends: []claim.Send{late}})
	for _, row := range r.Rows() {
		if row.Campaign == "deal" || row.By == outcome.Whole && row.Planned != 1 || row.Campaign == "" && row.Mailed.Customers() != 0 {
			t.Errorf("row %+v: %d planned, %d customers; want one message of picks", row.Key, row.Planned, row.Mailed.Customers())
		}
	}
	if got := row(t, r, outcome.Key{Campaign: "picks"}); got.Mailed.Customers() != 1 {
		t.Errorf("%d customers entered within the time, want 1", got.Mailed.Customers())
	}
}

// An erased customer's sends are counted in their ends, and nowhere else.
func TestSendsOfAnErasedCustomerAreCountedInTheirEndsOnly(t *testing.T) {
	r := outcome.New(question)
	s := send("picks", 1, claim.Delivered, 0).Anonymous("x")
	r.Add(outcome.Customer{Sends: []claim.Send{s}})
	got := row(t, r, outcome.Key{Campaign: "picks"})
	if got.Planned != 1 || got.Reached != 0 || got.Mailed.Customers()+got.Held.Customers() != 0 || len(got.Providers) != 0 {
		t.Errorf("%d planned, %d units, providers %v, want 1, 0 and none", got.Planned, got.Mailed.Customers()+got.Held.Customers(), got.Providers)
	}
}

func TestProviderNamesLargeProvidersOnly(t *testing.T) {
	for address, want := range map[string]string{
		"Ann@GMail.com": "Gmail", "a@hotmail.com": "Microsoft", "ann@ann-smith.example": outcome.Other, "": outcome.Other,
	} {
		if got := outcome.Provider(address); got != want {
			t.Errorf("Provider(%q) = %q, want %q", address, got, want)
		}
	}
}

// someone returns a made-up customer with sends of several campaigns.
func someone(n int) outcome.Customer {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	c := outcome.Customer{Profile: profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n)), Email: profile.Statement{Value: "x@gmail.com"}}, Redeemed: map[string]outcome.Redeemed{}}
	for i := range r.IntN(6) {
		c.Profile.Orders = append(c.Profile.Orders, order(float64(10*i)-30+10*r.Float64(), r.Int64N(9_000), r.Int64N(3)*100))
	}
	all := []claim.State{claim.Delivered, claim.Delivered, claim.HeldOut, claim.Bounced, claim.Capped, claim.Suppressed, claim.Queued, claim.Lost}
	for i := range r.IntN(8) {
		s := send(shop.CampaignID([]string{"a", "b", "journey_step"}[r.IntN(3)]), i, all[r.IntN(len(all))], float64(r.IntN(40)-3))
		s.Intent.Customer, s.Class = c.Profile.ID, []shop.Class{shop.ClassPromotion, shop.ClassPromise}[r.IntN(2)]
		s.Intent.Order, s.Intent.Occasion = shop.OrderID(s.ID), string(s.ID)
		if s.Intent.Campaign == "journey_step" {
			s.Intent.Entered = noon
		}
		if s.Intent.Campaign == "a" {
			s.Variant, s.Drawn = []string{"", "x", "y"}[r.IntN(3)], []time.Time{{}, noon, noon.Add(7 * day)}[r.IntN(3)]
		}
		if r.IntN(3) == 0 {
			s.Coupon = &coupon.Coupon{Hash: string(s.ID), Offer: "welcome"}
			c.Redeemed[string(s.ID)] = outcome.Redeemed{Discount: 100}
		}
		c.Sends = append(c.Sends, s)
	}
	return c
}

var exact = cmp.Comparer(func(a, b lift.Arm) bool { return a == b })

func TestTheReportDoesNotDependOnAnyOrder(t *testing.T) {
	const customers = 400
	one, parts := outcome.New(question), []*outcome.Report{outcome.New(question), outcome.New(question)}
	for n := range customers {
		one.Add(someone(n))
	}
	for i, n := range rand.New(rand.NewPCG(1, 1)).Perm(customers) {
		c := someone(n)
		rand.New(rand.NewPCG(2, uint64(n))).Shuffle(len(c.Sends), func(i, j int) { c.Sends[i], c.Sends[j] = c.Sends[j], c.Sends[i] })
		parts[i%2].Add(c)
	}
	for i, part := range parts { // stored and read, one of them into a report without a question
		body, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = []*outcome.Report{{}, outcome.New(question)}[i]
		if err := json.Unmarshal(body, parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	parts[1].Merge(parts[0])
	if diff := cmp.Diff(one.Rows(), parts[1].Rows(), exact, cmp.AllowUnexported(outcome.Row{})); diff != "" {
		t.Errorf("the report depends on the order (-in order +shuffled, in two parts that were stored):\n%s", diff)
	}
}

// Planned is the sum of all ends, by campaign, and both are those of the
// reconciliation.
func TestEndsAreThoseOfTheReconciliation(t *testing.T) {
	r, books := outcome.New(question), reconcile.New(now.Add(day))
	for n := range 400 {
		c := someone(n)
		r.Add(c)
		for _, s := range c.Sends {
			if s.Intent.Entered.IsZero() {
				books.Order([]campaign.Intent{s.Intent})
			}
			books.Send(s)
		}
	}
	compared := 0
	for o, want := range books.Campaigns() {
		got := row(t, r, outcome.Key{Campaign: o.Campaign})
		sum := int64(0)
		for state, n := range want.States {
			if got.State(state) != int64(n) {
				t.Errorf("%s: %d sends are %s, the reconciliation counts %d", o, got.State(state), state, n)
			}
			sum += int64(n)
		}
		if got.Planned != sum || o.Campaign != "journey_step" && got.Planned != int64(want.Planned) {
			t.Errorf("%s: %d planned, %d ends, the reconciliation counts %d", o, got.Planned, sum, want.Planned)
		}
		compared++
	}
	if compared != 3 {
		t.Errorf("%d campaigns were compared, want 3", compared)
	}
}

// The report of many customers needs no more memory than that of a few.
func TestMemoryDoesNotGrowWithTheCustomers(t *testing.T) {
	held := func(r *outcome.Report) uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(r)
		return m.HeapAlloc
	}
	r := outcome.New(question)
	customers := make([]outcome.Customer, 200)
	for n := range customers {
		customers[n] = someone(n)
	}
	fold := func(times int) {
		for range times {
			for _, c := range customers {
				r.Add(c)
			}
		}
	}
	fold(1)
	before := held(r)
	fold(500)
	if after := held(r); after > before+200_000 {
		t.Errorf("100,000 more customers need %d bytes more, want none", after-before)
	}
	if got := row(t, r, outcome.Key{}); got.Planned < 100_000 {
		t.Errorf("%d messages were counted, want more", got.Planned)
	}
	if len(r.Rows()) > 24 || !slices.IsSortedFunc(r.Rows(), func(a, b *outcome.Row) int { return a.Compare(b.Key) }) {
		t.Errorf("%d rows, want few, in order", len(r.Rows()))
	}
}

// A variant is compared with all customers who are held out of the campaign, and the
// variants with each other.
func TestVariantsAreComparedWithAllWhoAreHeldOut(t *testing.T) {
	r := outcome.New(question)
	for n := range 900 {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n))}
		s := send("picks", n, claim.Delivered, 0)
		s.Variant = []string{"coupon", "plain"}[n%2]
		switch {
		case n%10 < 2:
			s.State, s.Reason.Code = claim.HeldOut, "holdout"
		case s.Variant == "coupon" || n%4 == 1:
			p.Orders = []profile.Visit{order(1, 1_000, 0)}
		}
		r.Add(outcome.Customer{Profile: p, Sends: []claim.Send{s}})
	}
	rows, standing := r.Variants("picks")
	if len(rows) != 2 || rows[0].Name != "coupon" || rows[0].Mailed.Customers() != 360 || rows[0].Held.Customers() != 180 {
		t.Fatalf("variants: %d rows, the first of %q with %d mailed and %d held out, want coupon with 360 and 180", len(rows), rows[0].Name, rows[0].Mailed.Customers(), rows[0].Held.Customers())
	}
	if standing.Best != 0 || !standing.Beaten[1] {
		t.Errorf("best is %d, want 0 (coupon): each of its customers ordered", standing.Best)
	}
	if whole := row(t, r, outcome.Key{Campaign: "picks"}); whole.Mailed.Customers() != 720 || whole.Held.Customers() != 180 {
		t.Errorf("the campaign: %d mailed, %d held out, want 720 and 180", whole.Mailed.Customers(), whole.Held.Customers())
	}
}

func TestTheGlobalHoldoutIsComparedForAllCampaignsTogether(t *testing.T) {
	r := outcome.New(question)
	kept := send("picks", 1, claim.HeldOut, 0)
	kept.Reason.Code = "global-holdout"
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "ann"}, Sends: []claim.Send{kept}})
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "bob"}, Sends: []claim.Send{send("picks", 2, claim.HeldOut, 0), send("deal", 1, claim.Delivered, 1)}})
	if got := row(t, r, outcome.Key{}); got.Mailed.Customers() != 1 || got.Held.Customers() != 1 {
		t.Errorf("all campaigns: %d mailed, %d held out, want 1 and 1", got.Mailed.Customers(), got.Held.Customers())
	}
	if got := row(t, r, outcome.Key{Campaign: "picks"}); got.Mailed.Customers() != 0 || got.Held.Customers() != 1 {
		t.Errorf("picks: %d mailed, %d held out, want 0 and 1: who is in the global holdout is in no campaign's", got.Mailed.Customers(), got.Held.Customers())
	}
}

// If the shares of variants follow the better one, customers are compared with those who
// were assigned by the same shares, and those who are not assigned yet are left out. A
// customer counts from the first message after the assignment.
func TestVariantsWhoseSharesChangeAreComparedWithinTheShares(t *testing.T) {
	r := outcome.New(question)
	later := noon.Add(7 * day)
	for n := range 600 {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		s := send("picks", 1, claim.Delivered, 0)
		s.Intent.Customer, s.Variant = id, "plain"
		c := outcome.Customer{Profile: profile.Profile{ID: id}, Sends: []claim.Send{s}}
		if n < 400 { // assigned by the shares of noon, the others by later ones; of these none
			again := s
			again.ID, again.Variant, again.Drawn, again.Assigned = "s-2", []string{"coupon", "plain"}[n%2], noon, s.Assigned.Add(day)
			if n%4 == 0 {
				again.State, again.Reason = claim.HeldOut, claim.Reason{Code: "holdout"}
			}
			if n >= 200 {
				again.Drawn = later
			}
			c.Sends = append(c.Sends, again)
		}
		r.Add(c)
	}
	rows, _ := r.Variants("picks")
	if len(rows) != 2 || rows[0].Mailed.Customers() != 100 || rows[1].Mailed.Customers() != 200 || rows[0].Held.Customers() != 100 || len(rows[0].Strata) != 2 {
		t.Errorf("the rows are %+v", rows)
	}
	batches := r.Batches("picks", []string{"coupon", "plain"}, later)
	if len(batches) != 1 || batches[0][0].Customers() != 50 || batches[0][1].Customers() != 100 {
		t.Errorf("of the later shares there are %d batches", len(batches))
	}
}

// Variants can come to a campaign that runs already: its customers count in them from the
// first message that has a variant.
func TestVariantsOfARunningCampaignHaveItsCustomers(t *testing.T) {
	r := outcome.New(question)
	first, second := send("picks", 1, claim.Delivered, 0), send("picks", 2, claim.Capped, 3)
	second.Variant = "warm"
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1", Orders: []profile.Visit{order(1, 500, 0), order(4, 700, 0)}}, Sends: []claim.Send{first, second}})
	if got := row(t, r, outcome.Key{Campaign: "picks", By: outcome.Variant, Name: "warm"}); got.Mailed.Customers() != 1 || got.Mailed.Total(lift.Orders) != 1 {
		t.Errorf("%d customers with %d orders in the variant, want 1 with the one order after it came", got.Mailed.Customers(), got.Mailed.Total(lift.Orders))
	}
}

// A journey as a whole is compared with those who got none of its messages. They are not
// held out of a single step, and who is held out of a step is mailed by the journey.
func TestAJourneyIsComparedAsAWhole(t *testing.T) {
	r := outcome.New(question)
	for n := range 100 {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		first, second := send("win-back_first", 1, claim.Delivered, 0), send("win-back_second", 2, claim.Delivered, 6)
		switch {
		case n < 10: // of the journey
			for _, s := range []*claim.Send{&first, &second} {
				s.State, s.Reason.Code = claim.HeldOut, "journey-holdout"
			}
		case n < 30: // of the second step
			second.State, second.Reason.Code = claim.HeldOut, "holdout"
		}
		c := outcome.Customer{Profile: profile.Profile{ID: id, Orders: []profile.Visit{order(2, 500, 0)}}}
		for _, s := range []claim.Send{first, second} {
			s.Intent.Customer, s.Intent.Entered = id, noon
			c.Sends = append(c.Sends, s)
		}
		r.Add(c)
	}
	for id, want := range map[shop.CampaignID][3]int64{"win-back": {200, 90, 10}, "win-back_first": {100, 90, 0}, "win-back_second": {100, 70, 20}} {
		got := row(t, r, outcome.Key{Campaign: id})
		if counts := [3]int64{got.Planned, got.Mailed.Customers(), got.Held.Customers()}; counts != want {
			t.Errorf("%s: planned, mailed and held out are %v, want %v", id, counts, want)
		}
		if got.IsJourney() != (id == "win-back") || got.Journey != "win-back" {
			t.Errorf("%s: the journey is %q, as a whole: %v", id, got.Journey, got.IsJourney())
		}
	}
	if got := row(t, r, outcome.Key{Campaign: "win-back"}); got.Mailed.Total(lift.Orders) != 90 {
		t.Errorf("the mailed customers of the journey have %d orders, want one each, after the first message", got.Mailed.Total(lift.Orders))
	}
}

// A customer who enters a journey on a day that is asked for counts in the journey's row,
// also if the message was planned before.
func TestAnEntryAloneIsOfItsJourney(t *testing.T) {
	q := question
	q.From = noon.Add(day)
	s := send("win-back_first", 1, claim.Delivered, 2)
	s.Intent.Entered = noon
	r := outcome.New(q)
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "ann"}, Sends: []claim.Send{s}})
	for _, id := range []shop.CampaignID{"win-back", "win-back_first"} {
		got := row(t, r, outcome.Key{Campaign: id})
		if got.Planned != 0 || got.Mailed.Customers() != 1 || got.Journey != "win-back" || got.IsJourney() != (id == "win-back") || got.Class != shop.ClassPromotion {
			t.Errorf("%s: %d planned, %d mailed, of journey %q, class %q", id, got.Planned, got.Mailed.Customers(), got.Journey, got.Class)
		}
	}
}
