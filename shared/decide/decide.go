// Package decide decides whether a message may be sent to a customer now, and
// with which offer and which recommended products.
//
// [Decide] is a pure function of the time, one customer's snapshot, the intents
// that compete for that customer, and the shop's policy. It reads no clock, no
// store and no randomness: the same input gives the same bytes. So explaining a
// message, trying a policy on last month's orders and sending run the same code.
//
// The checks, in this order; the first that rejects the intent gives the reason:
//
//	campaign    is published in this version, the intent's time has come and not
//	            passed, and the customer's way through its journey is not over
//	product     what the message says of its product is still true, and the customer
//	            has not bought it since (campaigns about products)
//	breaker     no person stopped the campaign, and neither its breaker nor the
//	            account's has tripped (package breaker)
//	condition   the audience of the run still includes the customer; if holds still, and
//	            unless does not (see [campaign.Campaign.After]); a day of the customer's
//	            own is still theirs
//	address     there is one, and it is not suppressed
//	consent     promotions need an opt-in; promises need it too, or the shop's soft opt-in
//	pause       no service issue is open (promotions, promises)
//	frequency   caps, gap, the person's own pace and pause, quiet hours
//	holdout     the customer is not in the campaign's holdout (promotions)
//	rank        no better intent needs the same reservation (see [Ahead])
//	offer       the best that the customer has earned
//	picks       recommended products, with reasons
//	message     rendered in the customer's language, and linted
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
	"regulars/shared/mailbox"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Snapshot is all that a decision needs to know of one customer, read at one
// time.
type Snapshot struct {
	Profile profile.Profile
	Contact frequency.Contact
	Items   map[shop.ProductID]recommend.Item // bought products and candidates, those that were read
	Spent   map[shop.OfferID]bool             // offers whose budget is known to be used up

	// Kept holds sends that were claimed before and then throttled by SES: they
	// wait with their reservation. A kept reservation does not count against its
	// own send, which carries the coupon that was issued for it.
	Kept map[shop.SendID]claim.Send

	// Merged lists the waiting intents that another send of the same campaign
	// covers with its message, by the covering send: see [Companions].
	Merged map[shop.SendID][]campaign.Intent

	// First holds the sends that this function sent first, just now, because
	// they rank before the intent: see [Ahead].
	First map[shop.SendID]shop.CampaignID
}

// Config is the part of a decision's input that is the same for every customer:
// the shop's policy, the recommendation model, and the keys for links and codes.
type Config struct {
	shoppolicy.Policy
	Tenant   string
	Model    recommend.Model
	Breakers breaker.Now // those that have tripped, and the campaigns that a person stopped
	Links    *linktoken.Signer
	CodeKeys [][]byte // derive coupon codes, the current key first
	BaseURL  string   // of the preferences function, ending in "/"
	ClickURL string   // of the click function, ending in "/"; empty: links lead to the shop directly
}

// Decision is the answer to one intent. Send.State says which:
//
//	SENDING  send it: Mail, Contact and possibly Send.Coupon are set; claim them first
//	QUEUED   not now: decide again at Send.Wake
//	other    the intent has ended, for Send.Reason
type Decision struct {
	Send    claim.Send        // State, Reason, Wake, Coupon and Explained are filled in
	Mail    message.Mail      // for SENDING
	Contact frequency.Contact // for SENDING: with the new ledger entry and grant
}

// Decide returns one decision for each intent, best intent first (see
// [Config.Compare]). The reservation of an allowed intent counts for the
// intents after it. So of several competing intents the best allowed one is
// sent, and each of the others gets the time at which it may be sent.
//
// All intents must belong to the snapshot's customer. Decide fails if a message
// cannot be rendered. Publishing proves that every message can be, so that is a
// programmer's mistake or a policy that was tampered with.
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

// evaluation is the work on one intent: its inputs, and what was found so far.
type evaluation struct {
	Config
	Snapshot
	now      time.Time
	intent   campaign.Intent
	id       shop.SendID
	campaign campaign.Campaign
	kept     *coupon.Coupon // issued for this send by an earlier attempt
	day      *ownDay        // the customer's own day that the intent is about, or nil
	silent   *rejection     // set if the message must not sell: the rejection that applies if nothing else is left to say
	shown    bool           // the message is only shown, so it may sell to anybody: see Show

	explained Explanation
	assigned  time.Time // see claim.Send.Assigned
}

func (r Config) consider(now time.Time, s Snapshot, intent campaign.Intent) *evaluation {
	c := &evaluation{Config: r, Snapshot: s, now: now, intent: r.timed(intent, s.Profile), id: intent.SendID(r.Tenant)}
	if kept, ok := s.Kept[c.id]; ok {
		c.kept, c.Contact = kept.Coupon, s.Contact.Without(c.id)
	}
	return c
}

// rejection ends the checks: the intent waits (QUEUED, until wake) or ends.
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

// refused runs the checks that need no rendered message, and returns the first
// rejection, or nil.
func (c *evaluation) refused() *rejection {
	c.explained.Policy, c.explained.Model = c.Version, c.Model.Version
	if c.CustomerValue.Version != c.Model.Version {
		c.explained.CustomerValue = c.CustomerValue.Version
	}
	for _, check := range []struct {
		name string
		run  func() *rejection
	}{
		{"campaign", c.published},
		{"product", c.current},
		{"breaker", c.untripped},
		{"condition", c.stillMeant},
		{"address", c.reachable},
		{"consent", c.consented},
		{"pause", c.unpaused},
		{"frequency", c.allowed},
		{"holdout", c.included},
	} {
		if refused := check.run(); refused != nil {
			c.explained.note(check.name, refused.reason.Text)
			return refused
		}
		if check.name != "product" || c.intent.Subject.Product != "" {
			c.explained.passed(check.name, c.whyPassed(check.name))
		}
	}
	return nil
}

// whyPassed says why a check let the intent pass, if the check does not apply to the
// message, or if the consent is not the customer's own word.
func (c *evaluation) whyPassed(check string) string {
	switch class := c.campaign.Class; {
	case check == "consent" && class == shop.ClassRecovery:
		return "not needed to make good"
	case check == "consent" && !class.Marketing():
		return "not needed for " + string(class) + " messages"
	case check == "consent":
		if soft, _ := c.optIn(); soft {
			return "by the shop's soft opt-in"
		}
	case check == "pause" && !class.Marketing():
		return "does not hold " + string(class) + " messages"
	case check == "holdout" && (class != shop.ClassPromotion || c.campaign.Holdout == 0 && c.Shop.Holdout == 0):
		return "the campaign has none"
	}
	return ""
}

func (c *evaluation) answer(n rejection) Decision {
	c.explained.Offer, c.explained.Items = nil, nil // they go with a message only
	s := c.send(n.state)
	s.Reason, s.Wake = n.reason, n.wake
	return Decision{Send: s}
}

func (c *evaluation) send(state claim.State) claim.Send {
	return claim.Send{
		ID: c.id, Intent: c.intent, Mailbox: c.Profile.Mailbox, State: state, Changed: c.now,
		Message: c.campaign.Message, Variant: c.campaign.Variant, Drawn: c.campaign.Drawn, Class: c.campaign.Class, Also: c.also(),
		Explained: c.explained.json(), Assigned: c.assigned,
	}
}

func end(state claim.State, code, text string, args ...any) *rejection {
	return &rejection{state: state, reason: claim.Reason{Code: code, Text: fmt.Sprintf(text, args...)}}
}

func (c *evaluation) published() *rejection {
	known, ok := c.CampaignOf(c.intent)
	known = known.For(c.intent.Customer, c.Profile.FirstOrder(), c.Kept[c.id].Variant)
	c.explained.Variant = known.Variant
	c.campaign, c.explained.Value = known, shop.Money{Minor: known.Value, Currency: c.Shop.Currency}
	c.explained.Late = late(c.now, c.intent)
	switch {
	case !ok:
		return end(claim.Expired, "campaign-gone", "the campaign is not published any more")
	case known.Version != c.intent.Version && !c.moves(known):
		return end(claim.Expired, "campaign-changed", "the campaign is now at version %d; this intent was planned for version %d", known.Version, c.intent.Version)
	case known.ConfirmsSignUps() != c.intent.Customer.IsSignUp():
		return end(claim.Suppressed, "not-confirmed", "a person who has not confirmed their sign-up gets the mail that asks for it, and nothing else")
	case known.ConfirmsSignUps() && !c.Profile.SignUp.Open(c.id, c.now):
		return end(claim.Expired, "sign-up-over", "the sign-up was replaced by a later one, or its time to be confirmed is over")
	case known.LinksTo() != "" && !known.ConfirmsSignUps() && !c.Contact.Links[known.LinksTo()].Open(c.id, c.now):
		return end(claim.Expired, "link-over", "the request for the link was replaced by a later one, was answered, or is older than %.0f hours", frequency.LinkWorks.Hours())
	case c.now.After(c.intent.NotAfter):
		if c.halted() != nil { // untripped says why it could not be sent in time
			return nil
		}
		return end(claim.Expired, "too-late", "the intent expired at %s%s", c.intent.NotAfter.UTC().Format(time.RFC3339), c.raisedLate())
	}
	if visit, _ := c.visit(); c.intent.Event().Earns() && visit.Gone() {
		if visit.Cancelled {
			return end(claim.Expired, "order-cancelled", "the order was cancelled, so there is nothing to thank for or to reward")
		}
		return end(claim.Expired, "order-fell-away", "all of the order was returned or refunded, so there is nothing to thank for or to reward")
	}
	if over := c.onTheWay(); over != nil {
		return over
	}
	return c.due()
}

func (c *evaluation) cancelled(order shop.OrderID) bool {
	return slices.ContainsFunc(c.Profile.Orders, func(v profile.Visit) bool { return v.Order == order && v.Cancelled })
}

func (c *evaluation) reachable() *rejection {
	address := c.Profile.Email.Value
	if address == "" {
		return end(claim.Suppressed, "no-address", "the customer gave no e-mail address")
	}
	if _, writable := mailbox.Address(address); !writable {
		return end(claim.Suppressed, "address-unwritable", "SES cannot write to the customer's e-mail address, because of its form")
	}
	if s := c.Contact.SuppressedFor(address); s != nil {
		return end(claim.Suppressed, "suppressed:"+s.Reason, "the address is suppressed since %s: %s", s.At.UTC().Format(time.DateOnly), s.Reason)
	}
	return nil
}

// unpaused holds promotions and promises back while a service issue is open and
// for the policy's pause after it. A promise waits instead of ending, because the
// customer has earned it.
func (c *evaluation) unpaused() *rejection {
	if !c.campaign.Class.Marketing() {
		return nil
	}
	issue, until := ServiceIssue(c.now, Issues(c.Profile, c.Contact), c.PromotionPause)
	if issue == "" {
		return nil
	}
	return c.later(until, claim.Suppressed, "service-issue:"+issue, fmt.Sprintf("the customer has a service issue (%s); promotions are paused until %s", issue, until.Format(time.DateOnly)))
}

// later lets the intent wait until then, or ends it in the given state if it
// expires before.
func (c *evaluation) later(until time.Time, state claim.State, code, text string) *rejection {
	if until.After(c.intent.NotAfter) {
		return end(state, code, "%s; the intent expires before, at %s", text, c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	return &rejection{state: claim.Queued, reason: claim.Reason{Code: code, Text: text}, wake: until}
}

// allowed checks the caps, the minimum gap, quiet hours and the wishes of the
// mailbox, and that it has not had the message of the same run under another
// customer ID.
func (c *evaluation) allowed() *rejection {
	if run := c.entry().Run; run != "" && slices.ContainsFunc(c.Contact.Ledger, func(e frequency.Entry) bool { return e.Run == run && e.Send != c.id }) {
		return end(claim.Suppressed, "same-mailbox", "the mailbox got this message of the run already, under another customer ID")
	}
	v := c.Frequency.Check(c.now, c.Profile.Zones(), c.Contact, c.campaign.Class, c.campaign.Tags)
	if v.Allowed {
		return nil
	}
	state := claim.Capped
	switch v.Code {
	case frequency.CodeQuiet:
		state = claim.Expired
	case frequency.CodePaused:
		state = claim.Suppressed
	}
	if first := c.beaten(); first != "" {
		state, v.Code, v.Text = claim.Outranked, outranked+string(first), fmt.Sprintf("campaign %s ranks higher and goes first; after that, %s", first, v.Text)
	}
	if v.At.IsZero() {
		return end(state, v.Code, "%s", v.Text)
	}
	return c.later(v.At, state, v.Code, v.Text)
}

func (c *evaluation) included() *rejection {
	c.assigned = c.now
	if c.campaign.Class != shop.ClassPromotion {
		return nil
	}
	if campaign.HeldOutOfAll(c.Shop.Holdout, c.intent.Customer) {
		return end(claim.HeldOut, "global-holdout", "the customer is in the shop's holdout: %.1f %% of customers never get a promotion, so that the effect of all together can be measured", float64(c.Shop.Holdout)/100)
	}
	if campaign.HeldOut(c.campaign, c.intent.Customer) {
		return end(claim.HeldOut, "holdout", "the customer is in the holdout: %.1f %% of customers never get this campaign, so that its effect can be measured", float64(c.campaign.Holdout)/100)
	}
	return nil
}

func (c *evaluation) worthSaying(data message.Data) *rejection {
	if c.kept != nil && data.Coupon == nil && c.campaign.Class.Rank() >= shop.ClassPromise.Rank() {
		return end(claim.Expired, "offer-gone", "it waited with a coupon whose terms can no longer be printed; the coupon is voided")
	}
	if product := reminded(c.Profile, c.intent); product != "" && c.silent == nil && (len(data.Picks) == 0 || data.Picks[0].Product.ID != product) {
		return end(claim.Suppressed, "product-gone", "product %s cannot be shown: it is sold out, hidden, or has no page on the shop's hosts, or the customer was shown it often", product)
	}
	lacks := c.lacks(data)
	if c.silent != nil && (slices.Contains(lacks, "coupon") || slices.Contains(lacks, "picks") || slices.Contains(lacks, "product")) {
		return c.silent
	}
	if slices.Contains(lacks, "coupon") {
		return end(claim.Suppressed, "no-offer", "the message needs an offer, and the customer has earned none")
	}
	if len(lacks) > 0 {
		return end(claim.Suppressed, "nothing-to-say", "the message has no %s to write about", strings.Join(lacks, " and no "))
	}
	return nil
}

// lacks returns what the message needs and the data does not have.
func (c *evaluation) lacks(data message.Data) []string {
	lacks := c.Messages.Messages[c.campaign.Message].Lacks(data)
	if c.campaign.NeedsOffer && data.Coupon == nil && !slices.Contains(lacks, "coupon") {
		lacks = append(lacks, "coupon")
	}
	return lacks
}

// write renders the message and fills in the parts of the claim: the ledger
// entry, the grant and the coupon.
func (c *evaluation) write(data message.Data, issued *issued) (Decision, error) {
	if refused := untrue(data); refused != nil {
		c.explained.note("message", refused.reason.Text)
		return c.answer(*refused), nil
	}
	rendered, err := c.Messages.Render(c.campaign.Message, data)
	if err != nil {
		return Decision{}, err
	}
	if faults := message.Lint(rendered, data); len(faults) > 0 {
		return Decision{}, errors.New("the rendered message does not pass the lint: " + strings.Join(faults, "; "))
	}
	if rendered, err = c.counting(rendered, data); err != nil {
		return Decision{}, err
	}
	entry := c.entry()
	entry.Impressions = impressions(data.Picks)
	if data.Product != nil {
		entry.Impressions = append(entry.Impressions, data.Product.Product.ID)
	}
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
	d.Mail = c.mail(rendered, data)
	return d, nil
}

// mail returns the rendered message as SES takes it, with its headers and tags.
func (c *evaluation) mail(rendered message.Rendered, data message.Data) message.Mail {
	mail := message.Mail{
		From: c.Shop.Name, To: c.Profile.Email.Value, ReplyTo: c.Shop.ReplyTo, Subject: rendered.Subject, HTML: rendered.HTML, Text: rendered.Text,
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
	if c.Profile.Mailbox != "" {
		mail.Tags["mailbox"] = string(c.Profile.Mailbox) // base64url: nothing that SES refuses
	}
	return mail
}
