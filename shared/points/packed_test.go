package points

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// Only what a list says whole is a list: everything else keeps its fields.
func TestPackedLedgersAreTheSame(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	earn := Entry{ID: "earn/o-1", Kind: Earn, At: at, Points: 5, Order: "o-1", Active: at.Add(720 * time.Hour), Until: at.Add(8760 * time.Hour), Rate: 100}
	unpaid, grant, other, odd, sum, at0 := earn, earn, earn, earn, earn, earn
	unpaid.Unpaid = true
	grant.Kind = Grant
	other.ID = "earn/o-2"
	odd.Until = odd.Until.Add(time.Minute)
	sum.To = at.Add(24 * time.Hour)
	at0.Active = at
	back := Entry{ID: "refund/o-1/r", Kind: TakeBack, At: at, Points: -2, Order: "o-1", Lot: "earn/o-1"}
	for name, c := range map[string]struct {
		Entry
		list bool
	}{
		"earned by an order": {earn, true}, "not paid": {unpaid, true}, "granted": {grant, false}, "another ID": {other, false},
		"not after whole hours": {odd, false}, "a sum": {sum, false}, "active at once": {at0, false}, "taken back": {back, false},
		"without times": {Entry{ID: "earn/o-1", Kind: Earn, At: at, Points: 5, Order: "o-1"}, true},
	} {
		text, err := json.Marshal(Packed{c.Entry})
		if err != nil {
			t.Fatal(err)
		}
		var again Packed
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Ledger{c.Entry}, Ledger(again)); diff != "" || (text[1] == '[') != c.list {
			t.Errorf("%s: %s, want a list: %t (-written +read):\n%s", name, text, c.list, diff)
		}
	}
}

func TestDamagedEntriesAreNoLedger(t *testing.T) {
	for entry, want := range map[string]string{
		`null`:    `is null`,
		`[]`:      `has 0 values`,
		`["o-1"]`: `"o-1" has 1 values`,
		`["o-1","2026-11-21T12:00:00Z",5,720,8760,100,true,1]`:          `"o-1" has 8 values`,
		`["o-1","2026-11-21T12:00:00Z",5,null,8760,100]`:                `"o-1" has a null`,
		`["","2026-11-21T12:00:00Z",5,720,8760,100]`:                    `has no order`,
		`["o-1","0001-01-01T00:00:00Z",5,720,8760,100]`:                 `"o-1" has no time`,
		`["o-1","2026-11-21T12:00:00Z",5,9223372036854775,8760,100]`:    `"o-1" has too many hours`,
		`["o-1","2026-11-21T12:00:00Z",5,720,-9223372036854775808,100]`: `"o-1" has too many hours`,
		`["o-1","9999-11-21T12:00:00Z",5,720,8760,100]`:                 `"o-1" has too many hours`,
		`["o-1","2026-11-21T12:00:00Z",5,720,8760,"100"]`:               `"o-1": `,
		`["o-1","2026-11-21T12:00:00Z",5,720,8760,100,false]`:           ``,
	} {
		var l Packed
		err := json.Unmarshal([]byte("["+entry+"]"), &l)
		if fault := (*shop.ListError)(nil); want == "" && err != nil || want != "" && (!errors.As(err, &fault) || !strings.Contains(err.Error(), want)) {
			t.Errorf("read %s = %v, want an error with %q", entry, err, want)
		}
	}
}
