package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/infra/ops/offercheck/trial"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The checkout and make offers-try give the same answer, byte for byte, for
// 1,000 random carts: with codes of every kind, points, several customers and
// offers of every effect. Both read one store.
func TestTrialOfOffersGivesTheCheckoutsAnswer(t *testing.T) {
	logged := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // coupons without terms are logged
	t.Cleanup(func() { slog.SetDefault(logged) })
	random := rand.New(rand.NewPCG(2026, 11))
	b, codes := trialBench(t)
	file := filepath.Join(t.TempDir(), "cart.json")
	reasons := map[string]int{}
	for n := range 1_000 {
		b.now = noon.Add(randomOf(random, 0, 20*time.Minute, 14*24*time.Hour+coupon.Grace-time.Minute, 16*24*time.Hour))
		b.policy.Shop.TaxAdded = random.IntN(3) == 0
		r := randomRequest(random, codes)
		body, err := json.Marshal(r)
		must(t, err)
		must(t, os.WriteFile(file, body, 0o600))

		tried, err := trial.ReadRequest(file, b.policy.Shop)
		must(t, err)
		one, err := trial.FromStore(t.Context(), b.store, r.Customer, b.policy, tried, b.now)
		must(t, err)
		answer := answerOf(one.Quote(), r.Currency, spoken(r.Language, one.Profile.Locale.Value))
		byTrial, err := json.Marshal(answer)
		must(t, err)
		if byCheckout := b.body(t, http.MethodPost, "/quotes", string(body)); byCheckout != string(byTrial) {
			t.Fatalf("cart %d: %s\nthe checkout: %s\nthe trial:    %s", n, body, byCheckout, byTrial)
		}
		countReasons(reasons, answer)
	}
	t.Logf("what the answers say: %v", reasons)
	for _, reason := range []string{
		"code taken", "offer taken", "gift", "points spent", "invalid", "used", "held", "twice", "outbid", "no-line", "minimum", "too-few",
		"tier", "floor", "zero", "no-charge", "condition", "per-customer", "cool-down", "few-points",
	} {
		if reasons[reason] == 0 {
			t.Errorf("no answer says %q; let the random carts have it", reason)
		}
	}
}

// noGuesses lets the test try as many wrong codes as it likes: a trial is not
// limited.
type noGuesses struct{}

func (noGuesses) Guesses(context.Context, time.Time, ...string) (int, error)  { return 0, nil }
func (noGuesses) AddGuesses(context.Context, time.Time, int, ...string) error { return nil }

var trialCustomers = []shop.CustomerID{"ann", "bob", "cem", "dora", "eve", "fay"}

var tablesAsDefined = dynamo.Tables{
	Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings",
}

// trialBench returns a bench in memory whose shop has offers of every effect,
// and customers with orders, points and coupons in every state; and the codes
// of these coupons.
func trialBench(t *testing.T) (b *bench, codes []string) {
	t.Helper()
	b = &bench{store: dynamo.New(memory.New(dynamotest.Definitions()...), tablesAsDefined), now: noon, policy: trialPolicy(t)}
	b.handler = newHandler(b.store, b, func() time.Time { return b.now })
	b.service.Guesses = noGuesses{}
	for _, o := range b.policy.Offers {
		must(t, b.store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
	old, _ := b.policy.Offer("ten")
	old.Version, old.Effect.Percent = 1, 5000
	must(t, b.store.EnsureBudget(t.Context(), "ten", 1, 100, 1))
	must(t, b.store.SaveTerms(t.Context(), "ten", 1, old.Terms()))
	must(t, b.store.EnsureBudget(t.Context(), "five", 1, 100, 1)) // without terms
	for id, category := range trialProducts {
		must(t, b.store.SaveProduct(t.Context(), shop.Product{ID: id, Title: string(id), Category: category, Price: eur(1000), Cost: eur(600), Revision: noon}))
	}
	for i, customer := range trialCustomers {
		b.customer(t, customer, i)
		for _, of := range []string{"ten/2", "ten/1", "five/2", "five/1", "free-mug/1", "only/1", "tea/1"} {
			id, version, _ := strings.Cut(of, "/")
			codes = append(codes, b.issue(t, customer, shop.OfferID(id), int(version[0]-'0'), func(c *coupon.Coupon) {
				if id == "free-mug" {
					c.Product = "mug-1"
				}
			}))
		}
		used, held := b.issue(t, customer, "five", 2), b.issue(t, customer, "ten", 2)
		codes = append(codes, used, held)
		full := cart(customer, used)
		full.Lines[0].Units = 5
		b.hold(t, "used-"+string(customer), full)
		b.step(t, http.MethodPut, "/orders/used-"+string(customer)+"/redemption", "")
		if i%2 == 0 {
			b.hold(t, "held-"+string(customer), cart(customer, held))
		}
	}
	return b, codes
}

var trialProducts = map[shop.ProductID]string{"mug-1": "Mug", "mug-2": "mug", "bag-1": "Bag", "tea-1": "tea", "cup-1": "Cup"}

func trialPolicy(t *testing.T) shoppolicy.Policy {
	budget, floor := offer.Budget{Uses: 1_000, Shards: 4}, 500
	mugs := compile(t, `line.category == "mug"`)
	return shoppolicy.Policy{
		Version: "p1", Shop: shoppolicy.Shop{Name: "Shop", Currency: "EUR", Zone: "Europe/Athens"},
		Points: points.Scheme{
			Placed: true,
			Since:  noon.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"EUR": 100}, Pending: 24 * time.Hour, Lives: 365 * 24 * time.Hour,
			Spend: points.Rate{Points: 100, Worth: 99}, Margin: &floor, Window: 365 * 24 * time.Hour,
			Tiers: []points.Tier{{Name: "member"}, {Name: "gold", From: 400}},
		},
		Offers: []offer.Offer{
			{ID: "ship", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: eur(600), Minimum: eur(2000), PerCustomer: 2, Stacks: "shipping", Budget: budget},
			{ID: "bulk", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 2, Get: 1, Percent: 10_000}}, On: mugs, Stacks: "bulk", Rank: 1, Margin: &floor, Budget: budget},
			{ID: "regulars", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 500}, When: compile(t, `customer.units["mug"] >= 4`), Holdout: 3000, Stacks: "loyal", Rank: 2, Budget: budget},
			{ID: "gold", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "cup-1", Worth: eur(400)}}, When: compile(t, `customer.tier == "gold"`), Stacks: "gift", Minimum: eur(4000), CoolDown: 10, Budget: budget},
			{ID: "triple", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindPoints, Points: &offer.Points{Times: 3}}, On: compile(t, `line.category == "bag"`), Brings: eur(100), Stacks: "points", Budget: budget},
			{ID: "steps", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: eur(5000), Percent: 500}, {From: eur(10_000), Amount: eur(1500)}}}, Margin: &floor, Budget: budget},
			{ID: "ten", Version: 2, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: mugs, Days: 14, Budget: budget},
			{ID: "five", Version: 2, Effect: offer.Effect{Kind: offer.KindAmount, Amount: eur(500)}, Minimum: eur(3000), Stacks: "five", Margin: &floor, Days: 14, Budget: budget},
			{ID: "free-mug", Version: 1, Effect: offer.Effect{Kind: offer.KindNth, Nth: &offer.Nth{N: 10}}, Stacks: "nth", Days: 14, Budget: budget},
			{ID: "only", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 3000}, Stacks: pricing.Alone, Days: 14, Budget: budget},
			{ID: "tea", Version: 1, Effect: offer.Effect{Kind: offer.KindPoints, Points: &offer.Points{Grant: 40}}, On: compile(t, `line.category == "tea"`), Brings: eur(40), Stacks: "tea", Days: 14, Budget: budget},
		},
	}
}

// customer stores a customer with n orders, which have earned points.
func (b *bench) customer(t *testing.T, id shop.CustomerID, n int) {
	t.Helper()
	var p profile.Profile
	var last shop.Order
	for i := range n + 1 {
		at := noon.AddDate(0, 0, -10*(i+1))
		last = shop.Order{ID: shop.OrderID(fmt.Sprintf("earlier-%s-%d", id, i)), Customer: id, Placed: &shop.Placed{
			At: at, Revision: at, Total: eur(9000), Lines: []shop.Line{{Product: "mug-1", Units: 1, Price: eur(3000)}, {Product: "tea-1", Units: 2, Price: eur(3000)}},
		}}
		p = p.Update(shop.Order{}, last, shop.OrderFact{Kind: shop.OrderPlaced, Order: last.ID, Customer: id, Placed: last.Placed})
		p.Points.Ledger = b.policy.Points.Fold(p.Points.Ledger, last)
	}
	must(t, b.store.SaveFold(t.Context(), dynamo.Fold{Order: last, Customer: id, Profile: p}))
}

func randomOf[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

func randomRequest(random *rand.Rand, codes []string) request {
	who := random.IntN(len(trialCustomers))
	r := request{
		Customer: trialCustomers[who], Currency: "EUR", Language: randomOf(random, "", "en", "pl"),
		Shipping: randomOf(random, int64(0), 350, 800), ShipTax: randomOf(random, 0, 2000), Points: randomOf(random, 0, 0, 50, 300, 2_000),
	}
	for i := range 1 + random.IntN(4) {
		r.Lines = append(r.Lines, line{
			ID: fmt.Sprint(i), Product: randomOf[shop.ProductID](random, "mug-1", "mug-2", "bag-1", "tea-1", "unknown"),
			Units: 1 + random.IntN(4), Price: randomOf(random, int64(random.IntN(30)), int64(random.IntN(4_000))), TaxRate: randomOf(random, 0, 700, 2000),
		})
	}
	each := len(codes) / len(trialCustomers)
	for range random.IntN(5) {
		code := codes[each*who+random.IntN(each)]
		switch random.IntN(8) {
		case 0:
			code = codes[random.IntN(len(codes))]
		case 1:
			code = randomOf(random, "hello", "7QK2-M9XD-04TB-HW8ZC")
		case 2:
			code = strings.ToLower(strings.ReplaceAll(code, "-", " "))
		}
		r.Codes = append(r.Codes, code)
	}
	return r
}

// countReasons counts what an answer says of its codes, offers and points.
func countReasons(n map[string]int, a quoted) {
	for _, c := range a.Codes {
		n[cmp.Or(c.Reason, "code taken")]++
	}
	for _, o := range a.Offers {
		n[cmp.Or(o.Reason, "offer taken")]++
	}
	n["gift"] += len(a.Gifts)
	if n[a.Points.Reason]++; a.Points.Spends > 0 {
		n["points spent"]++
	}
}

// body makes one call, and returns the body of its answer.
func (b *bench) body(t *testing.T, method, path, body string) string {
	t.Helper()
	request := events.LambdaFunctionURLRequest{RawPath: path, Body: body}
	request.RequestContext.HTTP.Method = method
	payload, err := json.Marshal(request)
	must(t, err)
	answered, err := b.Handle(t.Context(), payload)
	must(t, err)
	return answered.(events.LambdaFunctionURLResponse).Body
}
