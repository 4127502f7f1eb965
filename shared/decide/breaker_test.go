package decide_test

import (
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

func TestTrippedBreakersLetIntentsWait(t *testing.T) {
	tripped := func(since time.Duration) breaker.Breaker {
		return breaker.Breaker{Since: noon.Add(-since), Why: "bounces"}
	}
	campaignOf := func(c shop.CampaignID, since time.Duration) breaker.Now {
		n, _ := breaker.Now{}.With(breaker.Of(c), tripped(since))
		return n
	}
	account, _ := breaker.Now{}.With(breaker.Account, tripped(time.Minute))
	pause := func(probe time.Duration) breaker.Now {
		return breaker.Now{Pause: &breaker.Pause{Since: noon.Add(-time.Hour), Code: "SendingPausedException", Probe: noon.Add(probe)}}
	}
	all := account
	all.Pause = pause(time.Minute).Pause
	for name, c := range map[string]struct {
		campaign shop.CampaignID
		breakers breaker.Now
		lives    time.Duration // until the intent expires; 0: a day
		want     string
	}{
		"another campaign's breaker":                                 {"weekly", campaignOf("deal", time.Hour), 0, "SENDING"},
		"the campaign's breaker, tripped now":                        {"weekly", campaignOf("weekly", 0), 0, "QUEUED breaker:campaign 2026-11-22 12:05"},
		"the campaign's breaker, tripped for 8 minutes":              {"weekly", campaignOf("weekly", 8*time.Minute), 0, "QUEUED breaker:campaign 2026-11-22 12:08"},
		"the campaign's breaker, tripped for a day":                  {"weekly", campaignOf("weekly", 24*time.Hour), 0, "QUEUED breaker:campaign 2026-11-22 12:15"},
		"the breaker of a service campaign":                          {"thanks", campaignOf("thanks", 0), 0, "QUEUED breaker:campaign 2026-11-22 12:05"},
		"the breaker of a safety campaign has no effect":             {plain(shop.ClassSafety), campaignOf(plain(shop.ClassSafety), 0), 0, "SENDING"},
		"the account's breaker stops a promotion":                    {"weekly", account, 0, "QUEUED breaker:account 2026-11-22 12:05"},
		"the account's breaker does not stop a promise":              {"reward", account, 0, "SENDING"},
		"the account's breaker does not stop a service message":      {plain(shop.ClassService), account, 0, "SENDING"},
		"SES's pause stops a service message":                        {plain(shop.ClassService), pause(10 * time.Minute), 0, "QUEUED ses:paused 2026-11-22 12:10"},
		"SES's pause stops a safety message":                         {plain(shop.ClassSafety), pause(10 * time.Minute), 0, "QUEUED ses:paused 2026-11-22 12:10"},
		"SES's pause, when a probe is due":                           {plain(shop.ClassService), pause(0), 0, "SENDING"},
		"SES's pause and the account's breaker":                      {"weekly", all, 0, "QUEUED ses:paused 2026-11-22 12:01"},
		"the wait ends before the intent expires":                    {"weekly", account, 6 * time.Minute, "QUEUED breaker:account 2026-11-22 12:04"},
		"an intent without time to wait ends because of the breaker": {"weekly", account, 2 * time.Minute, "EXPIRED breaker:account"},
		"a campaign that is not published any more":                  {"gone", campaignOf("gone", 0), 0, "EXPIRED campaign-gone"},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("weekly")
			g.intents[0].Campaign = c.campaign
			if c.lives > 0 {
				g.intents[0].NotAfter = noon.Add(c.lives)
			}
			g.config.Breakers = c.breakers
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// The returned time is later than now and earlier than the intent's end.
func TestWaitUntilIsWithinTheTimeOfTheIntent(t *testing.T) {
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
