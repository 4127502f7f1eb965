package decide_test

import (
	"strings"
	"testing"

	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// allTerms is a message that prints all terms of a coupon.
const allTerms = `{"messages": {"thanks": {"class": "service", "languages": ["en"], "needs": ["order"], "subject": "Thanks",
	"html": "<p>Thanks {% if coupon %}{{ coupon.code }} {{ coupon.until | date }}{% endif %}</p>", "strings": {},
	"text": "{% if coupon %}{{ coupon.code }}|{{ coupon.kind }} {% if coupon.percent %}{{ coupon.percent | percent }}{% endif %} {% if coupon.amount %}{{ coupon.amount | money }}{% endif %}{% for t in coupon.tiers %} from {{ t.from | money }}:{% if t.percent %}{{ t.percent | percent }}{% else %}{{ t.amount | money }}{% endif %}{% endfor %} {{ coupon.buy }}+{{ coupon.get }}{% if coupon.whole %} free{% endif %} {{ coupon.product }}|{{ coupon.on }}|{% if coupon.minimum %}min {{ coupon.minimum | money }} {% endif %}{% if coupon.at_most %}max {{ coupon.at_most | money }} {% endif %}{% if coupon.floor %}floor {% endif %}{% if coupon.alone %}alone {% endif %}{{ coupon.until | date }}{% else %}no coupon{% endif %}"
}}}`

func TestAMessagePrintsTheTermsOfItsOffer(t *testing.T) {
	mugs, err := condition.Parse(`line.category == "mug"`, "GBP")
	check(err)
	margin, none := 1000, 0
	percent := offer.Effect{Kind: offer.KindPercent, Percent: 1000}
	for name, c := range map[string]struct {
		offer offer.Offer
		stock *int // of the gift
		want  string
	}{
		"percent": {offer: offer.Offer{Effect: percent}, want: "percent 10%  0+0 ||6 December 2026"},
		"amount":  {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(500)}}, want: "amount 0% £5.00 0+0 ||6 December 2026"},
		"tiers": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(5000), Percent: 500}, {From: gbp(9000), Amount: gbp(900)}}}},
			want:  "tiers 0%  from £50.00:5% from £90.00:£9.00 0+0 ||6 December 2026",
		},
		"buy and get":       {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 2, Get: 1, Percent: 10_000}}}, want: "buy_get 100%  2+1 free ||6 December 2026"},
		"buy and get, half": {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 1, Get: 1, Percent: 5000}}}, want: "buy_get 50%  1+1 ||6 December 2026"},
		"gift":              {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "TIN", Worth: gbp(300)}}}, want: "gift 0%  0+0 Tea tin||6 December 2026"},
		"gift without stock": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "TIN", Worth: gbp(300)}}}, stock: &none, want: "no coupon",
		},
		"free shipping": {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: gbp(400)}, want: "free_shipping 0%  0+0 ||max £4.00 6 December 2026"},
		"all limits": {
			offer: offer.Offer{Effect: percent, On: mugs, Named: map[string]string{"en": "Mugs"}, Minimum: gbp(1000), AtMost: gbp(700), Margin: &margin, Stacks: "alone", Until: "2026-11-30"},
			want:  "percent 10%  0+0 |Mugs|min £10.00 max £7.00 floor alone 30 November 2026",
		},
		"products that the message has no name for": {offer: offer.Offer{Effect: percent, On: mugs, Named: map[string]string{"pl": "Kubki"}}, want: "no coupon"},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("thanks")
			messages, err := message.Decode([]byte(allTerms))
			check(err)
			g.config.Messages = messages
			c.offer.ID, c.offer.Version, c.offer.Days, c.offer.Budget = "welcome", 1, 14, offer.Budget{Uses: 9, Shards: 1}
			g.config.Offers = []offer.Offer{c.offer}
			g.snapshot.Items["TIN"] = recommend.Item{Product: shop.Product{ID: "TIN", Title: "Tea tin", Stock: c.stock}}
			d := decision(t, g)
			if d.Send.State != claim.Sending {
				t.Fatalf("Decide = %s, want SENDING", state(d))
			}
			got := strings.TrimSpace(d.Mail.Text)
			if (d.Send.Coupon == nil) != (got == "no coupon") {
				t.Errorf("the coupon is %v and the message prints %q, want both or neither", d.Send.Coupon, got)
			}
			if _, terms, ok := strings.Cut(got, "|"); ok {
				got = terms
			}
			if got != c.want {
				t.Errorf("the message prints %q, want %q", got, c.want)
			}
		})
	}
}
