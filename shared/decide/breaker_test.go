package decide_test

import (
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

func TestBrakesHold(t *testing.T) {
	on := func(since time.Duration) breaker.Breaker {
		return breaker.Breaker{Since: noon.Add(-since), Why: "bounces"}
	}
	campaignOf := func(c shop.CampaignID, since time.Duration) breaker.Now {
		n, _ := breaker.Now{}.With(breaker.Of(c), on(since))
		return n
	}
	account, _ := breaker.Now{}.With(breaker.Account, on(time.Minute))
	pause := func(probe time.Duration) breaker.Now {
		return breaker.Now{Pause: &breaker.Pause{Since: noon.Add(-time.Hour), Code: "SendingPausedException", Probe: noon.Add(probe)}}
	}
	all := account
	all.Pause = pause(time.Minute).Pause
	for phrase, c := range map[string]struct {
		campaign shop.CampaignID
		breakers breaker.Now
		lives    time.Duration // the intent; a day where it is 0
		want     string
	}{
		"another campaign's":                   {"weekly", campaignOf("deal", time.Hour), 0, "SENDING"},
		"the campaign's, since just now":       {"weekly", campaignOf("weekly", 0), 0, "QUEUED breaker:campaign 2026-11-22 12:05"},
		"the campaign's, for a while":          {"weekly", campaignOf("weekly", 8*time.Minute), 0, "QUEUED breaker:campaign 2026-11-22 12:08"},
		"the campaign's, for a day":            {"weekly", campaignOf("weekly", 24*time.Hour), 0, "QUEUED breaker:campaign 2026-11-22 12:15"},
		"a service campaign's":                 {"thanks", campaignOf("thanks", 0), 0, "QUEUED breaker:campaign 2026-11-22 12:05"},
		"a safety campaign's holds nothing":    {plain(shop.ClassSafety), campaignOf(plain(shop.ClassSafety), 0), 0, "SENDING"},
		"the account's holds a promotion":      {"weekly", account, 0, "QUEUED breaker:account 2026-11-22 12:05"},
		"the account's lets a promise go":      {"reward", account, 0, "SENDING"},
		"the account's lets service go":        {plain(shop.ClassService), account, 0, "SENDING"},
		"SES's pause holds service":            {plain(shop.ClassService), pause(10 * time.Minute), 0, "QUEUED ses:paused 2026-11-22 12:10"},
		"SES's pause holds safety":             {plain(shop.ClassSafety), pause(10 * time.Minute), 0, "QUEUED ses:paused 2026-11-22 12:10"},
		"SES's pause may be probed":            {plain(shop.ClassService), pause(0), 0, "SENDING"},
		"SES's pause is said first":            {"weekly", all, 0, "QUEUED ses:paused 2026-11-22 12:01"},
		"it looks once more before its end":    {"weekly", account, 6 * time.Minute, "QUEUED breaker:account 2026-11-22 12:04"},
		"and ends with the brake as reason":    {"weekly", account, 2 * time.Minute, "EXPIRED breaker:account"},
		"a campaign that is gone ends as such": {"gone", campaignOf("gone", 0), 0, "EXPIRED campaign-gone"},
	} {
		t.Run(phrase, func(t *testing.T) {
			g := aCase("weekly")
			g.intents[0].Campaign = c.campaign
			if c.lives > 0 {
				g.intents[0].NotAfter = noon.Add(c.lives)
			}
			g.rules.Breakers = c.breakers
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// A wait ends before the intent does, and never before it began.
func TestWaitUntil(t *testing.T) {
	g := aCase("weekly")
	i := g.intents[0]
	for lives := time.Duration(0); lives < 10*time.Minute; lives += 30 * time.Second {
		i.NotAfter = noon.Add(lives)
		wake, ok := decide.WaitUntil(noon, noon.Add(time.Hour), i)
		if ok && (!wake.After(noon) || !wake.Before(i.NotAfter)) {
			t.Errorf("WaitUntil of an intent that lives %s = %s, want within its time", lives, wake)
		}
		if want := lives > 2*time.Minute; ok != want {
			t.Errorf("WaitUntil of an intent that lives %s = %t, want %t", lives, ok, want)
		}
	}
}
