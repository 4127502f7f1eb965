// Package zoneinfo knows the time zones of each country, and of the provinces of
// a country that has several.
package zoneinfo

import (
	_ "embed"
	"strings"
	"sync"
)

// zones.txt has a line for each country: its ISO 3166-1 code and its zones, from
// west to east. Of the country's zones in tzdata's zone1970.tab (2025b) it has
// one for each set of offsets of 2026 and 2027. The lines below a country have
// its provinces, by the second part of their ISO 3166-2 code or by Shopify's
// code, with "_" for a blank; a province that is cut by a border of zones has
// both.
//
//go:embed zones.txt
var text string

var table = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		places, zones, _ := strings.Cut(strings.TrimSpace(line), " ")
		country, provinces, _ := strings.Cut(places, "-")
		for code := range strings.SplitSeq(provinces, ",") {
			all[place(country, code)] = strings.Fields(zones)
		}
	}
	return all
})

func place(country, province string) string {
	if province == "" {
		return country
	}
	return country + "-" + province
}

// Province returns the key of a country's province, such as "US-CA", or "" if
// the table does not have it. The code may begin with the country's ("US-CA"),
// and its case does not matter.
func Province(country, code string) string {
	code = strings.ToUpper(strings.TrimSpace(code))
	code = strings.ReplaceAll(strings.TrimPrefix(code, country+"-"), " ", "_")
	key := place(country, code)
	if _, ok := table()[key]; !ok || code == "" {
		return ""
	}
	return key
}

// Of returns the IANA names of the zones of a province (see [Province]) or, if
// it is not one of the country's, of all of the country; from west to east. It
// returns nil if there is no such country, as for "".
func Of(country, province string) []string {
	if zones, ok := table()[province]; ok && strings.HasPrefix(province, country+"-") {
		return zones
	}
	return table()[country]
}
