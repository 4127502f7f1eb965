package dynamo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// anExplanation returns an explanation as long as a long real one: about a
// kilobyte.
func anExplanation() json.RawMessage {
	var inputs []string
	for i := range 8 {
		inputs = append(inputs, fmt.Sprintf(`{"rule":"promotions-%dd","window":"168h","used":%d,"max":2,"allowed":true,"reason":"fewer than two in seven days"}`, i, i%3))
	}
	return json.RawMessage(`{"policy":"2026-11-22T08:00:00Z","inputs":[` + strings.Join(inputs, ",") + `]}`)
}

// The costs of the package comment, index included: a promotion without coupon
// takes five write units from its claim to SES's answer. dynoxide counts one
// unit for an index entry that a transaction writes, DynamoDB Local (make
// test-oracle) two; the bounds hold for both.
func TestCapacity(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	must(t, store.EnsureBudget(ctx, "welcome", 1, 100, 4))
	for _, id := range []shop.ProductID{"71053", "85123A", "22423"} {
		must(t, store.SaveProduct(ctx, aProduct(id, noon, "Product "+string(id))))
	}
	learned(t, store, "v1", map[shop.ProductID]recommend.Learned{"71053": {Neighbours: lanternNeighbours, Customers: 9}})
	plain, rich := aClaim("plain", false), aClaim("rich", true)
	rich.Send.Intent.Customer, rich.Coupon.Customer = "c-2002", "c-2002"
	plain.Send.Explained, rich.Send.Explained = anExplanation(), anExplanation()
	waiting := aClaim("waiting", false)
	waiting.Send.Intent.Customer = "c-3003"
	free := func(occasion string) claim.Send { // waits without a reservation
		d := aClaim(occasion, false).Send
		d.Intent.Customer, d.Explained = "c-4004", anExplanation()
		d.State, d.Attempt, d.Owner, d.Claimed, d.Wake = claim.Queued, 0, "", time.Time{}, noon
		return d
	}
	main := aClaim("main", false)
	main.Send.Intent.Customer, main.Send.Explained, main.From = "c-4004", anExplanation(), &claim.Fence{}
	merged := free("merged")
	must(t, store.End(ctx, free("main")))
	must(t, store.End(ctx, merged))
	watched := aClaim("watched", false)
	watched.Send.Intent.Customer, watched.Send.Explained, watched.From = "c-5005", anExplanation(), &claim.Fence{}
	waits := free("watched")
	waits.Intent.Customer = "c-5005"
	must(t, store.End(ctx, waits))
	merged.State = claim.Outranked
	main.Merged = []claim.Send{merged}

	for _, c := range []*claim.Claim{&plain, &rich, &waiting, &main, &watched} {
		c.Send.Mailbox = shop.Mailbox("m-" + c.Send.Intent.Customer)
		if c.Send.Intent.Customer != ann { // hers comes with her order
			must(t, store.Import(ctx, dynamo.History{Profiles: []profile.Profile{{ID: c.Send.Intent.Customer, Mailbox: c.Send.Mailbox}}}))
		}
	}
	must(t, store.Claim(ctx, waiting))

	var read, wrote float64
	store.Meter = func(_ string, r, w float64) { read += r; wrote += w }
	for _, access := range []struct {
		name        string
		read, write float64
		do          func(context.Context) error
	}{
		{"NoteZone, of a zone that is new to the process", 0, 1, func(ctx context.Context) error { return store.NoteZone(ctx, firstFold("o-1").Profile) }},
		{"Zones", 1, 0, func(ctx context.Context) error { _, err := store.Zones(ctx); return err }},
		{"SaveFold, an order of 3 lines and a profile", 0, 4, func(ctx context.Context) error {
			fold := firstFold("o-1")
			fold.Profile.Mailbox = "m-" + shop.Mailbox(ann)
			return store.SaveFold(ctx, fold)
		}},
		{"SaveFold, with a service issue", 0, 6, func(ctx context.Context) error {
			fold := firstFold("o-2")
			fold.Customer = "c-7007"
			fold.Contacts = []dynamo.ContactChange{{Mailbox: "m-7007", Contact: frequency.Contact{}.WithIssue("o-2", profile.ServiceIssue{Delayed: &profile.Issue{Since: noon}})}}
			return store.SaveFold(ctx, fold)
		}},
		{"Order and Profile", 2, 0, func(ctx context.Context) error {
			if _, _, err := store.Order(ctx, "o-1"); err != nil {
				return err
			}
			_, _, err := store.Profile(ctx, ann)
			return err
		}},
		{"Snapshot", 2, 0, func(ctx context.Context) error { _, err := store.Snapshot(ctx, ann); return err }},
		{"Items, of three", 1.5, 0, func(ctx context.Context) error {
			_, err := store.Items(ctx, recommend.Model{}, []shop.ProductID{"71053", "85123A", "22423"})
			return err
		}},
		{"PolicyVersion", 1, 0, func(ctx context.Context) error { store.PolicyVersion(ctx); return nil }},
		{"Claim", 0, 4, func(ctx context.Context) error { return store.Claim(ctx, plain) }},
		{"Accepted", 0, 1, func(ctx context.Context) error { return store.Accepted(ctx, plain.Send, "ses-1", noon) }},
		{"Raise", 0, 1, func(ctx context.Context) error {
			_, _, err := store.Raise(ctx, ann, plain.Send.ID, claim.Delivered, "ses-1", noon)
			return err
		}},
		{"Clicked", 0, 1, func(ctx context.Context) error {
			return store.Clicked(ctx, ann, plain.Send.ID, claim.Click{Link: 1, At: noon})
		}},
		{"Claim with a coupon", 0, 8, func(ctx context.Context) error { return store.Claim(ctx, rich) }},
		{"Refuse with a coupon", 2, 8, func(ctx context.Context) error { return store.Refuse(ctx, rich.Send, claim.Refused, why, noon) }},
		{"Wait", 0, 2, func(ctx context.Context) error {
			return store.Wait(ctx, waiting.Send, why, noon.Add(time.Minute), noon)
		}},
		{"Accepted after a wait", 0, 2, func(ctx context.Context) error { return store.Accepted(ctx, waiting.Send, "ses-2", noon) }},
		{"End", 0, 1, func(ctx context.Context) error {
			d := aClaim("end", false).Send
			d.State, d.Attempt, d.Owner = claim.Capped, 0, ""
			return store.End(ctx, d)
		}},
		{"End with a wait", 0, 2, func(ctx context.Context) error { return store.End(ctx, free("waits")) }},
		{"Later", 0, 3, func(ctx context.Context) error { return store.Later(ctx, free("waits"), noon.Add(time.Minute)) }},
		{"Claim of a waiting send", 0, 8, func(ctx context.Context) error { return store.Claim(ctx, watched) }},
		{"Claim of a waiting send, with one merged", 0, 12, func(ctx context.Context) error { return store.Claim(ctx, main) }},
		{"SaveSendRate", 0, 1, func(ctx context.Context) error {
			_, _, _, err := store.SaveSendRate(ctx, 0, aRate("a"), "")
			return err
		}},
		{"SaveSendRate, refused", 0, 1, func(ctx context.Context) error {
			_, _, _, err := store.SaveSendRate(ctx, 0, aRate("b"), "")
			return err
		}},
		{"Breakers", 1, 0, func(ctx context.Context) error { _, err := store.Breakers(ctx); return err }},
		{"AddToBreakerTally", 0, 1, func(ctx context.Context) error {
			_, err := store.AddToBreakerTally(ctx, "winter", "2026-11-22", breaker.Counts{Resolved: 9, Bounced: 1})
			return err
		}},
		{"Model", 2, 0, func(ctx context.Context) error { _, _, err := store.Model(ctx, "popular"); return err }},
		{"Count, the product's first", 1, 1, func(ctx context.Context) error { return store.Count(ctx, countedIn("o-8")) }},
		{"Count", 0, 1, func(ctx context.Context) error { return store.Count(ctx, countedIn("o-9")) }},
		{"Count, the same change again", 0, 1, func(ctx context.Context) error { return store.Count(ctx, countedIn("o-9")) }},
		{"Sources, three", 3, 0, func(ctx context.Context) error {
			_, err := store.Sources(ctx, recommend.Model{}, []shop.ProductID{"71053", "85123A", "22423"}, 3)
			return err
		}},
		{"UpdateContact", 2, 1, func(ctx context.Context) error { return store.UpdateContact(ctx, ann, consented(noon)) }},
		{"UpdateContact, without a mailbox", 1, 4, func(ctx context.Context) error { return store.UpdateContact(ctx, "c-9", consented(noon)) }},
		{"UpdateMailbox", 1, 1, func(ctx context.Context) error { return store.UpdateMailbox(ctx, "m-new", consented(noon)) }},
	} {
		read, wrote = 0, 0
		if err := access.do(ctx); err != nil {
			t.Fatalf("%s: %v", access.name, err)
		}
		t.Logf("%-45s %4.1f read units, %4.1f write units", access.name, read, wrote)
		if read > access.read || wrote > access.write {
			t.Errorf("%s cost %v read and %v write units, want at most %v and %v", access.name, read, wrote, access.read, access.write)
		}
	}
}

// countedIn returns what an order changes of the counters of its product.
func countedIn(order shop.OrderID) []live.Change {
	this, before := live.Bought{Order: order, At: noon, Kept: []shop.ProductID{"71053"}}, []live.Bought{{Kept: []shop.ProductID{"GONE"}}}
	return live.Count(noon, this, before, nil).Pending(order)[:1]
}
