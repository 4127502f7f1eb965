package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// state shows an answer as its state, reason and time to wake.
func state(d decide.Decision) string {
	s := string(d.Send.State)
	if d.Send.Reason.Code != "" {
		s += " " + d.Send.Reason.Code
	}
	if !d.Send.Wake.IsZero() {
		s += " " + d.Send.Wake.Format("2006-01-02 15:04")
	}
	return s
}

func TestDecide(t *testing.T) {
	address := "ann.example@example.com " // as a bounce may spell it
	suppressed := func(address, reason string) *frequency.Suppression {
		return &frequency.Suppression{Address: address, Reason: reason, At: noon.AddDate(0, -1, 0)}
	}
	none := 0
	until := func(at time.Time) func(*given) { return func(g *given) { g.intents[0].NotAfter = at } }
	for phrase, c := range map[string]struct {
		campaign shop.CampaignID // weekly where empty
		change   func(*given)
		also     func(*given)
		want     string
	}{
		"nothing is in the way": {want: "SENDING"},

		"the campaign is gone":              {change: func(g *given) { g.intents[0].Campaign = "gone" }, want: "EXPIRED campaign-gone"},
		"the campaign was raised since":     {change: func(g *given) { g.intents[0].Version = 2 }, want: "EXPIRED campaign-changed"},
		"its time is over":                  {change: until(noon.Add(-time.Millisecond)), want: "EXPIRED too-late"},
		"its time is over this very moment": {change: until(noon), want: "SENDING"},

		"the order was cancelled meanwhile": {campaign: "thanks", change: func(g *given) {
			last := &g.snapshot.Profile.Orders[len(g.snapshot.Profile.Orders)-1]
			last.Cancelled, g.intents[0].Order = true, last.Order
		}, want: "EXPIRED order-cancelled"},

		"there is no address":              {change: func(g *given) { g.snapshot.Profile.Email = profile.Word{} }, want: "SUPPRESSED no-address"},
		"there is nothing of the customer": {campaign: plain(shop.ClassSafety), change: func(g *given) { g.snapshot.Profile = profile.Profile{} }, want: "SUPPRESSED no-address"},
		"the address bounced": {change: func(g *given) {
			g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress(address), frequency.SuppressedBounce)
		}, want: "SUPPRESSED suppressed:bounce"},
		"the address complained": {
			campaign: plain(shop.ClassSafety), change: func(g *given) {
				g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress(address), frequency.SuppressedComplaint)
			},
			want: "SUPPRESSED suppressed:complaint",
		},
		"an address of before bounced": {change: func(g *given) {
			g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress("old@example.com"), frequency.SuppressedBounce)
		}, want: "SENDING"},
		"the customer was erased": {campaign: plain(shop.ClassSafety), change: func(g *given) { g.snapshot.Contact.Suppressed = suppressed("", frequency.SuppressedErased) }, want: "SUPPRESSED suppressed:erased"},

		"something came back, and promotions rest":           {change: func(g *given) { wrong(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SUPPRESSED service-issue:returned"},
		"the shop cancelled, and promotions rest":            {change: func(g *given) { wrong(g, profile.ServiceIssue{Cancelled: since(1)}) }, want: "SUPPRESSED service-issue:cancelled"},
		"a promotion that has nothing to sell rests as well": {campaign: plain(shop.ClassPromotion), change: func(g *given) { wrong(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SUPPRESSED service-issue:returned"},
		"a parcel is late, and promotions rest":              {change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: since(1)}) }, want: "SUPPRESSED service-issue:delayed"},
		"a parcel was late, came, and it is too soon": {
			change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: right(4, 2)}) }, want: "QUEUED service-issue:delayed 2026-11-23 12:00",
		},
		"a late parcel is forgotten by the last moment": {
			change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: right(4, 2)}) }, also: until(noon.AddDate(0, 0, 1)), want: "QUEUED service-issue:delayed 2026-11-23 12:00",
		},
		"a late parcel is not forgotten in time": {
			change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: right(4, 2)}) }, also: until(noon.AddDate(0, 0, 1).Add(-time.Millisecond)), want: "SUPPRESSED service-issue:delayed",
		},
		"a parcel was late and is forgiven": {change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: right(5, 2)}) }, want: "SENDING"},
		"refunded, and promotions rest":     {change: func(g *given) { wrong(g, profile.ServiceIssue{Returned: right(14, 1)}) }, want: "QUEUED service-issue:returned 2026-11-23 12:00"},
		"refunded long ago":                 {change: func(g *given) { wrong(g, profile.ServiceIssue{Returned: right(15, 1)}) }, want: "SENDING"},
		"a promise waits as well":           {campaign: "reward", change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: right(4, 2)}) }, want: "QUEUED service-issue:delayed 2026-11-23 12:00"},
		"a promise that cannot wait":        {campaign: "reward", change: func(g *given) { wrong(g, profile.ServiceIssue{Delayed: since(1)}) }, want: "SUPPRESSED service-issue:delayed"},
		"a service message goes":            {campaign: "thanks", change: func(g *given) { wrong(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SENDING"},
		"an apology goes": {campaign: "sorry", change: func(g *given) {
			g.snapshot.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-2": {Delayed: since(0)}}
		}, want: "SENDING"},

		"one went today, and tomorrow is soon enough": {change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(3 * time.Hour)} }, want: "QUEUED cap:one-a-day 2026-11-23 09:00"},
		"one went today, and tomorrow is too late": {
			change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(3 * time.Hour)} }, also: until(noon.Add(6 * time.Hour)), want: "CAPPED cap:one-a-day",
		},
		"two went this week": {change: func(g *given) {
			g.snapshot.Contact.Ledger = []frequency.Entry{sent(50 * time.Hour), sent(26 * time.Hour)}
		}, want: "CAPPED cap:two-a-week"},
		"two went a week ago": {change: func(g *given) {
			g.snapshot.Contact.Ledger = []frequency.Entry{sent(170 * time.Hour), sent(169 * time.Hour)}
		}, want: "SENDING"},
		"an earned coupon went a moment ago": {
			change: func(g *given) {
				g.snapshot.Contact.Ledger = []frequency.Entry{{Send: "s", At: noon.Add(-time.Minute), Class: shop.ClassPromise}}
			},
			want: "QUEUED gap 2026-11-22 14:04",
		},
		"thanks went a moment ago": {
			change: func(g *given) {
				g.snapshot.Contact.Ledger = []frequency.Entry{{Send: "s", At: noon.Add(-time.Minute), Class: shop.ClassService}}
			},
			want: "SENDING",
		},
		"a service message is not capped":       {campaign: "thanks", change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(time.Hour), sent(2 * time.Hour)} }, want: "SENDING"},
		"a cap of nought":                       {campaign: "spam", want: "CAPPED cap-zero"},
		"the customer wants none":               {change: func(g *given) { g.snapshot.Contact.Own.PerWeek = &none }, want: "CAPPED own-limit"},
		"the customer pauses for an hour":       {change: func(g *given) { g.snapshot.Contact.Own.PausedUntil = noon.Add(time.Hour) }, want: "QUEUED paused 2026-11-22 13:00"},
		"the customer pauses for long":          {change: func(g *given) { g.snapshot.Contact.Own.PausedUntil = noon.AddDate(0, 1, 0) }, want: "SUPPRESSED paused"},
		"a pause is about promotions":           {campaign: "thanks", change: func(g *given) { g.snapshot.Contact.Own.PausedUntil = noon.AddDate(0, 1, 0) }, want: "SENDING"},
		"at night it waits for the morning":     {change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "QUEUED quiet-hours 2026-11-23 09:00"},
		"at night, and the morning is too late": {change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, also: until(noon.Add(12 * time.Hour)), want: "EXPIRED quiet-hours"},
		"it is night where the customer lives":  {change: func(g *given) { g.snapshot.Profile.Zone.Value = "Asia/Tokyo" }, want: "QUEUED quiet-hours 2026-11-23 00:00"},
		"nobody knows where the customer lives": {change: func(g *given) { g.snapshot.Profile.Zone.Value = "Nowhere/Nothing" }, want: "SENDING"},
		"a service message goes at night":       {campaign: "thanks", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "SENDING"},
		"an earned coupon goes at night":        {campaign: "reward", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "SENDING"},
		"one of those who never get it":         {campaign: "held", want: "HELD_OUT holdout"},
		"held out, but it would be too early":   {campaign: "held", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "QUEUED quiet-hours 2026-11-23 09:00"},

		"the offer that it is about is not earned": {campaign: "reward", change: func(g *given) { g.snapshot.Profile.Orders[1].Lines[0].Returned = 2 }, want: "SUPPRESSED no-offer"},
		"the offer that it is about was granted": {
			campaign: "deal", change: func(g *given) {
				g.snapshot.Contact.Granted = map[shop.OfferID][]frequency.Grant{"welcome": {{Send: "s", At: noon}}}
			},
			want: "SUPPRESSED no-offer",
		},
		"the offer that it is about is used up":   {campaign: "deal", change: func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, want: "SUPPRESSED no-offer"},
		"an offer beside the point is used up":    {change: func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, want: "SENDING"},
		"there is nothing to recommend":           {change: func(g *given) { g.snapshot.Items = nil }, want: "SUPPRESSED nothing-to-say"},
		"there is nothing to apologise for":       {campaign: "sorry", want: "SUPPRESSED nothing-to-say"},
		"an offer to a customer without an order": {change: func(g *given) { g.snapshot.Profile.Orders = nil }, want: "SENDING"},
	} {
		t.Run(phrase, func(t *testing.T) {
			if c.campaign == "" {
				c.campaign = "weekly"
			}
			g := aCase(c.campaign)
			for _, change := range []func(*given){c.change, c.also} {
				if change != nil {
					change(&g)
				}
			}
			d := decision(t, g)
			if got := state(d); got != c.want {
				t.Errorf("Decide = %s (%s)\n   want %s", got, d.Send.Reason.Text, c.want)
			}
			if d.Send.State != claim.Sending && (d.Mail.To != "" || d.Contact.Ledger != nil || d.Send.Coupon != nil || d.Send.Reason.Text == "") {
				t.Errorf("Decide = %+v, want nothing but a reason", d)
			}
		})
	}
}

// TestConsent is docs/decisions/0009, line by line: which classes go after which
// words.
func TestConsent(t *testing.T) {
	const always = "safety service recovery"
	explicit := func(yes bool, days int) func(*given) {
		return func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, yes, noon.AddDate(0, 0, -days))
		}
	}
	both := func(words ...func(*given)) func(*given) {
		return func(g *given) {
			for _, say := range words {
				say(g)
			}
		}
	}
	for phrase, c := range map[string]struct {
		box  string
		said func(*given)
		want string
	}{
		"nothing was ever said":                  {want: always + " promise"},
		"the box was ticked":                     {box: "yes", want: always + " promise promotion"},
		"the box was left empty":                 {box: "no", want: always + " promise"},
		"an explicit yes":                        {said: explicit(true, 1), want: always + " promise promotion"},
		"an explicit yes, then an empty box":     {box: "no", said: explicit(true, 9), want: always + " promise promotion"},
		"an explicit no":                         {said: explicit(false, 1), want: always},
		"an explicit no after a ticked box":      {box: "yes", said: explicit(false, 0), want: always},
		"a ticked box after an explicit no":      {box: "yes", said: explicit(false, 9), want: always},
		"yes after no":                           {said: both(explicit(false, 2), explicit(true, 1)), want: always + " promise promotion"},
		"no after yes, told the other way round": {box: "yes", said: both(explicit(false, 1), explicit(true, 2)), want: always},
		"yes and no at one time":                 {box: "yes", said: both(explicit(false, 1), explicit(true, 1)), want: always},
	} {
		t.Run(phrase, func(t *testing.T) {
			var went []string
			for _, class := range shop.Classes {
				g := aCase(plain(class))
				if class == shop.ClassPromotion {
					g = aCase("weekly")
				}
				g.snapshot.Profile.Consent = profile.Word{}
				if c.box != "" {
					g.snapshot.Profile.Consent = said(c.box)
				}
				if c.said != nil {
					c.said(&g)
				}
				d := decision(t, g)
				if d.Send.State == claim.Sending {
					went = append(went, string(class))
				} else if got := d.Send.Reason.Code; got != "no-consent" && got != "unsubscribed" {
					t.Errorf("class %s: %s", class, state(d))
				}
			}
			if got := strings.Join(went, " "); got != c.want {
				t.Errorf("what goes = %s, want %s", got, c.want)
			}
		})
	}
}

func TestTheBestAllowedOneGoesAndTheOthersAreToldWhen(t *testing.T) {
	g := aCase("weekly", "other", "thanks", "reward", "plain-safety", "gone")
	g.intents[0].NotAfter = noon.Add(30 * time.Hour) // before other's, and so before it
	g.intents[1].NotAfter = noon.Add(48 * time.Hour)
	var got []string
	for _, d := range decisions(t, g) {
		got = append(got, string(d.Send.Intent.Campaign)+" "+state(d))
	}
	want := []string{
		"plain-safety SENDING",
		"thanks SENDING",
		"reward SENDING",                     // it counts, and so
		"weekly QUEUED gap 2026-11-22 14:05", // keeps its distance
		"other QUEUED gap 2026-11-22 14:05",
		"gone EXPIRED campaign-gone",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Decide = %s\n   want %s", strings.Join(got, "; "), strings.Join(want, "; "))
	}

	g = aCase("other", "weekly")
	g.intents[0].NotAfter = noon.Add(48 * time.Hour)
	all := decisions(t, g)
	if got := []string{state(all[0]), state(all[1])}; all[0].Send.Intent.Campaign != "weekly" || !slices.Equal(got, []string{"SENDING", "QUEUED cap:one-a-day 2026-11-23 09:00"}) {
		t.Errorf("of two promotions: %s first, %v, want weekly to go and the other to wait for tomorrow", all[0].Send.Intent.Campaign, got)
	}
}

// One coupon for one customer: what the first message grants, the second cannot.
func TestAnOfferIsGrantedOnceAmongSeveral(t *testing.T) {
	g := aCase("weekly", "thanks")
	all := decisions(t, g)
	if all[0].Send.Coupon == nil || all[0].Send.Intent.Campaign != "thanks" {
		t.Fatalf("thanks carries no coupon: %s", state(all[0]))
	}
	if all[1].Send.State != claim.Sending || all[1].Send.Coupon != nil {
		t.Errorf("weekly = %s with coupon %v, want it to go without one", state(all[1]), all[1].Send.Coupon)
	}
	if got := len(all[1].Contact.Ledger); got != 2 {
		t.Errorf("the second contact has %d ledger entries, want both", got)
	}
}

func TestDecideOfNothing(t *testing.T) {
	g := aCase()
	if all := decisions(t, g); len(all) != 0 {
		t.Errorf("Decide = %v, want nothing", all)
	}
}

// What publishing has proved cannot happen is an error, and not a silence.
func TestDecideFailsWhereThePolicyWasTamperedWith(t *testing.T) {
	for phrase, change := range map[string]func(*given){
		"a message that there is not": func(g *given) {
			g.rules.Campaigns = []campaign.Campaign{{ID: "weekly", Version: 1, Message: "none", Class: shop.ClassService}}
		},
		"a promotion without the shop's address": func(g *given) { g.rules.Shop.Address = "" },
		"a price that is not the catalogue's": func(g *given) {
			row := g.snapshot.Items["JAR"]
			row.Price = shop.Money{Minor: 1250, Currency: "XQX"}
			g.snapshot.Items = map[shop.ProductID]recommend.Item{"MUG": g.snapshot.Items["MUG"], "JAR": row}
		},
	} {
		g := aCase("weekly")
		change(&g)
		if all, err := decide.Decide(g.now, g.snapshot, g.intents, g.rules); err == nil {
			t.Errorf("%s: Decide = %s, want an error", phrase, state(all[0]))
		} else if strings.Contains(err.Error(), "@") {
			t.Errorf("%s: the error names an address: %v", phrase, err)
		}
	}
}
