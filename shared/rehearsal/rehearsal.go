// Package rehearsal answers what a campaign would do for one customer now, what it
// did, and why or why not. It runs the code that decides and renders the real
// messages, and changes nothing: it claims nothing, uses nothing up, and is counted
// nowhere.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/redecide"
	"regulars/shared/shop"
)

// Sends reads the sends of a customer; [dynamo.Store] does.
type Sends interface {
	SendsOf(ctx context.Context, customer shop.CustomerID, visit func(claim.Send) error) error
}

// Inputs reads what decisions were made from; [dynamo.Store] does.
type Inputs interface {
	Inputs(context.Context, shop.CustomerID, shop.SendID) (dynamo.Inputs, error)
}

// Rehearsal rehearses campaigns. Many goroutines may use it at once.
type Rehearsal struct {
	// Dispatcher decides, with what [dispatch.Dispatcher.Rehearse] needs. Give its
	// Reader keys for links and codes that no function accepts: then nothing in a
	// rehearsed message can be used.
	Dispatcher *dispatch.Dispatcher
	Sends      Sends
	Positions  Positions
	Inputs     Inputs
	Archive    *redecide.Archive // makes past decisions again
}

// Positions reads where a customer is in a journey, and the last place at which they were;
// [dynamo.Store] does.
type Positions interface {
	Position(context.Context, shop.CustomerID, shop.CampaignID) (journey.Position, dynamo.Rev, error)
}

// NotRaised is the state of a rehearsed intent that would not be raised, because a
// condition of the campaign does not hold for the customer.
const NotRaised claim.State = "NOT RAISED"

// Answer is what would become of the campaign's message for one customer if its
// occasion came now.
type Answer struct {
	Campaign campaign.Campaign
	Intent   campaign.Intent

	State  claim.State // [claim.Sending]: it would be sent
	Reason claim.Reason
	Wake   time.Time // for QUEUED: when it would be decided again

	Conditions []decide.Asked // what the campaign asks about the customer, with their values
	Decision   claim.Send     // the decision with its explanation; zero if the state is NotRaised

	// Position is where the customer is in the campaign's journey, or where their way
	// ended; zero if they never entered it, or the campaign is no step of one.
	Position journey.Position

	// Over is when the send of this very occasion ended, or its mail was sent: then the
	// answer is what became of it. Zero: it is still to be decided.
	Over time.Time
}

// input is what an answer and a message are made from.
type input struct {
	now      time.Time
	config   decide.Config
	snapshot decide.Snapshot
	intent   campaign.Intent
	campaign campaign.Campaign
}

// ErrNoCustomer means that no customer is stored under the ID, or with the address.
var ErrNoCustomer = errors.New("no customer is stored")

// read returns the inputs for a customer. The occasion can depend on the catalogue,
// and what is read of the catalogue on the occasion; so it reads twice.
func (r *Rehearsal) read(ctx context.Context, of decide.Rehearsed, id shop.CustomerID) (in input, err error) {
	in.now = shop.Millis(r.Dispatcher.Now())
	if in.config, err = r.Dispatcher.Reader.Config(ctx, of.Campaign); err != nil {
		return in, err
	}
	var published bool
	in.campaign, published = in.config.Campaign(of.Campaign)
	if published && of.Variant != "" {
		if in.config.Campaigns, err = only(in.config.Campaigns, in.campaign, of.Variant); err != nil {
			return in, err
		}
	}
	in.intent = campaign.Intent{Campaign: of.Campaign, Version: in.campaign.Version, Customer: id, Subject: campaign.Subject{Product: of.Product}}
	for range 2 {
		if in.snapshot, err = r.Dispatcher.Reader.Snapshot(ctx, in.intent, in.config); err != nil {
			return in, err
		}
		if in.snapshot.Profile.ID == "" {
			return in, fmt.Errorf("%w under the ID %s", ErrNoCustomer, id)
		}
		if in.intent, err = in.config.Occasion(in.now, in.snapshot, of); err != nil {
			return in, err
		}
	}
	return in, nil
}

// only returns all campaigns, with one variant of this one, which every customer gets.
func only(all []campaign.Campaign, c campaign.Campaign, name string) ([]campaign.Campaign, error) {
	c, ok := c.Only(name)
	switch names := c.Names(); {
	case ok:
	case len(names) == 0:
		return nil, fmt.Errorf("campaign %s has no variants: leave VARIANT out", c.ID)
	default:
		return nil, fmt.Errorf("campaign %s has no variant %q; its variants are %s", c.ID, name, strings.Join(names, ", "))
	}
	all = slices.Clone(all) // the policy is kept in memory
	all[slices.IndexFunc(all, func(other campaign.Campaign) bool { return other.ID == c.ID })] = c
	return all, nil
}

// Answer returns what would become of the campaign's message. It fails with a
// [*decide.NoOccasion] if the customer cannot have the campaign's occasion, and with
// [ErrNoCustomer].
func (r *Rehearsal) Answer(ctx context.Context, of decide.Rehearsed, id shop.CustomerID) (Answer, error) {
	in, err := r.read(ctx, of, id)
	if err != nil {
		return Answer{}, err
	}
	return r.answer(ctx, in)
}

func (r *Rehearsal) answer(ctx context.Context, in input) (Answer, error) {
	a := Answer{Campaign: in.campaign, Intent: in.intent}
	var err error
	j, isStep := in.config.Journey(in.campaign.Journey)
	if isStep {
		if a.Position, _, err = r.Positions.Position(ctx, in.intent.Customer, j.ID()); err != nil {
			return a, err
		}
		a.Position = over(in, a.Position)
	}
	if a.Conditions, err = in.config.Conditions(in.now, in.snapshot, in.intent); err != nil {
		return a, err
	}
	if isStep && !j.Admits(a.Position, campaign.Intent{Occasion: in.now.UTC().Format(time.RFC3339), Entered: in.now}) {
		a.State, a.Reason = NotRaised, noEntry(j, a.Position)
		return a, nil
	}
	if failed := slices.IndexFunc(a.Conditions, func(asked decide.Asked) bool { return !asked.Passed() }); failed >= 0 {
		a.State = NotRaised
		a.Reason = claim.Reason{Code: "not-in-audience", Text: reasonOf(a.Conditions[failed])}
		return a, nil
	}
	d, _, err := r.Dispatcher.Rehearse(ctx, in.intent)
	a.Decision = d.Send
	a.State, a.Reason, a.Wake = d.Send.State, d.Send.Reason, d.Send.Wake
	if d.Send.State.Ended() && d.Send.Changed.Before(in.now) {
		a.Over = d.Send.Changed
	}
	return a, err
}

// over returns the position as ended if the customer's way is over by what is known now,
// although the function journey has not moved them yet: it looks at their next step.
func over(in input, p journey.Position) journey.Position {
	j, known := in.config.JourneyAt(p.Journey, p.Version)
	if p.End != "" || p.Entered.IsZero() || !known {
		return p
	}
	if why := j.Over(decide.JourneyFacts(in.now, in.snapshot, p.Intent(campaign.Campaign{}, in.now, in.now), in.config)); why != "" {
		return p.Ended(why, in.now)
	}
	return p
}

// noEntry says why the journey does not let a customer enter who is, or was, at p.
func noEntry(j journey.Journey, p journey.Position) claim.Reason {
	again := ", and it does not let them enter again"
	if p.End == "" {
		text := "they are on their way through the journey already, since " + p.Entered.UTC().Format(time.DateOnly) + again
		if j.Reentry != (journey.Reentry{}) {
			text += " before that has ended"
		}
		return claim.Reason{Code: "on-the-way", Text: text}
	}
	text := "their way through the journey ended on " + p.Due.UTC().Format(time.DateOnly) + again
	if j.Reentry.Days > 0 {
		text += " before " + p.Entered.AddDate(0, 0, j.Reentry.Days).UTC().Format(time.DateOnly)
	}
	return claim.Reason{Code: "no-reentry", Text: text}
}

// reasonOf says why a condition keeps the message from being raised, with the
// customer's own value: "days_since_last_order <= 120: theirs is 214".
func reasonOf(a decide.Asked) string {
	answer := "does not hold"
	if !a.Wanted {
		answer = "holds"
	}
	text := "the " + a.Name
	if !strings.Contains(a.Name, " of the journey") {
		text += " of the campaign"
	}
	text += " " + answer
	if p := deciding(a.Part, a.Wanted); p.Text != "" {
		text += ": " + Sentence(p)
	}
	return text
}

// deciding returns the first comparison that alone, or with others of its kind, gives
// a condition the answer that was not wanted.
func deciding(p condition.Part, wanted bool) condition.Part {
	for _, part := range p.Parts {
		if part.Holds != wanted {
			return deciding(part, wanted)
		}
	}
	return p
}

// Sentence returns a comparison with the customer's values: "customer.orders >= 2:
// theirs is 1".
func Sentence(p condition.Part) string {
	switch len(p.Values) {
	case 0:
		return p.Text
	case 1:
		return p.Text + ": theirs is " + p.Values[0].Value
	}
	text := p.Text + ":"
	for i, v := range p.Values {
		if i > 0 {
			text += ","
		}
		text += " " + v.Fact + " is " + v.Value
	}
	return text
}

// Preview is a message as a customer would get it, with what would become of it.
type Preview struct {
	Answer
	decide.Shown
	Own string // the variant that the customer gets; empty if the campaign has none
}

// Preview renders the message of a campaign for a customer, whether they would get it
// now or not; in the given language, or if it is empty in the customer's. The answer is
// about the customer's own variant and language.
func (r *Rehearsal) Preview(ctx context.Context, of decide.Rehearsed, id shop.CustomerID, language string) (Preview, error) {
	in, err := r.read(ctx, of, id)
	if err != nil {
		return Preview{}, err
	}
	if language != "" {
		in.snapshot.Contact.Wishes.Language = frequency.Wish{Value: language, At: in.now}
	}
	var p Preview
	if p.Answer, err = r.answer(ctx, in); err != nil {
		return p, err
	}
	p.Own = in.campaign.For(id, in.snapshot.Profile.FirstOrder(), "").Variant
	p.Shown, err = decide.Show(in.now, in.snapshot, in.intent, in.config)
	return p, err
}

// Past is a send with its decision made again from its stored inputs.
type Past struct {
	claim.Send
	Again *redecide.Again // nil: it could not be made again
	Why   string          // why not
}

// Story is what became of a campaign's messages to a customer, and what would become
// of one now.
type Story struct {
	Sends []Past // those of the campaign, the newest first
	Now   Answer
	None  string // why there is no Now, if the customer cannot have the campaign's occasion
}

// Story tells about a customer and a campaign.
func (r *Rehearsal) Story(ctx context.Context, of decide.Rehearsed, id shop.CustomerID) (s Story, err error) {
	s.Now, err = r.Answer(ctx, of, id)
	if none := (*decide.NoOccasion)(nil); errors.As(err, &none) {
		s.None, err = none.Text, nil
	}
	if err != nil {
		return s, err
	}
	err = r.Sends.SendsOf(ctx, id, func(d claim.Send) error {
		if d.Intent.Campaign == of.Campaign {
			s.Sends = append(s.Sends, Past{Send: d})
		}
		return nil
	})
	slices.SortFunc(s.Sends, func(a, b Past) int { return b.Changed.Compare(a.Changed) })
	for i := range s.Sends {
		if err == nil {
			err = r.again(ctx, &s.Sends[i])
		}
	}
	return s, err
}

// again makes the last decision about a send again, or says why it cannot.
func (r *Rehearsal) again(ctx context.Context, p *Past) error {
	in, err := r.Inputs.Inputs(ctx, p.Intent.Customer, p.ID)
	var again redecide.Again
	if err == nil {
		again, err = r.Archive.Again(ctx, in)
	}
	incomplete := (*redecide.Incomplete)(nil)
	switch {
	case errors.Is(err, dynamo.ErrNotFound):
		p.Why = "its inputs are not stored, or not any more"
	case errors.As(err, &incomplete):
		p.Why = incomplete.Error()
	case err != nil:
		return err
	default:
		p.Again = &again
	}
	return nil
}
