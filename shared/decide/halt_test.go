package decide_test

import (
	"context"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/shop"
)

// said keeps the tripped breakers in memory.
type said struct {
	breaker.Store
	now breaker.Now
}

func (s *said) UpdateBreakers(_ context.Context, change func(breaker.Now) (breaker.Now, bool)) (breaker.Now, error) {
	if changed, ok := change(s.now); ok {
		s.now = changed
	}
	return s.now, nil
}

// halts returns what persons said about the campaign.
func halts(t *testing.T, say ...func(k *breaker.Keeper) (bool, error)) breaker.Now {
	t.Helper()
	s := &said{}
	k := &breaker.Keeper{Store: s, Now: func() time.Time { return noon.Add(-time.Minute) }}
	for _, word := range say {
		if _, err := word(k); err != nil {
			t.Fatal(err)
		}
	}
	return s.now
}

func TestStoppedCampaignsHoldOrEndTheirIntents(t *testing.T) {
	pause := func(c shop.CampaignID) func(k *breaker.Keeper) (bool, error) {
		return func(k *breaker.Keeper) (bool, error) { return k.PauseCampaign(t.Context(), c, "ann", "") }
	}
	cancel := func(c shop.CampaignID) func(k *breaker.Keeper) (bool, error) {
		return func(k *breaker.Keeper) (bool, error) { return k.CancelCampaign(t.Context(), c, 9, "ann", "") }
	}
	ses := halts(t, cancel("weekly"))
	ses.Pause = &breaker.Pause{Since: noon.Add(-time.Hour), Probe: noon.Add(time.Minute)}
	for name, c := range map[string]struct {
		campaign shop.CampaignID
		said     breaker.Now
		lives    time.Duration // until the intent expires; 0: a day
		want     string
	}{
		"another campaign is paused":                    {"weekly", halts(t, pause("deal")), 0, "SENDING"},
		"paused":                                        {"weekly", halts(t, pause("weekly")), 0, "QUEUED campaign-paused 2026-11-22 12:05"},
		"paused, a service campaign":                    {"thanks", halts(t, pause("thanks")), 0, "QUEUED campaign-paused 2026-11-22 12:05"},
		"paused, a safety campaign":                     {plain(shop.ClassSafety), halts(t, pause(plain(shop.ClassSafety))), 0, "QUEUED campaign-paused 2026-11-22 12:05"},
		"paused until just before the intent expires":   {"weekly", halts(t, pause("weekly")), 6 * time.Minute, "QUEUED campaign-paused 2026-11-22 12:04"},
		"paused and without time to wait":               {"weekly", halts(t, pause("weekly")), time.Minute, "EXPIRED campaign-paused"},
		"paused and expired":                            {"weekly", halts(t, pause("weekly")), -time.Hour, "EXPIRED campaign-paused"},
		"expired":                                       {"weekly", breaker.Now{}, -time.Hour, "EXPIRED too-late"},
		"cancelled":                                     {"weekly", halts(t, cancel("weekly")), 0, "CANCELLED campaign-cancelled"},
		"cancelled and expired":                         {"weekly", halts(t, cancel("weekly")), -time.Hour, "CANCELLED campaign-cancelled"},
		"cancelled while SES takes nothing":             {"weekly", ses, 0, "CANCELLED campaign-cancelled"},
		"paused, of a campaign that is not published":   {"gone", halts(t, pause("gone")), 0, "EXPIRED campaign-gone"},
		"another campaign's cancellation does not hold": {"weekly", halts(t, cancel("deal")), 0, "SENDING"},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("weekly")
			g.intents[0].Campaign = c.campaign
			if c.lives != 0 {
				g.intents[0].NotAfter = noon.Add(c.lives)
			}
			g.config.Breakers = c.said
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}
