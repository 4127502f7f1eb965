package orders_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/trial"
)

// format writes a set as text: each customer's history, then each case as
// "customer? history: next order".
func format(set *trial.Set) string {
	var b strings.Builder
	list := func(items []trial.Item) string {
		var ids []string
		for _, item := range items {
			ids = append(ids, string(set.Products[item]))
		}
		return strings.Join(ids, " ")
	}
	history := func(orders []trial.Order) string {
		var parts []string
		for _, o := range orders {
			parts = append(parts, o.At.Format("01-02")+" "+list(o.Items))
		}
		return strings.Join(parts, ", ")
	}
	for _, c := range set.Customers {
		fmt.Fprintf(&b, "%s: %s\n", c.ID, history(c.Orders))
	}
	for _, c := range set.Cases {
		fmt.Fprintf(&b, "%s? %s: %s\n", c.Customer, history(c.Before), list(c.Next))
	}
	return b.String()
}

func cut(t *testing.T, csv string, at time.Time) *trial.Set {
	t.Helper()
	log, err := orders.CSV(strings.NewReader(csv), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	set, err := log.Cut(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err != nil {
		t.Errorf("the set is invalid: %v", err)
	}
	return set
}

var july = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

const plain = `customer,order,time,item
anna,1,2026-06-01,TEA
anna,1,2026-06-01,MILK
anna,2,2026-06-20,TEA
anna,3,2026-07-02,CAKE
anna,4,2026-07-03,TEA
bert,5,2026-06-30 23:59:59,MILK
cleo,6,2026-07-01 00:00:00,TEA
`

func TestCSV(t *testing.T) {
	const want = "anna: 06-01 MILK TEA, 06-20 TEA\nbert: 06-30 MILK\n" +
		"anna? 06-01 MILK TEA, 06-20 TEA: CAKE\n"
	lines := strings.Split(strings.TrimSpace(plain), "\n")
	shuffled := slices.Clone(lines[1:])
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	for name, csv := range map[string]string{
		"plain":                     plain,
		"lines in the wrong order":  lines[0] + "\n" + strings.Join(shuffled, "\n"),
		"every line twice":          plain + strings.Join(lines[1:], "\n"),
		"packed with gzip":          packed.String(),
		"from a spreadsheet":        "\ufeff" + strings.ReplaceAll(strings.ReplaceAll(plain, ",", ";"), "\n", "\r\n"),
		"with tabs":                 strings.ReplaceAll(plain, ",", "\t"),
		"with vertical bars":        strings.ReplaceAll(plain, ",", "|"),
		"other headings":            strings.Replace(plain, lines[0], "Customer ID,ORDER_NUMBER,Ordered-At,SKU", 1),
		"invalid lines":             plain + ",7,2026-06-01,TEA\nanna,7,2026-06-01,\nanna\nanna,9,never,TEA\n" + strings.Repeat(lines[1]+"\n", 20),
		"without a column of order": withoutOrder(),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, format(cut(t, csv, july))); diff != "" {
				t.Errorf("the set (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutOrder returns plain without its second column.
func withoutOrder() string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(plain), "\n") {
		parts := strings.Split(line, ",")
		fmt.Fprintln(&b, strings.Join(slices.Delete(parts, 1, 2), ","))
	}
	return b.String()
}

func TestNotesCountLinesLeftOut(t *testing.T) {
	set := cut(t, plain+",7,2026-06-01,TEA\nanna,7,2026-06-01,\nanna\n", july)
	if notes := strings.Join(set.Notes, "\n"); !strings.Contains(notes, "Of 10 lines left out: 1 too short, 1 without a customer, 1 without an item.") {
		t.Errorf("notes:\n%s\nwant the reasons for lines left out", notes)
	}
}

func TestOnlineRetail(t *testing.T) {
	set := cut(t, `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,HEART,6,2026-06-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123a,HEART,6,2026-06-01 08:26:00,2.55,17850.0,United Kingdom
536365,POST,POSTAGE,1,2026-06-01 08:26:00,18.00,17850.0,France
C536379,22423,CAKESTAND,-1,2026-06-02 09:41:00,12.75,17850.0,United Kingdom
536380,22423,CAKESTAND,0,2026-06-03 09:41:00,12.75,17850.0,United Kingdom
536381,22423,CAKESTAND,1,2026-06-03 09:41:00,12.75,,United Kingdom
536390,22423,CAKESTAND,1,2026-07-03 09:41:00,12.75,17850.0,United Kingdom
`, july)
	if diff := cmp.Diff("17850.0: 06-01 85123A\n17850.0? 06-01 85123A: 22423\n", format(set)); diff != "" {
		t.Errorf("the set (-want +got):\n%s", diff)
	}
	if notes := strings.Join(set.Notes, "\n"); !strings.Contains(notes, "1 without a customer, 1 of cancellations, 1 of fees, postage and the like, 1 of a quantity of 0 or less") {
		t.Errorf("notes:\n%s", notes)
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2026-06-01":                "2026-06-01T00:00:00Z",
		"2026-06-01 08:26":          "2026-06-01T08:26:00Z",
		"2026-06-01T08:26:00+02:00": "2026-06-01T06:26:00Z",
		"6/1/2026 8:26":             "2026-06-01T08:26:00Z",
		"2026/6/1":                  "2026-06-01T00:00:00Z",
		"20260601":                  "2026-06-01T00:00:00Z",
		"1780302360":                "2026-06-01T08:26:00Z",
		"1780302360000":             "2026-06-01T08:26:00Z",
		"9648":                      "2026-06-01T00:00:00Z",
	} {
		csv := fmt.Sprintf("user,time,item\na,%s,X\n", text)
		log, err := orders.CSV(strings.NewReader(csv), nil, 0)
		if err != nil {
			t.Errorf("CSV with the time %q: %v", text, err)
			continue
		}
		at, _ := time.Parse(time.RFC3339, want)
		if text == "9648" {
			at = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 9648)
		}
		if _, err := log.Cut(at); err == nil || !strings.Contains(err.Error(), at.Format(time.RFC3339)+" to") {
			t.Errorf("time %q: %v, want %v", text, err, at)
		}
	}
}

func TestCSVFailsWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		csv     string
		columns orders.Columns
		limit   int
		want    string
	}{
		"an empty file":            {"", nil, 0, "the file is empty"},
		"no column of time":        {"customer,item\n", nil, 0, `no column is recognised as the time; the columns are "customer", "item"; name it with COLUMNS=time=…`},
		"a column that is missing": {plain, orders.Columns{"item": "what"}, 0, `there is no column "what"`},
		"an unknown content":       {plain, orders.Columns{"colour": "item"}, 0, `cannot hold "colour"`},
		"an invalid time":          {"customer,time,item\na,2026-06-01,X\na,31.12.2026,X\n", nil, 0, `1 of 2 lines have an invalid time; the first: line 3 has the form "99.99.9999"`},
		"too many lines":           {plain, nil, 3, "line 5: more lines than may be read: 3"},
		"half a gzip":              {"\x1f\x8b\x08", nil, 0, "unpack"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := orders.CSV(strings.NewReader(c.csv), c.columns, c.limit); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("CSV = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestColumnsAreNamed(t *testing.T) {
	csv := "who,what,when\na,X,2026-06-01\na,Y,2026-07-01\n"
	log, err := orders.CSV(strings.NewReader(csv), orders.Columns{"customer": "who", "item": "what", "time": "when"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	set, err := log.Cut(july)
	if err != nil || format(set) != "a: 06-01 X\na? 06-01 X: Y\n" {
		t.Errorf("set = %v, %v", set, err)
	}
}

func TestCutFailsIfNothingCanBePredicted(t *testing.T) {
	for name, c := range map[string]struct{ csv, want string }{
		"one order":          {"customer,time,item\na,2026-06-01,X\n", "nothing to predict: 1 customers, 1 orders from 2026-06-01T00:00:00Z"},
		"only new customers": {"customer,time,item\na,2026-06-01,X\nb,2026-07-02,X\n", "nothing to predict"},
	} {
		t.Run(name, func(t *testing.T) {
			log, err := orders.CSV(strings.NewReader(c.csv), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []time.Time{{}, july} {
				if _, err := log.Cut(at); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("Cut(%v) = %v, want an error with %q", at, err, c.want)
				}
			}
		})
	}
}

func TestCutOfAnEmptyLogFails(t *testing.T) {
	if _, err := (&orders.Log{}).Cut(july); err == nil || !strings.Contains(err.Error(), "the log has no orders") {
		t.Errorf("Cut = %v, want an error", err)
	}
}

// If no cut is given, four fifths of the orders are before it.
func TestDefaultCut(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,time,item\n")
	for day := range 10 {
		fmt.Fprintf(&b, "a,2026-06-%02d 12:00,X%d\n", day+1, day)
	}
	if got := cut(t, b.String(), time.Time{}); !got.Now.Equal(time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)) || len(got.Cases) != 1 || got.Customers[0].Orders[8].At.Day() != 9 {
		t.Errorf("cut at %v, want the midnight after the ninth order, which is that at 80 %%", got.Now)
	}
	day := "customer,order,time,item\n"
	for hour := range 10 {
		day += fmt.Sprintf("a,%d,2026-06-01 %02d:00,X\n", hour, hour+8)
	}
	if got := cut(t, day, time.Time{}); !got.Now.Equal(time.Date(2026, 6, 1, 16, 0, 0, 0, time.UTC)) || len(got.Customers[0].Orders) != 8 {
		t.Errorf("orders of one day: cut at %v, want the time of its ninth order", got.Now)
	}
}

// A customer with ten thousand items is read like any other.
func TestManyItems(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,order,time,item\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "a,%d,2026-06-01,X%05d\n", i%7, i)
	}
	b.WriteString("a,z,2026-07-02,X00001\n")
	set := cut(t, b.String(), july)
	if n := len(set.Products); n != 10_000 || len(set.Cases) != 1 || len(set.Cases[0].Before) != 7 {
		t.Errorf("%d products, %d cases, want 10,000, and one with seven orders", n, len(set.Cases))
	}
}
