package shape

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	london  = time.FixedZone("London", 0)
	someday = Settings{
		Now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), AsOf: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		Zone: london, Currency: "GBP", ShopURL: "https://shop.example.com",
	}
)

// read returns a line of text for each item of a file.
func read(t *testing.T, name string, kind Kind, content string) (lines []string, skipped int) {
	t.Helper()
	return readWith(t, someday, name, kind, content)
}

func readWith(t *testing.T, s Settings, name string, kind Kind, content string) (lines []string, skipped int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, kind, "", s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.File.Close()
	for {
		item, _, faults, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines, r.Skipped
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			f.File = ""
			lines = append(lines, f.String())
		}
		if len(faults) == 0 {
			lines = append(lines, line(item))
		}
	}
}

// line returns an item as a line of text.
func line(i Item) string {
	day := func(t time.Time) string { return t.Format("2006-01-02 15:04") }
	var parts []string
	switch {
	case i.Contact != nil:
		c := i.Contact.Customer
		parts = append(parts, fmt.Sprintf("%s %s %s %s %s %s", strings.TrimPrefix(string(c.ID), "guest:")[:min(len(c.ID), 7)], c.Email, c.Name, c.Locale, c.Country, c.Zone))
		for _, s := range i.Contact.Consents {
			parts = append(parts, fmt.Sprintf("%s %t %s %s undated %t", s.Topic, s.Given, day(s.At), s.Source, i.Undated))
		}
	case i.Product != nil:
		p := i.Product
		stock := "any"
		if p.Stock != nil {
			stock = fmt.Sprint(*p.Stock)
		}
		parts = append(parts, fmt.Sprintf("%s %s %s %d was %d stock %s hidden %t %s %s", p.ID, p.Title, p.Category, p.Price.Minor, p.Was.Minor, stock, p.Hidden, p.URL, p.Image))
	}
	for _, f := range i.Facts {
		if placed := f.Fact.Placed; placed != nil {
			parts = append(parts, fmt.Sprintf("%s %s %s %q %s total %d %s %s", f.Fact.Order, placed.Number, i.Address, placed.Customer.Name, placed.Customer.Country, placed.Total.Minor, placed.Total.Currency, day(f.At)))
			for _, l := range placed.Lines {
				parts = append(parts, fmt.Sprintf("%dx%s at %d", l.Units, l.Product, l.Price.Minor))
			}
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s", f.Fact.Kind, day(f.At)))
	}
	if i.Suppress != nil {
		parts = append(parts, fmt.Sprintf("%s suppressed by %s %s", i.Address, i.Suppress.Reason, day(i.Suppress.At)))
	}
	return strings.Join(parts, "; ")
}

// The headers are those of real exports, which docs/import.md names.
// The people are made up.
func TestExportsAreTakenAsTheyAre(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    Kind
		content string
		skipped int
	}{
		{"klaviyo.csv", Contacts, "\ufeffEmail,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,Address,Address 2,City,State / Region,Country,Zip Code,Latitude,Longitude,Source,IP Address,Email Marketing Consent,Email Marketing Consent Timestamp,Historic Customer Lifetime Value,First Active,Last Active,Profile Created On,Date Added,Last Open,Last Click,Email Suppressions\n" +
			"Ann@Example.com,01ABC,Ann,Lee,,,,1 Street,,London,England,United Kingdom,N1,51.5,-0.1,Website,192.0.2.1,SUBSCRIBED,2025-09-01 12:00:00,100.00,2025-09-01 12:00:00,,2025-09-01,,,,\n" +
			"bob@example.com,01ABD,Bob,,,,,,,,,,,,,,,NEVER_SUBSCRIBED,,,,,,,,,\n" +
			"eve@example.com,01ABE,Eve,,,,,,,,,DE,,,,,,UNSUBSCRIBED,2025-10-01 12:00:00,,,,,,,,\"['HARD_BOUNCE', 'USER_SUPPRESSED']\"\n", 0},
		{"subscribed_members_export.csv", Contacts, "\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n" +
			"ann@example.com,Ann,Lee,2,\"2015-03-16 14:40:47\",192.0.2.1,\"2015-03-16 14:41:00\",192.0.2.1,,,0,1,Europe/London,GB,ENG,\"2016-01-01 10:00:00\",1,a,,\n", 0},
		{"nonsubscribed_members_export.csv", Contacts, "Email Address,First Name,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED\nann@example.com,Ann,2015-03-16 14:40:47,2015-03-16 14:40:47,2016-01-01 10:00:00\n", 0},
		{"unsubscribed_members_export.csv", Contacts, "Email Address,First Name,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER\nann@example.com,Ann,,2015-03-16 14:40:47,2016-01-01 10:00:00,2016-01-01 10:00:00,Spring,1,NORMAL,\n", 0},
		{"cleaned_members_export.csv", Contacts, "Email Address,First Name,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\nann@example.com,Ann,,2015-03-16 14:40:47,2016-01-01 10:00:00,2016-01-01 10:00:00,Spring,1\n", 0},
		{"customers_export.csv", Contacts, "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n" +
			"'7000001,Ann,Lee,ann@example.com,yes,,1 Street,,Utrecht,,NL,'1234AB,,'+31600000000,no,10.00,1,,no,vip\n", 0},
		{"woo-customers.csv", Contacts, "Name,Username,Last active,Sign up,Email,Orders,Total spend,AOV,Country / Region,City,Region,Postal code\nAnn,ann,2026-01-01,2025-01-01,ann@example.com,2,20,10,GB,London,,N1\n", 0},
		{"orders_export.csv", Orders, "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Country,Shipping Name,Shipping Province,Shipping Country,Notes,Cancelled at,Payment Method,Refunded Amount,Vendor,Id,Tags,Source,Lineitem discount\n" +
			"#1050,ann@example.com,partially_refunded,2026-05-01 10:00:00 +0200,fulfilled,2026-05-02 10:00:00 +0200,yes,EUR,100.90,0.00,8.33,100.90,,0.00,Post,2026-05-01 09:59:00 +0200,1,Matcha 100 gram,62.95,,MAT-100,true,true,fulfilled,Ann Lee,NL,Ann Lee,,NL,,,Card,0.90,Example,5550000001,,web,0.00\n" +
			"#1050,ann@example.com,,,,,,,,,,,,,,,1,Matcha 50 gram,37.95,,MAT-50,true,true,fulfilled,,,,,,,,,,,,,,\n" +
			"#1051,bob@example.com,voided,,unfulfilled,,no,EUR,5.00,0.00,0.00,5.00,,0.00,,2026-05-03 09:59:00 +0200,1,A gift,5.00,,GIFT,true,true,pending,Bob,NL,Bob,,NL,,2026-05-03 11:00:00 +0200,,0.00,Example,5550000002,,web,0.00\n", 0},
		{"products_export.csv", Products, "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Position,Gift Card,Cost per item,Status\n" +
			"matcha,Matcha,<p>Tea</p>,Example,,Tea,,true,Size,100 gram,MAT-100,100,shopify,-2,deny,62.95,70.00,https://cdn.example.com/m.png,1,false,20.00,active\n" +
			"matcha,,,,,,,,,50 gram,MAT-50,50,shopify,4,deny,37.95,,,,,,\n" +
			"matcha,,,,,,,,,,,,,,,,,https://cdn.example.com/m2.png,2,,,\n" +
			"old,Old tea,,Example,,Tea,,false,,,OLD-1,,,,,5.00,,,,false,,draft\n", 1},
		{"wc-product-export.csv", Products, "ID,Type,SKU,Name,Published,\"Is featured?\",\"Visibility in catalog\",\"Short description\",Description,\"Date sale price starts\",\"Date sale price ends\",\"Tax status\",\"Tax class\",\"In stock?\",Stock,\"Low stock amount\",\"Backorders allowed?\",\"Sale price\",\"Regular price\",Categories,Tags,Images,Parent\n" +
			"1,simple,MUG,A mug,1,0,visible,,,,,taxable,,1,3,,0,6.00,7.50,\"Kitchen, Gifts\",,\"https://shop.example.com/mug.png, https://shop.example.com/mug2.png\",\n" +
			"2,variable,POT,A pot,1,0,visible,,,,,taxable,,0,,,0,,,Kitchen,,,\n" +
			"3,variation,POT-S,A pot - small,-1,0,visible,,,,,taxable,,0,,,0,,9.00,Kitchen,,,POT\n", 1},
		{"order_export_wt.csv", Orders, "order_id,order_number,order_date,paid_date,status,shipping_total,order_total,order_currency,customer_id,customer_user,customer_email,billing_first_name,billing_email,billing_country,shipping_country,line_item_1,line_item_2\n" +
			"9002,9002,2025-03-02 09:00:00,2025-03-02 09:01:00,completed,5.00,55.00,INR,0,,ann@example.com,Ann,ann@example.com,IN,IN,name:Eggs|product_id:10645|sku:EGG|quantity:5|total:32.50|sub_total:32.50,name:Tea|product_id:7|sku:|quantity:1|total:17.50|sub_total:17.50\n" +
			"9003,9003,2025-03-03 09:00:00,,checkout-draft,,,,0,,,,,,,,\n" +
			"9004,9004,2025-03-03 09:00:00,2025-03-03 09:00:00,refunded,,9.00,INR,7,,bob@example.com,Bob,,IN,,name:Tea|product_id:7|sku:|quantity:1|total:9.00|_variation_id:71,\n", 1},
		{"orders-skyverge.csv", Orders, "order_id,order_number,order_date,status,order_total,order_currency,customer_id,billing_first_name,billing_email,billing_country,item_name,item_sku,item_quantity,item_total\n" +
			"77,1077,2025-03-02 09:00:00,processing,20.00,GBP,12,Ann,ann@example.com,GB,A mug,MUG,2,15.00\n" +
			"77,1077,2025-03-02 09:00:00,processing,20.00,GBP,12,Ann,ann@example.com,GB,A pot,POT,1,5.00\n", 0},
		{"other-orders.csv", Orders, "Order ID;Name;Customer name;E-Mail;Order date;Total;Product;Quantity;Price\n7;Lee;Ann;ann@example.com;1.5.2026;12,50;MUG;2;6,25\n", 0},
		{"suppressions.csv", Suppressed, "Email,Reason,Date\nann@example.com,HARD_BOUNCE,2025-01-02\nbob@example.com,SPAM_COMPLAINT,2025-01-02\neve@example.com,USER_SUPPRESSED,\n", 0},
		{"suppressed.jsonl", Suppressed, `{"EmailAddress":"ann@example.com","Reason":"COMPLAINT","LastUpdateTime":"2025-01-02T10:00:00.123000+00:00"}` + "\n", 0},
		{"orders.jsonl", Orders, `{"order":{"id":"o-1","placed_at":"2025-01-02T10:00:00Z","currency":"GBP","total":"5.00","lines":[{"product":"MUG","units":1,"price":"5.00"}]},"customer":{"email":"ann@example.com"}}` + "\n" +
			`{"detail-type":"order.paid","detail":{"version":"1","order":{"id":"o-1"},"customer":{"email":"ann@example.com"},"occurred_at":"2025-01-02T10:01:00Z"}}` + "\n" +
			`{"detail-type":"campaign.run","detail":{"version":"1","campaign":"x","run":"2025-01-02T10:01:00Z"}}` + "\n", 0},
	} {
		got, skipped := read(t, c.name, c.kind, c.content)
		want, err := os.ReadFile(filepath.Join("testdata", c.name+".txt"))
		if *update {
			if err := os.WriteFile(filepath.Join("testdata", c.name+".txt"), []byte(strings.Join(got, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), strings.Join(got, "\n")+"\n"); diff != "" || skipped != c.skipped {
			t.Errorf("%s: %d rows are skipped, want %d; the items (-want +got):\n%s", c.name, skipped, c.skipped, diff)
		}
	}
}

func TestEveryFaultHasItsPlaceAndNoValue(t *testing.T) {
	got, _ := read(t, "orders.csv", Orders, "order id,email,placed at,currency,total,product,quantity,price\n"+
		"o-1,ann@example.com,2025-01-01,GBP,Zebedee,MUG,two,7.50\n"+
		"o-2,ann@example.com,2027-01-01,GPB,12.345,MUG,1,7.50\n"+
		"o-3,ann@example.com,2025-01-01,GBP,12.50,MUG,0,7.50\n"+
		"o-3,,,,,POT,1,7.505\n")
	var places []string
	for _, f := range got {
		place, _, _ := strings.Cut(f, ": ")
		_, text, _ := strings.Cut(f, ": ")
		field, _, _ := strings.Cut(text, " ")
		places = append(places, place+" "+field)
	}
	want := []string{"2:36 total", "2:48 units", "3:21 placed_at", "3:32 currency", "3:36 total", "4:46 units", "5:15 price"}
	slices.Sort(places)
	if !slices.Equal(places, want) {
		t.Errorf("the faults are at %q, want %q", places, want)
	}
	all := strings.Join(got, "\n")
	for _, secret := range []string{"Zebedee", "two", "GPB", "ann@", "7.505"} {
		if strings.Contains(all, secret) {
			t.Errorf("a fault repeats %q:\n%s", secret, all)
		}
	}
}

// Webhooks of Shopify and WooCommerce know a product without a SKU by its number.
func TestAProductWithoutASKUIsAFaultUnlessItsNumberOrItsTitleIsGiven(t *testing.T) {
	byTitle := someday
	byTitle.ByTitle = true
	orders := func(columns, values string) string {
		return "Order ID,Email,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku" + columns + "\n#1,ann@example.com,5.00,2026-05-03,1,A gift,5.00," + values + "\n"
	}
	products := func(columns, values string) string {
		return "Handle,Title,Variant SKU,Variant Price" + columns + "\ngift,A gift,,5.00" + values + "\n"
	}
	for name, c := range map[string]struct {
		settings Settings
		kind     Kind
		content  string
		want     string
	}{
		"line":                    {someday, Orders, orders("", ""), "2:50: product is missing: webhooks know a product without a SKU by its number"},
		"line by its title":       {byTitle, Orders, orders("", ""), "1xA gift at 500"},
		"line with the number":    {someday, Orders, orders(",product", ",7001"), "1x7001 at 500"},
		"line with its SKU":       {someday, Orders, orders(",product id", "GIFT,7001"), "1xGIFT at 500"},
		"no column for products":  {someday, Orders, "order id,email,total,placed at,quantity,title,price\n1,ann@example.com,5.00,2026-05-03,1,A gift,5.00\n", "1xA gift at 500"},
		"product":                 {someday, Products, products("", ""), "2:13: id is missing: webhooks know a product without a SKU by its number"},
		"product by its title":    {byTitle, Products, products("", ""), "A gift A gift"},
		"product with the number": {someday, Products, products(",id", ",7001"), "7001 A gift"},
	} {
		got, _ := readWith(t, c.settings, "file.csv", c.kind, c.content)
		if len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestBirthdays(t *testing.T) {
	dmy := someday
	dmy.Dates = "dmy"
	for text, want := range map[string]string{
		"05-17": "05-17", "--05-17": "05-17", "1990-05-17": "05-17", "1990-05-17T00:00:00+14:00": "05-17", "17.05.1990": "05-17", "17.5.": "05-17", "17.5": "05-17",
		"05/17": "05-17", "17/05": "05-17", "17/05/1990": "05-17", "02-29": "02-29", "29.2.": "02-29", "May 17, 1990": "05-17",
		"03/04": "can be read as two days", "30.2.": "is not a day of a year", "17": "is not a day of a year", "perhaps": "is not a day of a year",
	} {
		b, fault := someday.birthday(text)
		if fault == "" && string(b) != want || !strings.HasPrefix(fault, want) && fault != "" {
			t.Errorf("birthday(%q) = %q, %q, want %q", text, b, fault, want)
		}
	}
	if b, fault := dmy.birthday("03/04"); b != "04-03" || fault != "" {
		t.Errorf("with DATES=dmy birthday(03/04) = %q, %q, want 04-03", b, fault)
	}
}

// Orders that are given as contacts would make customers of their IDs, and
// contacts that are given as suppressed would all be unsubscribed.
func TestAFileOfAnotherKindIsRefused(t *testing.T) {
	for content, c := range map[string]struct {
		kind Kind
		want string
	}{
		"Name,Email,Id,Lineitem sku\n#1,a@example.com,55,MUG\n":                             {Contacts, "give the file as ORDERS"},
		"Email,First Name,Email Marketing Consent\na@example.com,Ann,SUBSCRIBED\n":          {Suppressed, "give the file as CONTACTS"},
		"Email Address,OPTIN_TIME,CONFIRM_TIME\na@example.com,2025-01-01,2025-01-01\n":      {Suppressed, "give the file as CONTACTS"},
		"Email Address,OPTIN_TIME,UNSUB_TIME\na@example.com,2025-01-01,2025-01-02\n":        {Suppressed, ""},
		"Email,Email Marketing Consent,Suppression Reason\na@example.com,SUBSCRIBED,SPAM\n": {Suppressed, ""},
		"Email\na@example.com\n": {Suppressed, ""},
	} {
		path := filepath.Join(t.TempDir(), "file.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, c.kind, "", someday)
		if err == nil {
			defer r.File.Close()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s as %s: %v, want %q", strings.SplitN(content, "\n", 2)[0], c.kind, err, c.want)
		}
	}
}
