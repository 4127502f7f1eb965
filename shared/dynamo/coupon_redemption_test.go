package dynamo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

var checkoutNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// shopCheckout is a checkout on real tables.
type shopCheckout struct {
	*dynamo.Store
	now time.Time
}

// issue stores a coupon as a claim does, and returns its use.
func (c *shopCheckout) issue(t *testing.T, hash string, customer shop.CustomerID, until time.Time) checkout.Use {
	t.Helper()
	d := aSend(shop.SendID("send-" + hash))
	d.Intent.Customer = customer
	d.Coupon = &coupon.Coupon{
		Hash: hash, Offer: "welcome", Version: 1, Customer: customer, Send: d.ID,
		Issued: checkoutNoon, Until: until, State: coupon.Issued,
	}
	contact, rev, err := c.Contact(t.Context(), customer)
	must(t, err)
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: d.ID, At: checkoutNoon})
	must(t, c.Claim(t.Context(), claim.Claim{Send: d, Contact: contact, ContactRev: rev, Coupon: d.Coupon}))
	return checkout.Use{Offer: "welcome", Version: 1, Coupon: hash}
}

func aSend(id shop.SendID) claim.Send {
	return claim.Send{ID: id, State: claim.Sending, Attempt: 1, Owner: "worker", Claimed: checkoutNoon, Changed: checkoutNoon}
}

// step reads the order's redemption, makes one step and saves it.
func (c *shopCheckout) step(t *testing.T, order shop.OrderID, do func(checkout.Redemption) (checkout.Redemption, []checkout.Change, error)) error {
	t.Helper()
	old, rev, err := c.Redemption(t.Context(), order)
	must(t, err)
	next, changes, err := do(old)
	if err != nil {
		return err
	}
	known, contactRev, err := c.Contact(t.Context(), next.Customer)
	must(t, err)
	var contact *frequency.Contact
	for _, change := range changes {
		if change.Use.Coupon == "" && change.To != checkout.Keep {
			known.Granted = map[shop.OfferID][]frequency.Grant{change.Use.Offer: {{Send: frequency.AtCheckout(order), At: c.now}}}
			contact = &known
		}
	}
	return c.SaveRedemption(t.Context(), dynamo.Checkout{
		Redemption: next, Rev: rev, Changes: changes, Contact: contact, ContactRev: contactRev, Now: c.now,
	})
}

func (c *shopCheckout) hold(t *testing.T, order shop.OrderID, customer shop.CustomerID, uses ...checkout.Use) error {
	t.Helper()
	return c.step(t, order, func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
		cart := pricing.Cart{Lines: []pricing.Line{{ID: "1", Product: "mug", Units: 2, Price: 1000}}}
		return r.Hold(checkout.Redemption{Order: order, Customer: customer, Quote: pricing.Price(cart, nil), Uses: uses}, c.now)
	})
}

func (c *shopCheckout) redeem(t *testing.T, order shop.OrderID) error {
	t.Helper()
	return c.step(t, order, func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) { return r.Redeem(c.now) })
}

func (c *shopCheckout) release(t *testing.T, order shop.OrderID) error {
	t.Helper()
	return c.step(t, order, func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) { return r.Release(c.now) })
}

func (c *shopCheckout) cancel(t *testing.T, order shop.OrderID) error {
	t.Helper()
	return c.step(t, order, func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
		return r.Return("cancelled", nil, c.now)
	})
}

func (c *shopCheckout) is(t *testing.T, hash string, want coupon.State, order shop.OrderID) {
	t.Helper()
	coupon, err := c.Coupon(t.Context(), hash)
	must(t, err)
	if coupon.State != want || coupon.Order != order {
		t.Errorf("the coupon is %s for %q, want %s for %q", coupon.State, coupon.Order, want, order)
	}
}

func newCheckout(t *testing.T) *shopCheckout {
	t.Helper()
	c := &shopCheckout{dynamotest.Store(t), checkoutNoon}
	must(t, c.EnsureBudget(t.Context(), "welcome", 1, 100, 1))
	must(t, c.EnsureBudget(t.Context(), "ship", 1, 10, 2))
	return c
}

// oneRefused fails the test unless err says that exactly one use was refused.
func oneRefused(t *testing.T, err error) {
	t.Helper()
	var refused *dynamo.CheckoutRefused
	if !errors.As(err, &refused) || len(refused.Uses) != 1 {
		t.Errorf("the error is %v, want one use refused", err)
	}
}

func TestCouponIsHeldRedeemedReturnedAndReleased(t *testing.T) {
	c := newCheckout(t)
	use := c.issue(t, "abc", "ann", checkoutNoon.AddDate(0, 0, 7))
	must(t, c.hold(t, "o-1", "ann", use))
	c.is(t, "abc", coupon.Held, "o-1")

	oneRefused(t, c.hold(t, "o-2", "ann", use)) // while o-1 holds it
	c.now = checkoutNoon.Add(10 * time.Minute)
	must(t, c.hold(t, "o-1", "ann", use)) // again: the hold ends 15 minutes from now
	c.now = checkoutNoon.Add(20 * time.Minute)
	oneRefused(t, c.hold(t, "o-2", "ann", use))

	must(t, c.redeem(t, "o-1"))
	must(t, c.redeem(t, "o-1"))
	c.is(t, "abc", coupon.Redeemed, "o-1")
	c.now = checkoutNoon.Add(time.Hour)
	oneRefused(t, c.hold(t, "o-2", "ann", use))

	must(t, c.cancel(t, "o-1"))
	must(t, c.cancel(t, "o-1"))
	c.is(t, "abc", coupon.Issued, "")
	must(t, c.hold(t, "o-2", "ann", use))
	must(t, c.release(t, "o-2"))
	c.is(t, "abc", coupon.Issued, "")
}

func TestAnotherOrderCanHoldACouponWhoseHoldLapsed(t *testing.T) {
	c := newCheckout(t)
	use := c.issue(t, "abc", "ann", checkoutNoon.AddDate(0, 0, 7))
	must(t, c.hold(t, "o-1", "ann", use))
	c.now = checkoutNoon.Add(coupon.HoldTime + time.Millisecond)
	must(t, c.hold(t, "o-2", "ann", use))
	oneRefused(t, c.redeem(t, "o-1"))
	must(t, c.redeem(t, "o-2"))
	c.is(t, "abc", coupon.Redeemed, "o-2")
}

func TestLapsedHoldCanBeRedeemedIfNoOtherOrderHoldsTheCoupon(t *testing.T) {
	c := newCheckout(t)
	use := c.issue(t, "abc", "ann", checkoutNoon.AddDate(0, 0, 7))
	must(t, c.hold(t, "o-1", "ann", use))
	c.now = checkoutNoon.Add(time.Hour)
	must(t, c.redeem(t, "o-1"))
	c.is(t, "abc", coupon.Redeemed, "o-1")
}

func TestCouponOfAnotherCustomerOrOverIsRefused(t *testing.T) {
	c := newCheckout(t)
	use := c.issue(t, "abc", "ann", checkoutNoon.AddDate(0, 0, 7))
	oneRefused(t, c.hold(t, "o-1", "bob", use))
	c.now = checkoutNoon.AddDate(0, 0, 7).Add(coupon.Grace)
	must(t, c.hold(t, "o-2", "ann", use)) // the last millisecond of its grace
	c.now = c.now.Add(time.Millisecond)
	must(t, c.hold(t, "o-2", "ann", use)) // held in time: it can be held longer
	must(t, c.release(t, "o-2"))
	oneRefused(t, c.hold(t, "o-3", "ann", use))
	if err := c.hold(t, "o-4", "ann", checkout.Use{Offer: "welcome", Version: 1, Coupon: "never"}); err == nil {
		t.Error("an unknown coupon was held")
	}
}

func TestHoldDebitsTheBudget(t *testing.T) {
	c := newCheckout(t)
	left := func() int {
		shards, err := c.Budget(t.Context(), "ship", 1)
		must(t, err)
		return shards[0] + shards[1]
	}
	ship := checkout.Use{Offer: "ship", Version: 1, Shard: 1}
	must(t, c.hold(t, "o-1", "ann", ship))
	must(t, c.hold(t, "o-1", "ann", ship))
	if left() != 9 {
		t.Errorf("%d uses are left while one is held, want 9", left())
	}
	must(t, c.release(t, "o-1"))
	must(t, c.release(t, "o-1"))
	if left() != 10 {
		t.Errorf("%d uses are left after it was released, want 10", left())
	}
	must(t, c.hold(t, "o-2", "ann", ship))
	must(t, c.redeem(t, "o-2"))
	must(t, c.cancel(t, "o-2"))
	if left() != 10 {
		t.Errorf("%d uses are left after the order was cancelled, want 10", left())
	}
}

// A thousand customers want the last ten uses: exactly ten get one.
func TestLastUsesOfABudgetAreHeldOnce(t *testing.T) {
	c := newCheckout(t)
	customers := 1_000
	if testing.Short() {
		customers = 100
	}
	var holders sync.Map
	var wait sync.WaitGroup
	queue := make(chan int)
	for range 32 {
		wait.Go(func() {
			for n := range queue {
				order := shop.OrderID(fmt.Sprint("o-", n))
				for shard := range 2 { // the second if the first is used up
					err := c.hold(t, order, shop.CustomerID(fmt.Sprint("c-", n)), checkout.Use{Offer: "ship", Version: 1, Shard: (n + shard) % 2})
					if err == nil {
						holders.Store(order, true)
						break
					}
					var refused *dynamo.CheckoutRefused
					if !errors.As(err, &refused) {
						t.Error(err)
					}
				}
			}
		})
	}
	for n := range customers {
		queue <- n
	}
	close(queue)
	wait.Wait()
	held := 0
	holders.Range(func(any, any) bool { held++; return true })
	shards, err := c.Budget(t.Context(), "ship", 1)
	must(t, err)
	if held != 10 || shards[0]+shards[1] != 0 {
		t.Errorf("%d customers hold one of ten uses, and %v are left", held, shards)
	}
}

func TestLapsedListsLapsedHolds(t *testing.T) {
	c := newCheckout(t)
	ship := checkout.Use{Offer: "ship", Version: 1}
	must(t, c.hold(t, "o-1", "ann", ship))
	must(t, c.hold(t, "o-2", "bob", ship))
	must(t, c.redeem(t, "o-2"))
	listed := func(now time.Time) (orders []shop.OrderID) {
		must(t, c.Lapsed(t.Context(), now, 100, func(r checkout.Redemption, rev dynamo.Rev) error {
			orders = append(orders, r.Order)
			return nil
		}))
		return orders
	}
	if got := listed(checkoutNoon.Add(coupon.HoldTime)); len(got) != 0 {
		t.Errorf("%v are listed before their hold has lapsed", got)
	}
	if got := listed(checkoutNoon.Add(coupon.HoldTime + time.Millisecond)); len(got) != 1 || got[0] != "o-1" {
		t.Errorf("%v are listed, want o-1", got)
	}
}

func TestLapsedListsAtMostLimit(t *testing.T) {
	c := newCheckout(t)
	for n := range 12 { // in every partition of the index
		must(t, c.hold(t, shop.OrderID(fmt.Sprint("o-", n)), "ann"))
	}
	for _, limit := range []int{1, 5, 12, 100} {
		seen := 0
		must(t, c.Lapsed(t.Context(), checkoutNoon.Add(time.Hour), limit, func(checkout.Redemption, dynamo.Rev) error {
			seen++
			return nil
		}))
		if seen != min(limit, 12) {
			t.Errorf("Lapsed(limit %d) listed %d of 12", limit, seen)
		}
	}
}

func TestLapsedListsTheLongestLapsedFirst(t *testing.T) {
	c := newCheckout(t)
	for n := range 12 {
		must(t, c.hold(t, shop.OrderID(fmt.Sprint("o-", n)), "ann"))
		c.now = c.now.Add(time.Second)
	}
	var orders []shop.OrderID
	must(t, c.Lapsed(t.Context(), checkoutNoon.Add(time.Hour), 3, func(r checkout.Redemption, _ dynamo.Rev) error {
		orders = append(orders, r.Order)
		return nil
	}))
	if want := []shop.OrderID{"o-0", "o-1", "o-2"}; !slices.Equal(orders, want) {
		t.Errorf("Lapsed(limit 3) listed %v of 12, want %v", orders, want)
	}
}

func TestTermsOfAVersionCannotBeChanged(t *testing.T) {
	store := dynamotest.Store(t)
	if _, err := store.Terms(t.Context(), "welcome", 1); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Terms of an unpublished version = %v, want ErrNotFound", err)
	}
	must(t, store.SaveTerms(t.Context(), "welcome", 1, []byte(`{"percent":10}`)))
	must(t, store.SaveTerms(t.Context(), "welcome", 1, []byte(`{"percent":10}`)))
	if err := store.SaveTerms(t.Context(), "welcome", 1, []byte(`{"percent":5}`)); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("SaveTerms(other terms) = %v, want ErrConflict", err)
	}
	must(t, store.SaveTerms(t.Context(), "welcome", 2, []byte(`{"percent":5}`)))
	terms, err := store.Terms(t.Context(), "welcome", 1)
	if err != nil || string(terms) != `{"percent":10}` {
		t.Errorf("Terms = %s, %v", terms, err)
	}
}

func TestGuessesAreCountedPerHour(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.AddGuesses(t.Context(), checkoutNoon, 2, "customer:ann", "client:192.0.2.1"))
	must(t, store.AddGuesses(t.Context(), checkoutNoon.Add(time.Minute), 3, "client:192.0.2.1"))
	for _, c := range []struct {
		at   time.Time
		who  []string
		want int
	}{
		{checkoutNoon, []string{"customer:ann"}, 2},
		{checkoutNoon, []string{"customer:bob", "client:192.0.2.1"}, 5},
		{checkoutNoon, []string{"customer:bob"}, 0},
		{checkoutNoon.Add(time.Hour), []string{"customer:ann", "client:192.0.2.1"}, 0},
	} {
		if got, err := store.Guesses(t.Context(), c.at, c.who...); err != nil || got != c.want {
			t.Errorf("Guesses(%s, %v) = %d, %v, want %d", c.at, c.who, got, err, c.want)
		}
	}
	must(t, store.AddGuesses(t.Context(), checkoutNoon.Add(time.Hour), 1, "customer:ann"))
	if got, err := store.Guesses(t.Context(), checkoutNoon.Add(time.Hour), "customer:ann"); err != nil || got != 1 {
		t.Errorf("Guesses(an hour later) = %d, %v, want 1", got, err)
	}
}

// DynamoDB deletes a count of guesses, not before its hour has ended, and no
// other item of the table.
func TestOnlyGuessesHaveATimeToLive(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	c := &shopCheckout{dynamo.New(client, tables), checkoutNoon}
	must(t, c.EnsureBudget(t.Context(), "welcome", 1, 100, 1))
	must(t, c.hold(t, "o-1", "ann", c.issue(t, "abc", "ann", checkoutNoon.AddDate(0, 0, 7))))
	must(t, c.SaveTerms(t.Context(), "welcome", 1, []byte(`{}`)))
	must(t, c.SaveSweep(t.Context(), dynamo.Sweep{Started: checkoutNoon}))
	must(t, c.AddGuesses(t.Context(), checkoutNoon, 2, "customer:ann"))
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &tables.Coupons})
	must(t, err)
	for _, item := range out.Items {
		key := item["coupon"].(*types.AttributeValueMemberS).Value
		gone, has := item["gone"].(*types.AttributeValueMemberN)
		if guess := strings.HasPrefix(key, "guess#"); has != guess || guess && gone.Value < fmt.Sprint(checkoutNoon.Add(time.Hour).Unix()) {
			t.Errorf("%s has the time to live %v", key, item["gone"])
		}
	}
}

func TestExpireCouponsGivesUsesBackToTheBudget(t *testing.T) {
	c := newCheckout(t)
	end := checkoutNoon.AddDate(0, 0, 7)
	c.issue(t, "unused", "ann", end)
	must(t, c.hold(t, "o-1", "bob", c.issue(t, "used", "bob", end)))
	must(t, c.redeem(t, "o-1"))
	c.issue(t, "longer", "cleo", end.Add(time.Minute))
	must(t, c.hold(t, "o-2", "dan", c.issue(t, "forgotten", "dan", end)))
	sweep := func(now time.Time) (expired int) {
		for page := (dynamo.Page{Limit: 3}); page.After != dynamo.End; {
			next, n, err := c.ExpireCoupons(t.Context(), page, now)
			must(t, err)
			page.After = next
			expired += n
		}
		return expired
	}
	left := func() int {
		shards, err := c.Budget(t.Context(), "welcome", 1)
		must(t, err)
		return shards[0]
	}
	before := left()
	if n := sweep(end.Add(coupon.Grace)); n != 0 || left() != before {
		t.Errorf("%d coupons expired within their grace", n)
	}
	if n := sweep(end.Add(coupon.Grace + time.Millisecond)); n != 2 || left() != before+2 {
		t.Errorf("%d coupons expired and %d uses came back, want 2", n, left()-before)
	}
	if n := sweep(end.Add(coupon.Grace + time.Millisecond)); n != 0 || left() != before+2 {
		t.Errorf("a second sweep expired %d more", n)
	}
	c.is(t, "unused", coupon.Expired, "")
	c.is(t, "forgotten", coupon.Expired, "")
	c.is(t, "used", coupon.Redeemed, "o-1")
	c.is(t, "longer", coupon.Issued, "")
}
