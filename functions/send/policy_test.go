package main

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The caps and budgets of the small shop below.
const (
	promotionsPerWeek = 2
	couponUses        = 30
	couponShards      = 2
)

// smallShop is a policy with one campaign for each kind of message:
//
//	winter   a promotion, with a coupon if the budget has a use left
//	plain    a promotion without a coupon
//	earned   a promise, which is not sent without its coupon
//	late     a service message
//	sorry    a recovery, which must arrive, with a coupon
func smallShop() shoppolicy.Policy {
	const footer = ` <a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}`
	const coupon = `{% if coupon %} {{ coupon.code }} gives {{ coupon.percent | percent }} until {{ coupon.until | date }}{% endif %}`
	written := func(class shop.Class, needs ...string) content.Message {
		return content.Message{
			Class: class, Languages: []string{"en"}, Needs: needs, Subject: "For {{ customer.name }}",
			HTML: "<p>Hello {{ customer.name }}" + coupon + footer + "</p>", Text: "Hello {{ customer.name }}" + coupon + " {{ links.unsubscribe }} {{ shop.address }}",
		}
	}
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London N1 1AA",
			Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"},
		},
		Frequency: frequency.Policy{
			Zone:  "Europe/London",
			Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60},
			Caps: []frequency.Cap{{
				Name: "promotions", Scope: frequency.ScopeClass, Class: shop.ClassPromotion,
				Max: promotionsPerWeek, Window: frequency.Rolling(7 * 24 * time.Hour),
			}},
			Classes: map[shop.Class]frequency.ClassPolicy{
				shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true},
				shop.ClassPromise:   {Obeys: true, Quiet: true},
				shop.ClassService:   {},
				shop.ClassRecovery:  {},
			},
		},
		Offers: []offer.Offer{{
			ID: "ten", Version: 1, Title: "Ten per cent", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1_000},
			Days: 14, Budget: offer.Budget{Uses: couponUses, Shards: couponShards},
		}},
		Messages: message.NewSet(map[shop.MessageID]content.Message{}),
	}
	for _, c := range []struct {
		id     shop.CampaignID
		class  shop.Class
		offers []shop.OfferID
		needs  []string
	}{
		{"earned", shop.ClassPromise, []shop.OfferID{"ten"}, []string{"coupon"}},
		{"late", shop.ClassService, nil, nil},
		{"plain", shop.ClassPromotion, nil, nil},
		{"sorry", shop.ClassRecovery, []shop.OfferID{"ten"}, nil},
		{"winter", shop.ClassPromotion, []shop.OfferID{"ten"}, nil},
	} {
		p.Messages.Messages[shop.MessageID(c.id)] = written(c.class, c.needs...)
		p.Campaigns = append(p.Campaigns, campaign.Campaign{
			ID: c.id, Version: 1, Message: shop.MessageID(c.id), Class: c.class,
			NotAfter: lifetime, Offers: c.offers, NeedsOffer: len(c.needs) > 0,
		})
	}
	return p
}

// lifetime of every intent.
const lifetime = 24 * time.Hour

// publish puts a policy in force.
func publish(t *testing.T, store *dynamo.Store, p shoppolicy.Policy) {
	t.Helper()
	packed, err := shoppolicy.Encode(p)
	must(t, err)
	must(t, store.SavePolicy(t.Context(), fmt.Sprint("v", len(packed)), packed))
	for _, o := range p.Offers {
		must(t, store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
}

// aRegular returns a customer who ordered once and agreed to promotions.
func aRegular(id shop.CustomerID) profile.Profile {
	attribute := func(value string) profile.Statement {
		return profile.Statement{Value: value, At: noon.AddDate(0, -1, 0), By: shop.OrderID("o-" + id)}
	}
	return profile.Profile{
		ID: id, Email: attribute(string(id) + "@example.com"), Mailbox: shop.Mailbox("m-" + id), Name: attribute("Ann"), Locale: attribute("en-GB"), Zone: attribute("Europe/London"), Consent: attribute("yes"),
		Orders: []profile.Visit{{Order: shop.OrderID("o-" + id), At: noon.AddDate(0, -1, 0), Net: shop.Money{Minor: 5_000, Currency: "GBP"}}},
	}
}

// anIntent returns an intent of the campaign.
func anIntent(c shop.CampaignID, customer shop.CustomerID, occasion string) campaign.Intent {
	return campaign.Intent{Campaign: c, Version: 1, Customer: customer, Occasion: occasion, Planned: noon, NotAfter: noon.Add(lifetime)}
}
