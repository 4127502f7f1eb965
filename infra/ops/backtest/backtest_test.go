package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"regulars/infra/ops/backtest/replay"
	"regulars/infra/ops/value/picture"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var (
	from = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	to   = from.AddDate(0, 0, 3)
)

func result() (replay.Past, replay.Result) {
	p := replay.Past{
		From: from, To: to, Policy: shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}},
		Profiles: []profile.Profile{{ID: "a"}, {ID: "b"}, {ID: "c"}},
		Orders:   []shop.Order{{ID: "o", Placed: &shop.Placed{At: from.Add(time.Hour)}}, {ID: "old", Placed: &shop.Placed{At: from.Add(-time.Hour)}}},
	}
	send := func(c shop.CampaignID, state claim.State, code string, k *coupon.Coupon) claim.Send {
		return claim.Send{Intent: campaign.Intent{Campaign: c}, State: state, Reason: claim.Reason{Code: code}, Coupon: k}
	}
	return p, replay.Result{
		Sends: []claim.Send{
			send("picks", claim.Accepted, "", nil), send("picks", claim.Capped, "cap:day", nil), send("picks", claim.Capped, "cap:day", nil), send("picks", claim.Suppressed, "no-consent", nil),
			send("picks", claim.HeldOut, "holdout", nil), send("reward", claim.Accepted, "", &coupon.Coupon{}), send("reward", claim.Queued, "gap", nil),
		},
		Messages: []replay.Message{
			{At: from.Add(9 * time.Hour), Campaign: "picks", Customer: "a", Class: shop.ClassPromotion},
			{At: from.Add(9 * time.Hour), Campaign: "reward", Customer: "a", Class: shop.ClassPromise, Offer: "tenth", Value: shop.Money{Minor: 450, Currency: "GBP"}},
		},
		Held: map[replay.Hold]int{{Campaign: "picks", Reason: "gap"}: 2}, Left: map[shop.OfferID]int{"tenth": 99}, Events: 5,
	}
}

func TestTheReportCounts(t *testing.T) {
	p, r := result()
	n := count(p, r, 1)
	if n.Orders != 1 || n.Planned != 7 || n.Messages != 2 || n.Customers != 3 || n.Busiest.N != 2 || n.Busiest.Name != "2026-11-01 09:00" {
		t.Errorf("the report is %+v", n)
	}
	picks := n.Campaigns[0]
	if picks != (campaignRow{Campaign: "picks", Planned: 5, Sent: 1, HeldOut: 1, Capped: 2, Silent: 1, Most: "cap:day"}) {
		t.Errorf("picks: %+v", picks)
	}
	for _, c := range n.Campaigns {
		if sum := c.Sent + c.HeldOut + c.Capped + c.Outranked + c.Expired + c.Silent + c.Open; sum != c.Planned {
			t.Errorf("%s: the ends sum to %d of %d planned", c.Campaign, sum, c.Planned)
		}
	}
	if len(n.Offers) != 1 || n.Offers[0] != (offerRow{"tenth", 1, "£4.50", 99}) {
		t.Errorf("offers: %+v", n.Offers)
	}
	if n.Per[0].N != 2 || n.Per[2].N != 1 || len(n.Per) != 3 || len(n.Days) != 3 || n.Hours[9].N != 2 {
		t.Errorf("messages per customer %+v, days %+v, hours %+v", n.Per, n.Days, n.Hours)
	}
	n.compare("picks", replay.Result{Messages: []replay.Message{{Campaign: "reward"}, {Campaign: "reward"}}})
	if len(n.Crowded) != 1 || n.Crowded[0] != (crowdedRow{"reward", 1, 2}) {
		t.Errorf("crowded out: %+v", n.Crowded)
	}
	var text, page bytes.Buffer
	n.print(&text)
	if err := n.page(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"picks", "cap:day", "£4.50", "with and without picks"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
	if !strings.Contains(page.String(), picture.Scroll) {
		t.Error("the tables of the page do not show that they scroll sideways")
	}
	if !strings.Contains(page.String(), "What picks crowds out") || strings.Contains(page.String(), "https://") {
		t.Error("the page lacks the comparison, or has an address in it")
	}
}

func TestEachMessageIsInEachChart(t *testing.T) {
	p, r := result()
	p.From, p.To = p.From.Add(15*time.Hour+30*time.Minute), p.To.Add(15*time.Hour+30*time.Minute)
	r.Messages = nil
	for at := p.From; at.Before(p.To); at = at.Add(20 * time.Minute) {
		r.Messages = append(r.Messages, replay.Message{At: at, Campaign: "picks", Customer: "a"})
	}
	n := count(p, r, 1)
	for name, bars := range map[string][]bar{"hours": n.Hours, "days": n.Days} {
		sum := 0
		for _, b := range bars {
			sum += b.N
		}
		if sum != len(r.Messages) {
			t.Errorf("the %s have %d of %d messages: %+v", name, sum, len(r.Messages), bars)
		}
	}
}

func TestHistogramHasAtMostTwelveBarsForManyMessages(t *testing.T) {
	for largest, want := range map[int]string{0: "0", 3: "3", 12: "12", 13: "13 to 14", 60: "56 to 60", 61: "61 to 70", 1100: "1001 to 1100"} {
		of := map[shop.CustomerID]int{}
		for n := range largest + 1 {
			of[shop.CustomerID(rune(n))] = n
		}
		bars := histogram(of)
		sum := 0
		for _, b := range bars {
			sum += b.N
		}
		if last := bars[len(bars)-1]; last.Name != want || sum != largest+1 || len(bars) > 13 {
			t.Errorf("up to %d messages: %d bars with %d of %d customers, the last is %q, want %q", largest, len(bars), sum, largest+1, last.Name, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, args := range [][]string{{"-from", "yesterday"}, {"-to", "11/1"}, {"-from", "2026-11-02", "-to", "2026-11-01"}, {"-from", "2099-01-01"}, {"-from", "2026-11-01", "-to", "2099-01-01"}, {"-sample", "0"}} {
		if _, err := read(args, to); err == nil {
			t.Errorf("read(%q) succeeded", args)
		}
	}
	if a, err := read(nil, to); err != nil || !a.to.Equal(to) || !a.from.Equal(to.AddDate(0, 0, -30)) {
		t.Errorf("read() = %+v, %v", a, err)
	}
}

func TestASampleKeepsAMailboxTogether(t *testing.T) {
	n := 0
	for i := range 1000 {
		m := shop.Mailbox(string(rune('a'+i%26)) + string(rune('a'+i/26)))
		if in(profile.Profile{ID: "x", Mailbox: m}, 10) != in(profile.Profile{ID: "y", Mailbox: m}, 10) {
			t.Fatalf("the customers of %s are not together", m)
		}
		if in(profile.Profile{ID: "x", Mailbox: m}, 10) {
			n++
		}
	}
	if n < 60 || n > 140 {
		t.Errorf("a sample of one in ten has %d of 1000", n)
	}
}
