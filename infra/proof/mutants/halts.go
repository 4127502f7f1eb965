package main

import "regulars/infra/proof/simulate/judge"

// ofHalts breaks how a person stops a campaign and lets it go on.
func ofHalts() []mutant {
	return []mutant{
		{
			name:   "a pause is read as seldom as the policy",
			means:  "a function keeps the stopped campaigns for a minute",
			edits:  []edit{{"shared/policycache/breakers.go", `FreshBreakers = 5 * time.Second`, `FreshBreakers = time.Minute`}},
			seenBy: &check{"./functions/send", "TestAPauseIsEffectiveAfterFiveSeconds"},
		},
		{
			name:   "a pause is not seen after the wait for a permit",
			means:  "a message that waited for its permit is decided by what was known when it was taken from the queue",
			edits:  []edit{{"shared/dispatch/breaker.go", `w.config.Breakers.Halts = now.Halts`, `_ = now`}},
			seenBy: &check{"./functions/send", "TestAPauseStopsAMessageThatWaitsForItsPermit"},
		},
		{
			name:   "a pause spares what customers need",
			means:  "a paused campaign of class safety goes on, as it does with a tripped breaker",
			edits:  []edit{{"shared/decide/breaker.go", `	if stop == nil {`, `	if stop == nil || c.campaign.Class == "safety" {`}},
			seenBy: &check{"./shared/decide", "TestStoppedCampaignsHoldOrEndTheirIntents"},
		},
		{
			name:   "a publish ends a pause",
			means:  "a paused campaign is stored as cancelled at its version, so that a higher version is sent",
			edits:  []edit{{"shared/campaigncontrol/control.go", `return k.PauseCampaign(ctx, w.Campaign, w.By, w.Why)`, `return k.CancelCampaign(ctx, w.Campaign, 1, w.By, w.Why)`}},
			seenBy: &check{"./functions/send", "TestPublishingLeavesAPauseAndEndsACancellation"},
		},
		{
			name:   "a pause is not read by decisions",
			means:  "a paused campaign's messages are not held",
			edits:  []edit{{"shared/breaker/halt.go", `	case h.Paused != nil:`, `	case false:`}},
			breaks: []judge.Promise{judge.Stopped},
		},
		{
			name:  "a cancellation is a pause",
			means: "a cancelled campaign's messages wait, and are sent after the resume",
			edits: []edit{{"shared/breaker/halt.go", `		h.Cancelled = &Cancellation{Said: said, Version: version}
	}
	h.Paused = nil`, `	}
	h.Paused = &said`}},
			breaks: []judge.Promise{judge.Stopped},
		},
		{
			name:   "a resume revives what was cancelled",
			means:  "a message that was planned before the resume and is decided after it is sent",
			edits:  []edit{{"shared/breaker/halt.go", `(c.Resumed == nil || !planned.After(c.Resumed.At))`, `c.Resumed == nil`}},
			seenBy: &check{"./functions/send", "TestCancelledMessagesEndForGood"},
		},
		{
			name:   "a cancelled run goes on",
			means:  "the parts of a run that are left when its campaign is cancelled are planned to their end",
			edits:  []edit{{"shared/planning/part.go", `cancelled, err := h.cancelled(ctx, c); cancelled || err != nil`, `_, err := h.cancelled(ctx, c); err != nil`}},
			seenBy: &check{"./shared/planning", "TestACancellationStopsARunThatIsBeingPlanned"},
		},
		{
			name:   "what expires in a pause is called late",
			means:  "a message whose time ends in a pause has too-late as its reason",
			edits:  []edit{{"shared/decide/checks.go", `		if c.halted() != nil { // untripped`, `		if false { // untripped`}},
			seenBy: &check{"./shared/decide", "TestStoppedCampaignsHoldOrEndTheirIntents"},
		},
		{
			name:   "a cancellation wakes nothing",
			means:  "what waits for tomorrow ends tomorrow",
			edits:  []edit{{"shared/campaigncontrol/wake.go", `found = append(found, d)`, `_ = d`}},
			seenBy: &check{"./functions/send", "TestCancelAndResumeWakeWhatWaits"},
		},
		{
			name:   "what waits is woken before the word is read",
			means:  "a woken send is due at once, while functions still know the campaign as running",
			edits:  []edit{{"shared/campaigncontrol/wake.go", `soon := c.Now().Add(2 * policycache.FreshBreakers)`, `soon := c.Now().Add(0 * policycache.FreshBreakers)`}},
			seenBy: &check{"./functions/send", "TestCancelAndResumeWakeWhatWaits"},
		},
	}
}
