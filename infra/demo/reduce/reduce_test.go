package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,85123A,HEART,6,2011-12-01 08:00:00,2.55,100.0,United Kingdom
1,71053,LANTERN,6,2011-12-01 08:00:00,3.39,100.0,United Kingdom
1,22752,BABUSHKA,2,2011-12-01 08:00:00,7.65,100.0,United Kingdom
1,POST,POSTAGE,1,2011-12-01 08:00:00,18.0,100.0,United Kingdom
2,85123A,HEART,6,2011-12-02 08:00:00,2.55,,United Kingdom
3,85123A,HEART,6,2011-12-03 08:00:00,0.0,101.0,France
4,85123A,HEART,6000,2011-12-03 08:00:00,2.55,102.0,France
5,71053,LANTERN,6,2011-12-09 08:00:00,3.39,103.0,Germany
C6,71053,LANTERN,-2,2011-12-09 09:00:00,3.39,103.0,Germany
C7,71053,LANTERN,-2,2011-12-09 09:00:00,3.39,104.0,Germany
8,71053,LANTERN,2,2011-11-09 09:00:00,3.39,105.0,Poland
9,71053,LANTERN,2,2011-11-09 09:00:00,3.39,106.0,Unspecified
10,22423,CAKESTAND,2,2011-11-09 09:00:00,12.75,105.0,Poland
`

func reduced(t *testing.T, limit limits) ([]byte, string) {
	t.Helper()
	var out bytes.Buffer
	if _, err := reduce(strings.NewReader(source), &out, limit); err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), string(rows)
}

func TestReduceKeepsWholeRowsOfProducts(t *testing.T) {
	_, got := reduced(t, limits{customers: 2, products: 2, lines: 2, units: 600, orders: 10, lastDays: 1})
	// 103 ordered on the last day, 105 is from a rare country; 85123A and 22423
	// were bought by fewer customers than 71053, and 22423 sorts first.
	want := `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
5,71053,LANTERN,6,2011-12-09 08:00:00,3.39,103.0,Germany
C6,71053,LANTERN,-2,2011-12-09 09:00:00,3.39,103.0,Germany
8,71053,LANTERN,2,2011-11-09 09:00:00,3.39,105.0,Poland
10,22423,CAKESTAND,2,2011-11-09 09:00:00,12.75,105.0,Poland
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reduce (-want +got):\n%s", diff)
	}
}

func TestReduceOmitsLinesOfLongOrders(t *testing.T) {
	_, got := reduced(t, limits{customers: 9, products: 9, lines: 2, units: 600, orders: 10, lastDays: 1})
	if strings.Contains(got, "BABUSHKA") || !strings.Contains(got, "1,71053") {
		t.Errorf("reduce kept\n%s\nwant the first two lines of order 1", got)
	}
}

func TestReduceReturnsTheSameBytesForTheSameInput(t *testing.T) {
	once, _ := reduced(t, demo)
	again, _ := reduced(t, demo)
	if !bytes.Equal(once, again) {
		t.Error("reduce returned two different results for one input")
	}
}
