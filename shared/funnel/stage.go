package funnel

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/offer"
)

// Stage says what becomes of a message.
type Stage string

// The stages, in the order in which a decision comes to them.
const (
	Already      Stage = "already"       // the send has a record: it was sent, has ended or waits
	Stopped      Stage = "stopped"       // a person paused or cancelled the campaign, or a breaker has tripped
	Later        Stage = "later"         // it waits for its own time, such as the customer's best hour
	Unreachable  Stage = "unreachable"   // there is no address, or SES cannot or must not write to it
	NoOptIn      Stage = "no_opt_in"     // the customer did not opt in, or opted out
	ServiceIssue Stage = "service_issue" // promotions are paused because of a return, a delay or a cancellation
	SameMailbox  Stage = "same_mailbox"  // the mailbox gets it under another customer ID
	Pause        Stage = "pause"         // the person asked for a pause
	Capped       Stage = "capped"        // a cap, the gap or the person's own limit
	QuietHours   Stage = "quiet_hours"
	HeldOut      Stage = "held_out"
	Outranked    Stage = "outranked" // a better message goes first
	Needless     Stage = "needless"  // the message needs an offer, and the customer buys anyway
	NoOffer      Stage = "no_offer"  // the message needs an offer, and there is none for the customer
	NothingToSay Stage = "nothing"   // no picks or no other content that the message needs
	Other        Stage = "other"     // for the reason that the group names
	Now          Stage = "now"       // it is handed to SES
	Beyond       Stage = "beyond"    // per_unit allows no more customers
)

// Text says a stage in a few words.
func (s Stage) Text() string { return texts[s] }

var texts = map[Stage]string{
	Already: "sent, ended or waiting already", Stopped: "the campaign is stopped", Later: "waits for its own time",
	Unreachable: "cannot be reached by mail", NoOptIn: "no opt-in", ServiceIssue: "paused by a service issue",
	SameMailbox: "goes to the mailbox under another ID", Pause: "asked for a pause", Capped: "capped", QuietHours: "quiet hours",
	HeldOut: "held out", Outranked: "a better message goes first", Needless: "needs no discount", NoOffer: "no offer",
	NothingToSay: "nothing to say", Other: "other", Now: "goes now", Beyond: "beyond per_unit",
}

// Stages has all stages, in their order.
var Stages = []Stage{
	Already, Stopped, Later, Unreachable, NoOptIn, ServiceIssue, SameMailbox, Pause, Capped, QuietHours, HeldOut, Outranked,
	Needless, NoOffer, NothingToSay, Other, Now, Beyond,
}

// byCode has the stages of reason codes. A code that ends with ":" stands for all that
// begin with it.
var byCode = map[string]Stage{
	"campaign-paused": Stopped, "campaign-cancelled": Stopped, "breaker:": Stopped, "ses:": Stopped,
	"not-yet":    Later,
	"no-address": Unreachable, "address-unwritable": Unreachable, "suppressed:": Unreachable,
	"no-consent": NoOptIn, "unsubscribed": NoOptIn,
	"service-issue:":      ServiceIssue,
	"same-mailbox":        SameMailbox,
	frequency.CodePaused:  Pause,
	frequency.CodeCap:     Capped,
	frequency.CodeCapZero: Capped, frequency.CodeGap: Capped, frequency.CodeOwn: Capped,
	frequency.CodeQuiet: QuietHours,
	"holdout":           HeldOut, "global-holdout": HeldOut, "journey-holdout": HeldOut,
	"outranked:":     Outranked,
	"nothing-to-say": NothingToSay, "product-gone": NothingToSay,
}

// StageOf returns what becomes of a message by its decision, and for [Other] the code
// of its reason.
func StageOf(s claim.Send) (is Stage, reason string) {
	if s.State == claim.Sending {
		return Now, ""
	}
	code := s.Reason.Code
	if code == "no-offer" {
		return withoutOffer(s), ""
	}
	if is, ok := byCode[code]; ok {
		return is, ""
	}
	if kind, _, ok := strings.Cut(code, ":"); ok && byCode[kind+":"] != "" {
		return byCode[kind+":"], ""
	}
	return Other, code
}

// withoutOffer tells a customer who needs no discount from one for whom there is none.
func withoutOffer(s claim.Send) Stage {
	var e decide.Explanation
	err := json.Unmarshal(s.Explained, &e)
	if err == nil && slices.ContainsFunc(e.Refusals, func(r offer.Refusal) bool { return r.Code == offer.RefusedAnyway }) {
		return Needless
	}
	return NoOffer
}

// grouped counts the messages by their stages.
func grouped(messages []decided, named int, number func(int) Number) []Group {
	type kind struct {
		is     Stage
		reason string
	}
	at := map[kind]int{}
	var all []Group
	for _, d := range messages {
		is, reason := StageOf(d.send)
		if d.stored {
			is, reason = Already, ""
		}
		i, ok := at[kind{is, reason}]
		if !ok {
			i, all = len(all), append(all, Group{Stage: is, Reason: reason})
			at[kind{is, reason}] = i
		}
		all[i].add(d, named)
	}
	for i := range all {
		all[i].Messages = number(all[i].Decided)
	}
	slices.SortFunc(all, func(a, b Group) int {
		if order := slices.Index(Stages, a.Stage) - slices.Index(Stages, b.Stage); order != 0 {
			return order
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return all
}

// add counts a message, and names its customer if fewer are named.
func (g *Group) add(d decided, named int) {
	g.Decided++
	if d.send.State == claim.Sending && d.send.Coupon != nil {
		g.Coupons++
	}
	if customer := d.intent.Customer; len(g.Examples) < named && !slices.Contains(g.Examples, customer) {
		g.Examples = append(g.Examples, customer)
	}
	if wake := d.send.Wake; !d.stored && d.send.State == claim.Queued && !wake.IsZero() {
		if g.From.IsZero() || wake.Before(g.From) {
			g.From = wake
		}
		g.Until = latest(g.Until, wake)
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
