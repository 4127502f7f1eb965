//go:build !race

package policyfiles_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/campaign"
	"regulars/shared/conditioncheck"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// version returns the policy with a version of a journey, whose mail says its version,
// as it is read back from its packed bytes.
func version(t *testing.T, n int, onChange, steps string) shoppolicy.Policy {
	t.Helper()
	all := files(t, "")
	all["journeys/welcome.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "version: %d\non: [order.delivered]\non_change: %s\nuntil: journey.days >= %d\nsteps:\n%s", n, onChange, 100+n, steps)}
	for name, f := range all {
		if strings.HasPrefix(name, "messages/picks/body.txt") {
			all[name] = &fstest.MapFile{Data: append(fmt.Appendf(nil, "{%% assign v = %d %%}", n), f.Data...)}
		}
	}
	p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	return stored(t, p)
}

// stored returns a policy as the functions read it.
func stored(t *testing.T, p shoppolicy.Policy) shoppolicy.Policy {
	t.Helper()
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	p, err = shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	oneMessage  = "  - wait: 3d\n  - message: picks\n    not_after: 24h\n    picks: 2\n"
	twoMessages = "  - name: sooner\n    message: picks\n    not_after: 24h\n    picks: 1\n" + oneMessage
)

// goesOn describes how a customer goes on who entered welcome at a version: the version
// of the journey and of the mail, and the number of picks.
func goesOn(t *testing.T, p shoppolicy.Policy, entered int) string {
	t.Helper()
	j, known := p.JourneyAt("welcome", entered)
	c, published := p.CampaignOf(campaign.Intent{Campaign: "welcome_picks", Version: entered, Entered: time.Unix(1, 0)})
	if !known || !published {
		return "not published"
	}
	text, _, _ := strings.Cut(p.Messages.Messages[c.Message].Text, "}")
	return fmt.Sprintf("v%d %q until %q", j.Entry.Version, text, j.Until.Text())
}

func TestCustomersFinishUnderTheVersionThatTheyEntered(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	publish := func(p, before shoppolicy.Policy, at time.Time) (shoppolicy.Policy, inputfault.InFiles) {
		t.Helper()
		p, advice := p.Keeping(before, at)
		return stored(t, p), advice
	}
	one := version(t, 1, "finish", oneMessage)
	two, advice := publish(version(t, 2, "finish", twoMessages), one, now)
	want := func(p shoppolicy.Policy, entered, version int) {
		t.Helper()
		if got, want := goesOn(t, p, entered), fmt.Sprintf("v%d \"{%% assign v = %[1]d %%\" until \"journey.days >= %d\"", version, 100+version); got != want {
			t.Errorf("a customer who entered version %d goes on in %s, want %s", entered, got, want)
		}
	}
	if len(advice) > 0 {
		t.Errorf("advice %v, want none", advice)
	}
	want(one, 1, 1)
	want(two, 1, 1)
	want(two, 2, 2)
	if _, known := two.CampaignOf(campaign.Intent{Campaign: "welcome_sooner", Version: 1, Entered: now}); !known {
		t.Error("a step that version 1 does not have is not published")
	}
	if c, _ := two.CampaignOf(campaign.Intent{Campaign: "welcome_picks", Version: 1}); c.Version != 2 {
		t.Error("an intent that is of no way through a journey has the campaign of an earlier version")
	}

	again, _ := publish(version(t, 2, "finish", twoMessages), two, now.AddDate(0, 0, 30))
	want(again, 1, 1)
	_, advice = publish(version(t, 2, "finish", oneMessage), two, now)
	if len(advice) != 1 || !strings.Contains(advice[0].Text, "its version has not") {
		t.Errorf("new steps in the same version: advice %v, want one", advice)
	}
	expired, _ := publish(version(t, 2, "finish", twoMessages), two, now.AddDate(0, 0, 41))
	want(expired, 1, 2)
	moved, _ := publish(version(t, 3, "move", twoMessages), two, now)
	want(moved, 1, 3)
	want(moved, 2, 3)

	last := two
	for n := 3; n <= 5; n++ {
		last, advice = publish(version(t, n, "finish", twoMessages), last, now)
	}
	if len(advice) != 1 || !strings.Contains(advice[0].Text, "customers who entered version 1 go on in version 2") {
		t.Errorf("a fourth earlier version: advice %v, want what becomes of the customers of the first", advice)
	}
	want(last, 1, 2)
	want(last, 2, 2)
	want(last, 4, 4)
	want(last, 5, 5)
	if _, known := last.Messages.Messages[shop.MessageID("picks@welcome.2")]; !known {
		t.Error("the message of version 2 has no name of its own")
	}
}
