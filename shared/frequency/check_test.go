package frequency_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// utc parses a time in UTC such as "2026-11-22 10:00" or "2026-11-22 10:00:30".
func utc(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05", s+":00"[:max(0, 19-len(s))])
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func promo(at time.Time, tags ...string) frequency.Entry {
	return frequency.Entry{Send: shop.SendID("s" + at.Format(time.RFC3339Nano)), At: at, Class: shop.ClassPromotion, Tags: tags}
}

func ledger(at ...time.Time) frequency.Contact {
	var c frequency.Contact
	for _, t := range at {
		c.Ledger = append(c.Ledger, promo(t))
	}
	return c
}

func capOf(name string, maximum int, w frequency.Window) frequency.Cap {
	return frequency.Cap{Name: name, Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: maximum, Window: w}
}

var (
	weekly = capOf("promotions-7d", 2, frequency.Rolling(7*24*time.Hour))
	daily  = capOf("promotions-day", 1, frequency.Window{Calendar: frequency.Day})
	nights = frequency.Quiet{From: 21 * 60, To: 8 * 60}
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		policy  frequency.Policy
		contact frequency.Contact
		zone    string
		class   shop.Class // promotion if empty
		tags    []string
		now, at string // at is the returned time: "" never, equal to now: allowed
		code    string
	}{
		"the zero policy allows everything": {now: "2026-11-22 03:00", at: "2026-11-22 03:00"},
		"room for one more": {
			policy: frequency.Policy{Caps: []frequency.Cap{weekly}}, contact: ledger(utc(t, "2026-11-21 10:00")),
			now: "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"a full window has room when its older message leaves it": {
			policy: frequency.Policy{Caps: []frequency.Cap{weekly}}, contact: ledger(utc(t, "2026-11-18 10:00"), utc(t, "2026-11-21 10:00")),
			now: "2026-11-22 10:00", at: "2026-11-25 10:00", code: "cap:promotions-7d",
		},
		"a message exactly one window old has left it": {
			policy: frequency.Policy{Caps: []frequency.Cap{weekly}}, contact: ledger(utc(t, "2026-11-18 10:00"), utc(t, "2026-11-21 10:00")),
			now: "2026-11-25 10:00", at: "2026-11-25 10:00",
		},
		"slack widens the window": {
			policy:  frequency.Policy{Caps: []frequency.Cap{weekly}, Slack: 90 * time.Second},
			contact: ledger(utc(t, "2026-11-18 10:00"), utc(t, "2026-11-21 10:00")),
			now:     "2026-11-25 10:00", at: "2026-11-25 10:02", code: "cap:promotions-7d",
		},
		"an entry with a future time counts": {
			policy: frequency.Policy{Caps: []frequency.Cap{daily}}, contact: ledger(utc(t, "2026-11-22 10:03")),
			now: "2026-11-22 10:00", at: "2026-11-23 00:00", code: "cap:promotions-day",
		},
		"an entry with a time of tomorrow counts today": {
			policy: frequency.Policy{Caps: []frequency.Cap{daily}}, contact: ledger(utc(t, "2026-11-23 00:01")),
			now: "2026-11-22 23:59", at: "2026-11-24 00:00", code: "cap:promotions-day",
		},
		"a message of the last minute of a day may count for the next day by slack": {
			policy: frequency.Policy{Caps: []frequency.Cap{daily}, Slack: time.Minute}, contact: ledger(utc(t, "2026-11-22 23:59")),
			now: "2026-11-23 00:00", at: "2026-11-24 00:01", code: "cap:promotions-day",
		},
		"the next day begins only after slack, because the clock may be fast": {
			policy: frequency.Policy{Caps: []frequency.Cap{daily}, Slack: time.Minute}, contact: ledger(utc(t, "2026-11-22 12:00")),
			now: "2026-11-23 00:00", at: "2026-11-23 00:01", code: "cap:promotions-day",
		},
		"a cap of 0": {
			policy: frequency.Policy{Caps: []frequency.Cap{weekly, capOf("none", 0, frequency.Rolling(time.Hour))}},
			now:    "2026-11-22 10:00", code: "cap-zero",
		},
		"a cap of 0 on another tag": {
			policy: frequency.Policy{Caps: []frequency.Cap{{Name: "surveys", Scope: frequency.ScopeTag, Tag: "survey", Window: frequency.Rolling(time.Hour)}}},
			tags:   []string{"weekly"}, now: "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"a cap on a tag counts the tags at the time of the claim": {
			policy:  frequency.Policy{Caps: []frequency.Cap{{Name: "tips", Scope: frequency.ScopeTag, Tag: "tip", Max: 1, Window: frequency.Rolling(24 * time.Hour)}}},
			contact: frequency.Contact{Ledger: []frequency.Entry{promo(utc(t, "2026-11-22 09:00"), "other", "tip"), promo(utc(t, "2026-11-22 09:30"), "other")}},
			tags:    []string{"tip"}, now: "2026-11-22 10:00", at: "2026-11-23 09:00", code: "cap:tips",
		},
		"of two full caps the one that lasts longer is named": {
			policy:  frequency.Policy{Caps: []frequency.Cap{daily, weekly}},
			contact: ledger(utc(t, "2026-11-20 10:00"), utc(t, "2026-11-22 09:00")),
			now:     "2026-11-22 10:00", at: "2026-11-27 10:00", code: "cap:promotions-7d",
		},
		"the gap counts from the latest message": {
			policy:  frequency.Policy{MinGap: 4 * time.Hour, Slack: time.Minute},
			contact: ledger(utc(t, "2026-11-22 01:00"), utc(t, "2026-11-22 09:00")),
			now:     "2026-11-22 10:00", at: "2026-11-22 13:01", code: "gap",
		},
		"an unsorted ledger": {
			policy:  frequency.Policy{MinGap: 4 * time.Hour, Caps: []frequency.Cap{weekly}},
			contact: ledger(utc(t, "2026-11-22 09:00"), utc(t, "2026-11-16 12:00"), utc(t, "2026-11-01 09:00")),
			now:     "2026-11-22 10:00", at: "2026-11-23 12:00", code: "cap:promotions-7d",
		},
		"a class that need not obey, in quiet hours, with full caps": {
			policy: frequency.Policy{
				Caps:  []frequency.Cap{{Name: "all", Scope: frequency.ScopeAll, Max: 0, Window: frequency.Rolling(time.Hour)}},
				Quiet: nights, MinGap: time.Hour, Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {}},
			},
			contact: frequency.Contact{Wishes: wishes(frequency.Monthly, "2027-01-01"), Ledger: ledger(utc(t, "2026-11-22 02:00")).Ledger},
			class:   shop.ClassService, now: "2026-11-22 03:00", at: "2026-11-22 03:00",
		},
		"messages of a class that does not count": {
			policy: frequency.Policy{
				Caps: []frequency.Cap{{Name: "all", Scope: frequency.ScopeAll, Max: 1, Window: frequency.Rolling(time.Hour)}}, MinGap: time.Hour,
				Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {Obeys: true}},
			},
			contact: frequency.Contact{Ledger: []frequency.Entry{{At: utc(t, "2026-11-22 09:59"), Class: shop.ClassService}}},
			now:     "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"an unlisted class obeys and counts": {
			policy: frequency.Policy{
				Caps:    []frequency.Cap{{Name: "all", Scope: frequency.ScopeAll, Max: 1, Window: frequency.Rolling(time.Hour)}},
				Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {}}, Quiet: nights, Zone: "UTC",
			},
			contact: frequency.Contact{Ledger: []frequency.Entry{{At: utc(t, "2026-11-22 20:30"), Class: "novel"}}},
			class:   "newest", now: "2026-11-22 20:45", at: "2026-11-23 08:00", code: "cap:all",
		},
		"quiet hours alone": {
			policy: frequency.Policy{Quiet: nights, Zone: "Europe/Warsaw"}, now: "2026-11-22 20:00", at: "2026-11-23 07:00", code: "quiet-hours",
		},
		"the first quiet minute": {
			policy: frequency.Policy{Quiet: nights, Zone: "UTC"}, now: "2026-11-22 21:00", at: "2026-11-23 08:00", code: "quiet-hours",
		},
		"the last second before the quiet hours": {
			policy: frequency.Policy{Quiet: nights, Zone: "UTC"}, now: "2026-11-22 20:59:59", at: "2026-11-22 20:59:59",
		},
		"the first minute after the quiet hours": {
			policy: frequency.Policy{Quiet: nights, Zone: "UTC"}, now: "2026-11-23 08:00", at: "2026-11-23 08:00",
		},
		"quiet hours that do not include midnight": {
			policy: frequency.Policy{Quiet: frequency.Quiet{From: 12 * 60, To: 14 * 60}, Zone: "UTC"}, now: "2026-11-22 12:30", at: "2026-11-22 14:00", code: "quiet-hours",
		},
		"there is room at midnight, in quiet hours": {
			policy:  frequency.Policy{Caps: []frequency.Cap{daily}, Quiet: nights, Zone: "Europe/Athens"},
			contact: ledger(utc(t, "2026-11-22 09:00")),
			now:     "2026-11-22 10:00", at: "2026-11-23 06:00", code: "cap:promotions-day",
		},
		"the customer's zone is used before the shop's": {
			policy: frequency.Policy{Quiet: nights, Zone: "Europe/Athens"}, zone: "Asia/Kathmandu", now: "2026-11-22 16:00", at: "2026-11-23 02:15", code: "quiet-hours",
		},
		"an unknown zone: the shop's is used": {
			policy: frequency.Policy{Quiet: nights, Zone: "Europe/Athens"}, zone: "Europe/Atlantis", now: "2026-11-22 05:00", at: "2026-11-22 06:00", code: "quiet-hours",
		},
		"the zone name Local: the shop's is used": {
			policy: frequency.Policy{Quiet: nights, Zone: "Europe/Athens"}, zone: "Local", now: "2026-11-22 05:00", at: "2026-11-22 06:00", code: "quiet-hours",
		},
		"without any zone, before 12:00 UTC": {
			policy: frequency.Policy{Quiet: nights, Zone: "nowhere"}, now: "2026-11-22 10:00", at: "2026-11-22 12:00", code: "quiet-hours",
		},
		"without any zone, at 18:00 UTC": {
			policy: frequency.Policy{Quiet: nights}, now: "2026-11-22 18:00", at: "2026-11-23 12:00", code: "quiet-hours",
		},
		"without any zone the day is UTC's": {
			policy: frequency.Policy{Caps: []frequency.Cap{daily}}, contact: ledger(utc(t, "2026-11-22 23:00")),
			now: "2026-11-22 23:30", at: "2026-11-23 00:00", code: "cap:promotions-day",
		},
		"a pause ends when its day begins for the customer": {
			policy: frequency.Policy{Zone: "Europe/London"}, zone: "America/New_York",
			contact: frequency.Contact{Wishes: wishes("", "2026-12-01")},
			now:     "2026-11-22 10:00", at: "2026-12-01 05:00", code: "paused",
		},
		"a pause of a customer without a zone ends by the shop's": {
			policy:  frequency.Policy{Zone: "Europe/Athens"},
			contact: frequency.Contact{Wishes: wishes("", "2026-12-01")},
			now:     "2026-11-22 10:00", at: "2026-11-30 22:00", code: "paused",
		},
		"a pause, and promotions that obey nothing else": {
			policy:  frequency.Policy{Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {}}},
			contact: frequency.Contact{Wishes: wishes("", "2026-12-01")},
			now:     "2026-11-22 10:00", at: "2026-12-01 00:00", code: "paused",
		},
		"a pause, and a promise": {
			contact: frequency.Contact{Wishes: wishes("", "2026-12-01")}, class: shop.ClassPromise,
			now: "2026-11-22 10:00", at: "2026-12-01 00:00", code: "paused",
		},
		"a pause that is over": {
			contact: frequency.Contact{Wishes: wishes("", "2026-11-22")},
			now:     "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"a pause and a pace, and a service message that obeys the caps": {
			contact: frequency.Contact{Wishes: wishes(frequency.Monthly, "2026-12-01"), Ledger: ledger(utc(t, "2026-11-21 10:00")).Ledger}, class: shop.ClassService,
			now: "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"weekly, below the shop's cap": {
			policy:  frequency.Policy{Caps: []frequency.Cap{weekly}},
			contact: frequency.Contact{Wishes: wishes(frequency.Weekly, ""), Ledger: ledger(utc(t, "2026-11-21 10:00")).Ledger},
			now:     "2026-11-22 10:00", at: "2026-11-28 10:00", code: "own-limit",
		},
		"weekly, and promotions that need not obey": {
			policy:  frequency.Policy{Slack: 5 * time.Minute, Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {}}},
			contact: frequency.Contact{Wishes: wishes(frequency.Weekly, ""), Ledger: ledger(utc(t, "2026-11-21 10:00")).Ledger},
			now:     "2026-11-22 10:00", at: "2026-11-28 10:05", code: "own-limit",
		},
		"monthly, after a promise": {
			contact: frequency.Contact{Wishes: wishes(frequency.Monthly, ""), Ledger: []frequency.Entry{{Send: "p", At: utc(t, "2026-11-21 10:00"), Class: shop.ClassPromise}}},
			now:     "2026-11-22 10:00", at: "2026-12-21 10:00", code: "own-limit",
		},
		"monthly, after a message about an order": {
			contact: frequency.Contact{Wishes: wishes(frequency.Monthly, ""), Ledger: []frequency.Entry{{Send: "p", At: utc(t, "2026-11-21 10:00"), Class: shop.ClassService}}},
			now:     "2026-11-22 10:00", at: "2026-11-22 10:00",
		},
		"a week begins on Monday": {
			policy:  frequency.Policy{Caps: []frequency.Cap{capOf("w", 1, frequency.Window{Calendar: frequency.Week})}, Zone: "Europe/Athens"},
			contact: ledger(utc(t, "2026-11-22 21:00")), // Sunday 23:00 in Athens
			now:     "2026-11-22 21:30", at: "2026-11-22 22:00", code: "cap:w",
		},
		"the day before a leap day": {
			policy:  frequency.Policy{Caps: []frequency.Cap{daily}},
			contact: ledger(utc(t, "2028-02-28 12:00")), now: "2028-02-28 13:00", at: "2028-02-29 00:00", code: "cap:promotions-day",
		},
		"a leap day": {
			policy:  frequency.Policy{Caps: []frequency.Cap{daily}},
			contact: ledger(utc(t, "2028-02-29 12:00")), now: "2028-02-29 13:00", at: "2028-03-01 00:00", code: "cap:promotions-day",
		},
		"a leap day, with a cap of 2": { // a policy that changed while the message waited
			policy:  frequency.Policy{Caps: []frequency.Cap{capOf("promotions-day", 2, frequency.Window{Calendar: frequency.Day})}},
			contact: ledger(utc(t, "2028-02-29 12:00")), now: "2028-02-29 13:00", at: "2028-02-29 13:00",
		},
		"the time is rounded up to a whole minute": {
			policy:  frequency.Policy{MinGap: time.Minute},
			contact: ledger(utc(t, "2026-11-22 10:00:01")), now: "2026-11-22 10:00:30", at: "2026-11-22 10:02", code: "gap",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.class == "" {
				c.class = shop.ClassPromotion
			}
			now := utc(t, c.now)
			got := c.policy.Check(now, []string{c.zone}, c.contact, c.class, c.tags)
			want := frequency.Verdict{Allowed: c.at == c.now, Code: c.code, Text: got.Text}
			if c.at != "" {
				want.At = utc(t, c.at)
			}
			if got != want || (got.Text == "") != want.Allowed {
				t.Errorf("Check(%s, %q) = %+v, want %+v", c.now, c.zone, got, want)
			}
		})
	}
}

// Days that are not 24 hours long, and zones whose offset is not whole hours.
func TestTheSecondMessageOfADayGoesOnTheNextDay(t *testing.T) {
	for _, c := range []struct{ name, zone, sent, next string }{
		{"London, 23 hours", "Europe/London", "2026-03-29 00:00", "2026-03-29 23:00"},
		{"London, 25 hours", "Europe/London", "2026-10-24 23:00", "2026-10-26 00:00"},
		{"New York, 23 hours", "America/New_York", "2026-03-08 05:00", "2026-03-09 04:00"},
		{"New York, 25 hours", "America/New_York", "2026-11-01 04:00", "2026-11-02 05:00"},
		{"Lord Howe, 24½ hours", "Australia/Lord_Howe", "2026-04-04 13:00", "2026-04-05 13:30"},
		{"Lord Howe, 23½ hours", "Australia/Lord_Howe", "2026-10-03 13:30", "2026-10-04 13:00"},
		{"Kathmandu, a quarter off", "Asia/Kathmandu", "2026-11-21 18:15", "2026-11-22 18:15"},
		{"Kathmandu, the evening before", "Asia/Kathmandu", "2026-11-21 18:14", "2026-11-21 18:15"},
		{"Beirut, midnight skipped", "Asia/Beirut", "2026-03-28 21:59", "2026-03-28 22:00"},
		{"Beirut, the day without midnight", "Asia/Beirut", "2026-03-28 22:00", "2026-03-29 21:00"},
		{"Havana, midnight twice", "America/Havana", "2026-11-01 04:30", "2026-11-02 05:00"},
		{"Apia, the day that was not", "Pacific/Apia", "2011-12-30 09:59", "2011-12-30 10:00"},
		{"St John's, back over midnight", "America/St_Johns", "2010-11-07 02:40", "2010-11-08 03:30"},
	} {
		sent := utc(t, c.sent)
		p := frequency.Policy{Caps: []frequency.Cap{daily}}
		for _, now := range []time.Time{sent, sent.Add(time.Second), utc(t, c.next).Add(-time.Second)} {
			if got := p.Check(now, []string{c.zone}, ledger(sent), shop.ClassPromotion, nil); got.Allowed || !got.At.Equal(utc(t, c.next)) {
				t.Errorf("%s: Check(%s) after one at %s = %+v, want %s", c.name, now, c.sent, got, c.next)
			}
		}
		if got := p.Check(utc(t, c.next), []string{c.zone}, ledger(sent), shop.ClassPromotion, nil); !got.Allowed {
			t.Errorf("%s: Check(%s) = %+v, want it allowed", c.name, c.next, got)
		}
	}
}

// Most of the nights have a clock change.
func TestAMessageGoesAfterTheQuietHours(t *testing.T) {
	hours := func(from, to string) (q frequency.Quiet) {
		if q.From.UnmarshalText([]byte(from)) != nil || q.To.UnmarshalText([]byte(to)) != nil {
			t.Fatal(from, to)
		}
		return q
	}
	for _, c := range []struct{ name, zone, from, to, now, at string }{
		{"London, spring night", "Europe/London", "21:00", "08:00", "2026-03-28 22:00", "2026-03-29 07:00"},
		{"London, autumn night", "Europe/London", "21:00", "08:00", "2026-10-24 22:00", "2026-10-25 08:00"},
		{"London, the end does not exist", "Europe/London", "23:00", "01:30", "2026-03-29 00:30", "2026-03-29 01:00"},
		{"London, the whole quiet hour does not exist", "Europe/London", "01:00", "02:00", "2026-03-29 00:59", "2026-03-29 00:59"},
		{"London, after the hour that does not exist", "Europe/London", "01:00", "02:00", "2026-03-29 01:00", "2026-03-29 01:00"},
		{"London, a quiet hour comes twice", "Europe/London", "01:00", "02:00", "2026-10-25 00:10", "2026-10-25 02:00"},
		{"London, between the halves", "Europe/London", "01:30", "02:30", "2026-10-25 00:40", "2026-10-25 01:00"},
		{"London, the second half", "Europe/London", "01:30", "02:30", "2026-10-25 01:30", "2026-10-25 02:30"},
		{"New York, spring night", "America/New_York", "21:00", "08:00", "2026-03-08 04:00", "2026-03-08 12:00"},
		{"New York, autumn night", "America/New_York", "21:00", "08:00", "2026-11-01 04:00", "2026-11-01 13:00"},
		{"Lord Howe, half an hour back", "Australia/Lord_Howe", "01:30", "02:00", "2026-04-04 14:30", "2026-04-04 15:30"},
		{"Lord Howe, half an hour on", "Australia/Lord_Howe", "01:00", "02:15", "2026-10-03 15:00", "2026-10-03 15:30"},
		{"Kathmandu", "Asia/Kathmandu", "21:00", "08:00", "2026-11-22 15:15", "2026-11-23 02:15"},
		{"Kathmandu, just before", "Asia/Kathmandu", "21:00", "08:00", "2026-11-22 15:14", "2026-11-22 15:14"},
	} {
		p := frequency.Policy{Quiet: hours(c.from, c.to)}
		got := p.Check(utc(t, c.now), []string{c.zone}, frequency.Contact{}, shop.ClassPromotion, nil)
		if got.Allowed != (c.now == c.at) || !got.At.Equal(utc(t, c.at)) {
			t.Errorf("%s: Check(%s) = %+v, want %s", c.name, c.now, got, c.at)
		}
	}
}

func ExamplePolicy_Check() {
	policy := frequency.Policy{
		Caps: []frequency.Cap{
			{Name: "promotions-7d", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 2, Window: frequency.Rolling(7 * 24 * time.Hour)},
			{Name: "promotions-day", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Window{Calendar: frequency.Day}},
		},
		Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60},
		Slack: 2 * time.Minute,
		Zone:  "Europe/Athens",
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	contact := frequency.Contact{}.With(frequency.Entry{Send: "a", At: now, Class: shop.ClassPromotion}, now, policy)

	v := policy.Check(now.Add(time.Hour), []string{"Europe/Warsaw"}, contact, shop.ClassPromotion, nil)
	fmt.Println(v.Allowed, v.At.Format(time.RFC3339), v.Code)
	fmt.Println(v.Text)
	// Output:
	// false 2026-11-23T07:00:00Z cap:promotions-day
	// the frequency cap promotions-day allows 1 message per day, and the customer has had as many
}

func BenchmarkCheck(b *testing.B) {
	p := frequency.Policy{Caps: []frequency.Cap{weekly, daily}, Quiet: nights, MinGap: time.Hour, Slack: time.Minute, Zone: "Europe/Athens"}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, entries := range []int{0, 5, 100} {
		var c frequency.Contact
		for i := range entries {
			c.Ledger = append(c.Ledger, promo(now.Add(-time.Duration(entries-i)*8*time.Hour)))
		}
		b.Run(fmt.Sprintf("ledger=%d", entries), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Check(now, []string{"Europe/London"}, c, shop.ClassPromotion, nil)
			}
		})
	}
}
