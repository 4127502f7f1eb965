package recording

import (
	"fmt"
	"testing"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/intake"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// An order that is only in a guest's sums leaves them once, whatever happens while it
// moves to the guest's account.
func TestAnOrderInTheSumsLeavesAGuestOnce(t *testing.T) {
	const all = profile.Recent + 3
	guest := intake.Guest("jane@example.com")
	placed := func(n int, customer string, minute int) string {
		return event("order.placed", fmt.Sprintf(`{'version':'1','order':{'id':'o-%02d','placed_at':'2026-10-%02dT%02d:00:00Z','updated_at':'2026-11-21T12:%02d:00Z',
			'currency':'GBP','total':'20.00','lines':[{'product':'BAG','units':1,'price':'1.65'}]},'customer':{%s}}`, n, 1+n/2, n%2*12, minute, customer))
	}
	moved := placed(0, `'id':'c-1','email':'jane@example.com'`, 7)
	for name, hinder := range map[string]func(fixture, *dynamotest.Faults){
		"nothing happens": func(fixture, *dynamotest.Faults) {},
		"the account changes": func(h fixture, faults *dynamotest.Faults) {
			faults.Before("TransactWriteItems", func() { h.takes(t, placed(all, `'id':'c-1','email':'jane@example.com'`, 0)) })
		},
		"the guest orders again": func(h fixture, faults *dynamotest.Faults) {
			faults.Before("TransactWriteItems", func() { h.takes(t, placed(all, `'email':'jane@example.com'`, 0)) })
		},
		"the function dies before the order is saved": func(h fixture, faults *dynamotest.Faults) {
			faults.Refuse("TransactWriteItems", 1, "InternalServerError")
			if again := h.handle(t, moved); len(again) != 1 {
				t.Error("the event was taken, and was to fail")
			}
		},
		"the answer is lost": func(_ fixture, faults *dynamotest.Faults) { faults.Lose("TransactWriteItems", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			store, faults := dynamotest.FaultyStore(t)
			h.store, h.Orders, h.Shop, h.Erasures, h.Contacts = store, store, store, store, contactchange.Keeper{Store: store, Mailbox: mailboxes.Mailbox}
			for n := range all {
				h.takes(t, placed(n, `'email':'jane@example.com'`, 0))
			}
			hinder(h, faults)
			h.takes(t, moved)
			h.takes(t, moved)
			count := func(id shop.CustomerID) (orders, units int) {
				p, _, err := h.store.Profile(t.Context(), id)
				must(t, err)
				totals, bought := p.All()
				return totals.Orders, bought["BAG"].Units
			}
			left, units := count(guest)
			account, more := count("c-1")
			want := all
			if name == "the account changes" || name == "the guest orders again" {
				want++
			}
			if left+account != want || units+more != want || account != 1 && name != "the account changes" {
				t.Errorf("the guest has %d orders with %d units, and the account %d with %d; want %d in all, one of them moved", left, units, account, more, want)
			}
		})
	}
}
