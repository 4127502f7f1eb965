//go:build !race

package recording

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// buyer is a customer who places nine orders a day, of each of which something comes
// back and is refunded.
type buyer struct {
	*day
	assortment int // how many products the shop has
	orders     int
}

// next returns the facts of the buyer's next order with their times.
func (b *buyer) next() (id shop.OrderID, facts []timedFact) {
	b.orders++
	n, at := b.orders, dayNow.AddDate(-4, 0, 0).Add(time.Duration(b.orders)*160*time.Minute)
	id = shop.OrderID(fmt.Sprintf("GB-%06d", 500000+n))
	placed := &shop.Placed{At: at, Revision: at, Customer: shop.Customer{ID: "c-1", Email: "ann@example.com", Name: "Ann Lee"}, Total: shop.Money{Minor: int64(2000 + n*37%5000), Currency: "GBP"}}
	for line := range 3 {
		product := shop.ProductID(strconv.Itoa(20000 + (n*7+line*(b.assortment/3+1))%b.assortment))
		placed.Lines = append(placed.Lines, shop.Line{Product: product, Units: 1 + n%4, Price: shop.Money{Minor: 500, Currency: "GBP"}})
	}
	facts = []timedFact{
		{shop.OrderFact{Kind: shop.OrderPlaced, Placed: placed}, at},
		{shop.OrderFact{Kind: shop.OrderReturned, Ref: "r", Return: &shop.Return{At: at.Add(72 * time.Hour), Cause: shop.CauseDefect, Units: map[shop.ProductID]int{placed.Lines[0].Product: 1}}}, at.Add(72 * time.Hour)},
		{shop.OrderFact{Kind: shop.OrderRefunded, Ref: "f", Refund: &shop.Refund{At: at.Add(96 * time.Hour), Amount: shop.Money{Minor: 500, Currency: "GBP"}}}, at.Add(96 * time.Hour)},
	}
	for i := range facts {
		facts[i].fact.Order, facts[i].fact.Customer = id, "c-1"
	}
	return id, facts
}

// past folds orders without the function record, which takes minutes for thousands.
func (b *buyer) past(until int) {
	b.t.Helper()
	for b.orders < until {
		p, rev, err := b.store.ProfileAbout(b.t.Context(), "c-1", nil)
		must(b.t, err)
		for range min(100, until-b.orders) {
			_, facts := b.next()
			var order shop.Order
			for _, f := range facts {
				merged, err := profile.Merge(order, f.fact, f.at)
				must(b.t, err)
				p = p.Update(order, merged, f.fact)
				p.Points.Ledger = b.policy.Points.Update(p.Points.Ledger, order, merged, p.WholeSince())
				order = merged
			}
		}
		p.Mailbox = b.Contacts.Mailbox(p.Email.Value)
		must(b.t, b.store.SaveFold(b.t.Context(), dynamo.Fold{Customer: "c-1", Profile: p, ProfileRev: rev}))
	}
}

// one gives the events of one order to the recorder.
func (b *buyer) one() {
	b.t.Helper()
	id, facts := b.next()
	for _, f := range facts {
		must(b.t, b.order(b.t.Context(), id, []shop.Event{{ID: shop.EventID(fmt.Sprint(id, f.fact.Kind)), At: f.at, Fact: f.fact}}))
	}
}

// cost is what one more order costs, with its return and refund.
type cost struct {
	cpu                time.Duration
	read, write, bytes float64 // bytes are those of the stored profile and contact
}

func (b *buyer) costs() (c cost) {
	b.t.Helper()
	const more = 40
	b.store.Meter = func(_ string, read, write float64) { c.read, c.write = c.read+read/more, c.write+write/more }
	began := processorTime()
	for range more {
		b.one()
	}
	c.cpu = (processorTime() - began) / more
	b.store.Meter = nil
	snapshot, err := b.store.Snapshot(b.t.Context(), "c-1")
	must(b.t, err)
	c.bytes = float64(snapshot.Bytes)
	b.raised(b.t)
	return c
}

// One more order costs at most 1.5 times as much after ten thousand orders as after a
// hundred. With -v the test goes that far, and logs the table of docs/decisions/0091; else
// it ends when each window of a profile is full. What it costs of the processor is only
// logged: a busy machine makes it uncertain.
func TestOneMoreOrderCostsTheSameAfterThousands(t *testing.T) {
	assortments, pasts := []int{4000}, []int{100, 3500}
	if testing.Verbose() {
		assortments, pasts = []int{4000, 500}, []int{10, 100, 1000, 5000, 10_000}
	}
	for _, assortment := range assortments {
		b := &buyer{assortment: assortment, day: newDay(t, func(p *shoppolicy.Policy) {
			p.Points = points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Placed: true, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour}
		})}
		var hundred cost
		for _, past := range pasts {
			b.past(past)
			c := b.costs()
			t.Logf("%4d products, after %5d orders: %4.1f ms of CPU, %4.1f read and %4.1f write units an order; profile and contact %5.0f bytes", assortment, past, c.cpu.Seconds()*1000, c.read, c.write, c.bytes)
			if past == 100 {
				hundred = c
			}
			if past > 100 && (c.write > 1.5*hundred.write || c.read > 1.5*hundred.read || c.bytes > 1.5*hundred.bytes) {
				t.Errorf("after %d orders of %d products one more costs %.1f read and %.1f write units, and the profile has %.0f bytes; want at most 1.5 times as much as after a hundred", past, assortment, c.read, c.write, c.bytes)
			}
		}
	}
}
