package canary

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/queue"
	"regulars/infra/local/ses"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// paths are the ways by which data of a person come into the system, in the order
// in which the canary goes through them.
var paths = []struct {
	name string
	go_  func(*system)
}{
	{"native orders", (*system).nativeOrders},
	{"native customer, contact and consents", (*system).nativeContact},
	{"products beside the profile", (*system).manyProducts},
	{"carts", (*system).carts},
	{"Shopify", (*system).shopifyShop},
	{"WooCommerce through hooks", (*system).wooCommerce},
	{"sign-up", (*system).signUp},
	{"import", func(s *system) { s.contacts() }},
	{"checkout", (*system).buyWithCode},
	{"recommendations", (*system).recommendations},
	{"clicks", (*system).clicks},
	{"preference page", (*system).preferencePage},
	{"the customer's own export", (*system).ownExport},
	{"complaint", (*system).complaint},
	{"bounce", (*system).bounce},
	{"dead letters", (*system).brokenEvents},
}

func (s *system) nativeOrders() {
	s.order("zq-1", nil)
	s.event("order.paid", m{"order": m{"id": "zq-1"}})
	s.event("order.shipped", m{"order": m{"id": "zq-1"}})
	s.event("order.delivered", m{"order": m{"id": "zq-1"}})
	s.order("zq-2", nil)
	s.event("order.delayed", m{"order": m{"id": "zq-2"}})
	s.order("zq-3", nil)
	s.event("order.cancelled", m{"order": m{"id": "zq-3"}, "reason": "unwanted"})
	s.event("order.returned", m{"order": m{"id": "zq-1"}, "return_id": "zq-r", "reason": "defect", "lines": []m{{"product": "85123A", "units": 1}}})
	s.event("order.refunded", m{"order": m{"id": "zq-1"}, "refund_id": "zq-f", "amount": "2.55", "currency": "GBP"})
	s.order("zq-guest", m{"id": nil})
	s.idle()
}

// manyProducts gives the canary more products in older orders than a profile keeps.
func (s *system) manyProducts() {
	p, rev, err := s.Store.Profile(s.t.Context(), native)
	must(s.t, err)
	p.Bought = map[shop.ProductID]profile.Units{}
	for n := range 2 * profile.MostBought {
		p.Bought[shop.ProductID(fmt.Sprint(last, "-", n))] = profile.Units{Orders: 1, Units: 1}
	}
	must(s.t, s.Store.SaveFold(s.t.Context(), dynamo.Fold{Customer: native, Profile: p, ProfileRev: rev}))
	if p, _, err = s.Store.Profile(s.t.Context(), native); err != nil || len(p.Read) == 0 {
		s.t.Errorf("nothing is beside the profile: %v", err)
	}
}

func (s *system) nativeContact() {
	s.event("customer.changed", m{"birthday": "05-17", "customer": m{"name": first}})
	s.event("contact.changed", m{"customer": m{"name": first + " " + last, "address": street}, "consents": []m{{"topic": "promotions", "given": true, "source": "account", "wording": "Yes, " + first}}})
	s.event("consent.withdrawn", m{"topic": "promotions"})
	s.event("consent.given", m{"topic": "promotions", "source": "account", "occurred_at": s.now.Add(time.Second).Format(time.RFC3339)})
	s.idle()
}

// carts leaves a cart of the customer, and one of a guest by the same address, whose
// links name the canary.
func (s *system) carts() {
	cart := m{"id": "zq-cart", "url": "https://shop.example.com/cart/" + last, "lines": []m{{"product": "85123A", "units": 2}}}
	s.event("cart.changed", m{"cart": cart})
	s.event("cart.changed", m{"cart": cart, "customer": m{"id": nil}})
	s.idle()
}

func (s *system) shopifyShop() {
	at := s.now.Format(time.RFC3339)
	customer := m{"id": shopify, "email": address, "first_name": first, "last_name": last, "phone": phone, "default_address": home()}
	order := m{
		"id": 5600000777001, "email": address, "contact_email": address, "phone": phone, "created_at": at, "processed_at": at, "updated_at": at,
		"customer": customer, "shipping_address": home(), "billing_address": home(), "note": "for " + last,
	}
	for topic, change := range map[string]m{"orders-create": order, "customers-update": customer} {
		source, detail := sample("shopifyWebhook", topic, m{"payload": change})
		s.put(source, "shopifyWebhook", detail)
	}
	s.idle()
}

// wooOrder returns the body of a webhook of WooCommerce about the canary's order.
func (s *system) wooOrder(name string, changes m) any {
	at := s.now.Format("2006-01-02T15:04:05")
	_, detail := sample("woocommerceWebhook", name, m{"payload": m{
		"id": 7280077, "customer_id": commerce, "billing": home(), "shipping": home(), "customer_note": "ring at " + last,
		"date_created": at, "date_modified": at, "date_created_gmt": at, "date_modified_gmt": at,
	}})
	payload := detail["payload"].(m)
	merge(payload, changes)
	return payload
}

func (s *system) wooCommerce() {
	s.webhook("order.updated", s.wooOrder("order-updated-processing", nil))
	s.webhook("order.updated", s.wooOrder("order-updated-processing", m{"id": 7280078, "customer_id": 0}))
	s.idle()
}

func (s *system) signUp() {
	body := `{"email":"` + address + `","name":"` + first + `","language":"en","topics":["promotions"]}`
	s.call(http.MethodPost, "/lambda-url/Signup/", []byte(body), map[string]string{"Origin": "https://shop.example.com"})
	s.idle()
}

var codes = regexp.MustCompile(`([0-9A-Z]{4}-){3}[0-9A-Z]{5}`)

// code returns the code of a coupon in the canary's mails.
func (s *system) code() string {
	for _, mail := range s.mails() {
		if code := codes.FindString(mail.Text); code != "" {
			return code
		}
	}
	s.t.Fatalf("no mail to the canary has a code, of %d mails", len(s.mails()))
	return ""
}

func (s *system) buyWithCode() {
	cart := m{
		"customer": native, "currency": "GBP", "language": "en", "shipping": 395, "shipping_tax_rate": 2000, "codes": []string{s.code()},
		"lines": []m{{"id": last + "-1", "product": "22138", "units": 2, "price": 4950, "tax_rate": 2000}},
	}
	s.checkout(http.MethodPost, "/quotes", cart)
	s.checkout(http.MethodPut, "/orders/zq-7/hold", cart)
	if answer := s.checkout(http.MethodPut, "/orders/zq-7/redemption", m{}); !strings.Contains(answer, "REDEEMED") {
		s.t.Fatalf("the redemption = %s", answer)
	}
	cart["codes"] = []string{"0000-0000-0000-00000", address}
	s.checkout(http.MethodPut, "/orders/zq-8/hold", cart)
	s.checkout(http.MethodGet, "/customers/"+native+"/points", nil)
}

func (s *system) recommendations() {
	s.call(http.MethodGet, "/lambda-url/Recommend/customers/"+native+"?language=en", nil, nil)
	s.call(http.MethodGet, "/lambda-url/Recommend/customers/"+address, nil, nil)
}

func (s *system) complaint() {
	s.order("zq-4", m{"id": nil, "email": second})
	s.idle()
	s.wait("a complaint is settled", func() bool {
		return s.reached(second, ses.Complained)
	})
	s.idle()
}

// reached reports whether SES published that state of a mail to the address.
func (s *system) reached(address string, state ses.State) bool {
	return slices.ContainsFunc(s.Mail().Messages(ses.Filter{Limit: 1000}).Items, func(m ses.Summary) bool {
		return slices.Contains(m.To, address) && m.State == state
	})
}

func (s *system) bounce() {
	s.call(http.MethodPut, "/v2/email/suppression/addresses", []byte(`{"EmailAddress":"`+address+`","Reason":"BOUNCE"}`), nil)
	s.now = s.now.Add(10 * time.Second)
	s.order("zq-5", m{"id": nil}) // the guest's mail bounces
	s.idle()
	s.wait("a bounce is settled", func() bool {
		return s.reached(address, ses.Bounced)
	})
	s.idle()
}

// form posts a form to a page of preferences, and returns the answer.
func (s *system) form(link, fields string) string {
	_, answer := s.call(http.MethodPost, link, []byte(fields), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	return answer
}

// preferences returns the link to the preference page in the oldest mail to the
// customer with an ID.
func (s *system) preferences() string {
	all := s.mails()
	for _, mail := range slices.Backward(all) {
		for _, link := range ownLinks.FindAllString(mail.Text, -1) {
			if mail.Headers["List-Unsubscribe"] != "<"+link+">" && mail.Tags["campaign"] != "confirm" {
				return link
			}
		}
	}
	s.t.Fatalf("none of %d mails has a link to the preference page", len(all))
	return ""
}

var shopLinks = regexp.MustCompile(`http://127[^\s"<>]*/lambda-url/Click/[^\s"<>]+`)

// clicks follows each link to the shop in the customer's mails.
func (s *system) clicks() {
	followed := 0
	for _, mail := range s.mails() {
		for _, link := range shopLinks.FindAllString(mail.Text, -1) {
			s.call(http.MethodGet, link, nil, map[string]string{"User-Agent": "Mozilla/5.0 (" + last + ") Firefox/133.0"})
			followed++
		}
	}
	stored := 0
	must(s.t, s.Store.SendsOf(s.t.Context(), native, func(d claim.Send) error {
		stored += len(d.Clicks)
		return nil
	}))
	if followed == 0 || stored == 0 {
		s.t.Fatalf("%d links were followed, %d clicks are stored of the customer", followed, stored)
	}
}

func (s *system) preferencePage() {
	s.form(strings.Trim(s.mails()[len(s.mails())-1].Headers["List-Unsubscribe"], "<>"), "List-Unsubscribe=One-Click")
	link := s.preferences()
	s.call(http.MethodGet, link, nil, nil)
	s.form(link, "do=save&pace=weekly&language=en&name="+last)
	s.form(link, "name="+last+"&email="+address)
	s.toErase = s.ask("data_erase")
}

func (s *system) ownExport() {
	if page := s.form(s.ask("data_export"), "confirm=yes"); !strings.Contains(page, strings.ToLower(address)) && !strings.Contains(page, address) {
		s.t.Fatalf("the page with the customer's data has no address: %.300s", page)
	}
}

var ownLinks = regexp.MustCompile(`http://127[^\s"<>]*/lambda-url/Preferences/[^\s"<>]+`)

// ask asks on the preference page for a mail with a link, and returns the link.
func (s *system) ask(what string) string {
	before := len(s.mails())
	answer := s.form(s.preferences(), "do="+what)
	for limit := time.Now().Add(30 * time.Second); len(s.mails()) == before; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("no mail with a link comes for %s; the page says %s\n%s", what, answer, s.logs())
		}
	}
	link := ownLinks.FindString(s.mails()[0].Text)
	if link == "" {
		s.t.Fatalf("the mail for %s has no link: %s", what, s.mails()[0].Text)
	}
	s.idle()
	return link
}

// brokenEvents puts what each function refuses into its dead letters: by way of the
// system if it refuses it at once, else as a message that failed five times.
func (s *system) brokenEvents() {
	s.order("zq-9", m{"accepts_marketing": "yes " + last})
	source, detail := sample("shopifyWebhook", "orders-create", m{"payload": m{"id": 5600000777002, "created_at": last, "email": address, "customer": m{"id": shopify}, "shipping_address": home()}})
	s.put(source, "shopifyWebhook", detail)
	s.webhook("order.created", s.wooOrder("order-created-pending", m{"id": 7280079, "total": last, "currency": "none"}))
	s.put("shop", "customer.erase", m{"version": "2", "customer": m{"id": native, "email": address}})
	s.idle()
	for name, body := range map[string]string{
		"Record":  `{"detail-type":"order.placed","detail":{"customer":{"name":"` + first + `","email":"` + strings.ToUpper(address) + `"}`, // no JSON
		"Plan":    `{"version":"0","id":"e","detail-type":"campaign.run","time":"` + s.now.Format(time.RFC3339) + `","detail":{"customer":"` + native + `","note":"` + last + `"}}`,
		"Send":    `{"campaign":"thanks","version":1,"customer":"` + native + `","occasion":"zq-1","order":"zq-1","planned":"` + s.now.Format(time.RFC3339) + `"}`,
		"Journey": `{"campaign":"after-delivery","version":1,"customer":"` + native + `","occasion":"zq-1","order":"zq-1","planned":"` + s.now.Format(time.RFC3339) + `"}`,
		"Settle":  `{"source":"aws.ses","detail":{"eventType":"Bounce","mail":{"destination":["` + first + " " + last + " <" + address + `>"],"commonHeaders":{"to":["` + address + `"]}}}}`,
	} {
		must(s.t, s.Queues().Enqueue(s.t.Context(), queue.ARN(s.queue(name+"DeadLetters")), body, nil, ""))
	}
}

// queue returns the name of a queue of the template.
func (s *system) queue(id string) string {
	for _, q := range s.Template.Queues {
		if q.ID == id {
			return q.Name
		}
	}
	s.t.Fatalf("the template has no queue %s", id)
	return ""
}
