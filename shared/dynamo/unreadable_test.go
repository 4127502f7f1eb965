package dynamo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// The hashes of some products' bodies sort before that of an empty body: a
// product without a revision must be stored whatever its hash.
func TestProductWithoutARevisionIsStored(t *testing.T) {
	var products []shop.Product
	var ids []shop.ProductID
	for i := range 60 {
		p := aProduct(shop.ProductID(fmt.Sprint("P", i)), time.Time{}, "Lantern")
		products, ids = append(products, p), append(ids, p.ID)
	}
	for name, store := range map[string]func(*dynamo.Store) error{
		"imported": func(s *dynamo.Store) error { return s.Import(t.Context(), dynamo.History{Products: products}) },
		"saved": func(s *dynamo.Store) error {
			for _, p := range products {
				if err := s.SaveProduct(t.Context(), p); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := dynamotest.Store(t)
			must(t, store(s))
			items, err := s.Items(t.Context(), recommend.Model{}, ids)
			must(t, err)
			if len(items) != len(ids) {
				t.Fatalf("%d of %d products without a revision can be read", len(items), len(ids))
			}
		})
	}
}

// badBodies are values of an attribute that cannot be read.
var badBodies = map[string]types.AttributeValue{
	"empty text":    &types.AttributeValueMemberS{Value: ""},
	"cut JSON":      &types.AttributeValueMemberS{Value: `{"id":`},
	"no product":    &types.AttributeValueMemberS{Value: `{}`},
	"not deflated":  &types.AttributeValueMemberB{Value: []byte("rubbish")},
	"another type":  &types.AttributeValueMemberN{Value: "7"},
	"another shape": &types.AttributeValueMemberS{Value: `{"price":"free"}`},
}

// spoil replaces an attribute of a stored row, past the store.
func spoil(t *testing.T, client dynamo.Client, table string, key map[string]types.AttributeValue, attribute string, value types.AttributeValue) {
	t.Helper()
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, Key: key, UpdateExpression: aws.String("SET #a = :v"),
		ExpressionAttributeNames:  map[string]string{"#a": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":v": value},
	})
	must(t, err)
}

func textKey(names ...string) map[string]types.AttributeValue {
	key := map[string]types.AttributeValue{}
	for i := 0; i < len(names); i += 2 {
		key[names[i]] = &types.AttributeValueMemberS{Value: names[i+1]}
	}
	return key
}

func TestUnreadableProductCostsOnlyItself(t *testing.T) {
	for name, bad := range badBodies {
		t.Run(name, func(t *testing.T) {
			client, tables := dynamotest.Tables(t)
			store := dynamo.New(client, tables)
			skipped := 0
			store.Metric = func(string, int) { skipped++ }
			must(t, store.SaveProduct(t.Context(), aProduct("GOOD", noon, "Good")))
			must(t, store.SaveProduct(t.Context(), aProduct("BAD", noon, "Bad")))
			spoil(t, client, tables.Catalogue, textKey("product", "BAD"), "body", bad)

			items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"GOOD", "BAD"})
			if err != nil || len(items) != 1 || items["GOOD"].Title != "Good" || skipped != 1 {
				t.Fatalf("Items = %v, %v, and %d rows skipped; want GOOD alone, and 1", items, err, skipped)
			}
			var listed []shop.ProductID
			_, err = store.Products(t.Context(), dynamo.Page{}, func(i recommend.Item) error { listed = append(listed, i.ID); return nil })
			if err != nil || !slices.Equal(listed, []shop.ProductID{"GOOD"}) || skipped != 2 {
				t.Fatalf("Products = %v, %v, and %d rows skipped; want GOOD alone, and 2", listed, err, skipped)
			}

			// The product's next event mends the row, even one that is not newer.
			must(t, store.SaveProduct(t.Context(), aProduct("BAD", noon, "Mended")))
			items, err = store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"BAD"})
			if err != nil || items["BAD"].Title != "Mended" || len(items["BAD"].Prices) != 1 {
				t.Errorf("after the product's next event, Items = %v, %v, want the mended row", items, err)
			}
		})
	}
}

// One unreadable profile must not stop a run for all customers, and neither must what is
// beside one. A read of the profile alone fails, so that no decision is made without it.
func TestUnreadableProfileDoesNotStopAListing(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	skipped := 0
	store.Metric = func(string, int) { skipped++ }
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "ann"}, {ID: "bob"}, {ID: "eve"}}}))
	spoil(t, client, tables.Customers, textKey("customer", "bob", "kind", "PROFILE"), "body", badBodies["cut JSON"])
	store.MostBought = 0
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: "ida", Profile: profile.Profile{ID: "ida", Bought: map[shop.ProductID]profile.Units{"MUG-1": {Orders: 1}}}}))
	spoil(t, client, tables.Customers, textKey("customer", "bought:ida", "kind", "BOUGHT/02"), "body", badBodies["cut JSON"])

	seen := map[shop.CustomerID]bool{}
	next, err := store.Profiles(t.Context(), dynamo.Page{}, func(p profile.Profile) error { seen[p.ID] = true; return nil })
	if err != nil || next != dynamo.End || !maps.Equal(seen, map[shop.CustomerID]bool{"ann": true, "eve": true}) || skipped != 2 {
		t.Errorf("Profiles visited %v, %v, and %d were skipped; want ann and eve, and 2", seen, err, skipped)
	}
	if _, _, err := store.Profile(t.Context(), "ida"); err == nil {
		t.Error("Profile with an unreadable row beside it: no error")
	}
	if _, _, err := store.Profile(t.Context(), "bob"); err == nil {
		t.Error("Profile of an unreadable row: no error")
	}
	if _, err := store.Snapshot(t.Context(), "bob"); err == nil {
		t.Error("Snapshot of an unreadable row: no error")
	}
}

// Of a batch an item that cannot be read is left out, whichever it is, and the log does not
// repeat what is stored.
func TestUnreadableRowOfABatchCostsOnlyItself(t *testing.T) {
	log := bytes.Buffer{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	ids, mailboxes, names := []shop.CustomerID{"ann", "bob", "eve"}, []shop.Mailbox{"m-1", "m-2"}, []string{"n-1"}
	for name, bad := range map[string]types.AttributeValue{
		"cut JSON":      &types.AttributeValueMemberS{Value: `{"id":"marker@example.com`},
		"another shape": &types.AttributeValueMemberS{Value: `{"email":"marker@example.com","consents":"marker@example.com"}`},
		"no time":       &types.AttributeValueMemberS{Value: `{"email":{"at":"marker@example.com"},"suppressed":{"at":"marker@example.com"}}`},
		"not deflated":  &types.AttributeValueMemberB{Value: []byte("marker@example.com")},
	} {
		for row, key := range map[string]map[string]types.AttributeValue{
			"profile": textKey("customer", "bob", "kind", "PROFILE"), "own contact": textKey("customer", "bob", "kind", "CONTACT"), "mailbox": textKey("customer", "mailbox:m-1", "kind", "CONTACT"),
		} {
			t.Run(row+", "+name, func(t *testing.T) {
				client, tables := memory.New(dynamotest.Definitions()...), tablesAsDefined
				store := dynamo.New(client, tables)
				skipped := 0
				store.Metric = func(string, int) { skipped++ }
				must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "ann", Mailbox: "m-1"}, {ID: "bob"}, {ID: "eve", Mailbox: "m-2"}}, Contacts: map[shop.CustomerID]frequency.Contact{"bob": {}}}))
				for _, mailbox := range mailboxes {
					must(t, store.UpdateMailbox(t.Context(), mailbox, func(c frequency.Contact) (frequency.Contact, bool) {
						return c.WithConsent(shop.TopicPromotions, true, noon), true
					}))
				}
				spoil(t, client, tables.Customers, key, "body", bad)
				all, err := store.Customers(t.Context(), ids, mailboxes, names)
				must(t, err)
				for _, id := range ids {
					p, _, ok := all.Profile(id)
					if want := row != "profile" || id != "bob"; ok != want || ok && p.ID != id {
						t.Errorf("Profile(%s) = %+v, %t; want %t", id, p, ok, want)
					}
				}
				for id, want := range map[shop.CustomerID]bool{"ann": row != "mailbox", "bob": row == "mailbox", "eve": true} {
					if _, _, ok := all.Contact(id); ok != want {
						t.Errorf("Contact(%s) is there: %t, want %t", id, ok, want)
					}
				}
				if skipped != 1 {
					t.Errorf("%d rows were counted as skipped, want 1", skipped)
				}
			})
		}
	}
	if text := log.String(); strings.Contains(text, "marker") || !strings.Contains(text, "bob PROFILE") {
		t.Errorf("the log repeats what is stored, or does not name the row:\n%s", text)
	}
	if found := regexp.MustCompile(`\*?\b(fmt|json|types|profile|frequency|shop|time)\.\w+`).FindString(log.String()); found != "" {
		t.Errorf("the log names a type of Go, %s:\n%s", found, log.String())
	}
}

// The log names the order of a profile that cannot be read, and repeats nothing else.
func TestUnreadableOrderOfAProfileIsNamed(t *testing.T) {
	log := bytes.Buffer{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, stored := range []string{
		`{"id":"bob","orders":[["o-17","2026-11-21T12:00:00Z",100,"GBP",["marker@example.com"],[]]]}`,
		`{"id":"bob","orders":[["o-17","marker@example.com",100,"GBP",["P"],[1]]]}`,
		`{"id":"bob","orders":[["o-17","2026-11-21T12:00:00Z","marker@example.com","GBP",["P"],[1]]]}`,
		`{"id":"bob","orders":[["o-17","2026-11-21T12:00:00Z",100,"GBP",["P"],[1],{"marker":1}]]}`,
		`{"id":"bob","points":{"ledger":[["o-17","2026-11-21T12:00:00Z",5,"marker@example.com",1,1]]}}`,
		`{"id":"bob","points":{"ledger":[["o-17"]]}}`,
	} {
		log.Reset()
		client, tables := memory.New(dynamotest.Definitions()...), tablesAsDefined
		store := dynamo.New(client, tables)
		must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "bob"}}}))
		spoil(t, client, tables.Customers, textKey("customer", "bob", "kind", "PROFILE"), "body", &types.AttributeValueMemberS{Value: stored})
		if _, err := store.Profiles(t.Context(), dynamo.Page{}, func(profile.Profile) error { return errors.New("it was read") }); err != nil {
			t.Errorf("Profiles of %s = %v", stored, err)
		}
		if text := log.String(); strings.Contains(text, "marker") || !strings.Contains(text, "o-17") {
			t.Errorf("the log of %s repeats what is stored, or does not name the order:\n%s", stored, text)
		}
	}
}

// One unreadable coupon or redemption must not stop the sweeps for all others.
func TestUnreadableRowDoesNotStopTheSweeps(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	skipped := 0
	store.Metric = func(string, int) { skipped++ }
	must(t, store.EnsureBudget(t.Context(), "ten", 1, 10, 1))
	for _, hash := range []string{"h-1", "h-2", "h-3"} {
		must(t, store.PutCoupon(t.Context(), coupon.Coupon{Hash: hash, State: coupon.Issued, Until: noon, Offer: "ten", Version: 1}))
	}
	spoil(t, client, tables.Coupons, textKey("coupon", "code#h-2"), "version", &types.AttributeValueMemberS{Value: "two"})
	_, expired, err := store.ExpireCoupons(t.Context(), dynamo.Page{}, noon.AddDate(0, 0, 9))
	if err != nil || expired != 2 || skipped != 1 {
		t.Errorf("ExpireCoupons = %d, %v, and %d rows skipped; want 2 expired and 1 skipped", expired, err, skipped)
	}

	for _, order := range []shop.OrderID{"o-1", "o-2", "o-3"} {
		must(t, store.SaveRedemption(t.Context(), dynamo.Checkout{Redemption: checkout.Redemption{Order: order, State: checkout.Held, Until: noon}}))
	}
	spoil(t, client, tables.Coupons, textKey("coupon", "order#o-2"), "body", badBodies["cut JSON"])
	lapsed := map[shop.OrderID]bool{}
	err = store.Lapsed(context.Background(), noon.Add(time.Hour), 10, func(r checkout.Redemption, _ dynamo.Rev) error { lapsed[r.Order] = true; return nil })
	if err != nil || len(lapsed) != 2 || skipped != 2 {
		t.Errorf("Lapsed visited %v, %v, and %d rows were skipped; want o-1 and o-3, and 2", lapsed, err, skipped)
	}
}
