package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Times before and after the default periods.
var (
	longAgo  = noon.AddDate(0, 0, -1200) // beyond the 1095 days of orders, messages, coupons and customers
	lastYear = noon.AddDate(0, 0, -500)  // beyond the 365 days of decisions
	lately   = noon.AddDate(0, 0, -300)
)

// keep stores, of every kind of item, one that is too old and ones that stay.
func (f *fixture) keep() {
	t, ctx := f.t, context.Background()
	must(t, f.store.EnsureBudget(ctx, "welcome", 1, 100, 2))
	for id, c := range map[shop.CustomerID]struct {
		at      time.Time
		contact func(frequency.Contact) frequency.Contact
		points  points.Ledger
	}{
		"gone":   {at: longAgo},
		"active": {at: lately},
		"yes":    {at: longAgo, contact: func(c frequency.Contact) frequency.Contact { return c.WithConsent(shop.TopicPromotions, true, longAgo) }},
		"no": {at: longAgo, contact: func(c frequency.Contact) frequency.Contact {
			return c.WithConsent(shop.TopicPromotions, false, longAgo)
		}},
		"given": {at: longAgo, contact: func(c frequency.Contact) frequency.Contact {
			return c.WithGrant("welcome", frequency.Grant{Send: "s", At: lately})
		}},
		"savings":  {at: longAgo, points: points.Ledger{{ID: "order:o-points", Kind: points.Earn, At: longAgo, Points: 10, Active: longAgo, Until: noon.AddDate(1, 0, 0), Rate: 100}}},
		"unsigned": {at: longAgo, contact: func(c frequency.Contact) frequency.Contact { return c }},
	} {
		o := order(shop.OrderID("o-"+id), id, string(id)+"@example.com")
		o.Placed.At, o.Placed.Revision = c.at, c.at
		p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
		p.Mailbox, p.Points.Ledger = key.Mailbox(p.Email.Value), c.points
		p.Bought = map[shop.ProductID]profile.Units{"P": {Orders: 1, Units: 1}}
		f.store.MostBought = 0 // so it is beside the profile
		about := intent(id, o.ID)
		about.Planned, about.NotAfter = c.at, c.at.Add(time.Hour)
		must(t, f.store.SaveFold(ctx, dynamo.Fold{Order: o, Raised: map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {about}}, Customer: id, Profile: p}))
		if c.contact != nil {
			must(t, f.store.UpdateContact(ctx, id, func(was frequency.Contact) (frequency.Contact, bool) { return c.contact(was), true }))
		}
		d := send(about, claim.Capped)
		d.Changed = c.at
		must(t, f.store.End(ctx, d))
	}
	waits := send(intent("active", "o-wait"), claim.Queued)
	waits.Changed, waits.Wake = longAgo, noon.Add(time.Hour)
	must(t, f.store.End(ctx, waits))
	explained := send(intent("active", "o-explained"), claim.Capped)
	explained.Changed = lastYear
	must(t, f.store.End(ctx, explained))

	f.used("o-used-old", "old-redeemed", longAgo)
	f.used("o-used-new", "new-redeemed", lately)
	f.give("o-expired", "old-expired", longAgo, longAgo.AddDate(0, 0, 7))
	_, expired, err := f.store.ExpireCoupons(ctx, dynamo.Page{}, noon)
	must(t, err)
	if expired != 1 {
		t.Fatalf("%d coupons expired, want one", expired)
	}
	f.give("o-stands", "old-stands", longAgo, noon.AddDate(0, 0, 7))

	for id, done := range map[shop.EventID]time.Time{"r-old": longAgo, "r-new": lately, "r-open": {}} {
		r := privacyrequest.New(id, privacyrequest.Export, "gone", shop.RequestFromShop, longAgo.AddDate(0, 0, -1), 0)
		if !done.IsZero() {
			r = r.Close(done, privacyrequest.ByDocument)
		}
		must(t, f.store.SavePrivacyRequest(ctx, r, ""))
	}
	must(t, f.store.SaveErasure(ctx, dynamo.Erasure{Request: "e-old", At: longAgo, Done: longAgo}, ""))
	must(t, f.store.SaveErasure(ctx, dynamo.Erasure{Request: "e-open", At: longAgo}, ""))
}

// give stores a send of an active customer with an issued coupon.
func (f *fixture) give(order shop.OrderID, code string, at, until time.Time) claim.Send {
	f.t.Helper()
	ctx := context.Background()
	d := send(intent("active", order), claim.Sending)
	d.Attempt, d.Owner, d.Claimed, d.Changed = 1, "w", at, at
	known, err := f.store.Snapshot(ctx, "active")
	must(f.t, err)
	d.Mailbox = known.Profile.Mailbox
	c := claim.Claim{Send: d, Contact: known.Contact, ContactRev: known.ContactRev}
	c.Contact.Ledger = append(c.Contact.Ledger, frequency.Entry{Send: d.ID, At: at, Class: d.Class})
	c.Coupon = &coupon.Coupon{Hash: code, Offer: "welcome", Version: 1, Customer: "active", Send: d.ID, Issued: at, Until: until, State: coupon.Issued}
	c.Send.Coupon = c.Coupon
	must(f.t, f.store.Claim(ctx, c))
	must(f.t, f.store.Accepted(ctx, c.Send, "ses-"+code, at))
	return c.Send
}

// used stores a coupon that an order redeemed at that time.
func (f *fixture) used(order shop.OrderID, code string, at time.Time) {
	f.t.Helper()
	ctx := context.Background()
	f.give(order, code, at, at.AddDate(0, 0, 7))
	r, changes, err := checkout.Redemption{Order: order}.Hold(checkout.Redemption{
		Order: order, Customer: "active", Uses: []checkout.Use{{Offer: "welcome", Version: 1, Coupon: code}},
		Quote: pricing.Quote{Lines: []pricing.PricedLine{{Line: pricing.Line{ID: "LINE", Units: 1}}}},
	}, at)
	must(f.t, err)
	must(f.t, f.store.SaveRedemption(ctx, dynamo.Checkout{Redemption: r, Changes: changes, Now: at}))
	_, rev, err := f.store.Redemption(ctx, order)
	must(f.t, err)
	r, changes, err = r.Redeem(at)
	must(f.t, err)
	must(f.t, f.store.SaveRedemption(ctx, dynamo.Checkout{Redemption: r, Rev: rev, Changes: changes, Now: at}))
}

// night calls the retention until it is done, and returns the counts.
func (f *fixture) night() map[string]int {
	f.t.Helper()
	for call := 0; ; call++ {
		_, err := f.Handle(f.t.Context(), []byte(`{"detail-type":"clock.retention"}`))
		p, _, errRead := f.store.Retention(f.t.Context())
		must(f.t, errRead)
		if err == nil && !p.Done.IsZero() {
			return p.Gone
		}
		if call == 20 {
			f.t.Fatalf("the retention does not end: %v", err)
		}
	}
}

// checkKept fails the test if something old is left, or something else is not there
// any more.
func (f *fixture) checkKept(before *reconcile.Table, left, taken int) {
	f.t.Helper()
	ctx := context.Background()
	for id, want := range map[shop.CustomerID]bool{"gone": false, "no": false, "unsigned": false, "active": true, "yes": true, "given": true, "savings": true} {
		if _, rev, err := f.store.Profile(ctx, id); err != nil || rev != "" != want {
			f.t.Errorf("the profile of %q is there: %t (%v), want %t", id, rev != "", err, want)
		}
		o, _, err := f.store.Order(ctx, shop.OrderID("o-"+id))
		young := id == "active"
		if err != nil || (o.Placed != nil) != young || o.Outdated == young {
			f.t.Errorf("the order of %q is %+v, %v, want it whole: %t", id, o, err, young)
		}
	}
	if c, _, err := f.store.MailboxContact(ctx, key.Mailbox("no@example.com")); err != nil || c.Consents[shop.TopicPromotions].At.IsZero() || c.Consented(shop.TopicPromotions, new(true)) {
		f.t.Errorf("the contact with an opt-out is %+v, %v, want the opt-out for ever", c, err)
	}
	for hash, want := range map[string]string{"old-redeemed": "redeemed without customer", "new-redeemed": "redeemed", "old-expired": "", "old-stands": "issued"} {
		c, err := f.store.Coupon(ctx, hash)
		got := strings.ToLower(string(c.State))
		if c.Customer == "" && got != "" {
			got += " without customer"
		}
		if err != nil && !errors.Is(err, dynamo.ErrNotFound) || got != want {
			f.t.Errorf("the coupon %s is %q, %v, want %q", hash, got, err, want)
		}
	}
	for order, want := range map[shop.OrderID]bool{"o-used-old": false, "o-used-new": true} {
		if r, _, err := f.store.Redemption(ctx, order); err != nil || (r.Customer != "") != want || len(r.Uses) != 1 {
			f.t.Errorf("the redemption of %s is %+v, %v, want its use, with its customer: %t", order, r, err, want)
		}
	}
	for _, text := range f.texts() {
		if strings.HasPrefix(text, "Sends ") && strings.Contains(text, "customer=gone") {
			f.t.Errorf("the message to the customer is left: %s", text)
		}
	}
	for id, want := range map[shop.CustomerID]bool{"gone": false, "active": true} {
		beside := slices.ContainsFunc(f.texts(), func(text string) bool { return strings.Contains(text, shop.BoughtPrefix+string(id)) })
		if beside != want {
			f.t.Errorf("something is beside the profile of %s: %t, want %t", id, beside, want)
		}
	}
	if d, err := f.store.Send(ctx, "active", send(intent("active", "o-explained"), claim.Capped).ID); err != nil || len(d.Explained) > 0 || d.State != claim.Capped {
		f.t.Errorf("the explained send is %+v, %v, want its state without the explanation", d, err)
	}
	if d, err := f.store.Send(ctx, "active", send(intent("active", "o-wait"), claim.Queued).ID); err != nil || d.State != claim.Queued {
		f.t.Errorf("the waiting send is %+v, %v, want it untouched", d, err)
	}
	for id, want := range map[shop.EventID]bool{"r-old": false, "r-new": true, "r-open": true} {
		if _, rev, err := f.store.PrivacyRequest(ctx, id); err != nil || rev != "" != want {
			f.t.Errorf("the request %s is there: %t, %v, want %t", id, rev != "", err, want)
		}
	}
	for id, want := range map[shop.EventID]bool{"e-old": false, "e-open": true} {
		if _, rev, err := f.store.Erasure(ctx, id); err != nil || rev != "" != want {
			f.t.Errorf("the erasure %s is there: %t, %v, want %t", id, rev != "", err, want)
		}
	}
	if nowLeft, nowTaken := f.uses(); nowLeft != left || nowTaken != taken {
		f.t.Errorf("%d uses are left and %d taken, want %d and %d as before", nowLeft, nowTaken, left, taken)
	}
	after := f.table()
	for o, row := range before.Rows {
		if was, is := row.Sum(), after.Rows[o].Sum(); was != is {
			f.t.Errorf("the reconciliation of %s counts %+v before and %+v after", o, was, is)
		}
	}
}

func TestRetentionLetsOldDataGoAndNothingElse(t *testing.T) {
	f := newFixture(t)
	f.keep()
	before := f.table()
	left, taken := f.uses()
	gone := f.night()
	f.checkKept(before, left, taken)
	want := map[string]int{"orders": 6, "coupons": 1, "redemptions": 1, "messages": 9, "decisions": 1, "customers": 3, "requests": 1, "erasures": 1}
	if !maps.Equal(gone, want) {
		t.Errorf("the counts are %v, want %v", gone, want)
	}
	if out := f.out.String(); !strings.Contains(out, `"RetentionDone":1`) || !strings.Contains(out, `"RetentionCustomers":3`) {
		t.Errorf("the metrics are %s", out)
	}
}

// The function is killed at each of its writes and listings, before or after it is
// made; the next call goes on.
func TestRetentionGoesOnAfterEachStep(t *testing.T) {
	for _, late := range []bool{false, true} {
		for kill := 1; ; kill++ {
			f := newFixture(t)
			f.keep()
			before := f.table()
			left, taken := f.uses()
			f.tables.left, f.tables.late = kill, late
			f.night()
			killed := f.tables.left <= 0
			if f.tables.left = 0; killed {
				f.checkKept(before, left, taken)
			}
			if t.Failed() {
				t.Fatalf("if the function is killed at call %d, late: %t", kill, late)
			}
			if !killed {
				if kill < 60 {
					t.Errorf("the retention has only %d steps: the test proves little", kill)
				}
				break
			}
		}
	}
}

// If the function's time is nearly over, a call does one page and stores how far it
// came.
func TestRetentionEndsInTimeAndGoesOn(t *testing.T) {
	f := newFixture(t)
	f.keep()
	before := f.table()
	left, taken := f.uses()
	short, cancel := context.WithTimeout(t.Context(), 30*time.Second) // less than a page's reserve
	defer cancel()
	calls := 0
	for done := false; !done; calls++ {
		_, err := f.Handle(short, []byte(`{"detail-type":"clock.retention"}`))
		must(t, err)
		p, _, err := f.store.Retention(t.Context())
		must(t, err)
		done = !p.Done.IsZero()
	}
	if calls < 15 {
		t.Errorf("the job took %d calls, want one for each page of its five stages", calls)
	}
	f.checkKept(before, left, taken)
}

func TestRetentionRunsOnceANight(t *testing.T) {
	f := newFixture(t)
	f.keep()
	f.night()
	before := f.out.String()
	f.now = f.now.Add(time.Hour)
	f.night()
	if f.out.String() != before {
		t.Error("a second call on the same day did the job again")
	}
	f.now = f.now.AddDate(0, 0, 1)
	if gone := f.night(); len(gone) != 0 || strings.Count(f.out.String(), `"RetentionDone":1`) != 2 {
		t.Errorf("the next night let %v go, want a second report that nothing was old", gone)
	}
}

func TestRetentionCountsWithoutChangeIfDry(t *testing.T) {
	f := newFixture(t)
	f.keep()
	before := slices.Sorted(slices.Values(f.texts()))
	f.retention.Dry = true
	gone := f.night()
	if gone["orders"] != 6 || gone["customers"] != 3 {
		t.Errorf("the dry run counts %v, want 6 orders and 3 customers", gone)
	}
	after := slices.DeleteFunc(slices.Sorted(slices.Values(f.texts())), func(s string) bool { return strings.Contains(s, "retention/@progress") })
	if !slices.Equal(before, after) {
		t.Error("the dry run changed something")
	}
}

func TestRetentionWaitsForAPolicy(t *testing.T) {
	f := newFixture(t)
	f.keep()
	f.handler.policy = func(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy{}, dynamo.ErrNotFound }
	_, err := f.Handle(t.Context(), []byte(`{"detail-type":"clock.retention"}`))
	if p, rev, _ := f.store.Retention(t.Context()); err != nil || rev != "" {
		t.Errorf("without a policy the retention began: %+v, %v", p, err)
	}
}
