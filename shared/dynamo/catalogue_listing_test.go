package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// selling returns a revision of a listing, that many minutes after noon, with
// these products.
func selling(id string, minute int, products ...string) shop.Listing {
	l := shop.Listing{ID: shop.ProductID(id), Revision: noon.Add(time.Duration(minute) * time.Minute)}
	for _, name := range products {
		p := aProduct(shop.ProductID(name), l.Revision, name)
		p.VariantOf = l.ID
		p.Price.Minor += int64(minute)
		l.Products = append(l.Products, p)
	}
	return l
}

func partial(l shop.Listing) shop.Listing { l.Partial = true; return l }

// visible returns the products of the catalogue that are not hidden, sorted.
func visible(t testing.TB, store *dynamo.Store) (ids []string) {
	t.Helper()
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := store.Products(t.Context(), page, func(p recommend.Item) error {
			if !p.Hidden {
				ids = append(ids, string(p.ID))
			}
			return nil
		})
		must(t, err)
		page.After = next
	}
	slices.Sort(ids)
	return ids
}

// histories returns the prices that each product had, as JSON by its ID.
func histories(t testing.TB, store *dynamo.Store) string {
	t.Helper()
	all := map[shop.ProductID]shop.Prices{}
	_, err := store.Products(t.Context(), dynamo.Page{}, func(item recommend.Item) error {
		all[item.ID] = item.Prices
		return nil
	})
	must(t, err)
	text, err := json.Marshal(all)
	must(t, err)
	return string(text)
}

func TestAListingHidesWhatItSellsNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		revisions []shop.Listing
		want      []string
	}{
		"a variant is added":                 {[]shop.Listing{selling("MUG", 1, "RED"), selling("MUG", 2, "RED", "BLUE")}, []string{"BLUE", "RED"}},
		"a variant is removed":               {[]shop.Listing{selling("MUG", 1, "RED", "BLUE"), selling("MUG", 2, "RED")}, []string{"RED"}},
		"a SKU is changed":                   {[]shop.Listing{selling("MUG", 1, "RED"), selling("MUG", 2, "RED-2")}, []string{"RED-2"}},
		"a variant comes back":               {[]shop.Listing{selling("MUG", 1, "RED", "BLUE"), selling("MUG", 2, "RED"), selling("MUG", 3, "RED", "BLUE")}, []string{"BLUE", "RED"}},
		"the listing is deleted":             {[]shop.Listing{selling("MUG", 1, "RED", "BLUE"), selling("MUG", 2)}, nil},
		"it is deleted and another stays":    {[]shop.Listing{selling("MUG", 1, "RED"), selling("CUP", 1, "CUP"), selling("MUG", 2)}, []string{"CUP"}},
		"a SKU moves to another listing":     {[]shop.Listing{selling("MUG", 1, "RED", "BLUE"), selling("CUP", 2, "BLUE"), selling("MUG", 3, "RED")}, []string{"BLUE", "RED"}},
		"a listing with too many variants":   {[]shop.Listing{partial(selling("MUG", 1, "RED")), partial(selling("MUG", 2, "BLUE"))}, []string{"BLUE", "RED"}},
		"such a listing is deleted":          {[]shop.Listing{partial(selling("MUG", 1, "RED")), partial(selling("MUG", 2, "BLUE")), selling("MUG", 3)}, nil},
		"two revisions within one second":    {[]shop.Listing{selling("MUG", 1, "RED"), selling("MUG", 1, "BLUE")}, nil}, // want: computed from their order
		"a listing that is its only product": {[]shop.Listing{selling("MUG", 1, "MUG"), selling("MUG", 2, "MUG")}, []string{"MUG"}},
	} {
		t.Run(name, func(t *testing.T) {
			saved := func(t testing.TB, revisions []shop.Listing) (ids []string, prices string) {
				store := dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{Catalogue: "Catalogue"})
				for _, l := range revisions {
					must(t, saveListing(t, store, l))
				}
				return visible(t, store), histories(t, store)
			}
			want, prices := saved(t, c.revisions)
			if c.want != nil && !slices.Equal(want, c.want) {
				t.Fatalf("visible are %v, want %v", want, c.want)
			}
			rapid.Check(t, func(rt *rapid.T) {
				again := slices.Concat(c.revisions, rapid.SliceOfN(rapid.SampledFrom(c.revisions), 0, 2).Draw(rt, "twice"))
				again = rapid.Permutation(again).Draw(rt, "revisions")
				got, history := saved(t, again)
				if !slices.Equal(got, want) {
					rt.Fatalf("visible are %v, and %v in another order", want, got)
				}
				if history != prices {
					rt.Fatalf("the prices were %s, and %s in another order", prices, history)
				}
			})
		})
	}
}

func saveListing(t testing.TB, store *dynamo.Store, l shop.Listing) error {
	_, err := store.SaveListing(t.Context(), l, dynamo.News{})
	return err
}

// breaking is a client whose n-th update fails.
type breaking struct {
	dynamo.Client
	n int
}

var errInjected = errors.New("injected")

func (b *breaking) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if b.n--; b.n == 0 {
		return nil, errInjected
	}
	return b.Client.UpdateItem(ctx, in, o...)
}

// The second revision writes three rows: the product, the hidden one, the listing.
func TestAListingThatWasSavedInPartIsSavedByTheNextCall(t *testing.T) {
	for fault := 1; fault <= 3; fault++ {
		client, tables := dynamotest.Tables(t)
		store := dynamo.New(client, tables)
		must(t, saveListing(t, store, selling("MUG", 1, "RED", "BLUE")))
		next := selling("MUG", 2, "RED")
		if err := saveListing(t, dynamo.New(&breaking{client, fault}, tables), next); !errors.Is(err, errInjected) {
			t.Fatalf("SaveListing = %v with a fault in write %d", err, fault)
		}
		must(t, saveListing(t, store, next))
		if got := visible(t, store); !slices.Equal(got, []string{"RED"}) {
			t.Errorf("visible are %v after a fault in write %d, want RED alone", got, fault)
		}
	}
}

func TestARowOfAListingIsNoProduct(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, saveListing(t, store, selling("MUG", 1, "RED")))
	items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"MUG", "RED", " listing MUG"})
	must(t, err)
	if got := slices.Collect(maps.Keys(items)); !slices.Equal(got, []shop.ProductID{"RED"}) {
		t.Errorf("Items = %v, want RED alone", got)
	}
}
