package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/conditioncheck"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/results"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// aReport returns the results of a made-up shop: of weekly-picks, which a fifth of the
// customers is held out of, and which brings half as many orders again; of win-back with few
// customers; and of thanks without a holdout.
func aReport() report {
	r := rand.New(rand.NewPCG(1, 1))
	read := outcome.New(outcome.Question{Now: now, Currency: "GBP", Segments: func(_ time.Time, p profile.Profile) []string {
		if len(p.Orders) > 1 {
			return []string{"loyal"}
		}
		return nil
	}})
	start := now.AddDate(0, -2, 0)
	for n := range 3000 {
		id := shop.CustomerID(fmt.Sprint("secret-", n))
		c := outcome.Customer{Profile: profile.Profile{ID: id, Email: profile.Statement{Value: fmt.Sprintf("person%d@%s", n, []string{"gmail.com", "ann-smith.example"}[n%2])}}, Redeemed: map[string]outcome.Redeemed{}}
		held := r.IntN(5) == 0
		send := func(id shop.CampaignID, state claim.State, code string, at time.Time) claim.Send {
			s := claim.Send{
				ID: shop.SendID(fmt.Sprint(id, n)), State: state, Reason: claim.Reason{Code: code}, Class: shop.ClassPromotion, Assigned: at, Claimed: at,
				Intent: campaign.Intent{Campaign: id, Customer: c.Profile.ID, Planned: at},
			}
			if state == claim.Delivered && n%5 == 1 {
				s.Changed, s.Clicks = at, []claim.Click{{Link: 1, At: at.Add(time.Hour)}, {Link: 2, Machine: true}}
			}
			if id == "weekly-picks" && n%4 == 0 && !held {
				s.Coupon = &coupon.Coupon{Hash: fmt.Sprint("hash", n), Offer: "welcome"}
				if n%8 == 0 {
					c.Redeemed[s.Coupon.Hash] = outcome.Redeemed{Discount: 250}
				}
			}
			return s
		}
		at := start.Add(time.Duration(r.IntN(25*24)) * time.Hour)
		state, code := claim.Delivered, ""
		switch draw := r.IntN(40); {
		case held:
			state, code = claim.HeldOut, "holdout"
		case draw < 1:
			state = claim.Bounced
		case draw < 6:
			state, code = claim.Suppressed, "nothing-to-say"
		}
		c.Sends = append(c.Sends, send("weekly-picks", state, code, at))
		if n%20 == 0 {
			c.Sends = append(c.Sends, send("win-back", map[bool]claim.State{true: claim.HeldOut, false: claim.Delivered}[n%200 == 0], "", at.AddDate(0, 0, 5)))
		}
		thanks := send("thanks", claim.Delivered, "", at.Add(-time.Hour))
		thanks.Class = shop.ClassService
		c.Sends = append(c.Sends, thanks)
		mean := 0.5
		if !held {
			mean = 0.75
		}
		for day := -60; day < 30; day++ {
			rate := mean / 28
			if day < 0 {
				rate = 0.5 / 28
			}
			if r.Float64() < rate {
				c.Profile.Orders = append(c.Profile.Orders, profile.Visit{
					Order: shop.OrderID(fmt.Sprint("order-", n, "-", day)), At: at.Add(time.Duration(day)*24*time.Hour + time.Hour),
					Net: shop.Money{Minor: 1_500 + r.Int64N(3_000), Currency: "GBP"}, TakenBack: max(r.Int64N(1_000)-900, 0),
				})
			}
		}
		read.Add(c)
	}
	return report{
		Report: read, shop: "Regular Gifts", policy: shoppolicy.Policy{}, prices: outcome.Prices{Thousand: 10, Points: 0.01, Point: 1},
		unread:  []string{"There are no results of segment friends."},
		budgets: []results.Budget{{Offer: "welcome", Left: 400, Uses: 5_000}, {Offer: "come-back", Left: 0, Uses: 12_000}},
	}
}

func TestTextSaysWhatWasAddedAndWhatIsTooEarly(t *testing.T) {
	var out bytes.Buffer
	if err := aReport().text(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"weekly-picks: 2404 mailed, 596 held out", "win-back: 135 mailed, 15 held out", "too early to say: fewer than 50 customers",
		"thanks: 3000 customers; it has no holdout: nothing to compare with", "earned: £", "value of one message: £", "its file states no value", "most would have come anyway", "There are no results of segment friends", "Gmail", "other",
		"Links that people followed: 995. Links that only programs visited",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the text does not say %q:\n%s", want, out.String())
		}
	}
}

// A campaign with a holdout of which no customer is held out yet is not said to have none, and
// neither is a shop without messages in the time.
func TestWhyNothingIsComparedIsSaid(t *testing.T) {
	with := func(holdout int, sends ...claim.Send) report {
		r := report{Report: outcome.New(outcome.Question{Now: now, Currency: "GBP"}), policy: shoppolicy.Policy{Campaigns: []campaign.Campaign{{ID: "news", Holdout: holdout}}}}
		r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1"}, Sends: sends})
		return r
	}
	sent := claim.Send{ID: "s", State: claim.Delivered, Class: shop.ClassPromotion, Assigned: now, Intent: campaign.Intent{Campaign: "news", Customer: "c-1", Planned: now}}
	for name, c := range map[string]struct {
		report
		text, page string
		never      string
	}{
		"none yet":   {with(1000, sent), "no customer is held out in this time; its holdout is 10 %", "No customer is held out of a campaign in this time", "no holdout"},
		"no holdout": {with(0, sent), "it has no holdout", "No campaign has a holdout", "no customer is held out"},
		"no message": {with(1000), nothing, nothing, "has a holdout"},
	} {
		for to, want := range map[string]string{"text": c.text, "page": c.page} {
			var out strings.Builder
			if err := map[string]func(io.Writer) error{"text": c.report.text, "page": c.report.page}[to](&out); err != nil || !strings.Contains(out.String(), want) || strings.Contains(out.String(), c.never) {
				t.Errorf("%s: the %s does not say %q, or says %q: %v\n%s", name, to, want, c.never, err, out.String())
			}
		}
	}
}

// A step without a holdout is compared with no others, but its journey may be.
func TestTheHoldoutOfAJourneyIsSaidOfItsSteps(t *testing.T) {
	r := report{Report: outcome.New(outcome.Question{Now: now, Currency: "GBP"})}
	r.policy.Journeys = []journey.Journey{{Entry: campaign.Campaign{ID: "after", Journey: "after", JourneyHoldout: 1000}}}
	s := claim.Send{ID: "s", State: claim.Delivered, Class: shop.ClassPromotion, Assigned: now, Intent: campaign.Intent{Campaign: "after_review", Customer: "c-1", Planned: now, Entered: now}}
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1"}, Sends: []claim.Send{s}})
	var out strings.Builder
	if err := r.text(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"after (journey): 1 customers; no customer is held out in this time; its holdout is 10 %", "after_review: 1 customers; it has no holdout of its own; its journey has one"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the text does not say %q:\n%s", want, out.String())
		}
	}
}

// The text and the page say which line is of a journey as a whole.
func TestAJourneyIsNamedAsOne(t *testing.T) {
	r := aReport()
	s := claim.Send{ID: "s", State: claim.Delivered, Class: shop.ClassPromotion, Assigned: now, Intent: campaign.Intent{Campaign: "after_how-to", Customer: "c-1", Planned: now, Entered: now}}
	r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1"}, Sends: []claim.Send{s}})
	for name, to := range map[string]func(io.Writer) error{"text": r.text, "page": r.page} {
		var out strings.Builder
		if err := to(&out); err != nil || !strings.Contains(out.String(), "after (journey)") || strings.Contains(out.String(), "after_how-to (journey)") {
			t.Errorf("the %s does not name the journey, or a step as one: %v", name, err)
		}
	}
}

// The text, the page and the table say what a message was measured to add, and with which
// value messages compete.
func TestTheValueInForceIsBesideTheMeasuredOne(t *testing.T) {
	for name, c := range map[string]struct {
		campaign.Campaign
		says  string
		table []string // of the table: the value in force, and its source
	}{
		"stated":       {campaign.Campaign{ID: "weekly-picks", Value: 40}, "; its messages compete with £0.40, as its file states", []string{"0.40", "as its file states"}},
		"not measured": {campaign.Campaign{ID: "win-back", Value: 40, Measured: true, Holdout: 1000}, "value of one message: not known yet; its messages compete with £0.40, stated until it is measured", []string{"0.40", "stated until it is measured"}},
		"measured":     {campaign.Campaign{ID: "weekly-picks", Value: 73, Measured: true, Known: true}, "); its messages compete with £0.73, as the last night measured", []string{"0.73", "as the last night measured"}},
		"none":         {campaign.Campaign{ID: "weekly-picks"}, "; its file states no value", []string{"", ""}},
	} {
		r := aReport()
		r.policy.Campaigns = []campaign.Campaign{c.Campaign}
		for to, write := range map[string]func(io.Writer) error{"text": r.text, "page": r.page} {
			var out strings.Builder
			if err := write(&out); err != nil || !strings.Contains(out.String(), c.says) {
				t.Errorf("%s: the %s does not say %q: %v", name, to, c.says, err)
			}
		}
		var out bytes.Buffer
		if err := r.csv(&out); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.Index(lines[0], "value in force")
		for _, line := range lines[1:] {
			want := []string{"", ""}
			if line[0] == string(c.ID) && line[3] == "" {
				want = c.table
			}
			if got := line[at : at+2]; !slices.Equal(got, want) {
				t.Errorf("%s: %v: the value in force is %q, want %q", name, line[:5], got, want)
			}
		}
	}
}

// All lines of a campaign have its class. That of a journey is the class of its first
// message, as make campaign prints it, also if another step has another one.
func TestEachLineHasTheClassOfItsCampaign(t *testing.T) {
	r := aReport()
	for _, step := range []campaign.Campaign{{ID: "after_how-to", Class: shop.ClassService}, {ID: "after_review", Class: shop.ClassPromotion}} {
		r.policy.Campaigns = append(r.policy.Campaigns, step)
		s := claim.Send{ID: shop.SendID(step.ID), State: claim.Delivered, Class: step.Class, Assigned: now, Intent: campaign.Intent{Campaign: step.ID, Customer: "c-1", Planned: now, Entered: now}}
		r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1", Orders: make([]profile.Visit, 2)}, Sends: []claim.Send{s}})
	}
	r.policy.Journeys = []journey.Journey{{Entry: campaign.Campaign{ID: "after", Journey: "after", Class: shop.ClassService}}}
	var out bytes.Buffer
	if err := r.csv(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"": "", "after": "service", "after_how-to": "service", "after_review": "promotion", "thanks": "service", "weekly-picks": "promotion", "win-back": "promotion"}
	for _, line := range lines[1:] {
		if class, known := want[line[0]]; !known || line[2] != class {
			t.Errorf("%v: the class is %q, want %q", line[:5], line[2], class)
		}
	}
}

// The page counts a journey once, not also its steps, and its tables end with a line in
// which each message counts once.
func TestThePageCountsAJourneyOnce(t *testing.T) {
	r := report{Report: outcome.New(outcome.Question{Now: now, Currency: "GBP"})}
	r.policy.Campaigns = []campaign.Campaign{{ID: "after_review", Holdout: 1000}}
	for _, id := range []shop.CampaignID{"after_how-to", "after_review", "thanks"} {
		s := claim.Send{ID: shop.SendID(id), State: claim.Delivered, Class: shop.ClassService, Assigned: now, Intent: campaign.Intent{Campaign: id, Customer: "c-1", Planned: now}}
		if id != "thanks" {
			s.Intent.Entered = now
		}
		r.Add(outcome.Customer{Profile: profile.Profile{ID: "c-1"}, Sends: []claim.Send{s}})
	}
	var out strings.Builder
	if err := r.page(&out); err != nil {
		t.Fatal(err)
	}
	for want, times := range map[string]int{
		"<strong>1</strong><span>of 2 campaigns and journeys hold customers out": 1,
		"<tr><td>after (journey)</td><td>2</td>":                                 3, // compared, what became of them, what followed
		"<tr><td>all</td><td>3</td>":                                             2,
		"The line of a journey is the sum of its steps":                          1,
	} {
		if got := strings.Count(out.String(), want); got != times {
			t.Errorf("the page has %q %d times, want %d", want, got, times)
		}
	}
}

// A segment that asks for categories has results, by the catalogue. One that asks for
// consents or coupons has none, and the results say so.
func TestSegmentsAreThoseOfTheEntryOrAreRefused(t *testing.T) {
	all, err := policyfiles.LoadSegments(fstest.MapFS{
		"shop.yaml":              {Data: []byte("name: Gifts\ncurrency: GBP\nzone: Europe/London\nlanguages: [en]\nhosts: [shop.example]\nreply_to: a@shop.example\nurl: https://shop.example\naddress: 1 High Street\n")},
		"segments/cups.yaml":     {Data: []byte("title: Cups\nwhen: customer.units[\"cups\"] >= 1\n")},
		"segments/friends.yaml":  {Data: []byte("title: Friends\nwhen: customer.orders >= 1 && \"promotions\" in customer.consents\n")},
		"segments/friends2.yaml": {Data: []byte("title: Friends\nwhen: in_segment(\"friends\") && customer.orders >= 1\n")},
	}, conditioncheck.Compile)
	if err != nil {
		t.Fatal(err)
	}
	segments, unread := divisible(all)
	if len(segments) != 1 || len(unread) != 2 || !strings.Contains(unread[0], "segment friends: it asks for customer.consents, of which only the latest is kept") {
		t.Fatalf("%d segments, unread %q", len(segments), unread)
	}
	items, err := categories(t.Context(), oneCup{}, segments)
	if err != nil {
		t.Fatal(err)
	}
	a := asked{}
	if err := a.ask(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}}, segments, items, now); err != nil {
		t.Fatal(err)
	}
	bought := func(id shop.ProductID) profile.Profile {
		return profile.Profile{ID: "c-1", Orders: []profile.Visit{{Order: "o-1", At: now, Net: shop.Money{Minor: 500, Currency: "GBP"}, Lines: []profile.VisitProduct{{Product: id, Units: 1}}}}}
	}
	if got := a.question.Segments(now, bought("CUP")); len(got) != 1 || got[0] != "cups" {
		t.Errorf("who bought a cup is in %q, want cups", got)
	}
	if got := a.question.Segments(now, bought("LAMP")); len(got) != 0 {
		t.Errorf("who bought a lamp is in %q, want none", got)
	}
}

// oneCup is a catalogue with one cup.
type oneCup struct{}

func (oneCup) Products(_ context.Context, _ dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error) {
	return dynamo.End, visit(recommend.Item{Product: shop.Product{ID: "CUP", Category: "cups"}})
}

// The numbers of customers add up in the table: the months, and the states.
func TestTableAddsUp(t *testing.T) {
	var out bytes.Buffer
	if err := aReport().csv(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		if _, twice := at[name]; twice {
			t.Errorf("two columns are named %q", name)
		}
		at[name] = i
	}
	number := func(line []string, column string) int {
		n, err := strconv.Atoi(line[at[column]])
		if err != nil {
			t.Fatalf("%s of %v: %v", column, line[:5], err)
		}
		return n
	}
	whole, months := map[string][5]int{}, map[string][5]int{}
	reasons := map[string]int{} // by campaign: messages with a reason
	providers := map[string][4]int{}
	for _, line := range lines[1:] {
		switch id := line[at["campaign"]]; line[at["by"]] {
		case byReason:
			state, _, _ := strings.Cut(line[at["name"]], " ")
			reasons[id] += number(line, "state "+state)
			continue
		case byProvider:
			sum := providers[id]
			for i, column := range []string{"mails", "delivered", "bounced", "complained"} {
				sum[i] += number(line, column)
			}
			providers[id] = sum
			continue
		case string(outcome.Segment):
			for _, column := range []string{"planned", "state DELIVERED", "mails", "delivered", "clicked", "customers reached", "net after", "discounts", "mail cost", "earned"} {
				if got := line[at[column]]; got != "" {
					t.Errorf("%v: %s is %q, which is not known of a segment", line[:5], column, got)
				}
			}
			number(line, "mailed customers")
			continue
		case string(outcome.Offer):
			for _, column := range []string{"mailed customers", "held-out customers", "not over", "orders verdict", "earned"} {
				if got := line[at[column]]; got != "" {
					t.Errorf("%v: %s is %q, which is not known of an offer", line[:5], column, got)
				}
			}
			number(line, "coupons")
			continue
		}
		for _, columns := range [][]string{{"orders verdict", "orders lift", "orders low", "orders high"}, {"net verdict", "net lift", "net low", "net high", "revenue added", "points cost", "earned"}} {
			if v := line[at[columns[0]]]; v != string(lift.TooFew) && v != "none held out" {
				continue
			}
			for _, column := range columns[1:] {
				if got := line[at[column]]; got != "" {
					t.Errorf("%v: %s is %q, of which nothing can be said", line[:5], column, got)
				}
			}
		}
		sum := 0
		for _, s := range states {
			sum += number(line, "state "+string(s))
		}
		if planned := number(line, "planned"); sum != planned {
			t.Errorf("%v: %d planned, the states add up to %d", line[:5], planned, sum)
		}
		counts := [5]int{number(line, "planned"), number(line, "mailed customers"), number(line, "held-out customers"), number(line, "clicked"), number(line, "links visited by programs")}
		if clicked, delivered := counts[3], number(line, "state DELIVERED"); clicked > delivered || clicked == 0 && delivered > 200 {
			t.Errorf("%v: of %d delivered messages %d were clicked", line[:5], delivered, clicked)
		}
		switch id := line[at["campaign"]]; line[at["by"]] {
		case "":
			whole[id] = counts
		case "month":
			m := months[id]
			for i := range m {
				m[i] += counts[i]
			}
			months[id] = m
		}
	}
	for _, line := range lines[1:] {
		id := line[at["campaign"]]
		if line[at["by"]] != "" {
			continue
		}
		if got := providers[id]; got != [4]int{number(line, "mails"), number(line, "delivered"), number(line, "bounced"), number(line, "complained")} {
			t.Errorf("%q: by provider %v were sent, delivered, bounced and complained, not as in the campaign's line", id, got)
		}
		if id == "weekly-picks" && reasons[id] != number(line, "state HELD_OUT")+number(line, "state SUPPRESSED") {
			t.Errorf("%d messages of weekly-picks have a reason, want all that were held out or suppressed", reasons[id])
		}
	}
	if len(whole) != 4 || len(months) != 4 {
		t.Fatalf("lines of %d campaigns and months of %d, want 3 and the one of all campaigns", len(whole), len(months))
	}
	for id, want := range whole {
		if months[id] != want {
			t.Errorf("%q: planned, mailed, held out, clicked and visited by programs are %v, by month %v", id, want, months[id])
		}
	}
}

// docs/results.md explains each column of the table, and each verdict.
func TestTheDocExplainsEachColumn(t *testing.T) {
	text, err := os.ReadFile("../../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) == 4 {
			for _, name := range strings.Split(cells[1], ",") {
				explained[strings.TrimSpace(name)] = true
			}
		}
	}
	for _, column := range (report{}).head() {
		if !explained[column] && !strings.HasPrefix(column, "state ") {
			t.Errorf("the column %q is not explained", column)
		}
	}
	for _, v := range []lift.Verdict{lift.TooFew, lift.Open, lift.More, lift.Less} {
		if !strings.Contains(string(text), "`"+string(v)+"`") {
			t.Errorf("the verdict %q is not explained", v)
		}
	}
}

// No customer, address, order or code is in what is written.
func TestResultsHaveNoDataOfPersons(t *testing.T) {
	r := aReport()
	var out bytes.Buffer
	for name, to := range map[string]func(*report) error{
		"text": func(r *report) error { return r.text(&out) }, "table": func(r *report) error { return r.csv(&out) }, "page": func(r *report) error { return r.page(&out) },
	} {
		out.Reset()
		if err := to(&r); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"secret-", "person1", "ann-smith", "order-1", "hash"} {
			if at := strings.Index(out.String(), secret); at >= 0 {
				t.Errorf("the %s has %q: …%s", name, secret, out.String()[max(0, at-40):min(out.Len(), at+60)])
			}
		}
	}
}

func TestReadRefusesWhatItCannotAnswer(t *testing.T) {
	for args, want := range map[string]string{
		"-horizon 0":                      "HORIZON=0 is no number of days; write 1 to 365",
		"-horizon x -after 1000":          "HORIZON=x is no number of days; write 1 to 365\nAFTER=1000 is no number of days",
		"-from 1.11.":                     "is no day",
		"-from 2026-11-02 -to 2026-11-01": "is after TO=2026-11-01",
		"-from 2099-01-01":                "FROM=2099-01-01 has not come yet",
		"-thousand a":                     "is no price",
		"-thousand -1":                    "is no price",
	} {
		a, err := read(strings.Fields(args), &bytes.Buffer{})
		if err == nil {
			err = a.ask(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP"}}, nil, nil, now)
		}
		if err == nil {
			_, err = a.prices(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP"}})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error about %q", args, err, want)
		}
	}
}

func TestAFileThatCannotBeWrittenIsNamed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "nowhere", "results.csv")
	err := write(name, aReport().csv)
	if err == nil || !strings.Contains(err.Error(), "cannot write the results: open "+name+": no such file or directory; name a file that you may write") {
		t.Errorf("the error is %v", err)
	}
}
