package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// A packed profile is the same profile, and what an earlier version stored is read as it
// was.
func TestPackedProfilesAreTheSame(t *testing.T) {
	scheme := points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Pending: 30 * 24 * time.Hour, Lives: 365 * 24 * time.Hour}
	rapid.Check(t, func(t *rapid.T) {
		orders, p := map[shop.OrderID]shop.Order{}, Profile{}
		for _, f := range history(t) {
			old := orders[f.fact.Order]
			merged, err := Merge(old, f.fact, f.at)
			if err != nil {
				t.Fatal(err)
			}
			orders[merged.ID] = merged
			if merged.Customer != "" {
				p = p.Update(old, merged, f.fact)
				p.Points.Ledger = scheme.Update(p.Points.Ledger, old, merged, p.WholeSince())
			}
		}
		long, short := canonical(p), canonical(Packed(p))
		var plain Profile
		if err := json.Unmarshal(long, &plain); err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string][]byte{"packed": short, "as before": long} {
			var again Packed
			if err := json.Unmarshal(text, &again); err != nil {
				t.Fatalf("read the profile, %s: %v", form, err)
			}
			if diff := cmp.Diff(plain, Profile(again)); diff != "" {
				t.Errorf("the profile, %s (-written +read):\n%s", form, diff)
			}
			if string(canonical(again)) != string(short) {
				t.Errorf("the profile, %s, has another revision after it was read", form)
			}
		}
		if len(p.Orders) > 0 && len(short) >= len(long) {
			t.Errorf("the packed form has %d bytes, the other %d", len(short), len(long))
		}
	})
}

// What is short, null or of a later version is refused whole: with the next write it would
// be lost.
func TestDamagedOrdersAreNoProfile(t *testing.T) {
	for order, want := range map[string]string{
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[]]`:                     `"o-1" has 1 products`,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1],{"returned":[1,1]}]`: `"o-1" has 1 products`,
		`["o-1"]`: `"o-1" has 1 values`,
		`[]`:      `has 0 values`,
		`null`:    `is null`,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"]]`:                          `"o-1" has 5 values`,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1],{},1]`:                 `"o-1" has 8 values`,
		`["o-1",null,100,"GBP",["p-1"],[1]]`:                                        `"o-1" has a null`,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[null]]`:                   `"o-1" has a null`,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1],null]`:                 `"o-1" has a null`,
		`[null,"2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1]]`:                       `has a null`,
		`["","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1]]`:                         `has no order`,
		`["o-1","0001-01-01T00:00:00Z",100,"GBP",["p-1"],[1]]`:                      `"o-1" has no time`,
		`["o-1","yesterday",100,"GBP",["p-1"],[1]]`:                                 `"o-1": `,
		`["o-1","2026-11-21T12:00:00Z","100","GBP",["p-1"],[1]]`:                    `"o-1": `,
		`["o-1","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1],{"gift":true}]`:        `"o-1" ends with an object that this version does not know`,
		`["o-null","2026-11-21T12:00:00Z",100,"GBP",["p-1"],[1],{"number":"null"}]`: ``,
	} {
		var p Packed
		err := json.Unmarshal(fmt.Appendf(nil, `{"id":"c-1","orders":[%s]}`, order), &p)
		if fault := (*shop.ListError)(nil); want == "" && err != nil || want != "" && (!errors.As(err, &fault) || !strings.Contains(err.Error(), want)) {
			t.Errorf("read %s = %v, want an error with %q", order, err, want)
		}
	}
}
