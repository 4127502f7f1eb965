//go:build !race

package policyfiles_test

import (
	"bytes"
	"strings"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/conditioncheck"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shoppolicy"
)

// Live counters are on by default; only true turns them off. Encode and Decode
// keep the setting.
func TestNoLiveCountersTurnsTheCountersOff(t *testing.T) {
	for line, want := range map[string]bool{"": false, "no_live_counters: false\n": false, "no_live_counters: true\n": true} {
		all := files(t, "")
		all["shop.yaml"].Data = append(all["shop.yaml"].Data, "\n"+line...)
		p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
		if err != nil || p.Shop.NoCounters != want {
			t.Errorf("with %q: NoCounters = %t, %v, want %t", line, p.Shop.NoCounters, err, want)
			continue
		}
		packed, err := shoppolicy.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := shoppolicy.Decode(packed, message.Renderer{}); err != nil || again.Shop.NoCounters != want {
			t.Errorf("with %q, decoded: NoCounters = %t, %v, want %t", line, again.Shop.NoCounters, err, want)
		}
	}
	all := files(t, "")
	all["shop.yaml"].Data = append(all["shop.yaml"].Data, "\nno_live_counters: perhaps\n"...)
	if _, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse); err == nil || !strings.Contains(err.Error(), "no_live_counters") {
		t.Errorf("with perhaps: %v, want a fault of that key", err)
	}
}

// The renderer takes marks of Liquid out of values, so a value with one would be printed
// in part.
func TestTextsOfTheShopHaveNoMarksOfLiquid(t *testing.T) {
	for _, key := range []string{"name", "address"} {
		all := files(t, "")
		before, after, _ := strings.Cut(string(all["shop.yaml"].Data), key+": ")
		_, rest, _ := strings.Cut(after, "\n")
		all["shop.yaml"].Data = []byte(before + key + ": '1 {{ 7 | plus: 1 }} Street'\n" + rest)
		if _, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse); err == nil || !strings.Contains(err.Error(), key+" has {{, a mark of Liquid") {
			t.Errorf("with a mark in %s: %v", key, err)
		}
	}
	for _, mark := range []string{"{%", "%}", "}}"} {
		all := files(t, "")
		all["shop.yaml"].Data = bytes.Replace(all["shop.yaml"].Data, []byte("Company 1"), []byte("'Company "+mark+"'"), 1)
		if _, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse); err == nil || !strings.Contains(err.Error(), "other has "+mark+", a mark of Liquid") {
			t.Errorf("with %s in a legal footer: %v", mark, err)
		}
	}
}

func TestLinksOfProductsAreOnTheShopsHosts(t *testing.T) {
	s := shoppolicy.Shop{URL: "https://Shop.example.com", Hosts: []string{"cdn.example.com"}}
	for address, ok := range map[string]bool{
		"https://shop.example.com":           true,
		"https://shop.example.com/p/1?a=b#c": true,
		"https://SHOP.example.com/p":         true,
		"https://shop.example.com?p=1":       true,
		"https://cdn.example.com/1.jpg":      true,
		"":                                   false,
		"https://":                           false,
		"https:///p":                         false,
		"http://shop.example.com/p":          false,
		"HTTPS://shop.example.com/p":         false,
		"//shop.example.com/p":               false,
		"/p":                                 false,
		"javascript:alert(1)//https://shop.example.com/": false,
		"https:shop.example.com":                         false,
		"https://example.com/p":                          false,
		"https://evil.example.com/p":                     false,
		"https://shop.example.com.evil.example/p":        false,
		"https://evil.example/https://shop.example.com":  false,
		"https://shop.example.com@evil.example/p":        false,
		"https://evil.example@shop.example.com/p":        false,
		"https://user:password@shop.example.com/p":       false,
		"https://shop.example.com:443/p":                 false,
		"https://shop.example.com:/p":                    false,
		"https://shop.example.com./p":                    false,
		"https://shop.example.com\\@evil.example/p":      false,
		"https://shop.example.com\\.evil.example/p":      false,
		"https://shop.exa\tmple.com/p":                   false,
		"https://shop.example.com%2eevil.example/p":      false,
		"https://shop．example.com/p":                     false,
		" https://shop.example.com/p":                    false,
		"https://xshop.example.com/p":                    false,
		"https://[::1]/p":                                false,
	} {
		if fault := s.LinkFault(address); (fault == "") != ok {
			t.Errorf("LinkFault(%q) = %q, want a fault: %t", address, fault, !ok)
		}
	}
	if fault := (shoppolicy.Shop{}).LinkFault("https:///p"); fault == "" {
		t.Error("a shop without an address allows a link without a host")
	}
}
