package shoppolicy_test

import (
	"strings"
	"testing"

	"regulars/shared/shoppolicy"
)

// Live counters are on by default; only true turns them off. Encode and Decode
// keep the setting.
func TestNoLiveCountersTurnsTheCountersOff(t *testing.T) {
	for line, want := range map[string]bool{"": false, "no_live_counters: false\n": false, "no_live_counters: true\n": true} {
		all := files(t, "")
		all["shop.yaml"].Data = append(all["shop.yaml"].Data, "\n"+line...)
		p, err := shoppolicy.Load(all, asIs)
		if err != nil || p.Shop.NoCounters != want {
			t.Errorf("with %q: NoCounters = %t, %v, want %t", line, p.Shop.NoCounters, err, want)
			continue
		}
		packed, err := shoppolicy.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := shoppolicy.Decode(packed); err != nil || again.Shop.NoCounters != want {
			t.Errorf("with %q, decoded: NoCounters = %t, %v, want %t", line, again.Shop.NoCounters, err, want)
		}
	}
	all := files(t, "")
	all["shop.yaml"].Data = append(all["shop.yaml"].Data, "\nno_live_counters: perhaps\n"...)
	if _, err := shoppolicy.Load(all, asIs); err == nil || !strings.Contains(err.Error(), "no_live_counters") {
		t.Errorf("with perhaps: %v, want a fault of that key", err)
	}
}
