package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var (
	tables = dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	key    = []byte("a key of thirty-two bytes or more")
	links  = sync.OnceValue(func() *linktoken.Signer {
		s, err := linktoken.New(map[string][]byte{"k1": key}, "k1")
		if err != nil {
			panic("throughput: " + err.Error())
		}
		return s
	})
)

// perWeek is the cap of promotions of a mailbox.
const perWeek = 1

// prepare publishes the policy and stores the customers: each has one intent, and
// every tenth shares their mailbox with the one before, so that the cap holds one of
// the two back.
func (w *trial) prepare() error {
	ctx := context.Background()
	packed, err := shoppolicy.Encode(policy(w.shards, w.messages))
	if err != nil {
		return err
	}
	if err := w.plain.SavePolicy(ctx, "v1", packed); err != nil {
		return err
	}
	if w.shards > 0 {
		if err := w.plain.EnsureBudget(ctx, "ten", 1, 2*w.messages, w.shards); err != nil {
			return err
		}
	}
	var all []profile.Profile
	for n := range w.messages {
		address := fmt.Sprint("c-", n)
		all = append(all, customer(fmt.Sprint("c-", n), address))
		if n%10 == 9 {
			all = append(all, customer(fmt.Sprint("c-", n, "-too"), address))
		}
	}
	for _, p := range all {
		w.intents = append(w.intents, campaign.Intent{Campaign: "weekly-picks", Version: 1, Customer: p.ID, Occasion: start.Format(time.RFC3339), Planned: start, NotAfter: start.Add(notAfter)})
	}
	return w.plain.Import(ctx, dynamo.History{Profiles: all})
}

func customer(id, address string) profile.Profile {
	said := func(value string) profile.Statement {
		return profile.Statement{Value: value, At: start.AddDate(0, -1, 0), By: shop.OrderID("o-" + id)}
	}
	return profile.Profile{
		ID: shop.CustomerID(id), Email: said(address + "@example.com"), Mailbox: shop.Mailbox("m-" + address), Name: said("Ann"),
		Locale: said("en-GB"), Zone: said("Europe/London"), Consent: said("yes"),
		Orders: []profile.Visit{{Order: shop.OrderID("o-" + id), At: start.AddDate(0, -1, 0), Net: shop.Money{Minor: 5_000, Currency: "GBP"}}},
	}
}

const notAfter = 36 * time.Hour // as weekly-picks

func policy(shards, messages int) shoppolicy.Policy {
	const html = `<p>Hello {{ customer.name }}{% if coupon %} {{ coupon.code }} gives {{ coupon.percent | percent }} until {{ coupon.until | date }}{% endif %} <a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}</p>`
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London N1 1AA",
			Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"},
		},
		Frequency: frequency.Policy{
			Zone: "Europe/London", Slack: time.Minute, Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60},
			Caps:    []frequency.Cap{{Name: "promotions", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: perWeek, Window: frequency.Rolling(7 * 24 * time.Hour)}},
			Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true}},
		},
		Offers:    []offer.Offer{{ID: "ten", Version: 1, Title: "Ten per cent", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1_000}, Days: 14, Budget: offer.Budget{Uses: 2 * messages, Shards: shards}}},
		Campaigns: []campaign.Campaign{{ID: "weekly-picks", Version: 1, Message: "picks", Class: shop.ClassPromotion, NotAfter: notAfter}},
		Messages: content.Set{Messages: map[shop.MessageID]content.Message{"picks": {
			Class: shop.ClassPromotion, Languages: []string{"en"}, Subject: "For {{ customer.name }}", HTML: html, Text: "Hello {{ links.unsubscribe }} {{ shop.address }}",
		}}},
	}
	if shards > 0 {
		p.Campaigns[0].Offers = []shop.OfferID{"ten"}
	}
	return p
}

// eventOf returns an event of SES as EventBridge delivers it.
func eventOf(kind, id string, m content.Mail) []byte {
	tags := map[string][]string{}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	body, err := json.Marshal(map[string]any{"detail-type": kind, "detail": map[string]any{
		"mail": map[string]any{"messageId": id, "destination": []string{m.To}, "tags": tags},
	}})
	if err != nil {
		panic("throughput: " + err.Error()) // texts only
	}
	return body
}
