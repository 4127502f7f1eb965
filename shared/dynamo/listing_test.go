package dynamo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func TestListingVisitsEachItemOnceWithAnyPages(t *testing.T) {
	store := dynamotest.Store(t)
	const customers = 60
	history := dynamo.History{Contacts: map[shop.CustomerID]frequency.Contact{}}
	for i := range customers {
		id := shop.CustomerID(fmt.Sprint("c-", i))
		history.Profiles = append(history.Profiles, profile.Profile{ID: id})
		history.Contacts[id] = frequency.Contact{Ledger: []frequency.Entry{{Send: "s", At: noon}}}
		history.Orders = append(history.Orders, anOrder(shop.OrderID(fmt.Sprint("o-", i))))
	}
	must(t, store.Import(t.Context(), history))

	for name, page := range map[string]dynamo.Page{
		"all at once":               {},
		"seven at a time":           {Limit: 7},
		"three segments":            {Segments: 3},
		"three segments, by sevens": {Segments: 3, Limit: 7},
	} {
		t.Run(name, func(t *testing.T) {
			profiles, orders := map[shop.CustomerID]int{}, map[shop.OrderID]int{}
			for segment := range max(page.Segments, 1) {
				page.Segment = segment
				for page.After = ""; page.After != dynamo.End; {
					before := len(profiles)
					next, err := store.Profiles(t.Context(), page, func(p profile.Profile) error { profiles[p.ID]++; return nil })
					must(t, err)
					if n := len(profiles) - before; page.Limit > 0 && n > page.Limit {
						t.Errorf("a page of %d visited %d", page.Limit, n)
					}
					page.After = next
				}
				for page.After = ""; page.After != dynamo.End; {
					next, err := store.Orders(t.Context(), page, func(o shop.Order) error { orders[o.ID]++; return nil })
					must(t, err)
					page.After = next
				}
			}
			if len(profiles) != customers || len(orders) != customers {
				t.Errorf("listed %d profiles and %d orders, want %d of each", len(profiles), len(orders), customers)
			}
			for id, n := range profiles {
				if n != 1 {
					t.Errorf("profile %s was listed %d times", id, n)
				}
			}
		})
	}
	if next, err := store.Profiles(t.Context(), dynamo.Page{After: dynamo.End}, nil); err != nil || next != dynamo.End {
		t.Errorf("Profiles after the end = %q, %v, want the end", next, err)
	}
	if _, err := store.Profiles(t.Context(), dynamo.Page{After: "rubbish"}, nil); err == nil {
		t.Error("Profiles after an invalid cursor: no error")
	}
	stop := errors.New("enough")
	if _, err := store.Profiles(t.Context(), dynamo.Page{}, func(profile.Profile) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Profiles whose visitor fails = %v, want its error", err)
	}
}

func TestFoldAfterImportIsSaved(t *testing.T) {
	store := dynamotest.Store(t)
	fold := firstFold("o-1")
	must(t, store.Import(t.Context(), dynamo.History{Orders: []shop.Order{fold.Order}, Profiles: []profile.Profile{fold.Profile}}))
	stored, rev, err := store.Order(t.Context(), "o-1")
	must(t, err)
	fold.Order, fold.Raised, fold.OrderRev = stored.Order, stored.Raised, rev
	fold.Profile, fold.ProfileRev, err = store.Profile(t.Context(), ann)
	must(t, err)
	fold.Order.Paid, fold.Profile.Earlier.Orders = noon, 1
	must(t, store.SaveFold(t.Context(), fold))
}

// DynamoDB may leave any part of a batch undone.
func TestUndonePartOfABatchIsRequestedAgain(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	store.Pause = noPause
	faults.LeaveUndone("BatchWriteItem", 2)
	faults.LeaveUndone("BatchGetItem", 2)
	must(t, store.Import(t.Context(), dynamo.History{Products: []shop.Product{aProduct("71053", noon, "Lantern")}}))
	if items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"}); err != nil || len(items) != 1 {
		t.Errorf("Items = %v, %v, want the imported product", items, err)
	}

	faults.LeaveUndone("BatchWriteItem", 100)
	faults.LeaveUndone("BatchGetItem", 100)
	if err := store.Import(t.Context(), dynamo.History{Orders: []shop.Order{anOrder("o-1")}}); !errors.Is(err, dynamo.ErrThrottled) {
		t.Errorf("Import, always left undone, = %v, want ErrThrottled", err)
	}
	if _, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"}); !errors.Is(err, dynamo.ErrThrottled) {
		t.Errorf("Items, always left undone, = %v, want ErrThrottled", err)
	}
}

// A page of a query ends at 1 MB.
func TestSendsOfReadsAllPages(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	const sends = 5
	random := rand.NewChaCha8([32]byte{})
	for i := range sends {
		d := aClaim(fmt.Sprint("run-", i), false).Send
		d.State, d.Attempt, d.Owner = claim.Capped, 0, ""
		noise := make([]byte, 300_000) // which does not deflate well
		_, _ = random.Read(noise)
		d.Explained = fmt.Appendf(nil, `"%x"`, noise)
		must(t, store.End(t.Context(), d))
	}
	n := 0
	must(t, store.SendsOf(t.Context(), ann, func(claim.Send) error { n++; return nil }))
	if calls := faults.Calls("Query"); n != sends || calls < 2 {
		t.Errorf("SendsOf gave %d sends in %d pages, want %d in several", n, calls, sends)
	}
}

func TestSendsAreListedAndCounted(t *testing.T) {
	store := dynamotest.Store(t)
	for _, run := range []string{"run-1", "run-2"} {
		d := aClaim(run, false).Send
		d.State, d.Attempt, d.Owner = claim.Capped, 0, ""
		must(t, store.End(t.Context(), d))
	}
	for _, order := range []shop.OrderID{"o-1", "o-2"} {
		d := aClaim(string(order), false).Send
		d.Intent.Order = order
		d.State, d.Attempt, d.Owner = claim.Suppressed, 0, ""
		must(t, store.End(t.Context(), d))
	}
	n := 0
	must(t, store.SendsOf(t.Context(), ann, func(d claim.Send) error { n++; return nil }))
	must(t, store.SendsOf(t.Context(), "c-9", func(d claim.Send) error { t.Error("a customer without sends has one"); return nil }))
	if n != 4 {
		t.Errorf("SendsOf(%s) gave %d, want 4", ann, n)
	}
	counts, err := store.CountSends(t.Context())
	must(t, err)
	for tally, want := range map[dynamo.Tally]int{
		{Campaign: "winter", Version: 1, Occasion: "run-1", State: claim.Capped}: 1,
		{Campaign: "winter", Version: 1, Occasion: "run-2", State: claim.Capped}: 1,
		{Campaign: "winter", Version: 1, State: claim.Suppressed}:                2,
	} {
		if counts[tally] != want {
			t.Errorf("CountSends[%+v] = %d, want %d", tally, counts[tally], want)
		}
	}
	if len(counts) != 3 {
		t.Errorf("CountSends = %v, want 3 tallies", counts)
	}
}
