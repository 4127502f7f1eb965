package decide_test

import (
	"fmt"
	"testing"

	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func TestHabits(t *testing.T) {
	orders := func(daysAgo ...int) (visits []profile.Visit) {
		for i, d := range daysAgo {
			visits = append(visits, profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", i)), At: ago(d), Net: gbp(1000)})
		}
		return visits
	}
	given := func(daysAgo ...int) frequency.Contact {
		c := frequency.Contact{}
		for i, d := range daysAgo {
			c = c.WithGrant("welcome", frequency.Grant{Send: shop.SendID(fmt.Sprint("s-", i)), At: ago(d)})
		}
		return c
	}
	atCheckout := frequency.Contact{}.WithGrant("free", frequency.Grant{Send: frequency.AtCheckout("o-9"), At: ago(31)})
	cancelled := orders(90, 60, 30, 5)
	cancelled[3].Cancelled = true
	for name, c := range map[string]struct {
		orders  []profile.Visit
		contact frequency.Contact
		want    condition.Customer // only the habits
	}{
		"no orders":                        {},
		"two orders, which give no rhythm": {orders: orders(60, 30), want: condition.Customer{FullPrice: 2}},
		"on time":                          {orders: orders(90, 60, 30), want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 3}},
		"the last day on time":             {orders: orders(105, 75, 45), want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 3}},
		"late by a day":                    {orders: orders(106, 76, 46), want: condition.Customer{Rhythm: "late", Gap: 30, FullPrice: 3}},
		"the last day late":                {orders: orders(150, 120, 90), want: condition.Customer{Rhythm: "late", Gap: 30, FullPrice: 3}},
		"lost":                             {orders: orders(151, 121, 91), want: condition.Customer{Rhythm: "lost", Gap: 30, FullPrice: 3}},
		"a rhythm of half a year":          {orders: orders(560, 380, 200), want: condition.Customer{Rhythm: "on-time", Gap: 180, FullPrice: 3}},
		"one long break does not change the rhythm":        {orders: orders(300, 290, 100, 90, 80), want: condition.Customer{Rhythm: "lost", Gap: 10, FullPrice: 5}},
		"all orders on one day":                            {orders: orders(1, 1, 1), want: condition.Customer{Rhythm: "on-time", Gap: 1, FullPrice: 3}},
		"a cancelled order does not count":                 {orders: cancelled, want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 3}},
		"a coupon before the last order":                   {orders: orders(90, 60, 30), contact: given(40), want: condition.Customer{Rhythm: "on-time", Gap: 30, Coupons: 1, SinceGot: 40}},
		"a grant at the checkout without a coupon":         {orders: orders(90, 60, 30), contact: atCheckout, want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 3}},
		"a coupon before the first order":                  {orders: orders(90, 60, 30), contact: given(119), want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 2, Coupons: 1, SinceGot: 119}},
		"a coupon after the last order":                    {orders: orders(90, 60, 30), contact: given(29, 200), want: condition.Customer{Rhythm: "on-time", Gap: 30, FullPrice: 3, Coupons: 2, SinceGot: 29}},
		"a coupon more than 30 days before the last order": {orders: orders(30), contact: given(61), want: condition.Customer{FullPrice: 1, Coupons: 1, SinceGot: 61}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decide.Facts(noon, profile.Profile{Orders: c.orders}, c.contact, nil, pounds, decide.Occasion{}).Customer
			habits := condition.Customer{Rhythm: got.Rhythm, Gap: got.Gap, FullPrice: got.FullPrice, Coupons: got.Coupons, SinceGot: got.SinceGot}
			if fmt.Sprintf("%+v", habits) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("habits = %+v, want %+v", habits, c.want)
			}
		})
	}
}
