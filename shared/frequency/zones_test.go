package frequency_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
	"regulars/shared/zoneinfo"
)

// The shop is in London; its quiet hours are 21:00 to 08:00.
func TestQuietHoursOfEachZoneInWhichTheCustomerMayBe(t *testing.T) {
	london := frequency.Policy{Zone: "Europe/London", Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60}}
	for name, c := range map[string]struct {
		zones    []string
		now, may string // UTC; may: the first time at which a promotion may go
	}{
		"California, at 06:26":              {zoneinfo.Of("US", "US-CA"), "2026-11-22 14:26", "2026-11-22 16:00"},
		"California, at 08:00":              {zoneinfo.Of("US", "US-CA"), "2026-11-22 16:00", "2026-11-22 16:00"},
		"a country that is not known":       {nil, "2026-11-22 14:26", "2026-11-22 14:26"},
		"the USA, morning in New York only": {zoneinfo.Of("US", ""), "2026-11-22 14:26", "2026-11-22 18:00"}, // 08:00 in Honolulu
		"the USA, evening in Honolulu only": {zoneinfo.Of("US", ""), "2026-11-23 02:00", "2026-11-23 18:00"}, // 21:00 in New York
		"Spain, morning in Madrid only":     {zoneinfo.Of("ES", ""), "2026-11-22 07:30", "2026-11-22 08:00"}, // 08:00 in the Canary Islands
		"Russia: few hours for all":         {zoneinfo.Of("RU", ""), "2026-11-22 12:00", "2026-11-23 06:00"}, // 08:00 in Kaliningrad, 18:00 in Kamchatka
	} {
		now, may := utc(t, c.now), utc(t, c.may)
		v := london.Check(now, c.zones, frequency.Contact{}, shop.ClassPromotion, nil)
		if v.Allowed != now.Equal(may) || !v.At.Equal(may) {
			t.Errorf("%s: Check = %+v, want %s", name, v, may)
		}
	}
}

// The customer may be in Honolulu, where the day of the first message ends last.
func TestADailyCapCountsTheDayUntilItHasEndedInEachZone(t *testing.T) {
	daily := frequency.Policy{Zone: "Europe/London", Caps: []frequency.Cap{capOf("daily", 1, frequency.Window{Calendar: frequency.Day})}}
	sent := utc(t, "2026-11-22 18:30")
	if v := daily.Check(sent.Add(time.Hour), zoneinfo.Of("US", ""), ledger(sent), shop.ClassPromotion, nil); !v.At.Equal(utc(t, "2026-11-23 10:00")) {
		t.Errorf("Check = %+v, want midnight in Honolulu", v)
	}
}

func TestZonesWithoutASharedHourCountAsTheFirst(t *testing.T) {
	p := frequency.Policy{Quiet: frequency.Quiet{From: 12 * 60, To: 10 * 60}} // two hours are not quiet
	v := p.Check(utc(t, "2026-11-22 00:00"), []string{"Atlantic/Azores", "Asia/Tokyo"}, frequency.Contact{}, shop.ClassPromotion, nil)
	if !v.At.Equal(utc(t, "2026-11-22 11:00")) {
		t.Errorf("Check = %+v, want 10:00 in the Azores", v)
	}
}

// What may go for all zones may go for each.
func TestSeveralZonesAllowWhatEachOfThemAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		if hours := (int(q.policy.Quiet.To) - int(q.policy.Quiet.From) + 1440) % 1440; hours > 12*60 {
			q.policy.Quiet = frequency.Quiet{}
		}
		zones := zoneinfo.Of(rapid.SampledFrom([]string{"US", "ES", "AU", "BR", "NZ"}).Draw(t, "country"), "")
		v := q.policy.Check(q.now, zones, q.contact, q.class, q.tags)
		if v.At.IsZero() {
			return
		}
		for _, zone := range zones {
			if one := checked(q.policy, v.At, zone, q.contact, q.class, q.tags); !one.Allowed {
				t.Fatalf("Check in all zones = %+v, but in %s it is %+v then", v, zone, one)
			}
		}
	})
}
