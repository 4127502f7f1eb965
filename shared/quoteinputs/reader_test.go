package quoteinputs_test

import (
	"context"
	"testing"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/quoteinputs"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// store counts what is read from it. It has ann, a mug, and a coupon of an old
// version of the offer ten.
type store struct {
	code  string
	terms []byte // of version 1; nil if they are not stored
	reads map[string]int
}

func (s *store) Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error) {
	s.reads["customer"]++
	return dynamo.Snapshot{Profile: profile.Profile{ID: "ann"}, ProfileRev: "p", ContactRev: "c"}, nil
}

func (s *store) Items(_ context.Context, _ recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	s.reads["products"] += len(ids)
	return map[shop.ProductID]recommend.Item{"mug-1": {Product: shop.Product{ID: "mug-1", Category: "mug"}}}, nil
}

func (s *store) Coupons(_ context.Context, hashes []string) (map[string]coupon.Coupon, error) {
	s.reads["coupons"] += len(hashes)
	k := coupon.Coupon{Hash: offer.Hash(s.code), Offer: "ten", Version: 1, Customer: "ann", Until: noon, State: coupon.Issued}
	return map[string]coupon.Coupon{k.Hash: k}, nil
}

func (s *store) Terms(context.Context, shop.OfferID, int) ([]byte, error) {
	s.reads["terms"]++
	if s.terms == nil {
		return nil, dynamo.ErrNotFound
	}
	return s.terms, nil
}

func (s *store) Policy(context.Context) (shoppolicy.Policy, error) {
	return shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "EUR", Zone: "UTC"}, Offers: []offer.Offer{{ID: "ten", Version: 2}}}, nil
}

func newStore() *store {
	return &store{code: offer.Code([]byte("a key for tests that is long enough"), "send"), reads: map[string]int{}}
}

func request(customer shop.CustomerID, codes ...string) cartquote.Request {
	return cartquote.Request{
		Customer: customer, Codes: codes,
		Cart: pricing.Cart{Currency: "EUR", Lines: []pricing.Line{{ID: "1", Product: "mug-1", Units: 2, Price: 1000}}},
	}
}

func TestReadReturnsWhatThePriceDependsOn(t *testing.T) {
	s := newStore()
	s.terms = offer.Offer{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 5000}}.Terms()
	r := quoteinputs.New(s, s)
	for range 2 {
		c, err := r.Read(t.Context(), request("ann", s.code), noon)
		if err != nil || c.Profile.ID != "ann" || c.ProfileRev != "p" || c.ContactRev != "c" {
			t.Fatalf("Read = %+v, %v", c, err)
		}
		if q := cartquote.Price(c.Case); q.Priced.Off != 1000 || !q.Codes[0].Taken {
			t.Errorf("the quote is %+v, want half of 20.00 off by the terms of version 1", q)
		}
	}
	if s.reads["terms"] != 1 || s.reads["customer"] != 2 || s.reads["coupons"] != 2 || s.reads["products"] != 2 {
		t.Errorf("two calls read %v, want the terms once and the rest twice", s.reads)
	}
}

func TestReadLeavesOutTermsThatAreNotStored(t *testing.T) {
	s := newStore()
	c, err := quoteinputs.New(s, s).Read(t.Context(), request("ann", s.code), noon)
	if err != nil {
		t.Fatal(err)
	}
	if code := cartquote.Price(c.Case).Codes[0]; code.Taken || code.Reason != cartquote.CodeInvalid || code.Wrong() {
		t.Errorf("the code is answered with %+v, want it refused without counting as a wrong guess", code)
	}
}

func TestReadOfTermsWithFaultsFails(t *testing.T) {
	s := newStore()
	s.terms = []byte("no JSON")
	if c, err := quoteinputs.New(s, s).Read(t.Context(), request("ann", s.code), noon); err == nil {
		t.Errorf("Read = %+v, want an error", c)
	}
}

func TestReadOfAnUnknownCustomerReadsNoCustomer(t *testing.T) {
	s := newStore()
	if _, err := quoteinputs.New(s, s).Read(t.Context(), request("", "hello"), noon); err != nil {
		t.Fatal(err)
	}
	if s.reads["customer"] != 0 || s.reads["coupons"] != 0 {
		t.Errorf("it read %v, want no customer and no coupon", s.reads)
	}
}
