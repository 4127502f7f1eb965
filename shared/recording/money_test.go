package recording

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// shopifyOrder returns a webhook of an order of customer c-1, in which ' is ".
func shopifyOrder(topic, updated, more string) string {
	return strings.ReplaceAll(fmt.Sprintf(`{'id':'w-%s','detail-type':'shopifyWebhook','detail':{'metadata':{'X-Shopify-Topic':'%s'},'payload':{
		'id':7,'created_at':'2026-11-21T12:00:00Z','updated_at':'%s','currency':'GBP','email':'c-1@example.com','customer':{'id':'c-1'},%s}}}`,
		updated, topic, updated, more), "'", `"`)
}

// Spent, points and the promotion pause agree with the shop's books: the forms
// of all other webhooks are in TestBooksOfAShopifyOrder of shared/intake.
func TestSpentPointsAndPauseAgreeWithTheShopsBooks(t *testing.T) {
	const (
		noon  = "2026-11-21T12:00:00Z"
		later = "2026-11-21T14:00:00Z"
		lines = `'line_items':[{'id':1,'sku':'P','quantity':3,'price':'20.00'},{'id':2,'sku':'Q','quantity':1,'price':'40.00'}]`
		card  = `'line_items':[{'id':1,'sku':'CARD','quantity':1,'price':'50.00','gift_card':true}]`
		euro  = `'total_price_set':{'presentment_money':{'amount':'117.00','currency_code':'EUR'}}`
	)
	set := func(gbp, eur string) string {
		return `{'shop_money':{'amount':'` + gbp + `','currency_code':'GBP'},'presentment_money':{'amount':'` + eur + `','currency_code':'EUR'}}`
	}
	for name, c := range map[string]struct {
		webhooks []string
		spent    int64
		points   int
		issue    bool
		want     claim.State // of the next promotion
	}{
		"an unpaid order that is edited down": {[]string{
			shopifyOrder("orders/create", noon, `'financial_status':'pending','total_price':'100.00','current_total_price':'100.00',`+lines),
			shopifyOrder("orders/updated", later, `'financial_status':'pending','total_price':'100.00','current_total_price':'60.00',`+lines+
				`,'refunds':[{'id':1,'created_at':'2026-11-21T14:00:00Z','transactions':[],'refund_line_items':[{'line_item_id':2,'quantity':1,'restock_type':'cancel','subtotal':'40.00','total_tax':'0.00'}]}]`),
		}, 6000, 60, false, claim.Accepted},
		"a refund in the customer's currency": {[]string{
			shopifyOrder("orders/create", noon, `'financial_status':'paid','total_price':'100.00',`+lines+`,`+euro),
			shopifyOrder("orders/updated", later, `'financial_status':'refunded','total_price':'100.00','current_total_price':'0.00',`+lines+`,`+euro+
				`,'refunds':[{'id':1,'created_at':'2026-11-21T14:00:00Z','transactions':[{'kind':'refund','status':'success','amount':'117.00','currency':'EUR'}],
				'refund_line_items':[{'line_item_id':1,'quantity':3,'restock_type':'return','subtotal_set':`+set("60.00", "70.20")+`},{'line_item_id':2,'quantity':1,'restock_type':'return','subtotal_set':`+set("40.00", "46.80")+`}]}]`),
		}, 0, 0, true, claim.Suppressed},
		"a transaction without a currency": {[]string{
			shopifyOrder("orders/updated", later, `'financial_status':'partially_refunded','total_price':'100.00',`+lines+
				`,'refunds':[{'id':1,'created_at':'2026-11-21T14:00:00Z','transactions':[{'kind':'refund','status':'success','amount':'10.00','currency':null}]}]`),
		}, 9000, 90, false, claim.Accepted},
		"a gift card that is bought": {[]string{
			shopifyOrder("orders/create", noon, `'financial_status':'paid','total_price':'50.00','current_total_price':'50.00',`+card),
		}, 0, 0, false, claim.Accepted},
		"a gift card that is used": {[]string{
			shopifyOrder("orders/create", noon, `'financial_status':'paid','payment_gateway_names':['gift_card'],'total_price':'100.00',`+lines),
		}, 10000, 100, false, claim.Accepted},
		"a gift card in an order of the shop's own": {[]string{
			event("order.placed", `{'version':'1','order':{'id':'7','placed_at':'2026-11-21T12:00:00Z','currency':'GBP','total':'70.00','lines':[
				{'product':'P','units':1,'price':'20.00'},{'product':'CARD','units':1,'price':'50.00','gift_card':true}]},'customer':{'id':'c-1','email':'c-1@example.com'}}`),
		}, 2000, 20, false, claim.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.inForce.Points = points.Scheme{Since: evening.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"GBP": 100}, Pending: 30 * 24 * time.Hour, Lives: 365 * 24 * time.Hour}
			s.Recorder.Policy = s.Policy
			s.takes(t, bought()[1])
			s.takes(t, c.webhooks...)
			p, _, err := s.store.Profile(t.Context(), "c-1")
			if err != nil || len(p.Orders) != 1 {
				t.Fatalf("the profile = %+v, %v, want one order", p, err)
			}
			if got := p.Orders[0].Net; got != (shop.Money{Minor: c.spent, Currency: "GBP"}) {
				t.Errorf("spent %v, want %d GBP", got, c.spent)
			}
			if got := p.Points.Ledger.At(evening); got.Pending != c.points {
				t.Errorf("%d points are pending, want %d", got.Pending, c.points)
			}
			if got := len(p.ServiceIssues) > 0; got != c.issue {
				t.Errorf("service issues: %v, want some: %t", p.ServiceIssues, c.issue)
			}
			if d := s.weekly(t, evening); d.State != c.want {
				t.Errorf("the next promotion is %s (%s), want %s", d.State, d.Reason.Text, c.want)
			}
		})
	}
}
