package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/events"
	local "regulars/infra/local/queue"
	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

const (
	eraseEvent   = `{"version":"0","id":"e-1","detail-type":"customer.erase","source":"shop","time":"2026-11-22T12:00:00Z","detail":{"version":"1","customer":{"id":"191167"}}}`
	ownEvent     = `{"version":"0","id":"e-1","detail-type":"customer.erase","source":"shop","time":"2026-11-22T12:00:00Z","detail":{"version":"1","source":"preferences","customer":{"id":"191167","email":"Marker.Ann@Example.com"}}}`
	shopifyEvent = `{"version":"0","id":"e-1","detail-type":"shopifyWebhook","source":"aws.partner/shopify.com/1/x","time":"2026-11-22T12:00:00Z","detail":{"metadata":{"X-Shopify-Topic":"customers/redact","X-Shopify-Event-Id":"e-1"},"payload":{"shop_id":954889,"shop_domain":"gifts.myshopify.com","customer":{"id":191167,"email":"Marker.Ann@Example.com","phone":"555-625-1199"},"orders_to_redact":["o-3"]}}}`
)

// erase delivers the event, and then the job until it has ended, each message
// until it is processed.
func (f *fixture) erase(event string) {
	f.t.Helper()
	for body, pass := event, 0; body != ""; body = f.next() {
		for try := 0; !f.deliver(body); try++ {
			if try == 10 {
				f.t.Fatal("the message fails again and again")
			}
		}
		if pass++; pass > 10 {
			f.t.Fatal("the erasure does not end")
		}
		f.now = f.now.Add(privacy.Settling)
	}
}

// table returns the reconciliation of all orders and sends.
func (f *fixture) table() *reconcile.Table {
	f.t.Helper()
	t := reconcile.New(noon.AddDate(0, 0, 2))
	t.Run("weekly", 2, yesterday, yesterday, 1)
	_, err := f.store.Raised(context.Background(), dynamo.Page{}, func(all []campaign.Intent) error { t.Order(all); return nil })
	must(f.t, err)
	_, err = f.store.Sends(context.Background(), dynamo.Page{}, func(d claim.Send) error { t.Send(d); return nil })
	must(f.t, err)
	return t
}

// uses returns what is left of the budget, and what coupons and orders have of
// it.
func (f *fixture) uses() (left, taken int) {
	f.t.Helper()
	shards, err := f.store.Budget(context.Background(), "welcome", 1)
	must(f.t, err)
	for _, n := range shards {
		left += n
	}
	_, err = f.store.CouponsAndRedemptions(context.Background(), dynamo.Page{}, func(c coupon.Coupon) error {
		if c.State != coupon.Voided && c.State != coupon.Expired {
			taken++
		}
		return nil
	}, func(r checkout.Redemption, _ dynamo.Rev) error {
		for _, u := range r.Uses {
			if u.Coupon == "" && !u.Back {
				taken++
			}
		}
		return nil
	})
	must(f.t, err)
	return left, taken
}

// check fails the test if something of Ann is left, or something else is not
// there any more.
func (f *fixture) check(before *reconcile.Table) {
	f.t.Helper()
	ctx := context.Background()
	for _, text := range f.found() {
		f.t.Errorf("after the erasure there is %.300s", text)
	}
	if o, _, err := f.store.Order(ctx, "o-5"); err != nil || o.Placed == nil {
		f.t.Errorf("Bob's order is %+v, %v", o, err)
	}
	if p, _, err := f.store.Profile(ctx, bob); err != nil || p.Email.Value == "" {
		f.t.Errorf("Bob's profile is %+v, %v", p, err)
	}
	letters := 0
	for _, text := range f.texts() {
		if strings.Contains(text, "Dead ") {
			letters++
		}
	}
	if letters != 3 {
		f.t.Errorf("%d dead letters are left, want Bob's three", letters)
	}
	for _, address := range []string{address, earlier} {
		c, _, err := f.store.MailboxContact(ctx, key.Mailbox(address))
		must(f.t, err)
		if c.Suppressed == nil || c.Suppressed.Reason != frequency.SuppressedErased || c.Consented(shop.TopicPromotions, new(true)) || len(c.Ledger)+len(c.Waiting)+len(c.Issues) > 0 {
			f.t.Errorf("the contact of a mailbox of Ann is %+v, want it suppressed and empty", c)
		}
	}
	for _, id := range []shop.EventID{"e-1", "r-1"} {
		r, _, err := f.store.PrivacyRequest(ctx, id)
		if err != nil || r.Open() || r.Means != privacyrequest.ByErasure || r.Customer != "" || r.Name != key.Customer(ann) {
			f.t.Errorf("the request %s is %+v, %v, want it answered by the erasure, under a hash of the customer", id, r, err)
		}
	}
	if left, taken := f.uses(); left+taken != 100 || taken != 2 {
		f.t.Errorf("%d uses are left and %d are taken, want 100 in all and the 2 of the redeemed order taken", left, taken)
	}
	after := f.table()
	for o, row := range before.Rows {
		if was, is := row.Sum(), after.Rows[o].Sum(); was.Planned != is.Planned || was.Ended+was.Open != is.Ended+is.Open {
			f.t.Errorf("the reconciliation of %s counts %+v before and %+v after", o, was, is)
		}
	}
}

func TestErasureLeavesNothingOfTheCustomer(t *testing.T) {
	for name, event := range map[string]string{"native": eraseEvent, "Shopify": shopifyEvent} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.fill()
			if len(f.found()) < 20 {
				t.Fatalf("only %d items and messages have a marker before the erasure: the test proves little", len(f.found()))
			}
			before := f.table()
			f.erase(event)
			f.check(before)
			r, _, err := f.store.Erasure(t.Context(), "e-1")
			must(t, err)
			if r.Done.IsZero() || !r.At.Equal(noon) || len(r.Names) != 3 || len(r.Mailboxes) != 2 || r.Erased["orders"] != 4 {
				t.Errorf("the record is %+v, want it done, with three names, two mailboxes and four orders", r)
			}
			f.erase(event) // delivered again
			f.check(before)
		})
	}
}

// The function is killed at each of its writes and listings, before or after it
// is made, and its message is delivered again.
func TestErasureGoesOnAfterEachStep(t *testing.T) {
	for _, late := range []bool{false, true} {
		for kill := 1; ; kill++ {
			f := newFixture(t)
			f.fill()
			f.account()
			before := f.table()
			f.tables.left, f.tables.late = kill, late
			f.erase(ownEvent)
			killed := f.tables.left <= 0
			if killed {
				f.check(before)
			}
			if t.Failed() {
				t.Fatalf("if the function is killed at call %d, late: %t", kill, late)
			}
			if !killed {
				if kill < 60 {
					t.Errorf("the erasure has only %d steps: the test proves little", kill)
				}
				break
			}
		}
	}
}

// account stores another account of Ann, with an ID of its own, the same address
// written in another way, and an order.
func (f *fixture) account() {
	f.t.Helper()
	o := order("o-6", other, strings.ToLower(address))
	p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
	p.Mailbox = key.Mailbox(p.Email.Value)
	must(f.t, f.store.SaveFold(f.t.Context(), dynamo.Fold{Order: o, Customer: other, Profile: p}))
}

const other shop.CustomerID = "191167-marker"

// Who owns the mailbox, or is named by an address alone, is erased with every
// account; a shop that names an account means that one.
func TestErasureOfAPersonTakesEachAccount(t *testing.T) {
	address := strings.Replace(eraseEvent, `"id":"191167"`, `"email":"Marker.Ann@Example.com"`, 1)
	for name, c := range map[string]struct {
		event string
		stays bool
	}{
		"the customer's own link": {ownEvent, false},
		"an address":              {address, false},
		"an ID":                   {eraseEvent, true},
		"Shopify":                 {shopifyEvent, true},
	} {
		f := newFixture(t)
		f.fill()
		f.account()
		f.erase(c.event)
		_, rev, err := f.store.Profile(t.Context(), other)
		must(t, err)
		o, _, err := f.store.Order(t.Context(), "o-6")
		if must(t, err); (rev != "") != c.stays || (o.Placed != nil) != c.stays {
			t.Errorf("%s: the other account has the revision %q and its order %t, want that it stays: %t", name, rev, o.Placed != nil, c.stays)
		}
		if bob, _, err := f.store.Profile(t.Context(), bob); err != nil || bob.Email.Value == "" {
			t.Errorf("%s: Bob's profile is %+v, %v", name, bob, err)
		}
	}
}

// What was in flight is erased in the second pass; what the customer orders
// after the erasure stays.
func TestSecondPassTakesWhatWasInFlightAndLeavesWhatIsNew(t *testing.T) {
	f := newFixture(t)
	f.fill()
	job := eraseEvent
	for !strings.Contains(job, `"pass":2`) {
		if !f.deliver(job) {
			t.Fatal("the first pass failed")
		}
		job = f.next()
	}
	late := send(intent(ann, "o-late"), claim.Suppressed) // as the function send ends an intent that was on its queue
	must(t, f.store.End(t.Context(), late))
	must(t, f.queues.Enqueue(t.Context(), local.ARN("RecordDead"), deadLetters["RecordDead"][0], nil, ""))
	fresh := order("o-new", ann, address)
	fresh.Placed.At, fresh.Placed.Revision = noon.Add(time.Minute), noon.Add(time.Minute)
	must(t, f.store.SaveFold(t.Context(), dynamo.Fold{Order: fresh, Customer: ann, Profile: profile.Profile{}.Update(shop.Order{}, fresh, shop.OrderFact{Kind: shop.OrderPlaced, Order: fresh.ID, Placed: fresh.Placed})}))
	f.now = f.now.Add(privacy.Settling)
	f.erase(job)

	if _, err := f.store.Send(t.Context(), ann, late.ID); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("the send that was in flight is still there: %v", err)
	}
	if o, _, err := f.store.Order(t.Context(), "o-new"); err != nil || o.Placed == nil {
		t.Errorf("the order after the erasure is %+v, %v, want it untouched", o, err)
	}
	if _, rev, err := f.store.Profile(t.Context(), ann); err != nil || rev == "" {
		t.Errorf("the profile of the new relation is gone: %v", err)
	}
	for _, text := range f.texts() {
		if strings.HasPrefix(text, "RecordDead") && strings.Contains(text, "marker") {
			t.Errorf("a dead letter that came in between is left: %s", text)
		}
	}
}

func TestErasureEventIsRefusedWithoutAName(t *testing.T) {
	f := newFixture(t)
	f.deliver(strings.Replace(eraseEvent, `"id":"191167"`, `"phone":"555-625-1199"`, 1))
	dead, err := f.queues.Peek("PrivacyDead", 10)
	must(t, err)
	if len(dead) != 1 || strings.Contains(*dead[0].Attributes["Faults"].StringValue, "555") {
		t.Errorf("the dead letters are %+v, want one whose faults do not repeat the value", dead)
	}
}

func TestExportRequestIsStored(t *testing.T) {
	for _, sample := range events.Samples() {
		if sample.DetailType != "customer.export" && sample.Name != "customers-data-request" {
			continue
		}
		f := newFixture(t)
		if !f.deliver(string(sample.Envelope)) {
			t.Errorf("%s failed", sample.Name)
		}
		open, err := privacy.OpenRequests(t.Context(), f.store)
		must(t, err)
		if len(open) != 1 || open[0].Customer == "" || open[0].Kind != privacyrequest.Export || open[0].Due.Sub(open[0].Received) != privacyrequest.DefaultTerm {
			t.Errorf("%s: the open requests are %+v, want one", sample.Name, open)
		}
		if texts := strings.Join(f.texts(), " "); strings.Contains(texts, "example.com") || strings.Contains(texts, "555") {
			t.Errorf("%s: the request is stored with an address or a telephone number: %s", sample.Name, texts)
		}
	}
}
