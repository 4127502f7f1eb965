package decide_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// drawCase draws a customer, a time and intents, some of which wait with a kept
// reservation.
func drawCase(t *rapid.T) given {
	g := aCase()
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	hours := func(name string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Hour
	}
	s := &g.snapshot
	g.now = noon.Add(hours("hour", 48))
	s.Profile.Email.Value = pick("email", "ann@example.com", "ann@example.com", "")
	s.Profile.Zone.Value = pick("zone", "", "Europe/London", "Asia/Tokyo", "Local", "Not/There")
	s.Profile.Consent.Value = pick("box", "yes", "yes", "no", "")
	s.Profile.Locale.Value = pick("locale", "pl", "en-GB", "")
	for range rapid.IntRange(0, 2).Draw(t, "words") {
		s.Contact = s.Contact.WithConsent(shop.TopicPromotions, rapid.Bool().Draw(t, "yes"), noon.Add(-hours("said", 99)))
	}
	if rapid.IntRange(0, 5).Draw(t, "suppressed") == 0 {
		s.Contact.Suppressed = &frequency.Suppression{Reason: frequency.SuppressedBounce, Address: frequency.HashAddress(pick("whose", "ann@example.com", "b@example.com")), At: noon}
	}
	for range rapid.IntRange(0, 3).Draw(t, "sent") {
		e := sent(hours("sent", 200))
		e.Class = rapid.SampledFrom(shop.Classes).Draw(t, "class")
		s.Contact.Ledger = append(s.Contact.Ledger, e)
	}
	s.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{}
	for _, order := range []shop.OrderID{"o-1", "o-2"} {
		var issue profile.ServiceIssue
		for _, part := range []**profile.Issue{&issue.Returned, &issue.Delayed, &issue.Cancelled} {
			switch days := rapid.IntRange(0, 70).Draw(t, "issue"); rapid.IntRange(0, 8).Draw(t, "kind") {
			case 0:
				*part = since(days)
			case 1:
				*part = resolved(days, rapid.IntRange(0, days).Draw(t, "right"))
			}
		}
		if issue != (profile.ServiceIssue{}) {
			s.Profile.ServiceIssues[order] = issue
		}
	}
	s.Profile.Bought = map[shop.ProductID]profile.Units{"TRAY": {Orders: 2, Units: 2}, "JAR": {Orders: 1, Units: rapid.IntRange(0, 2).Draw(t, "jars")}}
	for id := range maps.Clone(s.Items) {
		if rapid.IntRange(0, 5).Draw(t, "unread") == 0 {
			delete(s.Items, id)
		}
	}
	s.Spent = map[shop.OfferID]bool{"welcome": rapid.Bool().Draw(t, "spent")}
	s.Kept = map[shop.SendID]claim.Send{}
	before := aCase()
	before.now = noon.Add(-time.Hour)
	names := []string{"weekly", "other", "held", "thanks", "reward", "sorry", "deal", "gone", "plain-safety", "plain-promise"}
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 5, rapid.ID).Draw(t, "campaigns") {
		i := wish(shop.CampaignID(c))
		i.NotAfter = noon.Add(hours("not after", 100))
		i.Version = rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "version")
		g.intents = append(g.intents, i)
		if rapid.IntRange(0, 3).Draw(t, "kept") == 0 {
			keep(&g, &before, i)
		}
	}
	return g
}

// keep claims the intent an hour earlier, if it could be claimed then, and lets
// it wait with its reservation since.
func keep(g, before *given, i campaign.Intent) {
	i.NotAfter = before.now
	all, err := decide.Decide(before.now, before.snapshot, []campaign.Intent{i}, before.config)
	if err != nil || all[0].Send.State != claim.Sending {
		return
	}
	d := all[0]
	before.snapshot.Contact = d.Contact
	g.snapshot.Kept[d.Send.ID] = d.Send
	g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, d.Contact.Ledger[len(d.Contact.Ledger)-1])
	g.snapshot.Contact.Granted = d.Contact.Granted
}

// copied returns a copy of the case in other memory, with its maps filled in
// another order and its intents shuffled.
func copied(t *rapid.T, g given) given {
	g.snapshot.Profile = again(t, g.snapshot.Profile)
	g.snapshot.Contact = again(t, g.snapshot.Contact)
	g.snapshot.Items = again(t, g.snapshot.Items)
	g.snapshot.Spent = again(t, g.snapshot.Spent)
	g.snapshot.Kept = again(t, g.snapshot.Kept)
	g.config.Model = again(t, g.config.Model)
	g.intents = slices.Clone(g.intents)
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	random.Shuffle(len(g.intents), func(i, j int) { g.intents[i], g.intents[j] = g.intents[j], g.intents[i] })
	return g
}

func again[T any](t *rapid.T, v T) (other T) {
	if err := json.Unmarshal(asJSON(t, v), &other); err != nil {
		t.Fatal(err)
	}
	return other
}

func asJSON(t *rapid.T, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The same input gives the same bytes, independent of its order in memory, and
// Decide does not change it.
func TestDecideIsPure(t *testing.T) {
	packed, err := shoppolicy.Encode(published())
	check(err)
	rapid.Check(t, func(t *rapid.T) {
		g := drawCase(t)
		before := asJSON(t, []any{g.snapshot, g.intents, g.config.Model})
		first, err := decide.Decide(g.now, g.snapshot, g.intents, g.config)
		if err != nil {
			t.Fatal(err)
		}
		other := copied(t, g)
		second, err := decide.Decide(other.now.In(time.FixedZone("elsewhere", 3600)).Add(300*time.Microsecond), other.snapshot, other.intents, other.config)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := asJSON(t, first), asJSON(t, second); string(a) != string(b) {
			t.Fatalf("the same input gives other bytes: %s", cmp.Diff(string(a), string(b)))
		}
		if after := asJSON(t, []any{g.snapshot, g.intents, g.config.Model}); string(after) != string(before) {
			t.Fatalf("Decide changed its arguments: %s", cmp.Diff(string(before), string(after)))
		}
	})
	if after, err := shoppolicy.Encode(published()); err != nil || string(after) != string(packed) {
		t.Errorf("Decide changed the policy: %v", err)
	}
}

// Each intent gets one decision: it ends, waits until a time before it expires,
// or goes with everything that a claim needs. A message that goes keeps all
// guarantees.
func TestEachDecisionIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawCase(t)
		all, err := decide.Decide(g.now, g.snapshot, g.intents, g.config)
		if err != nil {
			t.Fatal(err)
		}
		decided := map[shop.SendID]int{}
		contact := g.snapshot.Contact
		for _, d := range all {
			decided[d.Send.ID]++
			switch s := d.Send; {
			case s.State == claim.Sending:
				checkSending(t, g, contact, d)
				contact = d.Contact
			case d.Mail.To != "" || s.Coupon != nil:
				t.Fatalf("%s is %s with a mail or a coupon", s.Intent.Campaign, s.State)
			case s.Reason.Code == "" || s.Reason.Text == "" || len(s.Explained) == 0:
				t.Fatalf("%s is %s without a reason", s.Intent.Campaign, s.State)
			case s.State == claim.Queued:
				if !s.Wake.After(g.now) || s.Wake.After(s.Intent.NotAfter) {
					t.Fatalf("%s wakes at %s, now is %s and it expires at %s", s.Intent.Campaign, s.Wake, g.now, s.Intent.NotAfter)
				}
			case !s.State.Ended():
				t.Fatalf("%s is %s, which no decision may be", s.Intent.Campaign, s.State)
			}
		}
		for _, i := range g.intents {
			if decided[i.SendID("test")] != 1 {
				t.Fatalf("%s has %d decisions, want 1", i.Campaign, decided[i.SendID("test")])
			}
		}
	})
}

// checkSending fails the test if a decision to send breaks a guarantee; contact
// is the contact before it.
func checkSending(t *rapid.T, g given, contact frequency.Contact, d decide.Decision) {
	s := d.Send
	kept, waits := g.snapshot.Kept[s.ID]
	issue, _ := decide.ServiceIssue(g.now, decide.Issues(g.snapshot.Profile, g.snapshot.Contact), g.config.PromotionPause)
	explicit, known := contact.Consents[shop.TopicPromotions]
	consented := known && explicit.Given || !known && g.snapshot.Profile.Consent.Value == "yes"
	marketing := s.Class == shop.ClassPromotion || s.Class == shop.ClassPromise
	e := decide.Explanation{}
	if err := json.Unmarshal(s.Explained, &e); err != nil {
		t.Fatal(err)
	}
	entries := 0
	for _, entry := range d.Contact.Ledger {
		if entry.Send == s.ID && entry.At.Equal(g.now) {
			entries++
		}
	}
	printed := codes.FindAllString(d.Mail.Text, -1)
	for fault, is := range map[string]bool{
		"the mail lacks an address or a part":                   d.Mail.To == "" || d.Mail.Subject == "" || d.Mail.HTML == "" || d.Mail.Text == "",
		"the address is suppressed":                             contact.SuppressedFor(d.Mail.To) != nil,
		"marketing goes without consent":                        marketing && !consented,
		"marketing goes during a pause":                         marketing && issue != "",
		"it has picks during a pause or without consent":        (issue != "" || !consented) && len(e.Items) > 0,
		"it grants an offer during a pause or without consent":  (issue != "" || !consented) && s.Coupon != nil && kept.Coupon == nil,
		"it prints a code without consent":                      !consented && len(printed) > 0,
		"it does not have one ledger entry of now":              entries != 1,
		"it prints a code without a coupon, or two":             s.Coupon == nil && len(printed) > 0 || len(printed) > 1,
		"it has a coupon and does not print its code":           s.Coupon != nil && len(printed) == 0 && consented,
		"its coupon is not the one that was kept":               waits && kept.Coupon != nil && (s.Coupon == nil || s.Coupon.Hash != kept.Coupon.Hash),
		"its coupon has expired":                                s.Coupon != nil && !s.Coupon.Until.After(g.now),
		"its coupon is not among the grants":                    s.Coupon != nil && !granted(d.Contact, s),
		"an offer with one grant per customer is granted twice": len(d.Contact.Granted["welcome"]) > 1,
		"it has a coupon although the budget is used up":        s.Coupon != nil && kept.Coupon == nil && g.snapshot.Spent[s.Coupon.Offer],
		"a customer in the holdout gets it":                     s.Intent.Campaign == "held",
		"two promotions go within the minimum gap":              s.Class == shop.ClassPromotion && withinGap(g, contact, s),
		"it recommends a product without a catalogue row":       unknown(g, e.Items),
	} {
		if is {
			t.Fatalf("%s at %s: %s", s.Intent.Campaign, g.now, fault)
		}
	}
}

func granted(c frequency.Contact, s claim.Send) bool {
	return slices.ContainsFunc(c.Granted[s.Coupon.Offer], func(g frequency.Grant) bool { return g.Send == s.ID && g.Key == s.Coupon.Key })
}

func withinGap(g given, c frequency.Contact, s claim.Send) bool {
	return slices.ContainsFunc(c.Ledger, func(e frequency.Entry) bool {
		counts := e.Class == shop.ClassPromotion || e.Class == shop.ClassPromise
		return counts && e.Send != s.ID && e.At.After(g.now.Add(-2*time.Hour)) && !e.At.After(g.now)
	})
}

func unknown(g given, picks []recommend.Pick) bool {
	return slices.ContainsFunc(picks, func(p recommend.Pick) bool { _, ok := g.snapshot.Items[p.Product.ID]; return !ok })
}

func ExampleDecide() {
	g := aCase("weekly", "thanks")
	all, err := decide.Decide(g.now, g.snapshot, g.intents, g.config)
	if err != nil {
		panic(err)
	}
	for _, d := range all {
		fmt.Printf("%s: %s %q\n", d.Send.Intent.Campaign, d.Send.State, d.Mail.Subject)
	}
	g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon)
	all, err = decide.Decide(g.now, g.snapshot, g.intents, g.config)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %s, %s\n", all[1].Send.Intent.Campaign, all[1].Send.State, all[1].Send.Reason.Text)
	// Output:
	// thanks: SENDING "Order o-2"
	// weekly: SENDING "For you"
	// weekly: SUPPRESSED, the customer opted out of promotions on 2026-11-22
}
