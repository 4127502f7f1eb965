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

// state returns a decision's state, reason code and wake time, as one line.
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
	address := "ann.example@example.com " // as SES may report it in a bounce
	suppressed := func(address, reason string) *frequency.Suppression {
		return &frequency.Suppression{Address: address, Reason: reason, At: noon.AddDate(0, -1, 0)}
	}
	until := func(at time.Time) func(*given) { return func(g *given) { g.intents[0].NotAfter = at } }
	for name, c := range map[string]struct {
		campaign shop.CampaignID // weekly if empty
		change   func(*given)
		also     func(*given) // a second change
		want     string
	}{
		"no check rejects it": {want: "SENDING"},

		"the campaign is not published any more": {change: func(g *given) { g.intents[0].Campaign = "gone" }, want: "EXPIRED campaign-gone"},
		"the campaign has a newer version":       {change: func(g *given) { g.intents[0].Version = 2 }, want: "EXPIRED campaign-changed"},
		"the intent expired a millisecond ago":   {change: until(noon.Add(-time.Millisecond)), want: "EXPIRED too-late"},
		"the intent expires now":                 {change: until(noon), want: "SENDING"},

		"the order was cancelled": {campaign: "thanks", change: func(g *given) {
			last := &g.snapshot.Profile.Orders[len(g.snapshot.Profile.Orders)-1]
			last.Cancelled, g.intents[0].Order = true, last.Order
		}, want: "EXPIRED order-cancelled"},

		"no address":               {change: func(g *given) { g.snapshot.Profile.Email = profile.Statement{} }, want: "SUPPRESSED no-address"},
		"an address without a dot": {change: func(g *given) { g.snapshot.Profile.Email.Value = "a@b" }, want: "SUPPRESSED address-unwritable"},
		"an address outside ASCII": {campaign: plain(shop.ClassSafety), change: func(g *given) { g.snapshot.Profile.Email.Value = "jörg@example.de" }, want: "SUPPRESSED address-unwritable"},
		"an address with a comma":  {change: func(g *given) { g.snapshot.Profile.Email.Value = "x@example.com," }, want: "SUPPRESSED address-unwritable"},
		"a domain in Punycode":     {change: func(g *given) { g.snapshot.Profile.Email.Value = "user@xn--bcher-kva.example" }, want: "SENDING"},
		"an empty profile":         {campaign: plain(shop.ClassSafety), change: func(g *given) { g.snapshot.Profile = profile.Profile{} }, want: "SUPPRESSED no-address"},
		"the address bounced": {change: func(g *given) {
			g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress(address), frequency.SuppressedBounce)
		}, want: "SUPPRESSED suppressed:bounce"},
		"the address complained": {
			campaign: plain(shop.ClassSafety), change: func(g *given) {
				g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress(address), frequency.SuppressedComplaint)
			},
			want: "SUPPRESSED suppressed:complaint",
		},
		"an earlier address bounced": {change: func(g *given) {
			g.snapshot.Contact.Suppressed = suppressed(frequency.HashAddress("old@example.com"), frequency.SuppressedBounce)
		}, want: "SENDING"},
		"the customer was erased": {campaign: plain(shop.ClassSafety), change: func(g *given) { g.snapshot.Contact.Suppressed = suppressed("", frequency.SuppressedErased) }, want: "SUPPRESSED suppressed:erased"},

		"an open return, a promotion":                  {change: func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SUPPRESSED service-issue:returned"},
		"an open cancellation, a promotion":            {change: func(g *given) { withIssue(g, profile.ServiceIssue{Cancelled: since(1)}) }, want: "SUPPRESSED service-issue:cancelled"},
		"an open return, a promotion without products": {campaign: plain(shop.ClassPromotion), change: func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SUPPRESSED service-issue:returned"},
		"an open delay, a promotion":                   {change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: since(1)}) }, want: "SUPPRESSED service-issue:delayed"},
		"a delay that was resolved 2 days ago": {
			change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: resolved(4, 2)}) }, want: "QUEUED service-issue:delayed 2026-11-23 12:00",
		},
		"the pause ends when the intent expires": {
			change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: resolved(4, 2)}) }, also: until(noon.AddDate(0, 0, 1)), want: "QUEUED service-issue:delayed 2026-11-23 12:00",
		},
		"the pause ends after the intent expires": {
			change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: resolved(4, 2)}) }, also: until(noon.AddDate(0, 0, 1).Add(-time.Millisecond)), want: "SUPPRESSED service-issue:delayed",
		},
		"a delay that was resolved 3 days ago":                        {change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: resolved(5, 2)}) }, want: "SENDING"},
		"a return that was refunded 13 days ago":                      {change: func(g *given) { withIssue(g, profile.ServiceIssue{Returned: resolved(14, 1)}) }, want: "QUEUED service-issue:returned 2026-11-23 12:00"},
		"a return that was refunded 14 days ago":                      {change: func(g *given) { withIssue(g, profile.ServiceIssue{Returned: resolved(15, 1)}) }, want: "SENDING"},
		"a resolved delay, a promise":                                 {campaign: "reward", change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: resolved(4, 2)}) }, want: "QUEUED service-issue:delayed 2026-11-23 12:00"},
		"an open delay, a promise that expires before the pause ends": {campaign: "reward", change: func(g *given) { withIssue(g, profile.ServiceIssue{Delayed: since(1)}) }, want: "SUPPRESSED service-issue:delayed"},
		"an open return, a service message":                           {campaign: "thanks", change: func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(1)}) }, want: "SENDING"},
		"an open delay, an apology": {campaign: "sorry", change: func(g *given) {
			g.snapshot.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-2": {Delayed: since(0)}}
		}, want: "SENDING"},

		"one promotion today, and tomorrow is early enough": {change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(3 * time.Hour)} }, want: "QUEUED cap:one-a-day 2026-11-23 09:00"},
		"one promotion today, and tomorrow is too late": {
			change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(3 * time.Hour)} }, also: until(noon.Add(6 * time.Hour)), want: "CAPPED cap:one-a-day",
		},
		"two promotions this week": {change: func(g *given) {
			g.snapshot.Contact.Ledger = []frequency.Entry{sent(50 * time.Hour), sent(26 * time.Hour)}
		}, want: "CAPPED cap:two-a-week"},
		"two promotions a week ago": {change: func(g *given) {
			g.snapshot.Contact.Ledger = []frequency.Entry{sent(170 * time.Hour), sent(169 * time.Hour)}
		}, want: "SENDING"},
		"an earned coupon one minute ago": {
			change: func(g *given) {
				g.snapshot.Contact.Ledger = []frequency.Entry{{Send: "s", At: noon.Add(-time.Minute), Class: shop.ClassPromise}}
			},
			want: "QUEUED gap 2026-11-22 14:04",
		},
		"a service message one minute ago": {
			change: func(g *given) {
				g.snapshot.Contact.Ledger = []frequency.Entry{{Send: "s", At: noon.Add(-time.Minute), Class: shop.ClassService}}
			},
			want: "SENDING",
		},
		"two promotions today, a service message": {campaign: "thanks", change: func(g *given) { g.snapshot.Contact.Ledger = []frequency.Entry{sent(time.Hour), sent(2 * time.Hour)} }, want: "SENDING"},
		"a cap of 0":                                   {campaign: "spam", want: "CAPPED cap-zero"},
		"monthly, and a promotion a week ago":          {change: wishes(frequency.Monthly, "", 169*time.Hour), want: "CAPPED own-limit"},
		"monthly, an earned coupon waits":              {campaign: "reward", change: wishes(frequency.Monthly, "", 700*time.Hour), want: "QUEUED own-limit 2026-11-23 08:05"},
		"weekly, and a promotion a week ago":           {change: wishes(frequency.Weekly, "", 169*time.Hour), want: "SENDING"},
		"weekly, a service message":                    {campaign: "thanks", change: wishes(frequency.Weekly, "", time.Hour), want: "SENDING"},
		"a pause until tomorrow":                       {change: wishes("", "2026-11-23", 0), want: "QUEUED paused 2026-11-23 09:00"},
		"a pause of a month":                           {change: wishes("", "2026-12-22", 0), want: "SUPPRESSED paused"},
		"a pause until today":                          {change: wishes("", "2026-11-22", 0), want: "SENDING"},
		"a pause, an earned coupon":                    {campaign: "reward", change: wishes("", "2026-11-23", 0), want: "QUEUED paused 2026-11-23 00:00"},
		"a pause, a service message":                   {campaign: "thanks", change: wishes("", "2026-12-22", 0), want: "SENDING"},
		"quiet hours, and the morning is early enough": {change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "QUEUED quiet-hours 2026-11-23 09:00"},
		"quiet hours, and the morning is too late":     {change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, also: until(noon.Add(12 * time.Hour)), want: "EXPIRED quiet-hours"},
		"quiet hours in the customer's zone":           {change: func(g *given) { g.snapshot.Profile.Zone.Value = "Asia/Tokyo" }, want: "QUEUED quiet-hours 2026-11-23 00:00"},
		"an unknown zone":                              {change: func(g *given) { g.snapshot.Profile.Zone.Value = "Nowhere/Nothing" }, want: "SENDING"},
		"no zone, a customer of California": {change: func(g *given) {
			p := &g.snapshot.Profile
			p.Zone, p.Country, p.Province = profile.Statement{}, stated("US"), stated("US-CA")
		}, want: "QUEUED quiet-hours 2026-11-22 17:00"},
		"no zone, a customer of the USA": {change: func(g *given) {
			p := &g.snapshot.Profile
			p.Zone, p.Country = profile.Statement{}, stated("US")
		}, want: "QUEUED quiet-hours 2026-11-22 19:00"}, // 09:00 in Honolulu
		"a stated zone outweighs the country":       {change: func(g *given) { g.snapshot.Profile.Country = stated("US") }, want: "SENDING"},
		"quiet hours, a service message":            {campaign: "thanks", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "SENDING"},
		"quiet hours, an earned coupon":             {campaign: "reward", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "SENDING"},
		"a customer in the holdout":                 {campaign: "held", want: "HELD_OUT holdout"},
		"a customer in the shop's holdout":          {change: func(g *given) { g.config.Shop.Holdout = 10_000 }, want: "HELD_OUT global-holdout"},
		"of it, a service message":                  {campaign: "thanks", change: func(g *given) { g.config.Shop.Holdout = 10_000 }, want: "SENDING"},
		"of it, an earned coupon":                   {campaign: "reward", change: func(g *given) { g.config.Shop.Holdout = 10_000 }, want: "SENDING"},
		"a customer in the holdout, in quiet hours": {campaign: "held", change: func(g *given) { g.now = noon.Add(10 * time.Hour) }, want: "QUEUED quiet-hours 2026-11-23 09:00"},

		"its offer is not earned": {campaign: "reward", change: func(g *given) { g.snapshot.Profile.Orders[1].Lines[0].Returned = 2 }, want: "SUPPRESSED no-offer"},
		"its offer was granted before": {
			campaign: "deal", change: func(g *given) {
				g.snapshot.Contact.Granted = map[shop.OfferID][]frequency.Grant{"welcome": {{Send: "s", At: noon}}}
			},
			want: "SUPPRESSED no-offer",
		},
		"its offer's budget is used up":                           {campaign: "deal", change: func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, want: "SUPPRESSED no-offer"},
		"the budget of an offer that it does not need is used up": {change: func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, want: "SENDING"},
		"no products to recommend":                                {change: func(g *given) { g.snapshot.Items = nil }, want: "SUPPRESSED nothing-to-say"},
		"an apology without a service issue":                      {campaign: "sorry", want: "SUPPRESSED nothing-to-say"},
		"a customer without an order":                             {change: func(g *given) { g.snapshot.Profile.Orders = nil }, want: "SENDING"},
	} {
		t.Run(name, func(t *testing.T) {
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
				t.Errorf("Decide = %+v, want a reason, and no mail, contact or coupon", d)
			}
		})
	}
}

// The cases are those of docs/decisions/0009 and 0030.
func TestClassesThatGoByConsent(t *testing.T) {
	const always = "safety service recovery"
	explicit := func(optIn bool, days int) func(*given) {
		return func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, optIn, noon.AddDate(0, 0, -days))
		}
	}
	both := func(changes ...func(*given)) func(*given) {
		return func(g *given) {
			for _, change := range changes {
				change(g)
			}
		}
	}
	for name, c := range map[string]struct {
		box      string // of the order: "yes", "no" or ""
		explicit func(*given)
		want     string
	}{
		"no consent and no opt-out":                           {want: always},
		"the order's box was ticked":                          {box: "yes", want: always + " promise promotion"},
		"the order's box was left empty":                      {box: "no", want: always},
		"an explicit opt-in":                                  {explicit: explicit(true, 1), want: always + " promise promotion"},
		"an explicit opt-in, then an empty box":               {box: "no", explicit: explicit(true, 9), want: always + " promise promotion"},
		"an explicit opt-out":                                 {explicit: explicit(false, 1), want: always},
		"an explicit opt-out after a ticked box":              {box: "yes", explicit: explicit(false, 0), want: always},
		"a ticked box after an explicit opt-out":              {box: "yes", explicit: explicit(false, 9), want: always},
		"an opt-in after an opt-out":                          {explicit: both(explicit(false, 2), explicit(true, 1)), want: always + " promise promotion"},
		"an opt-out after an opt-in, stored in reverse order": {box: "yes", explicit: both(explicit(false, 1), explicit(true, 2)), want: always},
		"an opt-out and an opt-in at one time":                {box: "yes", explicit: both(explicit(false, 1), explicit(true, 1)), want: always},
	} {
		t.Run(name, func(t *testing.T) {
			var went []string
			for _, class := range shop.Classes {
				g := aCase(plain(class))
				if class == shop.ClassPromotion {
					g = aCase("weekly")
				}
				g.snapshot.Profile.Consent = profile.Statement{}
				if c.box != "" {
					g.snapshot.Profile.Consent = stated(c.box)
				}
				if c.explicit != nil {
					c.explicit(&g)
				}
				d := decision(t, g)
				if d.Send.State == claim.Sending {
					went = append(went, string(class))
				} else if got := d.Send.Reason.Code; got != "no-consent" && got != "unsubscribed" {
					t.Errorf("class %s: %s", class, state(d))
				}
			}
			if got := strings.Join(went, " "); got != c.want {
				t.Errorf("classes that go = %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheBestAllowedIntentGoesAndTheOthersGetATime(t *testing.T) {
	g := aCase("weekly", "other", "thanks", "reward", "plain-safety", "gone")
	g.intents[0].NotAfter = noon.Add(30 * time.Hour) // expires before other, and so ranks before it
	g.intents[1].NotAfter = noon.Add(48 * time.Hour)
	var got []string
	for _, d := range decisions(t, g) {
		got = append(got, string(d.Send.Intent.Campaign)+" "+state(d))
	}
	want := []string{
		"plain-safety SENDING",
		"thanks SENDING",
		"reward SENDING",                     // it counts,
		"weekly QUEUED gap 2026-11-22 14:05", // so the gap after it holds
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
		t.Errorf("of two promotions: %s first, %v, want weekly first and SENDING, and other QUEUED until tomorrow", all[0].Send.Intent.Campaign, got)
	}
}

// The first message grants the offer, so the second cannot.
func TestAnOfferIsGrantedOnceAmongSeveralIntents(t *testing.T) {
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

func TestDecideWithoutIntents(t *testing.T) {
	g := aCase()
	if all := decisions(t, g); len(all) != 0 {
		t.Errorf("Decide = %v, want no decisions", all)
	}
}

// Publishing proves that these cases cannot happen.
func TestDecideFailsIfThePolicyWasTamperedWith(t *testing.T) {
	for name, change := range map[string]func(*given){
		"a message that does not exist": func(g *given) {
			g.config.Campaigns = []campaign.Campaign{{ID: "weekly", Version: 1, Message: "none", Class: shop.ClassService}}
		},
		"a promotion without the shop's address": func(g *given) { g.config.Shop.Address = "" },
		"a price in an unknown currency": func(g *given) {
			row := g.snapshot.Items["JAR"]
			row.Price = shop.Money{Minor: 1250, Currency: "XQX"}
			g.snapshot.Items = map[shop.ProductID]recommend.Item{"MUG": g.snapshot.Items["MUG"], "JAR": row}
		},
	} {
		g := aCase("weekly")
		change(&g)
		if all, err := decide.Decide(g.now, g.snapshot, g.intents, g.config); err == nil {
			t.Errorf("%s: Decide = %s, want an error", name, state(all[0]))
		} else if strings.Contains(err.Error(), "@") {
			t.Errorf("%s: the error repeats an address: %v", name, err)
		}
	}
}
