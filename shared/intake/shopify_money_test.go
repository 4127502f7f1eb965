package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/intake"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// books is what a shop reads of one order in its accounts.
type books struct {
	Spent    string
	Points   int
	Bought   string // units by product, those returned included
	Returned string
	Issue    string // the kind of service issue, and if it is resolved
}

// webhook returns a Shopify webhook of the hour, in whose payload ' is ".
func webhook(topic, payload string) string {
	return fmt.Sprintf(`{"id":"w","detail-type":"shopifyWebhook","time":"2026-11-21T12:00:00Z","detail":{"metadata":{"X-Shopify-Topic":%q},"payload":%s}}`,
		topic, strings.ReplaceAll(payload, "'", `"`))
}

// order returns the payload of order 7 as it is at an hour of the day.
func order(hour int, status, total, now, lines, refunds, more string) string {
	return fmt.Sprintf(`{'id':7,'created_at':'2026-11-20T08:00:00Z','updated_at':'2026-11-20T%02d:00:00Z','currency':'GBP','financial_status':'%s',
		'total_price':'%s','current_total_price':'%s','email':'a@example.com','customer':{'id':5},'line_items':[%s],'refunds':[%s]%s}`,
		hour, status, total, now, lines, refunds, more)
}

// refund returns the payload of a refund of order 7.
func refund(id, hour int, lines, transactions, more string) string {
	return fmt.Sprintf(`{'id':%d,'order_id':7,'created_at':'2026-11-20T%02d:00:00Z','refund_line_items':[%s],'transactions':[%s]%s}`, id, hour, lines, transactions, more)
}

// asked returns the payload of a return of two bags of order 7.
func asked(status string) string {
	return fmt.Sprintf(`{'id':3,'status':'%s','order':{'id':7},'order_id':7,'return_line_items':[{'id':4,'quantity':2,'return_reason':'defective','fulfillment_line_item':{'id':5,'line_item':{'id':1}}}]}`, status)
}

// set returns an amount in the shop's currency, and in the customer's.
func set(gbp, seen, in string) string {
	return fmt.Sprintf(`{'shop_money':{'amount':'%s','currency_code':'GBP'},'presentment_money':{'amount':'%s','currency_code':'%s'}}`, gbp, seen, in)
}

func pounds(amount string) string { return set(amount, amount, "GBP") }

// back returns the units of a refund; each costs its part of subtotal.
func back(line, units int, restock, subtotal string) string {
	return fmt.Sprintf(`{'line_item_id':%d,'quantity':%d,'restock_type':'%s','subtotal_set':%s,'total_tax_set':%s,'line_item':{'sku':'%s','fulfillment_status':null}}`,
		line, units, restock, pounds(subtotal), pounds("0.00"), map[int]string{1: "BAG", 2: "CUP"}[line])
}

func paidBack(amount, currency string) string {
	return fmt.Sprintf(`{'kind':'refund','status':'success','amount':'%s','currency':%s}`, amount, currency)
}

func adjusted(amount, reason string) string {
	return fmt.Sprintf(`,'order_adjustments':[{'amount_set':%s,'tax_amount_set':%s,'kind':'refund_discrepancy','reason':'%s'}]`, pounds(amount), pounds("0.00"), reason)
}

const (
	bags = `{'id':1,'sku':'BAG','quantity':3,'price':'20.00'}`
	cups = `{'id':2,'sku':'CUP','quantity':1,'price':'40.00'}`
	gift = `{'id':3,'sku':'GIFT','quantity':1,'price':'50.00','gift_card':true}`
)

// Each case is the webhooks of one order. In whatever order they come, and also
// if only the last one comes, the books are the same.
func TestBooksOfAShopifyOrder(t *testing.T) {
	both := bags + "," + cups
	sale := func(hour int, status string) string { return order(hour, status, "100.00", "100.00", both, "", "") }
	edit := refund(1, 10, back(2, 1, "cancel", "40.00"), "", "")
	editPaid := refund(1, 10, back(2, 1, "cancel", "40.00"), paidBack("40.00", "'GBP'"), "")
	editLater := refund(1, 10, back(2, 1, "cancel", "40.00"), "", "")
	money := refund(2, 11, "", paidBack("10.00", "'GBP'"), adjusted("-10.00", "Refund discrepancy"))
	owed := refund(2, 11, "", paidBack("40.00", "'GBP'"), adjusted("-40.00", "Refund discrepancy"))
	returned := refund(1, 10, back(1, 2, "return", "40.00"), paidBack("40.00", "'GBP'"), "")
	pending := refund(1, 10, back(2, 1, "cancel", "40.00"), strings.Replace(paidBack("40.00", "'GBP'"), "success", "pending", 1), adjusted("40.00", "Refund discrepancy"))
	euro := `,'presentment_currency':'EUR','total_price_set':` + set("100.00", "117.00", "EUR")
	inEuro := strings.NewReplacer(pounds("40.00"), set("40.00", "46.80", "EUR"), pounds("60.00"), set("60.00", "70.20", "EUR"), pounds("0.00"), set("0.00", "0.00", "EUR"))
	all := refund(1, 10, inEuro.Replace(back(1, 3, "return", "60.00")+","+back(2, 1, "return", "40.00")), paidBack("117.00", "'EUR'"), "")
	taxed := refund(1, 10, strings.NewReplacer(pounds("40.00"), pounds("33.33"), pounds("0.00"), pounds("6.67")).Replace(back(2, 1, "cancel", "40.00")), "", "")
	included := refund(1, 10, strings.Replace(back(2, 1, "cancel", "40.00"), pounds("0.00"), pounds("6.67"), 1), "", "")

	for name, c := range map[string]struct {
		webhooks []string // topic, payload, ...
		want     books
	}{
		"an order": {
			[]string{"orders/create", sale(8, "paid")},
			books{"GBP 10000", 100, "BAG 3 CUP 1", "", ""},
		},
		"an unpaid order that is edited down": {
			[]string{"orders/create", sale(8, "pending"), "refunds/create", edit, "orders/updated", order(10, "pending", "100.00", "60.00", both, edit, "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"the same with prices before tax": {
			[]string{"orders/create", sale(8, "pending"), "refunds/create", taxed, "orders/updated", order(10, "pending", "100.00", "60.00", both, taxed, "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"the same with tax in the prices": {
			[]string{
				"orders/create", order(8, "pending", "100.00", "100.00", both, "", `,'taxes_included':true`), "refunds/create", included,
				"orders/updated", order(10, "pending", "100.00", "60.00", both, included, `,'taxes_included':true`),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"an unpaid order that is edited down and then paid": {
			[]string{
				"orders/create", sale(8, "pending"), "refunds/create", edit, "orders/updated", order(10, "pending", "100.00", "60.00", both, edit, ""),
				"orders/paid", order(12, "paid", "100.00", "60.00", both, edit, ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"an unpaid order that is edited down, paid, and then refunded in part": {
			[]string{
				"orders/create", sale(8, "pending"), "refunds/create", edit, "orders/paid", order(11, "paid", "100.00", "60.00", both, edit, ""),
				"refunds/create", money, "orders/updated", order(12, "partially_refunded", "100.00", "60.00", both, edit+","+money, ""),
			},
			books{"GBP 5000", 50, "BAG 3", "", ""},
		},
		"an unpaid order that is edited up": {
			[]string{"orders/create", order(8, "pending", "60.00", "60.00", bags, "", ""), "orders/updated", order(10, "pending", "60.00", "100.00", both, "", "")},
			books{"GBP 10000", 100, "BAG 3 CUP 1", "", ""},
		},
		"an order that is edited up and then down": {
			[]string{
				"orders/create", order(8, "pending", "60.00", "60.00", bags, "", ""), "orders/updated", order(9, "pending", "60.00", "100.00", both, "", ""),
				"refunds/create", edit, "orders/updated", order(10, "pending", "60.00", "60.00", both, edit, ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a discount that an edit adds": {
			[]string{"orders/create", sale(8, "pending"), "orders/updated", order(10, "pending", "100.00", "90.00", both, "", "")},
			books{"GBP 9000", 90, "BAG 3 CUP 1", "", ""},
		},
		"an edit without amounts": {
			[]string{
				"orders/create", sale(8, "pending"),
				"orders/updated", order(10, "pending", "100.00", "60.00", both, refund(1, 10, `{'line_item_id':2,'quantity':1,'restock_type':'cancel'}`, "", ""), ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"units that are taken out and not restocked": {
			[]string{
				"orders/create", sale(8, "pending"),
				"orders/updated", order(10, "pending", "100.00", "60.00", both, strings.Replace(edit, "cancel", "no_restock", 1), ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a paid order that is edited down, with the money": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", editPaid, "orders/updated", order(10, "partially_refunded", "100.00", "60.00", both, editPaid, "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a paid order that is edited down, with the money later": {
			[]string{
				"orders/create", sale(8, "paid"), "refunds/create", editLater, "refunds/create", owed,
				"orders/updated", order(12, "partially_refunded", "100.00", "60.00", both, editLater+","+owed, ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"the same, if Shopify adjusts the edit": {
			[]string{
				"orders/create", sale(8, "paid"), "refunds/create", strings.Replace(editLater, `'transactions':[]`, `'transactions':[]`+adjusted("40.00", "Refund discrepancy"), 1), "refunds/create", owed,
				"orders/updated", order(12, "partially_refunded", "100.00", "60.00", both,
					strings.Replace(editLater, `'transactions':[]`, `'transactions':[]`+adjusted("40.00", "Refund discrepancy"), 1)+","+owed, ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a refund that is pending": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", pending, "orders/updated", order(10, "paid", "100.00", "60.00", both, pending, "")},
			books{"GBP 10000", 100, "BAG 3", "", ""},
		},
		"a refund that was pending": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", pending, "orders/updated", order(10, "partially_refunded", "100.00", "60.00", both, editPaid, "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"money without units": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", money, "orders/updated", order(11, "partially_refunded", "100.00", "100.00", both, money, "")},
			books{"GBP 9000", 90, "BAG 3 CUP 1", "", ""},
		},
		"money without units, subtracted from the current total": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", money, "orders/updated", order(11, "partially_refunded", "100.00", "90.00", both, money, "")},
			books{"GBP 9000", 90, "BAG 3 CUP 1", "", ""},
		},
		"returned units and their money": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", returned, "orders/updated", order(10, "partially_refunded", "100.00", "60.00", both, returned, "")},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"a return that is requested and approved, and then its refund": {
			[]string{
				"orders/create", sale(8, "paid"), "returns/request", asked("requested"), "returns/approve", asked("open"),
				"refunds/create", strings.Replace(returned, "{", "{'return':{'id':3},", 1), "returns/close", asked("closed"),
			},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"a return that is only requested": {
			[]string{"orders/create", sale(8, "paid"), "returns/request", asked("requested")},
			books{"GBP 10000", 100, "BAG 3 CUP 1", "", ""},
		},
		"a return that is cancelled": {
			[]string{"orders/create", sale(8, "paid"), "returns/request", asked("requested"), "returns/cancel", asked("canceled")},
			books{"GBP 10000", 100, "BAG 3 CUP 1", "", ""},
		},
		"returned units and a part of their money": {
			[]string{
				"orders/create", sale(8, "paid"),
				"refunds/create", refund(1, 10, back(1, 2, "return", "40.00"), paidBack("30.00", "'GBP'"), adjusted("10.00", "Restock")),
			},
			books{"GBP 7000", 70, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"returned units of an order that was not paid": {
			[]string{"orders/create", sale(8, "pending"), "refunds/create", refund(1, 10, back(1, 2, "return", "40.00"), "", "")},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, open"},
		},
		"an even exchange": {
			[]string{
				"orders/create", sale(8, "paid"),
				"orders/updated", order(10, "paid", "140.00", "100.00", both+`,{'id':4,'sku':'JUG','quantity':1,'price':'40.00'}`, refund(1, 10, back(1, 2, "return", "40.00"), "", ""), ""),
			},
			books{"GBP 10000", 100, "BAG 3 CUP 1 JUG 1", "BAG 2", "returned, open"},
		},
		"a refund to a gift card": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", strings.Replace(returned, `'kind'`, `'gateway':'gift_card','kind'`, 1)},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"a refund to store credit": {
			[]string{"orders/create", sale(8, "paid"), "refunds/create", strings.Replace(returned, `'kind'`, `'gateway':'shopify_store_credit','kind'`, 1)},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"a refund in the customer's currency": {
			[]string{
				"orders/create", order(8, "paid", "100.00", "100.00", both, "", euro), "refunds/create", all,
				"orders/updated", order(10, "refunded", "100.00", "0.00", both, all, euro),
			},
			books{"GBP 0", 0, "BAG 3 CUP 1", "BAG 3 CUP 1", "returned, resolved"},
		},
		"a part of it in the customer's currency": {
			[]string{
				"orders/create", order(8, "paid", "100.00", "100.00", both, "", euro),
				"refunds/create", refund(1, 10, inEuro.Replace(back(2, 1, "return", "40.00")), paidBack("46.80", "'EUR'"), ""),
			},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "CUP 1", "returned, resolved"},
		},
		"money without units and without sets in the customer's currency": {
			[]string{
				"orders/create", order(8, "paid", "100.00", "100.00", both, "", euro),
				"refunds/create", refund(1, 10, "", paidBack("11.70", "'EUR'"), ""),
			},
			books{"GBP 9000", 90, "BAG 3 CUP 1", "", ""},
		},
		"a transaction with the shop's amount": {
			[]string{
				"orders/create", order(8, "paid", "100.00", "100.00", both, "", euro),
				"refunds/create", refund(1, 10, "", `{'kind':'refund','status':'success','amount':'11.70','currency':'EUR','amount_set':`+set("10.05", "11.70", "EUR")+`}`, ""),
			},
			books{"GBP 8995", 89, "BAG 3 CUP 1", "", ""},
		},
		"a transaction whose currency is null": {
			[]string{
				"orders/create", sale(8, "paid"), "refunds/create", refund(1, 10, back(1, 2, "return", "40.00"), paidBack("40.00", "null"), ""),
				"orders/updated", order(10, "partially_refunded", "100.00", "60.00", both, refund(1, 10, back(1, 2, "return", "40.00"), paidBack("40.00", "null"), ""), ""),
			},
			books{"GBP 6000", 60, "BAG 3 CUP 1", "BAG 2", "returned, resolved"},
		},
		"a transaction without a currency, and no other amount": {
			[]string{
				"orders/create", sale(8, "paid"), "refunds/create", refund(1, 10, "", `{'kind':'refund','status':'success','amount':'10.00'}`, ""),
				"orders/updated", order(10, "partially_refunded", "100.00", "100.00", both, refund(1, 10, "", `{'kind':'refund','status':'success','amount':'10.00'}`, ""), ""),
			},
			books{"GBP 9000", 90, "BAG 3 CUP 1", "", ""},
		},
		"a gift card that is bought": {
			[]string{"orders/create", order(8, "paid", "50.00", "50.00", gift, "", "")},
			books{"GBP 0", 0, "", "", ""},
		},
		"a gift card that is used": {
			[]string{"orders/create", order(8, "paid", "100.00", "100.00", both, "", `,'payment_gateway_names':['gift_card']`)},
			books{"GBP 10000", 100, "BAG 3 CUP 1", "", ""},
		},
		"a gift card that is bought with other products": {
			[]string{"orders/create", order(8, "paid", "110.00", "110.00", bags+","+gift, "", "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a gift card with a discount": {
			[]string{"orders/create", order(8, "paid", "105.00", "105.00", bags+","+strings.Replace(gift, "}", `,'discount_allocations':[{'amount':'5.00'}]}`, 1), "", "")},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a gift card that is paid back": {
			[]string{
				"orders/create", order(8, "paid", "110.00", "110.00", bags+","+gift, "", ""),
				"orders/updated", order(10, "partially_refunded", "110.00", "60.00", bags+","+gift, refund(1, 10, back(3, 1, "no_restock", "50.00"), paidBack("50.00", "'GBP'"), ""), ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
		"a gift card that is taken out of an unpaid order": {
			[]string{
				"orders/create", order(8, "pending", "110.00", "110.00", bags+","+gift, "", ""),
				"orders/updated", order(10, "pending", "110.00", "60.00", bags+","+gift, refund(1, 10, back(3, 1, "cancel", "50.00"), "", ""), ""),
			},
			books{"GBP 6000", 60, "BAG 3", "", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var webhooks []string
			for pair := range slices.Chunk(c.webhooks, 2) {
				webhooks = append(webhooks, webhook(pair[0], pair[1]))
			}
			if diff := cmp.Diff(c.want, account(t, webhooks)); diff != "" {
				t.Fatalf("the books (-want +got):\n%s", diff)
			}
			if last := c.webhooks[len(c.webhooks)-2]; strings.HasPrefix(last, "orders/") && name != "a paid order that is edited down, with the money later" { // alone it does not say that the order was paid before
				if diff := cmp.Diff(c.want, account(t, webhooks[len(webhooks)-1:])); diff != "" {
					t.Fatalf("the books of the last webhook alone (-want +got):\n%s", diff)
				}
			}
			rapid.Check(t, func(rt *rapid.T) {
				again := append(slices.Clone(webhooks), rapid.SliceOfN(rapid.SampledFrom(webhooks), 0, 2).Draw(rt, "twice")...)
				again = rapid.Permutation(again).Draw(rt, "webhooks")
				if diff := cmp.Diff(c.want, account(rt, again)); diff != "" {
					rt.Fatalf("the books depend on the order of the webhooks (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// account folds the webhooks as function record does.
func account(t interface{ Fatalf(string, ...any) }, webhooks []string) (b books) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	scheme := points.Scheme{Since: noon.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"GBP": 100}, Pending: 30 * 24 * time.Hour, Lives: 365 * 24 * time.Hour}
	var o shop.Order
	var p profile.Profile
	for _, w := range webhooks {
		parsed, err := intake.Parse([]byte(w), noon)
		if err != nil {
			t.Fatalf("Parse(%s): %v", w, err)
		}
		for _, e := range parsed.Events {
			merged, err := profile.Merge(o, e.Fact.(shop.OrderFact), e.At)
			if err != nil {
				t.Fatalf("Merge: %v", err)
			}
			if merged.Customer != "" {
				p = p.Update(o, merged, e.Fact.(shop.OrderFact))
				p.Points.Ledger = scheme.Fold(p.Points.Ledger, merged)
			}
			o = merged
		}
	}
	for _, v := range p.Orders {
		b.Spent = fmt.Sprintf("%s %d", v.Net.Currency, v.Net.Minor)
		for _, l := range v.Lines {
			b.Bought += fmt.Sprintf(" %s %d", l.Product, l.Units)
			if l.Returned > 0 {
				b.Returned += fmt.Sprintf(" %s %d", l.Product, l.Returned)
			}
		}
	}
	b.Bought, b.Returned = strings.TrimSpace(b.Bought), strings.TrimSpace(b.Returned)
	b.Points = p.Points.Ledger.At(noon).Sum
	for _, issue := range p.ServiceIssues {
		for kind, i := range map[string]*profile.Issue{"returned": issue.Returned, "cancelled": issue.Cancelled} {
			if i != nil {
				b.Issue += kind + map[bool]string{true: ", open", false: ", resolved"}[i.Resolved.IsZero()]
			}
		}
	}
	return b
}
