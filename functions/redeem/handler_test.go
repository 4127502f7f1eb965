package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/httpapi"
	"regulars/shared/inputfault/faulttest"
	"regulars/shared/offer"
	"regulars/shared/redemption"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench is the handler on the tables of a real engine, with a clock that the
// test sets.
type bench struct {
	*handler
	store  *dynamo.Store
	policy shoppolicy.Policy
	now    time.Time
}

func (b *bench) Policy(context.Context) (shoppolicy.Policy, error) { return b.policy, nil }

func eur(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "EUR"} }

func compile(t *testing.T, text string) condition.Condition {
	t.Helper()
	c, err := condition.Parse(text, "EUR")
	must(t, err)
	return c
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{store: dynamotest.Store(t), now: noon}
	b.policy = shoppolicy.Policy{
		Version: "p1", Shop: shoppolicy.Shop{Name: "Shop", Currency: "EUR", Zone: "Europe/Athens"},
		Offers: []offer.Offer{
			{
				ID: "ship", Version: 1, Title: "Free shipping", Automatic: true, Effect: offer.Effect{Kind: offer.KindShipping},
				Stacks: "shipping", PerCustomer: 1, Minimum: eur(2000), Budget: offer.Budget{Uses: 1, Shards: 1},
			},
			{
				ID: "ten", Version: 2, Title: "A tenth off mugs", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000},
				On: compile(t, `line.category == "mug"`), Days: 14, Budget: offer.Budget{Uses: 100, Shards: 2},
			},
		},
	}
	for _, o := range b.policy.Offers {
		must(t, b.store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
	for id, category := range map[shop.ProductID]string{"mug-1": "Mug", "bag-1": "Bag"} {
		must(t, b.store.SaveProduct(t.Context(), shop.Product{ID: id, Title: string(id), Category: category, Price: eur(1000), Revision: noon}))
	}
	b.handler = newHandler(b.store, b, func() time.Time { return b.now })
	return b
}

// issue stores a coupon as a message carried it, with the changes made to it,
// and returns its code.
func (b *bench) issue(t *testing.T, customer shop.CustomerID, of shop.OfferID, version int, changes ...func(*coupon.Coupon)) string {
	t.Helper()
	known, err := b.store.Snapshot(t.Context(), customer)
	must(t, err)
	contact := known.Contact
	send := shop.SendID(fmt.Sprintf("send-%s-%d", customer, len(contact.Ledger)))
	code := offer.Code([]byte("a key for tests that is long enough"), send)
	c := &coupon.Coupon{
		Hash: offer.Hash(code), Offer: of, Version: version, Customer: customer, Send: send,
		Issued: noon, Until: noon.AddDate(0, 0, 14), State: coupon.Issued,
	}
	for _, change := range changes {
		change(c)
	}
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: send, At: noon})
	must(t, b.store.Claim(t.Context(), claim.Claim{
		Send: claim.Send{
			ID: send, State: claim.Sending, Attempt: 1, Owner: "worker", Claimed: noon, Changed: noon, Coupon: c,
			Intent: campaign.Intent{Campaign: "thanks", Version: 1, Customer: customer, Occasion: string(send)},
		},
		Contact: contact, ContactRev: known.ContactRev, ProfileRev: known.ProfileRev, Coupon: c,
	}))
	return code
}

// call makes one call and reads its answer into into.
func (b *bench) call(t *testing.T, method, path string, body any, into any) (status int) {
	t.Helper()
	text, err := json.Marshal(body)
	must(t, err)
	if s, ok := body.(string); ok {
		text = []byte(s)
	}
	request := events.LambdaFunctionURLRequest{RawPath: path, Body: string(text)}
	request.RequestContext.HTTP.Method = method
	payload, err := json.Marshal(request)
	must(t, err)
	answered, err := b.Handle(t.Context(), payload)
	must(t, err)
	answer := answered.(events.LambdaFunctionURLResponse)
	if into != nil {
		if err := json.Unmarshal([]byte(answer.Body), into); err != nil {
			t.Fatalf("%s %s answered %s: %v", method, path, answer.Body, err)
		}
	}
	return answer.StatusCode
}

func (b *bench) quote(t *testing.T, r request) (q quoted) {
	t.Helper()
	if status := b.call(t, http.MethodPost, "/quotes", r, &q); status != http.StatusOK {
		t.Fatalf("POST /quotes was answered with %d, want 200", status)
	}
	return q
}

func (b *bench) hold(t *testing.T, order string, r request) (q quoted) {
	t.Helper()
	if status := b.call(t, http.MethodPut, "/orders/"+order+"/hold", r, &q); status != http.StatusOK {
		t.Fatalf("PUT /orders/…/hold was answered with %d, want 200", status)
	}
	return q
}

type state struct {
	State   string
	Off     int64
	Returns map[string]struct {
		Paid   int64
		Points int
	}
}

func (b *bench) step(t *testing.T, method, path string, body any) (s state, status int) {
	t.Helper()
	status = b.call(t, method, path, body, &s)
	return s, status
}

// cart has two mugs and a bag for 30.00, and the codes.
func cart(customer shop.CustomerID, codes ...string) request {
	return request{
		Customer: customer, Currency: "EUR", Language: "en", Shipping: 500, Codes: codes,
		Lines: []line{{ID: "1", Product: "mug-1", Units: 2, Price: 1000}, {ID: "2", Product: "bag-1", Units: 1, Price: 1000}},
	}
}

func TestCouponIsQuotedHeldRedeemedReturnedAndUsedAgain(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))

	q := b.quote(t, cart("ann", typed))
	if q.Off != 200+500 || q.Total != 2800 || q.ShippingOff != 500 || !q.Codes[0].Taken || q.Codes[0].Off != 200 || q.Lines[0].Net != 1800 {
		t.Fatalf("the quote is %+v", q)
	}
	if s, _ := b.step(t, http.MethodGet, "/orders/o-1", ""); s.State != "NONE" {
		t.Errorf("after a quote the order is %+v, want nothing stored", s)
	}
	h := b.hold(t, "o-1", cart("ann", typed))
	if h.Total != q.Total || !h.HeldUntil.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("the hold is %+v", h)
	}
	if again := b.quote(t, cart("ann", code)); again.Codes[0].Reason != "held" {
		t.Errorf("the code in another cart is answered with %+v, want held", again.Codes[0])
	}
	for range 2 { // the first answer was lost
		if s, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); s.State != "REDEEMED" || status != http.StatusOK {
			t.Errorf("the redemption was answered with %d, %+v", status, s)
		}
	}
	if again := b.quote(t, cart("ann", code)); again.Codes[0].Reason != "used" || again.Codes[0].Text == "" {
		t.Errorf("a used code is answered with %+v, want used and a text", again.Codes[0])
	}
	for range 2 {
		s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/r-1", map[string]any{"lines": map[string]int{"1": 1}})
		if s.State != "REDEEMED" || s.Returns["r-1"].Paid != 900 {
			t.Errorf("one mug was returned: %+v, want 9.00 paid back", s)
		}
	}
	if s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/r-2", map[string]any{}); s.State != "RETURNED" || s.Returns["r-2"].Paid != 1900 {
		t.Errorf("the rest was returned: %+v, want 19.00 paid back", s)
	}
	if q = b.quote(t, cart("ann", code)); !q.Codes[0].Taken {
		t.Errorf("after the return the code is answered with %+v, want it taken", q.Codes[0])
	}
}

// A text that is no code, a code that was never issued, one that has ended, and
// one of another customer: a stranger learns nothing from the answer.
func TestAllWrongCodesGetTheSameAnswer(t *testing.T) {
	b := newBench(t)
	anns := b.issue(t, "ann", "ten", 2)
	never := offer.Code([]byte("a key for tests that is long enough"), "never")
	var first quotedCode
	for i, c := range []struct {
		customer shop.CustomerID
		code     string
		after    time.Duration
	}{
		{"bob", "hello", 0}, {"bob", never, 0}, {"bob", anns, 0}, {"", anns, 0}, {"ann", anns, 15*24*time.Hour + time.Millisecond},
	} {
		b.now = noon.Add(c.after)
		got := b.quote(t, cart(c.customer, c.code)).Codes[0]
		got.Code = ""
		if i == 0 {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" || got.Taken {
			t.Errorf("the answer for code %d differs:\n%s", i, diff)
		}
	}
}

func TestAfterTwentyWrongCodesNoCodeIsAccepted(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	guess := cart("bob", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
	guess.Client = "192.0.2.1"
	b.quote(t, guess)
	b.quote(t, guess)
	own := cart("ann", code)
	own.Client = "192.0.2.1"
	if got := b.quote(t, own).Codes[0]; got.Taken || got.Reason != "too-many" {
		t.Errorf("from the address of the wrong codes the code is answered with %+v", got)
	}
	if got := b.quote(t, cart("ann", code)).Codes[0]; !got.Taken {
		t.Errorf("from another address the code is answered with %+v", got)
	}
	b.now = noon.Add(time.Hour)
	if got := b.quote(t, own).Codes[0]; !got.Taken {
		t.Errorf("an hour later the code is answered with %+v", got)
	}
}

// The shop has changed the offer; the coupon still gives what its message
// promised.
func TestCouponKeepsTheTermsOfItsVersion(t *testing.T) {
	b := newBench(t)
	old := b.policy.Offers[1]
	old.Version, old.Effect.Percent = 1, 5000
	must(t, b.store.SaveTerms(t.Context(), "ten", 1, old.Terms()))
	must(t, b.store.EnsureBudget(t.Context(), "ten", 1, 10, 1))
	if got := b.quote(t, cart("ann", b.issue(t, "ann", "ten", 1))); got.Codes[0].Off != 1000 {
		t.Errorf("the coupon of version 1 takes %d off two mugs for 20.00, want half: %+v", got.Codes[0].Off, got)
	}
}

// Two orders compete for the last use of an offer that needs no code.
func TestOfferWithoutACodeIsHeldAndReleased(t *testing.T) {
	b := newBench(t)
	if got := b.hold(t, "o-1", cart("ann")); got.ShippingOff != 500 {
		t.Fatalf("the first order got %+v", got)
	}
	second := b.hold(t, "o-2", cart("bob"))
	if second.ShippingOff != 0 || len(second.Offers) != 1 || second.Offers[0].Reason != offer.RefusedBudget {
		t.Errorf("the second order got %+v", second)
	}
	if s, status := b.step(t, http.MethodDelete, "/orders/o-1/hold", ""); s.State != "RELEASED" || status != http.StatusOK {
		t.Errorf("the release was answered with %d, %+v", status, s)
	}
	if got := b.hold(t, "o-2", cart("bob")); got.ShippingOff != 500 {
		t.Errorf("after the release the second order got %+v", got)
	}
}

func TestOfferWithoutACodeIsRefusedAboveItsLimitPerCustomer(t *testing.T) {
	b := newBench(t)
	b.policy.Offers[0].Budget.Uses = 10
	b.policy.Offers[0].Version = 2
	must(t, b.store.EnsureBudget(t.Context(), "ship", 2, 10, 1))
	b.hold(t, "o-1", cart("ann"))
	if got := b.hold(t, "o-1", cart("ann")); got.ShippingOff != 500 {
		t.Errorf("the same order held again got %+v", got)
	}
	if got := b.hold(t, "o-2", cart("ann")); got.ShippingOff != 0 || got.Offers[0].Reason != offer.RefusedLimit {
		t.Errorf("the customer's second order got %+v", got)
	}
	b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
	b.step(t, http.MethodPut, "/orders/o-1/returns/all", map[string]any{})
	if got := b.hold(t, "o-2", cart("ann")); got.ShippingOff != 500 {
		t.Errorf("after the return of the first order the second got %+v", got)
	}
}

func TestCouponOfALapsedHoldGoesToAnotherOrder(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	b.hold(t, "o-1", cart("ann", code))
	b.now = noon.Add(15*time.Minute + time.Millisecond)
	if got := b.hold(t, "o-2", cart("ann", code)); !got.Codes[0].Taken {
		t.Errorf("the second order got %+v", got.Codes[0])
	}
	if _, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); status != http.StatusConflict {
		t.Errorf("the first order's redemption was answered with %d, want 409", status)
	}
	if s, status := b.step(t, http.MethodDelete, "/orders/o-1/hold", ""); s.State != "RELEASED" || status != http.StatusOK {
		t.Errorf("the first order's release was answered with %d, %+v", status, s)
	}
	if s, _ := b.step(t, http.MethodPut, "/orders/o-2/redemption", ""); s.State != "REDEEMED" {
		t.Errorf("the second order is %+v", s)
	}
}

// The first order holds again after another order took its coupon: it gets the
// other discounts.
func TestOrderThatLostItsCouponIsHeldWithoutIt(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	b.hold(t, "o-1", cart("ann", code))
	b.now = noon.Add(15*time.Minute + time.Millisecond)
	b.hold(t, "o-2", cart("ann", code))
	if got := b.hold(t, "o-1", cart("ann", code)); got.Codes[0].Reason != "held" || got.ShippingOff != 500 {
		t.Errorf("the first order got %+v, want free shipping alone", got)
	}
	if s, _ := b.step(t, http.MethodPut, "/orders/o-2/redemption", ""); s.State != "REDEEMED" {
		t.Errorf("the second order is %+v", s)
	}
}

func TestHoldForAnotherCustomerIsRefused(t *testing.T) {
	b := newBench(t)
	b.hold(t, "o-1", cart("ann"))
	var got struct{ Error string }
	if status := b.call(t, http.MethodPut, "/orders/o-1/hold", cart("bob"), &got); status != http.StatusConflict || !strings.Contains(got.Error, "another customer") {
		t.Errorf("the hold for another customer was answered with %d, %q", status, got.Error)
	}
	b.step(t, http.MethodDelete, "/orders/o-1/hold", "")
	if got := b.hold(t, "o-1", cart("bob")); got.ShippingOff != 500 {
		t.Errorf("after the release the other customer got %+v", got)
	}
}

// A customer who is not known gets offers for every customer, and none that
// limits how often one customer has it.
func TestUnknownCustomerGetsOnlyOffersWithoutLimits(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*offer.Offer)
		off    int64
	}{
		"no condition, no limit": {func(o *offer.Offer) { o.PerCustomer = 0 }, 500},
		"once per customer":      {func(*offer.Offer) {}, 0},
		"once in thirty days":    {func(o *offer.Offer) { o.PerCustomer, o.CoolDown = 0, 30 }, 0},
		"after an earlier order": {func(o *offer.Offer) { o.PerCustomer, o.When = 0, compile(t, "customer.orders > 0") }, 0},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t)
			c.change(&b.policy.Offers[0])
			got := b.hold(t, "o-1", cart(""))
			if got.ShippingOff != c.off || c.off == 0 && got.Offers[0].Reason != offer.RefusedWhen {
				t.Fatalf("the unknown customer got %+v, want %d off", got, c.off)
			}
			if s, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); s.State != "REDEEMED" {
				t.Errorf("the redemption was answered with %d, %+v", status, s)
			}
			if s, status := b.step(t, http.MethodPut, "/orders/o-1/returns/all", "{}"); s.State != "RETURNED" {
				t.Errorf("the return was answered with %d, %+v", status, s)
			}
		})
	}
}

// A grant is stored with the customer only if the offer limits how often one
// customer has it.
func TestGrantIsStoredOnlyForOffersWithALimit(t *testing.T) {
	b := newBench(t)
	grants := func() int {
		contact, _, err := b.store.Contact(t.Context(), "ann")
		must(t, err)
		return len(contact.Granted["ship"])
	}
	b.hold(t, "o-1", cart("ann"))
	if n := grants(); n != 1 {
		t.Errorf("an offer that is limited to once per customer has %d grants, want 1", n)
	}
	b.step(t, http.MethodDelete, "/orders/o-1/hold", "")
	b.policy.Offers[0].PerCustomer = 0
	if b.hold(t, "o-1", cart("ann")); grants() != 0 {
		t.Errorf("an offer without a limit has %d grants, want none", grants())
	}
}

func TestReturnOfNoUnitsIsRefused(t *testing.T) {
	b := newBench(t)
	b.hold(t, "o-1", cart("ann"))
	b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
	for _, body := range []string{"null", `{"lines":null}`, `{"lines":{}}`, `{"Lines":null}`, ""} {
		if _, status := b.step(t, http.MethodPut, "/orders/o-1/returns/r", body); status != http.StatusBadRequest {
			t.Errorf("a return of %q was answered with %d, want 400", body, status)
		}
	}
	if s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/r", "{}"); s.State != "RETURNED" {
		t.Errorf("after a return of {} the order is %+v, want it returned", s)
	}
}

// A call counts its wrong codes once, even if it needs several attempts. An
// order keeps the coupons that it holds after too many wrong codes.
func TestHoldCountsWrongCodesOnceAndKeepsHeldCoupons(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	tried := func() int {
		n, err := b.store.Guesses(t.Context(), b.now, "customer:ann")
		must(t, err)
		return n
	}
	b.hold(t, "o-2", cart("bob")) // takes the last use, so that ann's hold needs two attempts
	b.hold(t, "o-1", cart("ann", code, "1"))
	if n := tried(); n != 1 {
		t.Errorf("one wrong code counted %d times", n)
	}
	must(t, b.store.AddGuesses(t.Context(), b.now, redemption.MostGuesses, "customer:ann"))
	got := b.hold(t, "o-1", cart("ann", code, "1", b.issue(t, "ann", "ten", 2)))
	if !got.Codes[0].Taken || got.Codes[1].Reason != "too-many" || got.Codes[2].Reason != "too-many" {
		t.Errorf("the codes are answered with %+v, want the held one taken, the others too-many", got.Codes)
	}
	if got := b.quote(t, cart("ann", code)).Codes[0]; got.Reason != "too-many" {
		t.Errorf("without the order the code is answered with %+v, want too-many", got)
	}
	for range 2 * redemption.MostGuesses { // unknown customers have no common count
		b.quote(t, cart("", "1"))
	}
	if got := b.quote(t, cart("", "1")).Codes[0]; got.Reason != "invalid" {
		t.Errorf("the code of an unknown customer is answered with %+v, want invalid", got)
	}
}

// The terms of the coupon are not stored: the cart is priced without it, and it
// does not count as a wrong code.
func TestCouponWithoutTermsIsRefusedAndNotCounted(t *testing.T) {
	b := newBench(t)
	must(t, b.store.EnsureBudget(t.Context(), "ten", 1, 10, 1))
	code := b.issue(t, "ann", "ten", 1)
	for range redemption.MostGuesses + 1 {
		if got := b.quote(t, cart("ann", code)); got.Codes[0].Reason != "invalid" || got.ShippingOff != 500 {
			t.Fatalf("the quote is %+v", got)
		}
	}
}

// A coupon that was held in time stays held, even if its end passes while the
// customer pays.
func TestHeldCouponCanBeHeldAgainAfterItsEnd(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	b.now = noon.AddDate(0, 0, 14).Add(coupon.Grace)
	b.hold(t, "o-1", cart("ann", code))
	b.now = b.now.Add(time.Minute)
	if got := b.hold(t, "o-1", cart("ann", code)); !got.Codes[0].Taken {
		t.Errorf("held again the code is answered with %+v, want it taken", got.Codes[0])
	}
	if got := b.quote(t, cart("ann", code)); got.Codes[0].Taken {
		t.Errorf("for another cart the code is answered with %+v, want it refused", got.Codes[0])
	}
}

func TestSweepStopsReleasingWhenTimeIsShort(t *testing.T) {
	b := newBench(t)
	b.hold(t, "o-1", cart("ann"))
	b.now = noon.Add(time.Hour)
	short, stop := context.WithTimeout(t.Context(), redemption.SweepLeft-time.Second)
	defer stop()
	must(t, b.service.Sweep(short))
	if s, _ := b.step(t, http.MethodGet, "/orders/o-1", ""); s.State != "HELD" {
		t.Errorf("with too little time left the order is %+v", s)
	}
	must(t, b.service.Sweep(t.Context()))
	if s, _ := b.step(t, http.MethodGet, "/orders/o-1", ""); s.State != "RELEASED" {
		t.Errorf("with enough time the order is %+v", s)
	}
}

func TestSweepReleasesLapsedHoldsAndExpiresCoupons(t *testing.T) {
	b := newBench(t)
	tick := func() {
		_, err := b.Handle(t.Context(), json.RawMessage(`{"detail-type":"clock.sweep"}`))
		must(t, err)
	}
	code := b.issue(t, "ann", "ten", 2)
	left := func(of shop.OfferID, version int) (sum int) {
		shards, err := b.store.Budget(t.Context(), of, version)
		must(t, err)
		for _, n := range shards {
			sum += n
		}
		return sum
	}
	funded := left("ten", 2)
	b.hold(t, "o-1", cart("ann", code))
	b.now = noon.Add(15 * time.Minute)
	tick()
	if got := left("ship", 1); got != 0 {
		t.Errorf("%d uses are left while the hold lasts, want none", got)
	}
	b.now = b.now.Add(time.Millisecond)
	tick()
	if s, _ := b.step(t, http.MethodGet, "/orders/o-1", ""); s.State != "RELEASED" || left("ship", 1) != 1 {
		t.Errorf("the order with the lapsed hold is %+v, and %d uses are left, want it released and one use", s, left("ship", 1))
	}
	b.now = noon.AddDate(0, 0, 16)
	tick()
	if got := left("ten", 2); got != funded+1 {
		t.Errorf("%d uses are left after the coupon expired, want %d", got, funded+1)
	}
}

// The catalogue has a long SKU under a hash of it.
func TestALongSKUIsTheProductOfTheCatalogue(t *testing.T) {
	sku := strings.Repeat("é", 65)
	r, err := newBench(t).readRequest(t.Context(), `{"currency":"EUR","lines":[{"id":"1","product":"`+sku+`","units":1,"price":100}]}`)
	if err != nil || r.Lines[0].Product != shop.ProductOf(sku) || len(r.Lines[0].Product) > shop.MostID {
		t.Errorf("the request is %+v, %v; want the ID of the product", r, err)
	}
}

func TestFaultyCallsAreRefused(t *testing.T) {
	b := newBench(t)
	tooLong := strings.Repeat("7", httpapi.MostID+1)
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		faults       []string
	}{
		"an unknown call":                 {http.MethodGet, "/quotes", "", 404, nil},
		"no path":                         {http.MethodGet, "/", "", 404, nil},
		"no JSON":                         {http.MethodPost, "/quotes", "{", 400, []string{""}},
		"an unknown field":                {http.MethodPost, "/quotes", `{"costumer":"ann"}`, 400, []string{""}},
		"a text for a number":             {http.MethodPost, "/quotes", `{"shipping":"5"}`, 400, []string{"/shipping"}},
		"several faults":                  {http.MethodPost, "/quotes", `{"currency":"USD","lines":[{"id":"","product":"","units":0,"price":1}]}`, 400, []string{"/currency", "/lines", "/lines", "/lines"}},
		"an order's ID that is too long":  {http.MethodGet, "/orders/" + tooLong, "", 400, []string{"order"}},
		"a hold of such an order":         {http.MethodPut, "/orders/" + tooLong + "/hold", cart("ann"), 400, []string{"order"}},
		"an order's ID longer than a key": {http.MethodPut, "/orders/" + strings.Repeat("7", 2049) + "/redemption", "", 400, []string{"order"}},
		"an order's ID of a space":        {http.MethodDelete, "/orders/%20/hold", "", 400, []string{"order"}},
		"an order's ID with a NUL":        {http.MethodGet, "/orders/a%00b", "", 400, []string{"order"}},
		"an order's ID that is no UTF-8":  {http.MethodGet, "/orders/%ff", "", 400, []string{"order"}},
		"a return's ID that is too long":  {http.MethodPut, "/orders/o-9/returns/" + tooLong, "{}", 400, []string{"return"}},
		"a customer's ID, too long":       {http.MethodGet, "/customers/" + tooLong + "/points", "", 400, []string{"customer"}},
		"the key of a mailbox":            {http.MethodGet, "/customers/mailbox:5f/points", "", 400, []string{"customer"}},
		"identifiers of a cart": {http.MethodPost, "/quotes", request{
			Customer: shop.CustomerID(tooLong), Currency: "EUR", Client: " ",
			Lines: []line{{ID: tooLong, Product: "A", Units: 1}, {ID: "2", Product: "A\n", Units: 1}}, Codes: []string{"OK", tooLong},
		}, 400, []string{"/customer", "/client", "/lines/0/id", "/lines/1/product", "/codes/1"}},
		"the mailbox of a cart":  {http.MethodPost, "/quotes", request{Customer: "mailbox:5f", Currency: "EUR", Lines: []line{{ID: "1", Product: "A", Units: 1}}}, 400, []string{"/customer"}},
		"redeemed without hold":  {http.MethodPut, "/orders/o-9/redemption", "", 409, nil},
		"returned, not redeemed": {http.MethodPut, "/orders/o-9/returns/1", "{}", 409, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got struct {
				Error  string
				Faults httpapi.Faults
			}
			status := b.call(t, c.method, c.path, c.body, &got)
			var paths []string
			for _, f := range got.Faults {
				paths = append(paths, f.Path)
			}
			if status != c.status || got.Error == "" || !cmp.Equal(paths, c.faults) {
				t.Errorf("answered with %d, %+v, want %d with faults at %v", status, got, c.status, c.faults)
			}
		})
	}
}

func TestNeitherLogNorFaultRepeatsAValue(t *testing.T) {
	b := newBench(t)
	log := faulttest.Captured(t)
	body, err := json.Marshal(cart("ann", "CODE"))
	must(t, err)
	refused := 0
	for _, in := range faulttest.Marked(t, body) {
		var got map[string]any
		status := b.call(t, http.MethodPut, "/orders/o-1/hold", in.Body, &got)
		text := log.Read()
		if status != http.StatusOK { // an answer with a price repeats the code that the customer typed
			refused++
			text += fmt.Sprint(got)
		}
		if mark := faulttest.Found(text); mark != "" {
			t.Errorf("a marker in %s: %q is repeated in %s", in.Field, mark, text)
		}
	}
	if refused < 100 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}

// Every reason has a text in every language, with the same placeholder.
func TestReasonsAreInEveryLanguage(t *testing.T) {
	for _, tag := range languages {
		for code, text := range reasons()["en"] {
			if own := reasons()[tag.String()][code]; own == "" || strings.Contains(text, "{minimum}") != strings.Contains(own, "{minimum}") {
				t.Errorf("%s has no text for %q, or one without its placeholder: %q", tag, code, own)
			}
		}
	}
	if got := textOf("pl", "minimum", offer.Offer{Minimum: eur(3000)}); !strings.Contains(got, "30,00") {
		t.Errorf("textOf(pl, minimum) = %q", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
