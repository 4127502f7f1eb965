package coupon_test

import (
	"testing"
	"time"

	"regulars/shared/coupon"
)

func TestRefused(t *testing.T) {
	for name, e := range map[string]struct {
		coupon coupon.Coupon
		want   coupon.Refusal
	}{
		"issued": {issued, coupon.Usable},
		"issued, in the last millisecond of its grace": {lastMillisecond(issued), coupon.Usable},
		"issued, over":                           {over(issued), coupon.Over},
		"another customer's":                     {bobs(issued), coupon.WrongCustomer},
		"another customer's, over":               {bobs(over(issued)), coupon.WrongCustomer},
		"another customer's, held by this order": {bobs(held("o-1", running)), coupon.WrongCustomer},
		"held by this order":                     {held("o-1", running), coupon.Usable},
		"held by this order, lapsed and over":    {over(held("o-1", lapsed)), coupon.Usable},
		"held by another order":                  {held("o-2", running), coupon.HeldByAnother},
		"held by another order, over":            {over(held("o-2", running)), coupon.Over},
		"held by another order, lapsed":          {held("o-2", lapsed), coupon.Usable},
		"held by another order, lapsed and over": {over(held("o-2", lapsed)), coupon.Over},
		"redeemed by this order":                 {redeemed("o-1"), coupon.Usable},
		"redeemed by this order, over":           {over(redeemed("o-1")), coupon.Over},
		"redeemed by another order":              {redeemed("o-2"), coupon.Used},
		"redeemed by another order, over":        {over(redeemed("o-2")), coupon.Over},
		"voided":                                 {inState(coupon.Voided), coupon.Ended},
		"expired":                                {over(inState(coupon.Expired)), coupon.Over},
		"expired by a clock that is fast":        {inState(coupon.Expired), coupon.Ended},
	} {
		if got := e.coupon.Refused("ann", "o-1", now); got != e.want {
			t.Errorf("%s: refused with %d, want %d", name, got, e.want)
		}
	}
}

func TestCouponWithoutCustomerIsRefusedToAnUnknownCustomer(t *testing.T) {
	c := issued
	c.Customer = ""
	if got := c.Refused("", "o-1", now); got != coupon.WrongCustomer {
		t.Errorf("refused with %d, want %d", got, coupon.WrongCustomer)
	}
}

// For a cart without order, no coupon counts as held by it.
func TestQuoteWithoutOrder(t *testing.T) {
	for name, e := range map[string]struct {
		coupon coupon.Coupon
		want   coupon.Refusal
	}{
		"issued":       {issued, coupon.Usable},
		"held":         {held("o-2", running), coupon.HeldByAnother},
		"held, lapsed": {held("o-2", lapsed), coupon.Usable},
		"redeemed":     {redeemed("o-2"), coupon.Used},
	} {
		if got := e.coupon.Refused("ann", "", now); got != e.want {
			t.Errorf("%s: refused with %d, want %d", name, got, e.want)
		}
	}
}

func TestHeldBy(t *testing.T) {
	for name, e := range map[string]struct {
		coupon coupon.Coupon
		want   bool
	}{
		"held by this order":         {held("o-1", running), true},
		"held by this order, lapsed": {held("o-1", lapsed), true},
		"held by another order":      {held("o-2", running), false},
		"redeemed by this order":     {redeemed("o-1"), false},
		"issued":                     {issued, false},
	} {
		if got := e.coupon.HeldBy("o-1"); got != e.want {
			t.Errorf("%s: held: %t, want %t", name, got, e.want)
		}
	}
	if held("", time.Time{}).HeldBy("") {
		t.Error("a coupon without order is held by the order without ID")
	}
}
