package zoneinfo

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestZonesOfCountriesAndProvinces(t *testing.T) {
	for name, c := range map[string]struct {
		country, code string
		want          string
	}{
		"California":                   {"US", "CA", "America/Los_Angeles"},
		"California with its country":  {"US", "us-ca", "America/Los_Angeles"},
		"Quintana Roo, as in Shopify":  {"MX", "Q ROO", "America/Cancun"},
		"Canary Islands":               {"ES", "GC", "Atlantic/Canary"},
		"Azores, with its country":     {"PT", "PT-20", "Atlantic/Azores"},
		"Chatham Islands":              {"NZ", "CIT", "Pacific/Chatham"},
		"Texas, cut by a border":       {"US", "TX", "America/Denver America/Chicago"},
		"a country of one zone":        {"GB", "ENG", "Europe/London"},
		"Réunion is not in Europe":     {"RE", "", "Asia/Dubai"},
		"Spain without a province":     {"ES", "", "Atlantic/Canary Europe/Madrid"},
		"a province that is not known": {"EC", "ZZ", "Pacific/Galapagos America/Guayaquil"},
		"no country":                   {"", "CA", ""},
		"no such country":              {"XX", "", ""},
	} {
		if got := strings.Join(Of(c.country, Province(c.country, c.code)), " "); got != c.want {
			t.Errorf("%s: the zones are %q, want %q", name, got, c.want)
		}
	}
	if got := Of("GB", "US-CA"); !slices.Equal(got, []string{"Europe/London"}) {
		t.Errorf("the zones of a customer who moved from California to London are %v, want London's", got)
	}
}

// The first zone is that in which a day ends last.
func TestEachZoneExistsAndTheWesternmostIsFirst(t *testing.T) {
	winter := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if len(table()) < 600 {
		t.Errorf("the table has %d places, want all countries and provinces", len(table()))
	}
	for place, zones := range table() {
		last := -24 * 3600
		for _, name := range zones {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Errorf("%s: %v", place, err)
				continue
			}
			_, offset := winter.In(zone).Zone()
			if offset < last {
				t.Errorf("%s: %s is west of the zone before it", place, name)
			}
			last = offset
		}
		if len(zones) == 0 {
			t.Errorf("%s has no zones", place)
		}
	}
}
