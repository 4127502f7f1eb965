package campaign_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

func compiled(text string) condition.Condition {
	condition, err := condition.Parse(text, "GBP")
	if err != nil {
		panic(err)
	}
	return condition
}

// shopCampaigns are similar to the campaigns in infra/shop.
var shopCampaigns = []campaign.Campaign{
	{ID: "thanks", Class: shop.ClassService, On: []shop.OrderKind{shop.OrderPlaced}, Group: "order", Rank: 100},
	{ID: "reward", Class: shop.ClassPromise, On: []shop.OrderKind{shop.OrderPlaced}, Group: "order", Rank: 10, Nth: &offer.Nth{N: 10}},
	{ID: "big-order", Class: shop.ClassPromotion, On: []shop.OrderKind{shop.OrderPlaced, shop.OrderPaid}, If: compiled(`order.event == "order.placed" && order.total >= money("100.00")`), Rank: 100},
	{ID: "sorry", Class: shop.ClassRecovery, On: []shop.OrderKind{shop.OrderReturned, shop.OrderDelayed}, If: compiled(`order.event == "order.delayed" || order.cause in ["defect", "wrong", "late"]`), Rank: 100},
	{ID: "weekly", Class: shop.ClassPromotion, Schedule: "0 10 * * 6"},
}

func TestTriggered(t *testing.T) {
	kept := func(units, ordered int, total int64) condition.Facts {
		return condition.Facts{
			Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": {Units: units}}},
			Order:    condition.Order{Lines: map[shop.ProductID]int{"BAG": ordered}, Total: shop.Money{Minor: total, Currency: "GBP"}},
		}
	}
	for name, test := range map[string]struct {
		kind  shop.OrderKind
		facts condition.Facts
		want  string
	}{
		"an order that earns no free unit":         {shop.OrderPlaced, kept(9, 3, 500), "[thanks]"},
		"an order that earns a free unit":          {shop.OrderPlaced, kept(12, 3, 500), "[reward]"},
		"a campaign without a group as well":       {shop.OrderPlaced, kept(12, 3, 20_000), "[reward big-order]"},
		"the more important class first":           {shop.OrderPlaced, kept(9, 3, 20_000), "[thanks big-order]"},
		"the kind replaces the event of the facts": {shop.OrderPaid, condition.Facts{Order: condition.Order{Event: shop.OrderPlaced, Total: shop.Money{Minor: 20_000, Currency: "GBP"}}}, "[]"},
		"a return because of a defect":             {shop.OrderReturned, condition.Facts{Order: condition.Order{Cause: shop.CauseDefect}}, "[sorry]"},
		"a return by a change of mind":             {shop.OrderReturned, condition.Facts{Order: condition.Order{Cause: shop.CauseUnwanted}}, "[]"},
		"a delay":                                  {shop.OrderDelayed, condition.Facts{}, "[sorry]"},
		"a kind that starts no campaign":           {shop.OrderShipped, kept(12, 3, 500), "[]"},
	} {
		// The order in which the campaigns are listed does not matter.
		for _, listed := range [][]campaign.Campaign{shopCampaigns, reversed(shopCampaigns)} {
			var ids []shop.CampaignID
			for _, c := range campaign.Triggered(listed, test.kind, test.facts, test.facts) {
				ids = append(ids, c.ID)
			}
			if got := fmt.Sprint(ids); got != test.want {
				t.Errorf("%s: Triggered(%s) = %s, want %s", name, test.kind, got, test.want)
			}
		}
	}
}

func reversed(campaigns []campaign.Campaign) []campaign.Campaign {
	turned := slices.Clone(campaigns)
	slices.Reverse(turned)
	return turned
}

func TestAtMostOneCampaignOfAGroupStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var campaigns []campaign.Campaign
		for i := range rapid.IntRange(0, 8).Draw(t, "campaigns") {
			campaigns = append(campaigns, campaign.Campaign{
				ID: shop.CampaignID(fmt.Sprint("c", i)), On: []shop.OrderKind{shop.OrderPlaced},
				Class: rapid.SampledFrom(shop.Classes).Draw(t, "class"),
				Group: rapid.SampledFrom([]string{"", "order", "other"}).Draw(t, "group"),
				Rank:  rapid.IntRange(0, 2).Draw(t, "rank"),
			})
		}
		started := map[string]int{}
		for _, c := range campaign.Triggered(campaigns, shop.OrderPlaced, condition.Facts{}, condition.Facts{}) {
			started[c.Group]++
		}
		wanted := map[string]int{}
		for _, c := range campaigns {
			if c.Group == "" {
				wanted[""]++
			} else {
				wanted[c.Group] = 1
			}
		}
		if diff := cmp.Diff(wanted, started); diff != "" {
			t.Fatalf("started by group (-want +got):\n%s", diff)
		}
	})
}

func TestHeldOut(t *testing.T) {
	c := campaign.Campaign{ID: "weekly", Holdout: 1_000}
	held := 0
	for i := range 20_000 {
		id := shop.CustomerID(fmt.Sprint("customer-", i))
		if campaign.HeldOut(c, id) {
			held++
			if c := c; !campaign.HeldOut(campaign.Campaign{ID: c.ID, Version: 2, Holdout: 2_000}, id) {
				t.Fatalf("customer %s is in a holdout of 10 %% but not in one of 20 %%", id)
			}
		}
	}
	if held < 1_800 || held > 2_200 { // 2000 ± 4.7 standard deviations
		t.Errorf("HeldOut is true for %d of 20000 customers, want about 2000", held)
	}
	if campaign.HeldOut(campaign.Campaign{ID: "all"}, "c") || !campaign.HeldOut(campaign.Campaign{ID: "none", Holdout: 10_000}, "c") {
		t.Error("HeldOut is true with a holdout of 0 %, or false with one of 100 %")
	}
}

// The shop's holdout takes the same share out of a campaign's mailed and held-out
// customers: else the campaign would compare customers who differ in it.
func TestTheShopsHoldoutIsIndependentOfTheCampaigns(t *testing.T) {
	c := campaign.Campaign{ID: "weekly", Holdout: 5_000}
	count := map[[2]bool]int{}
	for i := range 20_000 {
		id := shop.CustomerID(fmt.Sprint("customer-", i))
		count[[2]bool{campaign.HeldOut(c, id), campaign.HeldOutOfAll(1_000, id)}]++
	}
	for _, held := range []bool{true, false} {
		if n := count[[2]bool{held, true}]; n < 850 || n > 1_150 { // 1000 ± 4.9 standard deviations
			t.Errorf("%d customers are in the shop's holdout, with %v in the campaign's, want about 1000", n, held)
		}
	}
}

func TestDue(t *testing.T) {
	london := zone(t, "Europe/London")
	for name, test := range map[string]struct {
		schedule     string
		after, until string
		notAfter     time.Duration
		want         []string
	}{
		"weekly, in winter":                 {"0 10 * * 6", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z", 48 * time.Hour, []string{"2026-11-21T10:00:00Z"}},
		"weekly, in summer":                 {"0 10 * * 6", "2026-07-03T00:00:00Z", "2026-07-05T00:00:00Z", 48 * time.Hour, []string{"2026-07-04T09:00:00Z"}},
		"a run at after":                    {"0 10 * * 6", "2026-11-21T10:00:00Z", "2026-11-21T10:01:00Z", 48 * time.Hour, nil},
		"a run at until":                    {"0 10 * * 6", "2026-11-21T09:59:00Z", "2026-11-21T10:00:00Z", 48 * time.Hour, []string{"2026-11-21T10:00:00Z"}},
		"a time that the clock skips":       {"30 1 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 48 * time.Hour, []string{"2026-03-29T01:30:00Z"}},
		"a time that the clock shows twice": {"30 1 * * *", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", 48 * time.Hour, []string{"2026-10-25T00:30:00Z"}},
		"hourly over the skipped hour":      {"0 0-2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 48 * time.Hour, []string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"}},
		"after a long outage":               {"0 10 * * *", "2026-11-01T00:00:00Z", "2026-11-22T12:00:00Z", 26 * time.Hour, []string{"2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z"}},
		"after is the zero time":            {"0 10 * * *", "0001-01-01T00:00:00Z", "2026-11-22T12:00:00Z", time.Hour * 3, []string{"2026-11-22T10:00:00Z"}},
		"a triggered campaign":              {"", "2026-11-01T00:00:00Z", "2026-11-22T12:00:00Z", time.Hour, nil},
		"a date that never occurs":          {"0 10 31 2 *", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", 9000 * time.Hour, nil},
		"until before after":                {"0 10 * * *", "2026-11-22T12:00:00Z", "2026-11-20T12:00:00Z", 48 * time.Hour, nil},
	} {
		var got []string
		for _, run := range campaign.Due(campaign.Campaign{Schedule: test.schedule, NotAfter: test.notAfter}, at(t, test.after), at(t, test.until), london) {
			got = append(got, run.At.Format(time.RFC3339))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: Due(%q) (-want +got):\n%s", name, test.schedule, diff)
		}
	}
}

// Time is divided into ticks of random length. Each run is due in exactly one
// tick, and a daily campaign has one run a day, in zones whose clocks change by
// an hour or by half an hour.
func TestEachRunIsDueOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		where, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "America/New_York", "Asia/Kathmandu"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		c := campaign.Campaign{Schedule: fmt.Sprintf("%d %d * * *", rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 23).Draw(t, "hour")), NotAfter: 48 * time.Hour}
		// Sixty days around the clock changes of the northern or the southern
		// hemisphere.
		begin := time.Date(2026, rapid.SampledFrom([]time.Month{time.March, time.September, time.October}).Draw(t, "month"), 2, 0, 0, 0, 0, time.UTC)
		end := begin.AddDate(0, 0, 60)
		seen := map[string]bool{}
		for from := begin; from.Before(end); {
			to := from.Add(time.Duration(rapid.IntRange(1, 47).Draw(t, "hours")) * time.Hour)
			for _, run := range campaign.Due(c, from, to, where) {
				run := run.At
				if !run.After(from) || run.After(to) {
					t.Fatalf("run %s is not within (%s, %s]", run, from, to)
				}
				day := run.In(where).Format(time.DateOnly)
				if seen[day] {
					t.Fatalf("%q has two runs on %s", c.Schedule, day)
				}
				seen[day] = true
			}
			from = to
		}
		if len(seen) < 59 {
			t.Fatalf("%q has %d runs in 60 days, want one a day", c.Schedule, len(seen))
		}
	})
}

// A date follows the same rules as a schedule that has one time.
func TestADateIsDueOnce(t *testing.T) {
	london := zone(t, "Europe/London")
	for name, test := range map[string]struct {
		date, after, until string
		want               []string
	}{
		"in winter":                         {"2026-12-05 10:00", "2026-12-04T00:00:00Z", "2027-11-30T00:00:00Z", []string{"2026-12-05T10:00:00Z"}},
		"in summer":                         {"2026-07-04 10:00", "2026-07-04T08:59:00Z", "2026-07-04T09:00:00Z", []string{"2026-07-04T09:00:00Z"}},
		"a date at after":                   {"2026-12-05 10:00", "2026-12-05T10:00:00Z", "2026-12-06T10:00:00Z", nil},
		"not yet":                           {"2026-12-05 10:00", "2026-12-05T09:00:00Z", "2026-12-05T09:59:59Z", nil},
		"a time that the clock skips":       {"2026-03-29 01:30", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", []string{"2026-03-29T01:30:00Z"}},
		"a time that the clock shows twice": {"2026-10-25 01:30", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", []string{"2026-10-25T00:30:00Z"}},
		"a date that is none":               {"2026-02-30 10:00", "2026-01-01T00:00:00Z", "2026-12-25T12:00:00Z", nil},
	} {
		var got []string
		for _, run := range campaign.Due(campaign.Campaign{Date: test.date, NotAfter: 9000 * time.Hour}, at(t, test.after), at(t, test.until), london) {
			got = append(got, run.At.Format(time.RFC3339))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: Due(%q) (-want +got):\n%s", name, test.date, diff)
		}
	}
}

// Each run of a time is either due or left out, and none is both.
func TestARunIsDueOrLeftOut(t *testing.T) {
	daily := campaign.Campaign{Schedule: "0 10 * * *", NotAfter: 26 * time.Hour}
	after, until := at(t, "2026-11-18T12:00:00Z"), at(t, "2026-11-22T12:00:00Z")
	var due, left []string
	for _, run := range campaign.Due(daily, after, until, time.UTC) {
		due = append(due, run.At.Format(time.DateOnly))
	}
	for _, run := range campaign.LeftOut(daily, after, until, time.UTC) {
		left = append(left, run.At.Format(time.DateOnly))
	}
	if want := []string{"2026-11-19", "2026-11-20"}; !slices.Equal(left, want) {
		t.Errorf("LeftOut = %v, want %v", left, want)
	}
	if want := []string{"2026-11-21", "2026-11-22"}; !slices.Equal(due, want) {
		t.Errorf("Due = %v, want %v", due, want)
	}
	for length := range 60 { // minutes around the end of a run's time
		until := at(t, "2026-11-22T11:30:00Z").Add(time.Duration(length) * time.Minute)
		all := len(campaign.Due(daily, after, until, time.UTC)) + len(campaign.LeftOut(daily, after, until, time.UTC))
		if all != 4 {
			t.Errorf("at %s, %d of 4 runs are due or left out", until, all)
		}
	}
	if left := campaign.LeftOut(daily, until.Add(-time.Minute), until, time.UTC); left != nil {
		t.Errorf("LeftOut without an outage = %v, want none", left)
	}
}

func TestADateIsPastWhenItsRunIsOver(t *testing.T) {
	c := campaign.Campaign{Date: "2026-07-04 10:00"}
	london := zone(t, "Europe/London")
	if c.PastDate(at(t, "2026-07-04T08:59:00Z"), london) || !c.PastDate(at(t, "2026-07-04T09:00:00Z"), london) {
		t.Error("PastDate does not change at 09:00 UTC, which is 10:00 in London in summer")
	}
	if (campaign.Campaign{Schedule: "0 10 * * 6"}).PastDate(at(t, "2026-07-04T08:59:00Z"), london) {
		t.Error("PastDate of a campaign with a schedule = true")
	}
}

func TestCheckSchedule(t *testing.T) {
	for schedule, want := range map[string]string{
		"0 10 * * 6":      "",
		"30 8,18 1-7 * 1": "",
		"":                `a schedule has five fields: minute, hour, day of the month, month, day of the week, such as "0 10 * * 6" for Saturdays at 10:00`,
		"0 10 * *":        `a schedule has five fields: minute, hour, day of the month, month, day of the week, such as "0 10 * * 6" for Saturdays at 10:00`,
		"@every 1 2 3 4":  `a schedule has five fields: minute, hour, day of the month, month, day of the week, such as "0 10 * * 6" for Saturdays at 10:00`,
		"TZ=UTC 0 10 * *": `a schedule has five fields: minute, hour, day of the month, month, day of the week, such as "0 10 * * 6" for Saturdays at 10:00`,
		"0 25 * * *":      `end of range (25) above maximum (23): 25: minute, hour, day of the month, month, day of the week`,
		"*/5 10 * * *":    `the minute "*/5" comes more than once an hour: write one number, such as 0`,
		"0 10 31 2 *":     `there is no such day`,
	} {
		got := ""
		if err := campaign.CheckSchedule(schedule); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("CheckSchedule(%q) = %s, want %s", schedule, got, want)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func ExampleTriggered() {
	campaigns := []campaign.Campaign{
		{ID: "thanks", Class: shop.ClassService, On: []shop.OrderKind{shop.OrderPlaced}, Group: "order", Rank: 100},
		{ID: "reward", Class: shop.ClassPromise, On: []shop.OrderKind{shop.OrderPlaced}, Group: "order", Rank: 10, Nth: &offer.Nth{N: 10}},
	}
	facts := condition.Facts{
		Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"MUG-1": {Units: 11}}},
		Order:    condition.Order{Lines: map[shop.ProductID]int{"MUG-1": 4}},
	}
	for _, c := range campaign.Triggered(campaigns, shop.OrderPlaced, facts, facts) {
		fmt.Println(c.ID)
	}
	// Output: reward
}

func ExampleDue() {
	weekly := campaign.Campaign{ID: "weekly", Schedule: "0 10 * * 6", NotAfter: 36 * time.Hour}
	since := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, run := range campaign.Due(weekly, since, since.AddDate(0, 0, 2), time.UTC) {
		fmt.Println(run.At.Format(time.RFC3339))
	}
	// Output: 2026-11-21T10:00:00Z
}
