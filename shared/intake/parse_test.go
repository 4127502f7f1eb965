package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"regulars/events"
	"regulars/shared/inputfault"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
)

// order returns a valid order.placed envelope in which each old text is
// replaced by the new text that follows it.
func order(t *testing.T, oldnew ...string) []byte {
	t.Helper()
	const good = `{"version":"0","id":"e-1","detail-type":"order.placed","source":"shop","time":"2026-11-22T11:00:01Z",
		"detail":{"version":"1",
			"order":{"id":"536365","placed_at":"2026-11-22T11:00:00Z","currency":"GBP","total":"18.69",
				"lines":[{"product":"85123A","title":"White Hanging Heart","units":6,"price":"2.55"},{"product":"71053","units":1,"price":3.39}]},
			"customer":{"id":"17850","email":"jane@example.com","name":"Jane","locale":"en-GB","zone":"Europe/London","country":"GB","accepts_marketing":true}}}`
	return replace(t, good, oldnew...)
}

func replace(t *testing.T, envelope string, oldnew ...string) []byte {
	t.Helper()
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(envelope, oldnew[i]) {
			t.Fatalf("there is no %s to replace", oldnew[i])
		}
		envelope = strings.Replace(envelope, oldnew[i], oldnew[i+1], 1)
	}
	return []byte(envelope)
}

// manyTitles returns members of titles, each with another key.
func manyTitles(n int) (members string) {
	for i := range n {
		members += fmt.Sprintf(`"a%c": "A title", `, 'a'+i)
	}
	return members
}

func sample(t *testing.T, detailType, name string) string {
	t.Helper()
	for _, s := range events.Samples() {
		if s.DetailType == detailType && s.Name == name {
			return string(s.Envelope)
		}
	}
	t.Fatalf("there is no sample %s/%s", detailType, name)
	return ""
}

func TestParseRefuses(t *testing.T) {
	const runSample, returnSample = "campaign.run", "order.returned"
	tests := map[string]struct {
		envelope []byte
		want     []inputfault.Fault
	}{
		"JSON that does not parse":                          {[]byte(`{"detail-type": order}`), []inputfault.Fault{{Path: "", Fault: "is not JSON: it is malformed at byte 17"}}},
		"a birthday with its year":                          {replace(t, sample(t, "customer.changed", "birthday"), "02-29", "1990-05-17"), []inputfault.Fault{{Path: "/detail/birthday", Fault: `is not a day of the year; want month and day, such as "05-17", without a year`}}},
		"a birthday that is a number":                       {replace(t, sample(t, "customer.changed", "birthday"), `"02-29"`, "229"), []inputfault.Fault{{Path: "/detail/birthday", Fault: `is not a string; want month and day, such as "05-17"`}}},
		"JSON that ends too early":                          {[]byte(`{"detail-type":`), []inputfault.Fault{{Path: "", Fault: "is not JSON: it ends too early"}}},
		"an empty envelope":                                 {nil, []inputfault.Fault{{Path: "", Fault: "is not JSON: it ends too early"}}},
		"two envelopes":                                     {[]byte(`{} {}`), []inputfault.Fault{{Path: "", Fault: "is not JSON: something follows its end, at byte 4"}}},
		"an array":                                          {[]byte(`[]`), []inputfault.Fault{{Path: "", Fault: "is an array; want an object"}}},
		"1,100 KB":                                          {order(t, "Jane", strings.Repeat("J", 1100<<10)), []inputfault.Fault{{Path: "", Fault: "is 1126906 bytes long; want 1048576 at most"}}},
		"an unknown detail-type":                            {order(t, "order.placed", "order.dreamt"), []inputfault.Fault{{Path: "/detail-type", Fault: `is unknown; want one of ` + detailTypes()}}},
		"no detail":                                         {[]byte(`{"detail-type":"order.paid","time":"2026-11-22T11:00:00Z"}`), []inputfault.Fault{{Path: "/detail", Fault: "is missing; want an object"}}},
		"an unknown version":                                {order(t, `{"version":"1"`, `{"version":"2"`), []inputfault.Fault{{Path: "/detail/version", Fault: `is not one of 1`}}},
		"no version":                                        {order(t, `{"version":"1",`, `{`), []inputfault.Fault{{Path: "/detail/version", Fault: "is missing; want one of 1"}}},
		"no order":                                          {order(t, `"order":{`, `"ordre":{`), []inputfault.Fault{{Path: "/detail/order", Fault: "is missing; want an object"}}},
		"an order that is a string":                         {[]byte(`{"detail-type":"order.paid","time":"2026-11-22T11:00:00Z","detail":{"version":"1","order":"536365"}}`), []inputfault.Fault{{Path: "/detail/order", Fault: "is a string; want an object"}}},
		"an order's ID that is a number":                    {order(t, `"id":"536365"`, `"id":536365`), []inputfault.Fault{{Path: "/detail/order/id", Fault: "is a number; want an identifier, as a string"}}},
		"an order's ID of 129 letters":                      {order(t, "536365", strings.Repeat("5", 129)), []inputfault.Fault{{Path: "/detail/order/id", Fault: "is 129 bytes long; want 128 at most"}}},
		"an order's ID with a line break":                   {order(t, "536365", `536\n365`), []inputfault.Fault{{Path: "/detail/order/id", Fault: "has spaces around it or control characters in it; want an identifier without"}}},
		"a customer's ID that begins with mailbox:":         {order(t, `"customer":{`, `"customer":{"id":"mailbox:1",`, `"id":"17850",`, ``), []inputfault.Fault{{Path: "/detail/customer/id", Fault: `begins with "mailbox:", which is reserved; want an identifier that does not`}}},
		"no lines":                                          {order(t, `"lines":[`, `"rows":[`), []inputfault.Fault{{Path: "/detail/order/lines", Fault: "is missing; want an array"}}},
		"an empty list of lines":                            {order(t, `"lines":[{`, `"lines":[],"rows":[{`), []inputfault.Fault{{Path: "/detail/order/lines", Fault: "is empty; want at least one line"}}},
		"a line that is a string":                           {order(t, `{"product":"71053","units":1,"price":3.39}`, `"71053"`), []inputfault.Fault{{Path: "/detail/order/lines/1", Fault: "is a string; want an object"}}},
		"more than 1,000 lines":                             {order(t, `{"product":"71053"`, strings.Repeat(`{},`, 1000)+`{"product":"71053"`), []inputfault.Fault{{Path: "/detail/order/lines", Fault: "has 1002 elements; want 1000 at most"}}},
		"a negative quantity":                               {order(t, `"units":6`, `"units":-6`), []inputfault.Fault{{Path: "/detail/order/lines/0/units", Fault: "is below 1; want a whole number from 1 to 100000"}}},
		"a quantity of zero":                                {order(t, `"units":6`, `"units":0`), []inputfault.Fault{{Path: "/detail/order/lines/0/units", Fault: "is below 1; want a whole number from 1 to 100000"}}},
		"a quantity in a string":                            {order(t, `"units":6`, `"units":"6"`), []inputfault.Fault{{Path: "/detail/order/lines/0/units", Fault: "is a string; want a whole number from 1 to 100000"}}},
		"a quantity that is not whole":                      {order(t, `"units":6`, `"units":0.5`), []inputfault.Fault{{Path: "/detail/order/lines/0/units", Fault: "is a number; want a whole number from 1 to 100000"}}},
		"a product on two lines with too many units in all": {order(t, `"71053","units":1`, `"85123A","units":99999`), []inputfault.Fault{{Path: "/detail/order/lines/1", Fault: "raises the units of its product above 100000"}}},
		"a negative price":                                  {order(t, `"2.55"`, `"-2.55"`), []inputfault.Fault{{Path: "/detail/order/lines/0/price", Fault: `is not a decimal amount of 0 or more, such as "12.50"`}}},
		"a price with a comma":                              {order(t, `"2.55"`, `"2,55"`), []inputfault.Fault{{Path: "/detail/order/lines/0/price", Fault: `is not a decimal amount of 0 or more, such as "12.50"`}}},
		"a price with an exponent":                          {order(t, `3.39`, `339e-2`), []inputfault.Fault{{Path: "/detail/order/lines/1/price", Fault: `is not a decimal amount of 0 or more, such as "12.50"`}}},
		"a price with more decimals than its currency":      {order(t, `"2.55"`, `"2.555"`), []inputfault.Fault{{Path: "/detail/order/lines/0/price", Fault: `has more decimals than GBP, which has 2`}}},
		"a price in yen with decimals":                      {order(t, `GBP`, `JPY`, `"18.69"`, `"1869"`, `"2.55"`, `"255"`), []inputfault.Fault{{Path: "/detail/order/lines/1/price", Fault: `has more decimals than JPY, which has 0`}}},
		"a total that is too large":                         {order(t, `"18.69"`, `"18690000000000.69"`), []inputfault.Fault{{Path: "/detail/order/total", Fault: `is more than any order is worth`}}},
		"an unknown currency":                               {order(t, `GBP`, `GBR`), []inputfault.Fault{{Path: "/detail/order/currency", Fault: `is not an ISO 4217 code in capitals, such as "EUR"`}}},
		"a currency in small letters":                       {order(t, `GBP`, `gbp`), []inputfault.Fault{{Path: "/detail/order/currency", Fault: `is not an ISO 4217 code in capitals, such as "EUR"`}}},
		"an empty currency":                                 {order(t, `GBP`, ``), []inputfault.Fault{{Path: "/detail/order/currency", Fault: `is not an ISO 4217 code in capitals, such as "EUR"`}}},
		"two currencies in one order":                       {order(t, `"price":3.39`, `"price":3.39,"currency":"EUR"`), []inputfault.Fault{{Path: "/detail/order/lines/1/currency", Fault: `is another currency than the order's; want one currency in an order`}}},
		"an order from the future":                          {order(t, `"placed_at":"2026-11-22T11:00:00Z"`, `"placed_at":"2026-11-22T12:05:00.001Z"`), []inputfault.Fault{{Path: "/detail/order/placed_at", Fault: "is in the future; want 2026-11-22T12:05:00Z at the latest"}}},
		"an order before 1995":                              {order(t, `"placed_at":"2026`, `"placed_at":"1970`), []inputfault.Fault{{Path: "/detail/order/placed_at", Fault: "is before 1995; want 1995 or later"}}},
		"an order without a time":                           {order(t, `"placed_at":"2026-11-22T11:00:00Z",`, ``), []inputfault.Fault{{Path: "/detail/order/placed_at", Fault: `is missing; want a time with its zone, such as "2026-11-22T09:30:00Z"`}}},
		"a time without a zone":                             {order(t, `"placed_at":"2026-11-22T11:00:00Z"`, `"placed_at":"2026-11-22T11:00:00"`), []inputfault.Fault{{Path: "/detail/order/placed_at", Fault: `is not a time with its zone, such as "2026-11-22T09:30:00Z"`}}},
		"a time in seconds":                                 {order(t, `"placed_at":"2026-11-22T11:00:00Z"`, `"placed_at":1795345200`), []inputfault.Fault{{Path: "/detail/order/placed_at", Fault: `is a number; want a time with its zone, such as "2026-11-22T09:30:00Z"`}}},
		"a zone that is a number":                           {order(t, `"Europe/London"`, `0`), []inputfault.Fault{{Path: "/detail/customer/zone", Fault: "is a number; want a string"}}},
		"a string instead of true":                          {order(t, `"accepts_marketing":true`, `"accepts_marketing":"yes"`), []inputfault.Fault{{Path: "/detail/customer/accepts_marketing", Fault: "is a string; want true or false"}}},
		"several faults at once": {order(t, `"units":6`, `"units":-6`, `GBP`, `GBR`, `"accepts_marketing":true`, `"accepts_marketing":"yes"`, `{"version":"1"`, `{"version":"9"`), []inputfault.Fault{
			{Path: "/detail/version", Fault: `is not one of 1`},
			{Path: "/detail/customer/accepts_marketing", Fault: "is a string; want true or false"},
			{Path: "/detail/order/currency", Fault: `is not an ISO 4217 code in capitals, such as "EUR"`},
			{Path: "/detail/order/lines/0/units", Fault: "is below 1; want a whole number from 1 to 100000"},
		}},
		"a return of 0 units":              {replace(t, sample(t, returnSample, "defect"), `"units": 5`, `"units": 0`), []inputfault.Fault{{Path: "/detail/lines/0/units", Fault: "is below 1; want a whole number from 1 to 100000"}}},
		"a return with an unknown reason":  {replace(t, sample(t, returnSample, "defect"), `"defect"`, `"ugly"`), []inputfault.Fault{{Path: "/detail/reason", Fault: `is not one of defect, wrong, late, unwanted, other`}}},
		"a return without a return_id":     {replace(t, sample(t, returnSample, "defect"), `"return_id"`, `"return"`), []inputfault.Fault{{Path: "/detail/return_id", Fault: "is missing; want an identifier, as a string"}}},
		"a refund of 0":                    {replace(t, sample(t, "order.refunded", "return"), `"54.75"`, `"0.00"`), []inputfault.Fault{{Path: "/detail/amount", Fault: "is 0; want more than 0"}}},
		"a new delivery day in ten years":  {replace(t, sample(t, "order.delayed", "new-day"), `2026-11-27`, `2036-11-27`), []inputfault.Fault{{Path: "/detail/until", Fault: "is more than five years ahead; want a day within five years"}}},
		"a product whose link is a script": {replace(t, sample(t, "product.changed", "full"), `"https://shop.example.com/p/22423"`, `"javascript:alert(1)"`), []inputfault.Fault{{Path: "/detail/product/url", Fault: "is not a link that a message can contain; want an absolute web address that begins with https:// or http://, of 2048 bytes at most"}}},
		"titles that are a string": {
			replace(t, sample(t, "product.changed", "full"), `"titles": {`, `"titles": "x", "t": {`),
			[]inputfault.Fault{{Path: "/detail/product/titles", Fault: "is a string; want an object"}},
		},
		"a title in no language, one that is a number, and one twice": {
			replace(t, sample(t, "product.changed", "full"), `"pl":`, `"polish": "Patera", "ru": 7, "EL": "Πιατέλα", "pl":`), []inputfault.Fault{
				{Path: "/detail/product/titles", Fault: "has two titles in one language; want one"},
				{Path: "/detail/product/titles", Fault: "has a key that is not a language; want tags such as pl or pt-BR"},
				{Path: "/detail/product/titles/ru", Fault: "is a number; want a string"},
			},
		},
		"titles in 21 languages": {
			replace(t, sample(t, "product.changed", "full"), `"titles": {`, `"titles": {`+manyTitles(21)),
			[]inputfault.Fault{{Path: "/detail/product/titles", Fault: "has 23 languages; want 20 at most"}},
		},
		"a picture of a size that no picture has": {
			replace(t, sample(t, "product.changed", "full"), `"image_width": 600`, `"image_width": "600"`, `"image_height": 450`, `"image_height": 20001`), []inputfault.Fault{
				{Path: "/detail/product/image_width", Fault: "is a string; want a whole number from 0 to 20000"},
				{Path: "/detail/product/image_height", Fault: "is above 20000; want a whole number from 0 to 20000"},
			},
		},
		"a picture's width without its height": {
			replace(t, sample(t, "product.changed", "full"), `"image_height": 450`, `"image_height": null`),
			[]inputfault.Fault{{Path: "/detail/product/image_height", Fault: "is missing or 0, and image_width is not; want both, or neither"}},
		},
		"a picture's height without its width": {
			replace(t, sample(t, "product.changed", "full"), `"image_width": 600`, `"image_width": 0`),
			[]inputfault.Fault{{Path: "/detail/product/image_width", Fault: "is missing or 0, and image_height is not; want both, or neither"}},
		},
		"a relation that is a string": {replace(t, sample(t, "product.changed", "consumable"), `[
          "22138"
        ]`, `"22138"`), []inputfault.Fault{{Path: "/detail/product/relations/consumable_of", Fault: "is a string; want an array"}}},
		"consent without a customer":         {replace(t, sample(t, "consent.given", "preference-page"), `"id": "17850"`, `"name": "Jane"`), []inputfault.Fault{{Path: "/detail/customer", Fault: "has neither an id nor an e-mail address; want one of them"}}},
		"consent of an address that is none": {replace(t, sample(t, "consent.given", "preference-page"), `"id": "17850"`, `"email": "none"`), []inputfault.Fault{{Path: "/detail/customer", Fault: "has neither an id nor an e-mail address; want one of them"}}},
		"an address that is a number":        {order(t, `"jane@example.com"`, `7`), []inputfault.Fault{{Path: "/detail/customer/email", Fault: "is a number; want an e-mail address"}}},
		"the currency for tests":             {order(t, `GBP`, `XTS`), []inputfault.Fault{{Path: "/detail/order/currency", Fault: `is not an ISO 4217 code in capitals, such as "EUR"`}}},
		"consent of a reserved customer":     {replace(t, sample(t, "consent.given", "preference-page"), `"id": "17850"`, `"id": "mailbox:5f"`), []inputfault.Fault{{Path: "/detail/customer/id", Fault: `begins with "mailbox:", which is reserved; want an identifier that does not`}}},
		"consent from an unknown source":     {replace(t, sample(t, "consent.given", "sign-up-form"), `"sign_up_form"`, `"bought"`), []inputfault.Fault{{Path: "/detail/source", Fault: `is not one of checkout, sign_up_form, account, preferences, in_store`}}},
		"consent to what is no topic":        {replace(t, sample(t, "consent.given", "preference-page"), `"promotions"`, `"Parties!"`), []inputfault.Fault{{Path: "/detail/topic", Fault: topicFault}}},
		"a cart with every fault": {[]byte(`{"detail-type":"cart.changed","time":"2026-11-22T11:00:00Z","detail":{"version":"1","customer":{"name":"Jane"},"cart":{"id":7,"url":"/cart","lines":[{"units":1},{"product":"P","units":0},7]}}}`), []inputfault.Fault{
			{Path: "/detail/cart/id", Fault: "is a number; want an identifier, as a string"},
			{Path: "/detail/cart/url", Fault: "is not a link that a message can contain; want an absolute web address that begins with https:// or http://, of 2048 bytes at most"},
			{Path: "/detail/customer", Fault: "has neither an id nor an e-mail address; want one of them"},
			{Path: "/detail/cart/lines/0/product", Fault: "is missing; want an identifier, as a string"},
			{Path: "/detail/cart/lines/1/units", Fault: "is below 1; want a whole number from 1 to 100000"},
			{Path: "/detail/cart/lines/2", Fault: "is a number; want an object"},
		}},
		"a contact with every fault": {contact(`{"id":"mailbox:5f","email":7,"name":[],"locale":1,"zone":{},"country":true}`, `[7,{},{"topic":"No!","given":"yes","at":"2026-12-20T10:00:00Z","source":"bought","wording":1}]`), []inputfault.Fault{
			{Path: "/detail/customer/id", Fault: `begins with "mailbox:", which is reserved; want an identifier that does not`},
			{Path: "/detail/customer/email", Fault: "is a number; want an e-mail address"},
			{Path: "/detail/customer/name", Fault: "is an array; want a string"},
			{Path: "/detail/customer/locale", Fault: "is a number; want a string"},
			{Path: "/detail/customer/zone", Fault: "is an object; want a string"},
			{Path: "/detail/customer/country", Fault: "is true; want a string"},
			{Path: "/detail/consents/0", Fault: "is a number; want an object"},
			{Path: "/detail/consents/1/topic", Fault: "is missing; want the name of a topic: 1 to 40 small letters, digits and dashes"},
			{Path: "/detail/consents/1/given", Fault: "is missing; want true or false"},
			{Path: "/detail/consents/2/topic", Fault: topicFault},
			{Path: "/detail/consents/2/source", Fault: "is not one of checkout, sign_up_form, account, preferences, in_store"},
			{Path: "/detail/consents/2/wording", Fault: "is a number; want a string"},
			{Path: "/detail/consents/2/given", Fault: "is a string; want true or false"},
			{Path: "/detail/consents/2/at", Fault: "is in the future; want 2026-11-22T12:05:00Z at the latest"},
		}},
		"a contact without a name to find it by": {contact(`{"name":"Jane"}`, `null`), []inputfault.Fault{{Path: "/detail/customer", Fault: "has neither an id nor an e-mail address; want one of them"}}},
		"a contact without a customer":           {contact(`null`, `null`), []inputfault.Fault{{Path: "/detail/customer", Fault: "is missing; want an object"}}},
		"consents that are no list":              {contact(`{"email":"jane@example.com"}`, `{"promotions":true}`), []inputfault.Fault{{Path: "/detail/consents", Fault: "is an object; want an array"}}},
		"a run in the future":                    {replace(t, sample(t, runSample, "morning"), `"run": "2026-11-20`, `"run": "2026-12-20`), []inputfault.Fault{{Path: "/detail/run", Fault: "is in the future; want 2026-11-22T12:05:00Z at the latest"}}},
		"a Shopify webhook without a topic":      {replace(t, sample(t, shopifyWebhook, "refunds-create"), `X-Shopify-Topic`, `X-Topic`), []inputfault.Fault{{Path: "/detail/metadata/X-Shopify-Topic", Fault: "is missing; want an identifier, as a string"}}},
		"a Shopify refund in two currencies": {
			replace(t, sample(t, shopifyWebhook, "refunds-create"), `"transactions": [`, `"transactions": [{"kind":"refund","status":"success","amount":"1.00","currency":"EUR"},`),
			[]inputfault.Fault{{Path: "/detail/payload/transactions/1/currency", Fault: "is not the currency of the transactions before it; want one currency in a refund"}},
		},
		"a Shopify order without its required fields": {[]byte(`{"detail-type":"shopifyWebhook","detail":{"metadata":{"X-Shopify-Topic":"orders/create"},"payload":{"line_items":[{"quantity":"many","sku":"A"}]}}}`), []inputfault.Fault{
			{Path: "/detail/payload/id", Fault: "is missing; want an identifier, as a string"},
			{Path: "/detail/payload/created_at", Fault: `is missing; want a time with its zone, such as "2026-11-22T09:30:00Z"`},
			{Path: "/detail/payload/currency", Fault: `is missing; want an ISO 4217 code in capitals, such as "EUR"`},
			{Path: "/detail/payload/total_price", Fault: `is missing; want a decimal amount of 0 or more, such as "12.50"`},
			{Path: "/detail/payload/line_items/0/quantity", Fault: "is a string; want a whole number from 0 to 100000"},
			{Path: "/detail/payload/line_items/0/price", Fault: `is missing; want a decimal amount of 0 or more, such as "12.50"`},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			parsed, err := Parse(test.envelope, now)
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("Parse(%s) = %+v, %v; want a refusal", name, parsed, err)
			}
			if diff := cmp.Diff(test.want, refusal.Faults); diff != "" {
				t.Errorf("Parse(%s) (-want +got):\n%s", name, diff)
			}
			if len(parsed.Events) != 0 {
				t.Errorf("Parse(%s) = %d events and a refusal, want no events", name, len(parsed.Events))
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	tests := map[string]struct {
		envelope []byte
		check    func(shop.OrderFact) (got, want any)
	}{
		"a clock five minutes ahead": {
			order(t, `"placed_at":"2026-11-22T11:00:00Z"`, `"placed_at":"2026-11-22T12:05:00Z"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.At, now.Add(5 * time.Minute) },
		},
		"zeros beyond the currency's decimals": {
			order(t, `"18.69"`, `"18.690000"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Total, shop.Money{Minor: 1869, Currency: "GBP"} },
		},
		"three decimals in a currency with three": {
			order(t, "GBP", "KWD", `"18.69"`, `"18.695"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Total, shop.Money{Minor: 18695, Currency: "KWD"} },
		},
		"a zone that does not exist": {
			order(t, "Europe/London", "Europe/Atlantis"),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Zone, "" },
		},
		"the zone name Local": {
			order(t, "Europe/London", "Local"),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Zone, "" },
		},
		"a locale that does not exist": {
			order(t, "en-GB", "the usual"),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Locale, "" },
		},
		"a locale with an underscore": {
			order(t, "en-GB", "el_gr"),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Locale, "el-GR" },
		},
		"the country UK": {
			order(t, `"GB"`, `"uk"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Country, "GB" },
		},
		"a line break in a name": {
			order(t, `"Jane"`, `"Jane\r\nBcc: all"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Name, "Jane  Bcc: all" },
		},
		"an order without accepts_marketing": {
			order(t, `,"accepts_marketing":true`, ``),
			func(f shop.OrderFact) (any, any) { return f.Placed.Consent, (*bool)(nil) },
		},
		"a province": {
			order(t, `"zone":"Europe/London","country":"GB"`, `"country":"US","province":"ca"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Province, "US-CA" },
		},
		"a province of another country": {
			order(t, `"country":"GB"`, `"country":"GB","province":"CA"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Province, "" },
		},
		"the province of a Shopify order": {
			replace(t, sample(t, shopifyWebhook, "orders-create-guest"), `"country_code": "PL"`, `"country_code": "US"`, `"province_code": null`, `"province_code": "CA"`),
			func(f shop.OrderFact) (any, any) {
				return f.Placed.Customer.Country + " " + f.Placed.Customer.Province, "US US-CA"
			},
		},
		"a number": {
			order(t, `"id":"536365"`, `"id":"536365","number":"#1027"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Number, "#1027" },
		},
		"a number that is no string": {
			order(t, `"id":"536365"`, `"id":"536365","number":1027`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Number, "1027" },
		},
		"a number of 65 characters": {
			order(t, `"id":"536365"`, `"id":"536365","number":"`+strings.Repeat("1", 65)+`"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Number, "" },
		},
		"Shopify's name of an order": {
			replace(t, sample(t, shopifyWebhook, "orders-create")),
			func(f shop.OrderFact) (any, any) { return f.Placed.Number, "#1042" },
		},
		"a Shopify order without a name": {
			replace(t, sample(t, shopifyWebhook, "orders-create"), `"name": "#1042"`, `"name": null`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Number, "1042" },
		},
		"a name of 501 letters": {
			order(t, `"Jane"`, `"`+strings.Repeat("é", 501)+`"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Customer.Name, strings.Repeat("é", 499) + "…" },
		},
		"a title of 501 letters": {
			order(t, `White Hanging Heart`, strings.Repeat("é", 501)),
			func(f shop.OrderFact) (any, any) { return f.Placed.Lines[0].Title, strings.Repeat("é", 499) + "…" },
		},
		"a title of 500 letters": {
			order(t, `White Hanging Heart`, strings.Repeat("é", 500)),
			func(f shop.OrderFact) (any, any) { return f.Placed.Lines[0].Title, strings.Repeat("é", 500) },
		},
		"a price in a currency of the past": {
			order(t, "GBP", "DEM"),
			func(f shop.OrderFact) (any, any) { return f.Placed.Total, shop.Money{Minor: 1869, Currency: "DEM"} },
		},
		"a price of 0": {
			order(t, `"2.55"`, `"0"`),
			func(f shop.OrderFact) (any, any) { return f.Placed.Lines[0].Price, shop.Money{Currency: "GBP"} },
		},
		"an edited order": {
			order(t, `"currency":"GBP"`, `"currency":"GBP","updated_at":"2026-11-22T11:30:00Z"`),
			func(f shop.OrderFact) (any, any) {
				return f.Placed.Revision, time.Date(2026, 11, 22, 11, 30, 0, 0, time.UTC)
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			parsed, err := Parse(test.envelope, now)
			if err != nil {
				t.Fatalf("Parse(%s) = %v", name, err)
			}
			got, want := test.check(parsed.Events[0].Fact.(shop.OrderFact))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parse(%s) (-want +got):\n%s", name, diff)
			}
		})
	}
}

func TestAnAddressThatCannotBeWrittenToCostsNotTheOrder(t *testing.T) {
	long := strings.Repeat("x", 260) + "@example.com"
	for typed, want := range map[string]string{
		"a@b":                     "a@b",
		"jörg@example.de":         "jörg@example.de",
		"x@example.com,":          "x@example.com,",
		"user@bücher.example":     "user@xn--bcher-kva.example",
		" Jane@example.com ":      "Jane@example.com",
		"jane@example.com\\u0000": "jane@example.com",
		"jane":                    "jane",
		"Jane <jane@example.com>": "Jane <jane@example.com>",
		"jane@example.com\\r\\nBcc: x@example.com": "jane@example.com  Bcc: x@example.com",
		long: "",
	} {
		parsed, err := Parse(order(t, "jane@example.com", typed), now)
		if err != nil {
			t.Errorf("an order with the address %q: %v, want it accepted", typed, err)
			continue
		}
		placed := parsed.Events[0].Fact.(shop.OrderFact).Placed
		got := placed.Customer.Email
		if typed == long {
			_, writable := mailbox.Address(got)
			if !strings.HasPrefix(got, strings.Repeat("x", 254-35)+"…") || len(got) != 254 || writable {
				t.Errorf("the long address is stored as %q, want its beginning and a hash that cannot be written to", got)
			}
			continue
		}
		if got != want || placed.Customer.ID != "17850" {
			t.Errorf("the address %q of customer %s is stored as %q, want %q of 17850", typed, placed.Customer.ID, got, want)
		}
	}
}

func TestGuest(t *testing.T) {
	for typed, same := range map[string]string{
		"Jane@Example.com ":     "jane@example.com",
		"jane@BÜCHER.example":   "jane@xn--bcher-kva.example",
		"JO\u0308RG@example.de": "jörg@example.de",
	} {
		if Guest(typed) != Guest(same) {
			t.Errorf("Guest(%q) = %s, want that of %q", typed, Guest(typed), same)
		}
	}
	// The IDs that are in the tables stay the same.
	if got, want := Guest("Jane@example.com"), shop.CustomerID("guest:8c87b489ce35cf2e2f39f80e282cb2e8"); got != want {
		t.Errorf("Guest(Jane@example.com) = %s, want %s", got, want)
	}
	for _, none := range []string{"", " ", "none", "n/a", "@"} {
		if got := Guest(none); got != "" {
			t.Errorf("Guest(%q) = %s, want none: it cannot name a mailbox", none, got)
		}
	}
}

// A product has the same ID in the catalogue, in an order, in a return and in
// Shopify's data.
func TestALongSKUIsKeptByAHash(t *testing.T) {
	long := strings.Repeat("é", 65)
	facts := func(envelope []byte) []shop.Event {
		parsed, err := Parse(envelope, now)
		if err != nil {
			t.Fatal(err)
		}
		return parsed.Events
	}
	ordered := facts(order(t, "85123A", long))[0].Fact.(shop.OrderFact).Placed.Lines[0].Product
	other := facts(order(t, "85123A", long+"x"))[0].Fact.(shop.OrderFact).Placed.Lines[0].Product
	if len(ordered) > 128 || !utf8.ValidString(string(ordered)) || ordered == other {
		t.Errorf("the product is %q and another one %q, want different ones of 128 bytes at most", ordered, other)
	}
	listed := facts(replace(t, sample(t, "product.changed", "full"), `"22423"`, `"`+long+`"`))[0].Fact.(shop.ProductFact).Product.ID
	related := facts(replace(t, sample(t, "product.changed", "consumable"), `"22138"`, `"`+long+`"`))[0].Fact.(shop.ProductFact).Product.Relations["consumable_of"]
	returned := facts(replace(t, sample(t, "order.returned", "defect"), `"21258"`, `"`+long+`"`))[0].Fact.(shop.OrderFact).Return.Units
	shopify := facts(replace(t, sample(t, shopifyWebhook, "orders-create"), `"sku": "85123A"`, `"sku": " `+long+` "`))[0].Fact.(shop.OrderFact).Placed.Lines
	if listed != ordered || related[0] != ordered || returned[ordered] == 0 || shopify[0].Product != ordered {
		t.Errorf("the product is %q in an order, %q in the catalogue, %q in a relation, %v in a return, %q at Shopify; want one ID", ordered, listed, related, returned, shopify[0].Product)
	}
}

// Otherwise a producer that emits an order twice would change a profile.
func TestAnOrderInANewEnvelopeIsTheSameFact(t *testing.T) {
	once, err := Parse(order(t), now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(order(t, `"e-1"`, `"e-2"`, `"time":"2026-11-22T11:00:01Z"`, `"time":"2026-11-22T11:59:00Z"`), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(once.Events[0].Fact, again.Events[0].Fact); diff != "" {
		t.Errorf("the facts differ (-first +second):\n%s", diff)
	}
	if !once.Events[0].At.Equal(again.Events[0].At) {
		t.Errorf("At = %v, then %v, want the same", once.Events[0].At, again.Events[0].At)
	}
}

// Shopify sends a refund twice: by itself, and within its order's update.
func TestAShopifyRefundIsTheSameByItselfAndWithinItsOrder(t *testing.T) {
	byRef := func(name string) map[string]shop.OrderFact {
		parsed, err := Parse([]byte(sample(t, shopifyWebhook, name)), now)
		if err != nil {
			t.Fatal(err)
		}
		facts := map[string]shop.OrderFact{}
		for _, event := range parsed.Events {
			if fact := event.Fact.(shop.OrderFact); fact.Ref != "" {
				fact.Customer = "" // the refund by itself does not name the customer
				facts[string(fact.Kind)+fact.Ref] = fact
			}
		}
		return facts
	}
	if diff := cmp.Diff(byRef("refunds-create"), byRef("orders-updated")); diff != "" {
		t.Errorf("by itself and within its order (-itself +order):\n%s", diff)
	}
}

func TestARefusalRepeatsNoPersonalData(t *testing.T) {
	const secret = "jane.doe.secret"
	for _, envelope := range [][]byte{
		order(t, `"jane@example.com"`, `["`+secret+`@example.com"]`),
		order(t, `"GBP"`, `"`+secret+`@example.com"`),
		order(t, `"2.55"`, `"`+secret+`@example.com"`),
		order(t, `"order.placed"`, `"`+secret+`@example.com"`),
		order(t, `"placed_at":"2026-11-22T11:00:00Z"`, `"placed_at":"`+secret+`@example.com"`),
	} {
		_, err := Parse(envelope, now)
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Fatalf("Parse = %v, want a refusal", err)
		}
		text, _ := json.Marshal(refusal)
		if strings.Contains(string(text), secret) || strings.Contains(err.Error(), secret) {
			t.Errorf("Parse = %s, which repeats an address", text)
		}
	}
}

func TestARefusalHasAtMostMaxFaults(t *testing.T) {
	_, err := Parse(order(t, `{"product":"71053"`, strings.Repeat(`{},`, 500)+`{"product":"71053"`), now)
	var refusal *Refusal
	if !errors.As(err, &refusal) || len(refusal.Faults) != MaxFaults {
		t.Fatalf("Parse = %v, want a refusal of %d faults", err, MaxFaults)
	}
	if last := refusal.Faults[MaxFaults-1]; last != (inputfault.Fault{Path: "", Fault: "has more faults than are listed here"}) {
		t.Errorf("the last fault = %+v", last)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range events.Samples() {
		f.Add(s.Envelope)
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		parsed, err := Parse(envelope, now)
		var refusal *Refusal
		switch {
		case err != nil && (!errors.As(err, &refusal) || len(refusal.Faults) == 0):
			t.Errorf("Parse = %v, want a refusal with its faults", err)
		case err == nil && (len(parsed.Events) == 0) == (parsed.Ignored == ""):
			t.Errorf("Parse = %+v, want either events or the reason why there are none", parsed)
		}
		for _, event := range parsed.Events {
			if event.At.After(now.Add(maxAhead)) || event.At.Before(earliest) {
				t.Errorf("At = %v, want a time from 1995 to five minutes ahead", event.At)
			}
			if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil {
				for _, line := range fact.Placed.Lines {
					if line.Units < 1 || line.Product == "" || line.Price.Currency != fact.Placed.Total.Currency || line.Price.Minor < 0 {
						t.Errorf("line = %+v, want units, a product and a price in the order's currency", line)
					}
				}
			}
		}
	})
}

const topicFault = "is not the name of a topic: 1 to 40 small letters, digits and dashes"

// contact returns a contact.changed of this customer with these consents.
func contact(customer, consents string) []byte {
	return []byte(`{"detail-type":"contact.changed","time":"2026-11-22T11:00:00Z","detail":{"version":"1","customer":` + customer + `,"consents":` + consents + `}}`)
}
