// Package decide answers the one question of this project: may this message go
// to this customer now, and with what in it?
//
// [Decide] is a pure function of the time, one customer's snapshot, the intents
// that compete for that customer, and the shop's rules. It reads no clock, no
// store and no randomness: the same input gives the same bytes. That is what
// makes explaining a message, trying a rule on last month, and running it, the
// same thing.
//
// Its checks, in order; the first that says no gives the reason:
//
//	campaign    still published in this version, and its time not yet over
//	brake       neither the campaign's nor the account's is on (package breaker)
//	address     there is one, and it is not suppressed
//	consent     for promotions a yes; for promises at least no no
//	trust       nothing is wrong that is not yet put right (promotions, promises)
//	cadence     caps, gap, the customer's own limit and pause, quiet hours
//	holdout     kept out on purpose (promotions)
//	rank        nothing better wants the same place (asked by [Ahead], where it competes)
//	offer       the best that the customer has earned
//	picks       what they would like, with reasons
//	message     written in their language, and linted
package decide

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Snapshot is everything of one customer that matters, as read at one moment.
type Snapshot struct {
	Profile profile.Profile
	Contact frequency.Contact
	Items   map[shop.ProductID]recommend.Item // bought products and candidates, as far as they were read
	Spent   map[shop.OfferID]bool             // offers whose budget is known to be used up

	// Kept holds sends that wait with their slot kept: claimed before, told by
	// SES to wait. They do not count against themselves, and carry the coupon
	// that was issued for them.
	Kept map[shop.SendID]claim.Send

	// Merged holds, by the send that speaks for them, others of its campaign that
	// wait: see [Companions].
	Merged map[shop.SendID][]campaign.Intent

	// First holds sends that were let go first a moment ago, because they rank
	// before the intent at hand: see [Ahead].
	First map[shop.SendID]shop.CampaignID
}

// Rules is what is the same for every customer: the shop's policy, what was
// learned, and the keys that sign.
type Config struct {
	policy.Policy
	Tenant   string
	Model    recommend.Model
	Breakers breaker.Now // that are on
	Links    *linktoken.Signer
	CodeKeys [][]byte // derive coupon codes, the current key first
	BaseURL  string   // of the preferences function, ending in "/"
}

// Decision is the answer to one intent. State says which:
//
//	SENDING  it may go: Mail, Contact and perhaps Coupon are set, to be claimed
//	QUEUED   not now: try again at Wake
//	other    it has ended, for the reason given
type Decision struct {
	Send    claim.Send        // State, Reason, Wake, Coupon and Explained are filled in
	Mail    message.Mail      // for SENDING
	Contact frequency.Contact // for SENDING: with the new ledger entry and grant
}

// Decide answers each intent, best first (see [Config.Compare]). An intent that
// may go uses up its place in the caps before the next is asked, so that of
// several that compete the best allowed one goes, and the others are told when
// they may.
//
// All intents must be of the snapshot's customer. It fails where a message
// cannot be written although publishing has proved that it can: a programmer's
// mistake, or a policy that was tampered with.
func Decide(now time.Time, s Snapshot, intents []campaign.Intent, r Config) ([]Decision, error) {
	now = shop.Millis(now)
	intents = slices.Clone(intents)
	slices.SortFunc(intents, r.Compare)
	var decisions []Decision
	for _, intent := range intents {
		c := r.consider(now, s, intent)
		d, err := c.decide()
		if err != nil {
			return nil, fmt.Errorf("decide send %s of campaign %s: %w", c.id, intent.Campaign, err)
		}
		if d.Send.State == claim.Sending {
			s.Contact = d.Contact
		}
		decisions = append(decisions, d)
	}
	return decisions, nil
}

// considering is one intent on its way through the checks.
type evaluation struct {
	Config
	Snapshot
	now      time.Time
	intent   campaign.Intent
	id       shop.SendID
	campaign campaign.Campaign
	kept     *coupon.Coupon // issued before, for this very send
	silent   *rejection     // where it must not sell anything: the answer if it has nothing else to say

	explained Explanation
}

func (r Config) consider(now time.Time, s Snapshot, intent campaign.Intent) *evaluation {
	c := &evaluation{Config: r, Snapshot: s, now: now, intent: intent, id: intent.SendID(r.Tenant)}
	if kept, ok := s.Kept[c.id]; ok {
		c.kept, c.Contact = kept.Coupon, s.Contact.Without(c.id)
	}
	return c
}

// no is an answer that stops the checks.
type rejection struct {
	state  claim.State
	reason claim.Reason
	wake   time.Time
}

func (c *evaluation) decide() (Decision, error) {
	if refused := c.refused(); refused != nil {
		return c.answer(*refused), nil
	}
	data, coupon, err := c.compose()
	if err != nil {
		return Decision{}, err
	}
	if refused := c.worthSaying(data); refused != nil {
		c.explained.note("message", refused.reason.Text)
		return c.answer(*refused), nil
	}
	return c.write(data, coupon)
}

// refused asks all checks that need no message, and returns the first no.
func (c *evaluation) refused() *rejection {
	c.explained.Policy, c.explained.Model = c.Version, c.Model.Version
	if c.Lifetime.Version != c.Model.Version {
		c.explained.Lifetime = c.Lifetime.Version
	}
	for _, check := range []struct {
		name string
		ask  func() *rejection
	}{
		{"campaign", c.published},
		{"breaker", c.untripped},
		{"address", c.reachable},
		{"consent", c.consented},
		{"promotion-pause", c.unpaused},
		{"frequency", c.allowed},
		{"holdout", c.included},
	} {
		if refused := check.ask(); refused != nil {
			c.explained.note(check.name, refused.reason.Text)
			return refused
		}
		c.explained.note(check.name, "")
	}
	return nil
}

func (c *evaluation) answer(n rejection) Decision {
	s := c.send(n.state)
	s.Reason, s.Wake = n.reason, n.wake
	return Decision{Send: s}
}

func (c *evaluation) send(state claim.State) claim.Send {
	return claim.Send{
		ID: c.id, Intent: c.intent, State: state, Changed: c.now,
		Message: c.campaign.Message, Class: c.campaign.Class, Also: c.also(),
		Explained: c.explained.json(),
	}
}

func end(state claim.State, code, text string, args ...any) *rejection {
	return &rejection{state: state, reason: claim.Reason{Code: code, Text: fmt.Sprintf(text, args...)}}
}

func (c *evaluation) published() *rejection {
	known, ok := c.Campaign(c.intent.Campaign)
	c.campaign, c.explained.Value = known, shop.Money{Minor: known.Value, Currency: c.Shop.Currency}
	switch {
	case !ok:
		return end(claim.Expired, "campaign-gone", "the campaign is not published any more")
	case known.Version != c.intent.Version:
		return end(claim.Expired, "campaign-changed", "the campaign is now at version %d, this was planned for version %d", known.Version, c.intent.Version)
	case c.now.After(c.intent.NotAfter):
		return end(claim.Expired, "too-late", "its time was over at %s", c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	if slices.Contains(c.campaign.On, shop.OrderPlaced) && c.cancelled(c.intent.Order) {
		return end(claim.Expired, "order-cancelled", "the order was cancelled meanwhile: nobody is thanked for it")
	}
	return nil
}

func (c *evaluation) cancelled(order shop.OrderID) bool {
	return slices.ContainsFunc(c.Profile.Orders, func(v profile.Visit) bool { return v.Order == order && v.Cancelled })
}

func (c *evaluation) reachable() *rejection {
	address := c.Profile.Email.Value
	if address == "" {
		return end(claim.Suppressed, "no-address", "the customer gave no e-mail address")
	}
	if s := c.Contact.SuppressedFor(address); s != nil {
		return end(claim.Suppressed, "suppressed:"+s.Reason, "the address is suppressed since %s: %s", s.At.UTC().Format(time.DateOnly), s.Reason)
	}
	return nil
}

// consented asks for a yes to promotions. A promise is part of what the
// customer bought with: it needs no yes, but heeds a no.
func (c *evaluation) consented() *rejection {
	explicit, said := c.Contact.Consents[shop.TopicPromotions]
	switch c.campaign.Class {
	case shop.ClassPromotion:
		if !c.Contact.Consented(shop.TopicPromotions, orderConsent(c.Profile)) {
			if said {
				return end(claim.Suppressed, "unsubscribed", "the customer said no to promotions on %s", explicit.At.UTC().Format(time.DateOnly))
			}
			return end(claim.Suppressed, "no-consent", "the customer has not agreed to promotions")
		}
	case shop.ClassPromise:
		if said && !explicit.Given {
			return end(claim.Suppressed, "unsubscribed", "the customer said no to promotions on %s", explicit.At.UTC().Format(time.DateOnly))
		}
	}
	return nil
}

// trusted holds back what is cheerful while something is wrong. A promise waits:
// what was earned is not forgotten over it.
func (c *evaluation) unpaused() *rejection {
	if c.campaign.Class != shop.ClassPromotion && c.campaign.Class != shop.ClassPromise {
		return nil
	}
	hurt, until := ServiceIssue(c.now, c.Profile, c.PromotionPause)
	if hurt == "" {
		return nil
	}
	return c.later(until, claim.Suppressed, "service-issue:"+hurt, fmt.Sprintf("something went wrong (%s); offers rest until %s", hurt, until.Format(time.DateOnly)))
}

// later waits until then where the intent lives that long, and ends otherwise.
func (c *evaluation) later(until time.Time, state claim.State, code, text string) *rejection {
	if until.After(c.intent.NotAfter) {
		return end(state, code, "%s; its own time is over before, at %s", text, c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	return &rejection{state: claim.Queued, reason: claim.Reason{Code: code, Text: text}, wake: until}
}

func (c *evaluation) allowed() *rejection {
	v := c.Frequency.Check(c.now, c.Profile.Zone.Value, c.Contact, c.campaign.Class, c.campaign.Tags)
	if v.Allowed {
		return nil
	}
	state := claim.Capped
	switch v.Rule {
	case frequency.CodeQuiet:
		state = claim.Expired
	case frequency.CodePaused:
		state = claim.Suppressed
	}
	if first := c.beaten(); first != "" {
		state, v.Rule, v.Text = claim.Outranked, outranked+string(first), fmt.Sprintf("%s comes before it and goes first; after that, %s", first, v.Text)
	}
	if v.At.IsZero() {
		return end(state, v.Rule, "%s", v.Text)
	}
	return c.later(v.At, state, v.Rule, v.Text)
}

func (c *evaluation) included() *rejection {
	if c.campaign.Class == shop.ClassPromotion && campaign.HeldOut(c.campaign, c.intent.Customer) {
		return end(claim.HeldOut, "holdout", "one of the %.1f %% of customers who never get this campaign, so that its worth can be measured", float64(c.campaign.Holdout)/100)
	}
	return nil
}

func (c *evaluation) worthSaying(data message.Data) *rejection {
	if c.kept != nil && data.Coupon == nil && c.campaign.Class.Rank() >= shop.ClassPromise.Rank() {
		return end(claim.Expired, "offer-gone", "it waited with a coupon whose terms cannot be told any more; the coupon is taken back")
	}
	lacks := c.Messages.Messages[c.campaign.Message].Lacks(data)
	if c.campaign.NeedsOffer && data.Coupon == nil {
		lacks = append(lacks, "coupon")
	}
	if c.silent != nil && (slices.Contains(lacks, "coupon") || slices.Contains(lacks, "picks")) {
		return c.silent
	}
	if slices.Contains(lacks, "coupon") {
		return end(claim.Suppressed, "no-offer", "the message is about an offer, and the customer has earned none")
	}
	if len(lacks) > 0 {
		return end(claim.Suppressed, "nothing-to-say", "there is no %s to write about", strings.Join(lacks, " and no "))
	}
	return nil
}

// write renders the message and makes the claim's parts.
func (c *evaluation) write(data message.Data, issued *issued) (Decision, error) {
	if lie := untrue(data); lie != nil {
		c.explained.note("message", lie.reason.Text)
		return c.answer(*lie), nil
	}
	rendered, err := c.Messages.Render(c.campaign.Message, data)
	if err != nil {
		return Decision{}, err
	}
	if faults := message.Lint(rendered, data); len(faults) > 0 {
		return Decision{}, errors.New("the message must not go out: " + strings.Join(faults, "; "))
	}
	entry := c.entry()
	entry.Impressions = impressions(data.Picks)
	d := Decision{
		Send:    c.send(claim.Sending),
		Contact: c.Contact.With(entry, c.now, c.Frequency),
	}
	d.Send.Language = data.Language
	d.Contact, _ = d.Contact.WithoutWaiting(c.now, Hints(append([]campaign.Intent{c.intent}, c.Merged[c.id]...))...)
	if issued != nil {
		d.Send.Coupon = &issued.coupon
		d.Contact = d.Contact.WithGrant(issued.coupon.Offer, frequency.Grant{Send: c.id, At: issued.coupon.Issued, Key: issued.coupon.Key})
	}
	d.Mail = message.Mail{
		To: c.Profile.Email.Value, Subject: rendered.Subject, HTML: rendered.HTML, Text: rendered.Text,
		Headers: map[string]string{
			"List-Unsubscribe":      "<" + data.Links.Unsubscribe + ">",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", // RFC 8058
		},
		Tags: map[string]string{
			"send_id":  string(c.id),
			"customer": Tag(string(c.intent.Customer)),
			"campaign": string(c.intent.Campaign), // the name of a file: nothing that SES refuses
			"class":    string(c.campaign.Class),
		},
	}
	return d, nil
}
