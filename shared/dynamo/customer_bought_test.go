package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// aPlaced is the fact of Ann's nth order.
func aPlaced(n int, product shop.ProductID) shop.OrderFact {
	at := noon.Add(time.Duration(n) * time.Hour)
	return shop.OrderFact{
		Kind: shop.OrderPlaced, Order: shop.OrderID(fmt.Sprint("o-", n)), Customer: ann,
		Placed: &shop.Placed{At: at, Revision: at, Customer: shop.Customer{ID: ann}, Total: shop.Money{Minor: 9, Currency: "GBP"}, Lines: []shop.Line{{Product: product, Units: 1 + n%3}}},
	}
}

// foldOne folds a fact as the function record does, but for contacts.
func foldOne(ctx context.Context, store *dynamo.Store, fact shop.OrderFact) error {
	return dynamo.Retry(ctx, store.Pause, func() error {
		old, orderRev, err := store.Order(ctx, fact.Order)
		if err != nil {
			return err
		}
		p, rev, err := store.ProfileAbout(ctx, ann, nil)
		if err != nil {
			return err
		}
		merged, err := profile.Merge(old.Order, fact, noon)
		if err != nil {
			return err
		}
		return store.SaveFold(ctx, dynamo.Fold{Order: merged, OrderRev: orderRev, Customer: ann, Profile: p.Update(old.Order, merged, fact), ProfileRev: rev})
	})
}

// besideStore returns a store in memory that keeps that number of products in a profile.
func besideStore(most int) *dynamo.Store {
	store := dynamo.New(memory.New(dynamotest.Definitions()...), tablesAsDefined)
	store.MostBought = most
	store.Pause = func(context.Context, int) error { return nil }
	return store
}

// Facts in any order, with repetitions and by several callers at once, give the profile
// that one caller gives in their order that keeps all sums.
func TestSumsBesideTheProfileAreAddedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var facts []shop.OrderFact
		for n := range rapid.IntRange(profile.Recent+1, profile.Recent+12).Draw(t, "orders") {
			facts = append(facts, aPlaced(n, shop.ProductID(fmt.Sprint("P", rapid.IntRange(0, 6).Draw(t, "product")))))
		}
		again := append([]shop.OrderFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 6).Draw(t, "duplicates") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		one, several := besideStore(profile.MostBought), besideStore(rapid.IntRange(0, 3).Draw(t, "most"))
		for _, fact := range facts {
			must(foldOne(t.Context(), one, fact))
		}
		callers, next := rapid.IntRange(1, 3).Draw(t, "callers"), make(chan shop.OrderFact, len(again))
		for _, fact := range again {
			next <- fact
		}
		close(next)
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for fact := range next {
					for errors.Is(foldOne(t.Context(), several, fact), dynamo.ErrConflict) { // the queue delivers it again
					}
				}
			})
		}
		all.Wait()
		want, _, err := one.Profile(t.Context(), ann)
		must(err)
		got, _, err := several.Profile(t.Context(), ann)
		must(err)
		if diff := cmp.Diff(want.Whole(), got.Whole(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the profile with sums beside it (-want +got):\n%s", diff)
		}
		if several.MostBought == 0 && got.Beside == 0 {
			t.Fatal("nothing was put beside the profile: the test proves nothing")
		}
	})
}

// boughtMany returns a profile as it was stored before anything went beside it.
func boughtMany(products int) profile.Profile {
	p := profile.Profile{ID: ann, Bought: map[shop.ProductID]profile.Units{}}
	for n := range products {
		p.Bought[shop.ProductID(fmt.Sprint("P", n))] = profile.Units{Orders: 1, Units: 1 + n%3}
	}
	return p
}

func TestAStoredProfileGetsThePresentFormAtItsNextFold(t *testing.T) {
	store := dynamotest.Store(t)
	former := boughtMany(2000)
	must(t, store.SavePast(t.Context(), dynamo.Past{Customer: ann, Profile: former}))
	must(t, foldOne(t.Context(), store, aPlaced(1, "P7")))
	merged, err := profile.Merge(shop.Order{}, aPlaced(1, "P7"), noon)
	must(t, err)
	want := former.Update(shop.Order{}, merged, aPlaced(1, "P7"))
	check := func(by string, got profile.Profile, err error) {
		t.Helper()
		must(t, err)
		if len(got.Bought) > profile.MostBought || got.Beside != 1 {
			t.Errorf("%s returns a profile with %d products, %d times put beside; want %d at most, once", by, len(got.Bought), got.Beside, profile.MostBought)
		}
		if diff := cmp.Diff(want, got.Whole(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s returns another profile (-want +got):\n%s", by, diff)
		}
	}
	p, _, err := store.Profile(t.Context(), ann)
	check("Profile", p, err)
	s, err := store.Snapshot(t.Context(), ann)
	check("Snapshot", s.Profile, err)
	all, err := store.Customers(t.Context(), []shop.CustomerID{ann}, nil, nil)
	p, _, _ = all.Profile(ann)
	check("Customers", p, err)
	_, err = store.Profiles(t.Context(), dynamo.Page{}, func(of profile.Profile) error { p = of; return nil })
	check("Profiles", p, err)

	other := dynamotest.Store(t)
	must(t, other.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{p}}))
	p, _, err = other.Profile(t.Context(), ann)
	must(t, err)
	if diff := cmp.Diff(want, p, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("an import into another table stores another profile (-want +got):\n%s", diff)
	}
}

// An import writes a profile with all of its sums over one that has some beside it, and
// so does a restore of the profile alone. What was beside it is in the profile, and
// must not be added at a later fold.
func TestSumsThatWereBesideAnOverwrittenProfileCountNoMore(t *testing.T) {
	for name, most := range map[string]int{"all go beside": 0, "some go beside": 5, "nothing goes beside": 100} {
		t.Run(name, func(t *testing.T) {
			store := besideStore(0)
			for n := range 3 { // so that their count is above that of the next fold
				must(t, foldOne(t.Context(), store, aPlaced(n, "P1")))
				p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
				must(t, err)
				p.Bought = boughtMany(9).Bought
				must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
			}
			p, _, err := store.Profile(t.Context(), ann)
			must(t, err)
			want := p.Whole()
			if want.Bought["P2"].Orders != 3 {
				t.Fatalf("P2 was ordered %d times, want 3: the test proves nothing", want.Bought["P2"].Orders)
			}
			for range 2 {
				must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{p}}))
			}
			store.MostBought = most
			for n := range 2 {
				fact := aPlaced(7+n, "P1")
				merged, err := profile.Merge(shop.Order{}, fact, noon)
				must(t, err)
				want = want.Update(shop.Order{}, merged, fact)
				must(t, foldOne(t.Context(), store, fact))
				got, _, err := store.Profile(t.Context(), ann)
				must(t, err)
				if diff := cmp.Diff(want, got.Whole(), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("the profile after the import and %d folds (-want +got):\n%s", n+1, diff)
				}
			}
		})
	}
}

// ProfileAbout returns exactly what was asked for, and reads only its parts.
func TestAProfileAboutProductsHasTheirSums(t *testing.T) {
	store := besideStore(profile.MostBought)
	must(t, store.SavePast(t.Context(), dynamo.Past{Customer: ann, Profile: boughtMany(2000)}))
	must(t, foldOne(t.Context(), store, aPlaced(1, "P7")))
	read := 0.0
	store.Meter = func(_ string, r, _ float64) { read += r }
	for n := range 2000 {
		id := shop.ProductID(fmt.Sprint("P", n))
		p, _, err := store.ProfileAbout(t.Context(), ann, []shop.ProductID{id})
		must(t, err)
		if got := p.Older()[id]; got != (profile.Units{Orders: 1, Units: 1 + n%3}) {
			t.Fatalf("of %s the customer bought %+v, want what was stored", id, got)
		}
		if len(p.Read) > 1 {
			t.Fatalf("%d products were read, want that one", len(p.Read))
		}
	}
	if read > 2000*3 {
		t.Errorf("2,000 reads cost %.0f read units, want 3 each at most", read)
	}
}

// A profile that was read before sums went beside it must not be read together with
// them: they would count twice.
func TestSumsThatAreNewerThanTheProfileAreNotAddedToIt(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	store.MostBought = 4
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: boughtMany(9)}))
	faults.Before("Query", func() {
		p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
		must(t, err)
		for n := range 9 {
			p.Bought[shop.ProductID(fmt.Sprint("Q", n))] = profile.Units{Orders: 1, Units: 1}
		}
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
	})
	got, _, err := store.Profile(t.Context(), ann)
	must(t, err)
	if older := got.Older(); len(older) != 18 {
		t.Errorf("the profile has %d products, want all 18", len(older))
	}
	for id, u := range got.Older() {
		if u.Orders != 1 {
			t.Errorf("%s counts %d times, want once", id, u.Orders)
		}
	}
}

func TestWhatIsBesideAProfileIsDeletedWithIt(t *testing.T) {
	store := besideStore(3)
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: boughtMany(90)}))
	_, rev, err := store.Profile(t.Context(), ann)
	must(t, err)
	if err := store.DeleteCustomer(t.Context(), ann, "another"); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("DeleteCustomer of another revision = %v, want ErrConflict", err)
	}
	must(t, store.DeleteCustomer(t.Context(), ann, rev))
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: boughtMany(4)}))
	p, _, err := store.Profile(t.Context(), ann)
	must(t, err)
	if diff := cmp.Diff(boughtMany(4), p.Whole()); diff != "" {
		t.Errorf("after the customer was deleted a new profile has what was beside the former (-want +got):\n%s", diff)
	}
}

// The profile of a listing can be older than what is beside it.
func TestAListedProfileIsReadAgainIfTheSumsAreNewer(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	store.MostBought = 4
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: boughtMany(9)}))
	faults.Before("Query", func() {
		p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
		must(t, err)
		p.Bought["Q"] = profile.Units{Orders: 1, Units: 1}
		store.MostBought = 0
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
	})
	var got profile.Profile
	_, err := store.Profiles(t.Context(), dynamo.Page{}, func(p profile.Profile) error { got = p; return nil })
	must(t, err)
	want := boughtMany(9)
	want.Bought["Q"] = profile.Units{Orders: 1, Units: 1}
	if diff := cmp.Diff(want, got.Whole()); diff != "" {
		t.Errorf("Profiles returns another profile (-want +got):\n%s", diff)
	}
}

// stale is a client that answers the next Query and the next BatchGetItem with query and
// batch, if they are set. The last true answers are in lastQuery and lastBatch.
type stale struct {
	dynamo.Client
	query, lastQuery *dynamodb.QueryOutput
	batch, lastBatch *dynamodb.BatchGetItemOutput
}

func (c *stale) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (out *dynamodb.QueryOutput, err error) {
	if out, c.query = c.query, nil; out == nil {
		out, err = c.Client.Query(ctx, in, o...)
		c.lastQuery = out
	}
	return out, err
}

func (c *stale) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (out *dynamodb.BatchGetItemOutput, err error) {
	if out, c.batch = c.batch, nil; out == nil {
		out, err = c.Client.BatchGetItem(ctx, in, o...)
		c.lastBatch = out
	}
	return out, err
}

// A query or a batch may answer an item as it was before a transaction whose profile was
// read already: what moved out of the profile would not count.
func TestSumsThatAreOlderThanTheProfileAreReadAgain(t *testing.T) {
	client := &stale{Client: memory.New(dynamotest.Definitions()...)}
	store := dynamo.New(client, tablesAsDefined)
	store.MostBought, store.Pause = 0, func(context.Context, int) error { return nil }
	all := slices.Collect(maps.Keys(boughtMany(9).Bought))
	buy := func() {
		t.Helper()
		p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
		must(t, err)
		p.ID, p.Bought = ann, boughtMany(9).Bought
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
	}
	client.lastQuery, client.lastBatch = &dynamodb.QueryOutput{}, &dynamodb.BatchGetItemOutput{} // nothing is beside the profile
	for times := range 3 {
		buy()
		oldQuery, oldBatch := client.lastQuery, client.lastBatch
		for by, read := range map[string]func() (profile.Profile, error){
			"Profile": func() (profile.Profile, error) {
				client.query = oldQuery
				p, _, err := store.Profile(t.Context(), ann)
				return p, err
			},
			"ProfileAbout": func() (profile.Profile, error) {
				client.batch = oldBatch
				p, _, err := store.ProfileAbout(t.Context(), ann, all)
				return p, err
			},
		} {
			p, err := read()
			must(t, err)
			if len(p.Older()) != len(all) {
				t.Errorf("%s returns %d products, want %d", by, len(p.Older()), len(all))
			}
			for id, u := range p.Older() {
				if u.Orders != times+1 {
					t.Errorf("after %d orders of each product, %s says that %s was ordered %d times", times+1, by, id, u.Orders)
				}
			}
			if client.query != nil || client.batch != nil {
				t.Errorf("%s did not read what is beside the profile: the test proves nothing", by)
			}
		}
	}
}

// A profile without the list of its parts, as one version in between stored it, is read
// with what is beside it, before and after its next fold.
func TestAProfileWithoutTheListOfItsPartsCanBeRead(t *testing.T) {
	store := besideStore(0)
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: boughtMany(90)}))
	for _, product := range []shop.ProductID{"", "P0"} {
		p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
		must(t, err)
		if p.Written = nil; product != "" {
			p.Bought = map[shop.ProductID]profile.Units{product: {Orders: 1}}
		}
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
		p, _, err = store.Profile(t.Context(), ann)
		must(t, err)
		if older := p.Older(); len(older) != 90 || product != "" && older[product].Orders != 2 {
			t.Errorf("the profile has %d products, of %q %+v; want 90, and 2 orders", len(older), product, older[product])
		}
	}
}

// A profile that was restored without what is beside it is of another state for ever. It
// costs itself alone, and is no conflict: callers pass over those.
func TestAProfileOfAnotherStateThanItsSumsCostsOnlyItself(t *testing.T) {
	for name, spoiled := range map[string]func(profile.Profile) profile.Profile{
		"an older profile": func(p profile.Profile) profile.Profile { return p.WroteBeside(1, nil) },
		"a newer profile": func(p profile.Profile) profile.Profile {
			return p.WroteBeside(9, map[int]map[shop.ProductID]profile.Units{profile.Part("P1"): nil})
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, skipped := besideStore(0), 0
			store.Metric = func(name string, _ int) {
				if name == "UnreadableRows" {
					skipped++
				}
			}
			save := func(change func(profile.Profile) profile.Profile) {
				t.Helper()
				p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
				must(t, err)
				p = change(p)
				p.ID = ann
				must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
			}
			buy := func(p profile.Profile) profile.Profile {
				p.Bought = boughtMany(9).Bought
				return p
			}
			save(buy)
			save(buy)
			save(spoiled)
			must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: "bob", Profile: profile.Profile{ID: "bob"}}))

			_, _, errProfile := store.Profile(t.Context(), ann)
			_, _, errAbout := store.ProfileAbout(t.Context(), ann, []shop.ProductID{"P1"})
			_, errSnapshot := store.Snapshot(t.Context(), ann)
			for by, err := range map[string]error{"Profile": errProfile, "ProfileAbout": errAbout, "Snapshot": errSnapshot} {
				if err == nil || errors.Is(err, dynamo.ErrConflict) || !strings.Contains(err.Error(), "docs/runbooks/unreadable-rows.md") {
					t.Errorf("%s = %v, want an error that is no conflict and names the runbook", by, err)
				}
			}
			var listed []shop.CustomerID
			_, err := store.Profiles(t.Context(), dynamo.Page{}, func(p profile.Profile) error { listed = append(listed, p.ID); return nil })
			if err != nil || !slices.Equal(listed, []shop.CustomerID{"bob"}) || skipped != 1 {
				t.Errorf("Profiles visited %v, %v, and %d rows were skipped; want bob, and 1", listed, err, skipped)
			}
			both, err := store.Customers(t.Context(), []shop.CustomerID{ann, "bob"}, nil, nil)
			must(t, err)
			_, _, okAnn := both.Profile(ann)
			_, _, okContact := both.Contact(ann)
			if _, _, okBob := both.Profile("bob"); okAnn || okContact || !okBob || skipped != 2 {
				t.Errorf("Customers has ann: %t, her contact: %t, bob: %t, and %d rows were skipped; want bob alone, and 2", okAnn, okContact, okBob, skipped)
			}

			save(buy) // all of the items are written
			if _, _, err := store.Profile(t.Context(), ann); err != nil {
				t.Errorf("after a fold that writes all items, Profile = %v", err)
			}
		})
	}
}

// A fold that was saved, and is saved again, is no conflict, also if it put sums beside
// the profile.
func TestAFoldThatPutsSumsBesideCanBeSavedAgain(t *testing.T) {
	store := besideStore(0)
	for range 2 {
		p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
		must(t, err)
		p.ID, p.Bought = ann, boughtMany(9).Bought
		fold := dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}
		must(t, store.SaveFold(t.Context(), fold))
		must(t, store.SaveFold(t.Context(), fold))
	}
	p, _, err := store.Profile(t.Context(), ann)
	must(t, err)
	if got := p.Older()["P1"].Orders; got != 2 {
		t.Errorf("P1 was ordered %d times, want 2", got)
	}
}

// All sums beside a profile, read by one query, cost no more than those of some products,
// read by their keys: so a decision reads all (docs/decisions/0106).
func TestAllSumsCostNoMoreThanThoseOfAFewProducts(t *testing.T) {
	for _, products := range []int{300, 500, 1000, 2000, 4000} {
		store := besideStore(profile.MostBought)
		for n := range 21 { // the first fold has all products, later ones some again
			p, rev, err := store.ProfileAbout(t.Context(), ann, nil)
			must(t, err)
			if p.ID = ann; n == 0 {
				p.Bought = map[shop.ProductID]profile.Units{}
			}
			for i := range products {
				if n == 0 || (i+n)%(products/20) == 0 {
					p.Bought[shop.ProductID(fmt.Sprint(20000+i))] = profile.Units{Orders: 1 + i%5, Units: 1 + i%9, Returned: i % 2}
				}
			}
			must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: p, ProfileRev: rev}))
		}
		units := func(read func() error) (units float64) {
			store.Meter = func(_ string, r, _ float64) { units += r }
			must(t, read())
			return units
		}
		about := func(n int) float64 {
			var few []shop.ProductID
			for i := range n {
				few = append(few, shop.ProductID(fmt.Sprint(20000+i*7)))
			}
			return units(func() error { _, _, err := store.ProfileAbout(t.Context(), ann, few); return err })
		}
		alone := about(0)
		all := units(func() error { _, _, err := store.Profile(t.Context(), ann); return err }) - alone
		t.Logf("%d products: %.1f units for all sums; for those of 3, 6 and 12 products %.1f, %.1f and %.1f", products, all, about(3)-alone, about(6)-alone, about(12)-alone)
		if all > 6 || all > about(6)-alone {
			t.Errorf("all sums of %d products cost %.1f units, those of 6 products %.1f; want no more, and 6 at most", products, all, about(6)-alone)
		}
	}
}
