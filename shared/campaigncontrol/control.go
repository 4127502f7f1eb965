package campaigncontrol

import (
	"context"
	"fmt"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Store stores the policy in force and the stopped campaigns; [dynamo.Store] is
// one.
type Store interface {
	Policy(context.Context) (version string, body []byte, err error)
	breaker.Store
}

// Control stops campaigns and lets them go on. Each call of its methods may be
// repeated: the second changes nothing.
type Control struct {
	Store   Store
	Waiting Waiting // nil: waiting messages are not woken, and end or go on at their own time
	Now     func() time.Time
}

// Word is what a person says about a campaign.
type Word struct {
	Campaign shop.CampaignID
	By       string // who says it; stored, and shown by List
	Why      string // may be empty
}

// Result is what a call did.
type Result struct {
	State   State  // after the call
	Changed bool   // false: it was so before
	Woken   int    // waiting messages that are decided again within a minute or so
	Warning string // what customers will miss; empty for promotions and promises
}

// Pause holds the campaign's messages until it is resumed or they expire. No
// function decides to send one later than [policycache.FreshBreakers] after
// Pause has returned.
func (c *Control) Pause(ctx context.Context, w Word) (Result, error) {
	return c.apply(ctx, w, "paused", func(k *breaker.Keeper, _ campaign.Campaign) (bool, error) {
		return k.PauseCampaign(ctx, w.Campaign, w.By, w.Why)
	})
}

// Cancel ends the campaign's messages that are planned, and plans no run, until
// the campaign is resumed or published with a higher version than it has now. The
// waiting ones are woken, so that they end soon. If that fails, Cancel returns an
// error with the result, and the campaign is cancelled.
func (c *Control) Cancel(ctx context.Context, w Word) (Result, error) {
	r, err := c.apply(ctx, w, "cancelled", func(k *breaker.Keeper, known campaign.Campaign) (bool, error) {
		return k.CancelCampaign(ctx, w.Campaign, known.Version, w.By, w.Why)
	})
	if err == nil {
		r.Woken, err = c.wake(ctx, w.Campaign, func(claim.Send) bool { return true })
	}
	return r, err
}

// Resume lets the campaign go on. A campaign that is not published any more can
// be resumed as well. What a pause held is woken; if that fails, Resume returns an
// error with the result, and the campaign goes on.
func (c *Control) Resume(ctx context.Context, w Word) (Result, error) {
	r, err := c.apply(ctx, w, "", func(k *breaker.Keeper, _ campaign.Campaign) (bool, error) {
		return k.ResumeCampaign(ctx, w.Campaign, w.By, w.Why)
	})
	if err == nil {
		r.Woken, err = c.wake(ctx, w.Campaign, func(d claim.Send) bool { return d.Reason.Code == breaker.CampaignPaused })
	}
	return r, err
}

// apply does one call. stops is what the campaign is after it, or empty if it
// goes on.
func (c *Control) apply(ctx context.Context, w Word, stops string, do func(*breaker.Keeper, campaign.Campaign) (bool, error)) (r Result, err error) {
	inForce, err := c.policy(ctx)
	if err != nil {
		return Result{}, err
	}
	halts, err := c.Store.Breakers(ctx)
	if err != nil {
		return Result{}, err
	}
	known, published := inForce.Starts(w.Campaign)
	if _, halted := halts.Halts[w.Campaign]; !published && (stops != "" || !halted) {
		return Result{}, fmt.Errorf("no campaign %q is published; make campaign lists the campaigns", w.Campaign)
	}
	if r.Changed, err = do(&breaker.Keeper{Store: c.Store, Now: c.Now}, known); err != nil {
		return Result{}, err
	}
	if stops != "" {
		r.Warning = warning(known, stops)
	}
	if halts, err = c.Store.Breakers(ctx); err != nil {
		return Result{}, err
	}
	r.State = stateOf(w.Campaign, known, halts.Halts[w.Campaign])
	return r, nil
}

func (c *Control) policy(ctx context.Context) (shoppolicy.Policy, error) {
	_, body, err := c.Store.Policy(ctx)
	if err != nil {
		return shoppolicy.Policy{}, fmt.Errorf("read the policy in force; if none is, publish one first (make publish): %w", err)
	}
	return shoppolicy.DecodeRules(body)
}

// warning returns what customers miss if a campaign that they need stops.
func warning(c campaign.Campaign, stops string) string {
	switch {
	case c.ConfirmsSignUps():
		return fmt.Sprintf("while %s is %s, a person who signs up does not get the mail to confirm it, so no sign-up is completed", c.ID, stops)
	case c.LinksTo() != "":
		return fmt.Sprintf("while %s is %s, a customer who asks for their data or their erasure does not get the link; answer them by make export or make erase", c.ID, stops)
	case c.Class == shop.ClassSafety, c.Class == shop.ClassService, c.Class == shop.ClassRecovery:
		return fmt.Sprintf("%s is of class %s: while it is %s, customers do not get messages that they need; tell them in another way", c.ID, c.Class, stops)
	}
	return ""
}
