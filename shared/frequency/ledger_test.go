package frequency_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func TestWithAddsAnEntryAndWithoutRemovesIt(t *testing.T) {
	now := utc(t, "2026-11-22 10:00")
	p := frequency.Policy{Caps: []frequency.Cap{weekly}}
	before := frequency.Contact{Ledger: []frequency.Entry{{Send: "old", At: now.AddDate(0, -2, 0)}, {Send: "a", At: now.Add(-time.Hour)}}}
	kept := before.Ledger[0]

	after := before.With(frequency.Entry{Send: "b", At: now.Add(-2 * time.Hour)}, now, p)
	after = after.With(frequency.Entry{Send: "a", At: now.Add(1500 * time.Microsecond)}, now, p) // taken over, with the new time
	want := []frequency.Entry{{Send: "b", At: now.Add(-2 * time.Hour)}, {Send: "a", At: now.Add(time.Millisecond)}}
	if diff := cmp.Diff(want, after.Ledger); diff != "" {
		t.Errorf("With: -want +got\n%s", diff)
	}
	if len(before.Ledger) != 2 || before.Ledger[0].Send != kept.Send {
		t.Errorf("With changed its receiver: %+v", before.Ledger)
	}
	if got := after.Without("a").Without("unknown").Ledger; len(got) != 1 || got[0].Send != "b" {
		t.Errorf("Without(a) = %+v, want only b", got)
	}
	if len(after.Ledger) != 2 {
		t.Errorf("Without changed its receiver: %+v", after.Ledger)
	}
}

func TestTheLedgerHasALimitedNumberOfEntries(t *testing.T) {
	now := utc(t, "2026-11-22 10:00")
	p := frequency.Policy{Caps: []frequency.Cap{capOf("r", frequency.LargestCap, frequency.Rolling(frequency.LongestWindow))}}
	var c frequency.Contact
	for i := range 3000 {
		class := shop.ClassService
		if i < 200 {
			class = shop.ClassPromotion
		}
		c = c.With(frequency.Entry{Send: shop.SendID(time.Duration(i).String()), At: now, Class: class}, now, p)
	}
	if got, want := len(c.Ledger), 100+frequency.LargestCap; got != want {
		t.Errorf("%d entries after 3000 sends, want %d", got, want)
	}
	if v := p.Check(now, []string{""}, c, shop.ClassPromotion, nil); v.Allowed {
		t.Error("after many service messages a promotion is allowed over its cap")
	}
}

func TestTheLedgerKeepsTheEntryThatTheGapCountsFrom(t *testing.T) {
	start := utc(t, "2026-11-22 10:00")
	p := frequency.Policy{MinGap: 60 * 24 * time.Hour, Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {Obeys: true}}}
	c := frequency.Contact{}.With(promo(start), start, p)
	now := start.AddDate(0, 0, 50)
	for i := range 300 {
		c = c.With(frequency.Entry{Send: shop.SendID(time.Duration(i).String()), At: now, Class: shop.ClassService}, now, p)
	}
	if v := p.Check(now, []string{""}, c, shop.ClassPromotion, nil); v.Code != frequency.CodeGap || !v.At.Equal(start.AddDate(0, 0, 60)) {
		t.Errorf("Check = %+v, want the gap until 60 days after %s", v, start)
	}
}

func TestTheLedgerKeepsEntriesOfTheLongestWindow(t *testing.T) {
	start := utc(t, "2026-08-22 10:00")
	p := frequency.Policy{Caps: []frequency.Cap{capOf("r", 2, frequency.Rolling(90*24*time.Hour))}}
	now := start.AddDate(0, 0, 80)
	c := frequency.Contact{}.With(promo(start), start, p).With(promo(now), now, p)
	if v := p.Check(now, []string{""}, c, shop.ClassPromotion, nil); v.Allowed || !v.At.Equal(start.AddDate(0, 0, 90)) {
		t.Errorf("Check = %+v, want it to wait until 90 days after %s", v, start)
	}
	now = start.AddDate(0, 0, 91)
	if c = c.With(promo(now), now, p); len(c.Ledger) != 2 {
		t.Errorf("%d entries, want 2, because the first is in no window any more", len(c.Ledger))
	}
}

func TestTheLedgerKeepsEntriesOfTheWindowWithSlack(t *testing.T) {
	start := utc(t, "2026-08-22 10:00")
	p := frequency.Policy{Caps: []frequency.Cap{capOf("r", 2, frequency.Rolling(90*24*time.Hour))}, Slack: 5 * time.Minute}
	now := start.AddDate(0, 0, 90).Add(3 * time.Minute)
	c := frequency.Contact{}.With(promo(start), start, p).With(promo(now), now, p)
	if v, want := p.Check(now, []string{""}, c, shop.ClassPromotion, nil), now.Add(2*time.Minute); v.Allowed || !v.At.Equal(want) {
		t.Errorf("Check = %+v, want it to wait until %s, because the first may have gone out late", v, want)
	}
}

func TestConsented(t *testing.T) {
	const topic = shop.TopicPromotions
	yes, no := true, false
	at := utc(t, "2026-11-22 10:00")
	given := frequency.Contact{}.WithConsent(topic, true, at)
	for name, c := range map[string]struct {
		contact frequency.Contact
		order   *bool
		want    bool
	}{
		"no consent known":                        {frequency.Contact{}, nil, false},
		"only the order's box, ticked":            {frequency.Contact{}, &yes, true},
		"only the order's box, empty":             {frequency.Contact{}, &no, false},
		"an explicit opt-in and an empty box":     {given, &no, true},
		"an explicit opt-out and a ticked box":    {given.WithConsent(topic, false, at.Add(1)), &yes, false},
		"an opt-out after an opt-in":              {given.WithConsent(topic, false, at.Add(time.Second)), nil, false},
		"an earlier opt-out that is stored later": {given.WithConsent(topic, false, at.Add(-time.Second)), nil, true},
		"an opt-in and an opt-out at one time":    {given.WithConsent(topic, false, at), nil, false},
		"an opt-out and an opt-in at one time":    {frequency.Contact{}.WithConsent(topic, false, at).WithConsent(topic, true, at), nil, false},
		"an opt-in after an opt-out":              {given.WithConsent(topic, false, at).WithConsent(topic, true, at.Add(time.Second)), nil, true},
		"another topic":                           {frequency.Contact{}.WithConsent("surveys", true, at), nil, false},
		"an opt-out of another topic":             {given.WithConsent("surveys", false, at.Add(time.Hour)), nil, true},
	} {
		if got := c.contact.Consented(topic, c.order); got != c.want {
			t.Errorf("%s: Consented = %v, want %v", name, got, c.want)
		}
	}
	given.WithConsent(topic, false, at.Add(time.Hour))
	if !given.Consented(topic, nil) {
		t.Error("WithConsent changed its receiver")
	}
}

func TestSuppressedFor(t *testing.T) {
	at := utc(t, "2026-11-22 10:00")
	bounce := frequency.Suppression{Address: frequency.HashAddress("Ann@Example.com "), Reason: frequency.SuppressedBounce, At: at}
	erased := frequency.Suppression{Reason: frequency.SuppressedErased, At: at.Add(-time.Hour)}
	for name, c := range map[string]struct {
		contact frequency.Contact
		email   string
		want    string
	}{
		"no suppression":                          {frequency.Contact{}, "ann@example.com", ""},
		"the address in other letter case":        {frequency.Contact{}.WithSuppression(bounce), "aNN@example.com", "bounce"},
		"a new address":                           {frequency.Contact{}.WithSuppression(bounce), "ann.new@example.com", ""},
		"an erased customer, any address":         {frequency.Contact{}.WithSuppression(erased), "ann.new@example.com", "erased"},
		"erased, then a late bounce":              {frequency.Contact{}.WithSuppression(erased).WithSuppression(bounce), "x@example.com", "erased"},
		"a bounce, then erased":                   {frequency.Contact{}.WithSuppression(bounce).WithSuppression(erased), "x@example.com", "erased"},
		"the same bounce twice":                   {frequency.Contact{}.WithSuppression(bounce).WithSuppression(bounce), "ann@example.com", "bounce"},
		"an older complaint that is stored later": {frequency.Contact{}.WithSuppression(bounce).WithSuppression(frequency.Suppression{Address: bounce.Address, Reason: "complaint", At: at.Add(-1e9)}), "ann@example.com", "bounce"},
	} {
		got := ""
		if s := c.contact.SuppressedFor(c.email); s != nil {
			got = s.Reason
		}
		if got != c.want {
			t.Errorf("%s: SuppressedFor(%q) = %q, want %q", name, c.email, got, c.want)
		}
	}
}

const file = `
caps:
  - {name: promotions-7d, scope: class, class: promotion, max: 2, window: 7d}
  - {name: all-day, scope: all, max: 3, window: day}
min_gap: 4h
quiet: {from: 21:00, to: 08:00}
classes:
  service: {obeys: false, counts: false, quiet: false}
slack: 2m
zone: Europe/London
`

func TestAPolicyFileIsReadAndMarshalled(t *testing.T) {
	var p frequency.Policy
	if err := yaml.UnmarshalWithOptions([]byte(file), &p, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	want := frequency.Policy{
		Caps:   []frequency.Cap{weekly, {Name: "all-day", Scope: frequency.ScopeAll, Max: 3, Window: frequency.Window{Calendar: frequency.Day}}},
		MinGap: 4 * time.Hour, Quiet: nights, Slack: 2 * time.Minute, Zone: "Europe/London",
		Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("from YAML: -want +got\n%s", diff)
	}
	if faults := p.Faults(); len(faults) > 0 {
		t.Errorf("Faults = %v, want none", faults)
	}
	compiled, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back frequency.Policy
	if err := json.Unmarshal(compiled, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("through JSON: -want +got\n%s", diff)
	}
}

func TestFaultsReturnsAllFaults(t *testing.T) {
	p := frequency.Policy{
		Caps: []frequency.Cap{
			{Name: "a", Scope: "everyone", Max: -1},
			{Name: "a", Scope: frequency.ScopeClass, Class: "promo", Tag: "x", Max: 51, Window: frequency.Window{Calendar: "month"}},
			{Scope: frequency.ScopeTag, Class: shop.ClassPromotion, Window: frequency.Rolling(time.Second)},
		},
		MinGap: -1, Slack: 2 * time.Hour, Zone: "Local", Quiet: frequency.Quiet{From: 1440, To: -1},
		Classes: map[shop.Class]frequency.ClassPolicy{"promo": {}},
	}
	var got []string
	for _, f := range p.Faults() {
		got = append(got, f.Path)
	}
	want := strings.Fields(`caps[0].max caps[0].window caps[0].scope
		caps[1].name caps[1].max caps[1].window caps[1].class caps[1].tag
		caps[2].name caps[2].window caps[2].class caps[2].tag
		min_gap quiet.from quiet.to classes.promo slack zone`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Faults: -want +got\n%s", diff)
	}
}

func TestWindowsAndClocksAreReadFromText(t *testing.T) {
	for in, want := range map[string]string{
		"24h": "1d", "7d": "7d", "90m": "1h30m0s", "day": "day", " week ": "week", "366d": "366d",
		"": "", "0d": "", "30s": "", "-1d": "", "367d": "", "month": "", "1d12h": "", "999999999999999999d": "",
	} {
		var w frequency.Window
		err := w.UnmarshalText([]byte(in))
		if got := w.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("Window(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{"21:30": "21:30", "8:00": "08:00", "00:00": "00:00", "24:00": "", "8": "", "-1:00": "", "21:60": ""} {
		var c frequency.Clock
		err := c.UnmarshalText([]byte(in))
		if got := c.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("Clock(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}
