//go:build !race

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// memorySaver is a Saver that keeps the last policy and the budgets in memory.
type memorySaver struct {
	version string
	packed  []byte
	saves   int
	fails   error
	budgets []string
}

func (s *memorySaver) EnsureBudget(_ context.Context, offer shop.OfferID, version, uses, shards int) error {
	if s.saves > 0 {
		return fmt.Errorf("%s got its budget after the policy was saved", offer)
	}
	s.budgets = append(s.budgets, fmt.Sprintf("%s@%d %d/%d", offer, version, uses, shards))
	return nil
}

func (s *memorySaver) SaveTerms(_ context.Context, offer shop.OfferID, version int, terms []byte) error {
	if s.saves > 0 || len(terms) == 0 {
		return fmt.Errorf("the terms of %s were saved after the policy, or are empty", offer)
	}
	return nil
}

func (s *memorySaver) SavePolicy(_ context.Context, version string, packed []byte) error {
	if s.fails != nil {
		return s.fails
	}
	s.version, s.packed, s.saves = version, packed, s.saves+1
	return nil
}

// publish checks and saves the files of a folder.
func publish(ctx context.Context, dir string, s *memorySaver) (shoppolicy.Policy, error) {
	p, packed, err := check(os.DirFS(dir))
	if err != nil {
		return p, err
	}
	return p, save(ctx, p, packed, s)
}

// once publishes the shop's policy one time: compiling the MJML takes most of a
// second.
var once = sync.OnceValues(func() (*memorySaver, error) {
	var s memorySaver
	p, err := publish(context.Background(), "../../shop", &s)
	if err == nil && p.Version != s.version {
		err = fmt.Errorf("the policy has the version %q and %q is saved", p.Version, s.version)
	}
	if err == nil && len(p.Messages.Advice) > 0 {
		err = fmt.Errorf("the example shop needs advice:\n%w", p.Messages.Advice)
	}
	return &s, err
})

// published returns the shop's policy as the functions read it.
func published(t *testing.T) shoppolicy.Policy {
	t.Helper()
	s, err := once()
	if err != nil {
		t.Fatalf("publish(infra/shop) =\n%v", err)
	}
	p, err := shoppolicy.Decode(s.packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Version == "" || p.Version != s.version {
		t.Errorf("the version is %q saved and %q decoded", s.version, p.Version)
	}
	return p
}

func TestPublishSavesNothingIfFilesHaveFaults(t *testing.T) {
	var s memorySaver
	_, err := publish(t.Context(), t.TempDir(), &s)
	var faults inputfault.InFiles
	if !errors.As(err, &faults) || s.saves != 0 {
		t.Errorf("publish(an empty folder) = %v, %d saves, want faults and none", err, s.saves)
	}
}

func TestPublishReturnsTheErrorOfTheSaver(t *testing.T) {
	missing := errors.New("the table does not exist")
	if _, err := publish(t.Context(), "../../shop", &memorySaver{fails: missing}); !errors.Is(err, missing) {
		t.Errorf("publish = %v, want %v", err, missing)
	}
}

func TestRunPrintsTheResultOrTheFaults(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "cap.yaml"), []byte("caps: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		args     []string
		out, err string // parts of them
	}{
		"a shop without faults": {[]string{"-check", "../../shop"}, "../../shop has no faults: policy ", ""},
		"every fault":           {[]string{"-check", broken}, "", broken + "/cap.yaml: nothing reads this file; did you mean caps.yaml?"},
		"the number of faults":  {[]string{"-check", broken}, "", "faults; nothing was published"},
		"no such folder":        {[]string{"-check", filepath.Join(broken, "none")}, "", "read the shop's files"},
		"two folders":           {[]string{"a", "b"}, "", "publish takes one directory, not 2"},
		"no table names":        {[]string{"-aws", "../../shop"}, "", "SETTINGS_TABLE is not set"},
		"no local cloud":        {[]string{"../../shop"}, "", "nothing answers at http://127.0.0.1:1: start the local cloud with make run"},
	} {
		var out bytes.Buffer
		getenv := func(name string) string { return map[string]string{"PORT": "1"}[name] } // nothing listens there
		err := run(t.Context(), test.args, getenv, &out)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: run(%q) = %v, want %s", what, test.args, err, test.err)
		}
		if !strings.Contains(out.String(), test.out) {
			t.Errorf("%s: run(%q) prints %q, want %q", what, test.args, out.String(), test.out)
		}
	}
}

func TestEveryOfferHasABudgetBeforeThePolicyIsSaved(t *testing.T) {
	s, err := once()
	if err != nil {
		t.Fatal(err)
	}
	if want := len(published(t).Offers); len(s.budgets) != want || !slices.Contains(s.budgets, "tenth-unit-free@1 10000/8") {
		t.Errorf("publish made the budgets %q, want one for each of %d offers", s.budgets, want)
	}
}

// Each event of the example shop starts the intended campaign.
func TestShopCampaigns(t *testing.T) {
	p := published(t)
	bags := func(kept, ordered int) condition.Facts {
		return condition.Facts{
			Customer: condition.Customer{Orders: 2, Bought: map[shop.ProductID]condition.Bought{"BAG": {Units: kept, Category: "lunch bag"}, "MUG": {Units: 10, Category: "mug"}}},
			Order:    condition.Order{Lines: map[shop.ProductID]int{"BAG": ordered, "MUG": 10}},
		}
	}
	because := func(cause shop.Cause) condition.Facts { return condition.Facts{Order: condition.Order{Cause: cause}} }
	for what, test := range map[string]struct {
		kind  shop.OrderKind
		facts condition.Facts
		want  shop.CampaignID
	}{
		"an order":                       {shop.OrderPlaced, bags(9, 3), "thanks"},
		"the tenth lunch bag":            {shop.OrderPlaced, bags(11, 3), "thanks"},
		"an order is paid":               {shop.OrderPaid, bags(9, 3), "order-coupon"},
		"the tenth lunch bag is paid":    {shop.OrderPaid, bags(11, 3), "reward"},
		"a defect":                       {shop.OrderReturned, because(shop.CauseDefect), "sorry"},
		"the wrong thing":                {shop.OrderReturned, because(shop.CauseWrong), "sorry"},
		"a change of mind":               {shop.OrderReturned, because(shop.CauseUnwanted), ""},
		"a return without a reason":      {shop.OrderReturned, because(shop.CauseOther), ""},
		"a delay":                        {shop.OrderDelayed, because(shop.CauseLate), "sorry"},
		"a cancellation by the customer": {shop.OrderCancelled, because(shop.CauseUnwanted), ""},
		"a cancellation by the shop":     {shop.OrderCancelled, because(shop.CauseOther), "sorry"},
		"a parcel on its way":            {shop.OrderShipped, bags(11, 3), ""},
	} {
		started := campaign.Triggered(p.Campaigns, test.kind, test.facts, test.facts)
		var got shop.CampaignID
		if len(started) > 0 {
			got = started[0].ID
		}
		if got != test.want || len(started) > 1 {
			t.Errorf("%s: Triggered starts %d, first %q, want %q", what, len(started), got, test.want)
		}
	}
}

func TestShopAudiences(t *testing.T) {
	p := published(t)
	for what, test := range map[string]struct {
		customer              condition.Customer
		weekly, win, comeBack bool
	}{
		"an unknown customer":   {condition.Customer{}, false, false, false},
		"last week":             {condition.Customer{Orders: 3, SinceLast: 7, Alive: 0.9, Late: 0.2}, true, false, false},
		"late by three months":  {condition.Customer{Orders: 3, SinceLast: 90, Alive: 0.8, Late: 3}, true, true, true},
		"late by five months":   {condition.Customer{Orders: 3, SinceLast: 150, Alive: 0.6, Late: 5}, false, true, true},
		"yearly, on time":       {condition.Customer{Orders: 3, SinceLast: 150, Alive: 0.9, Late: 0.4}, false, false, false},
		"once, five months ago": {condition.Customer{Orders: 1, SinceLast: 150, Alive: 0.6, Late: 3}, false, false, false},
		"two years ago":         {condition.Customer{Orders: 3, SinceLast: 730, Alive: 0.1, Late: 20}, false, false, false},
	} {
		facts := condition.Facts{Customer: test.customer}
		weekly, _ := p.Campaign("weekly-picks")
		win, _ := p.Starts("win-back")
		comeBack, _ := p.Offer("come-back")
		if got := weekly.Audience.Holds(facts); got != test.weekly {
			t.Errorf("%s: weekly-picks = %v, want %v", what, got, test.weekly)
		}
		if got := win.Audience.Holds(facts); got != test.win {
			t.Errorf("%s: win-back = %v, want %v", what, got, test.win)
		}
		if got := comeBack.When.Holds(facts); got != test.comeBack {
			t.Errorf("%s: come-back = %v, want %v", what, got, test.comeBack)
		}
	}
}

// An offer with coupons must be in a campaign; otherwise no customer gets it.
func TestEveryOfferIsAutomaticOrInACampaign(t *testing.T) {
	p := published(t)
	for _, o := range p.Offers {
		given := o.Automatic // at the checkout
		for _, c := range p.Campaigns {
			given = given || len(c.Allowed([]offer.Offer{o})) > 0
		}
		if !given {
			t.Errorf("no campaign gives %s", o.ID)
		}
	}
}

// A cold start of a function decodes the policy once.
func BenchmarkDecode(b *testing.B) {
	_, packed, err := check(os.DirFS("../../shop"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := shoppolicy.Decode(packed, message.Renderer{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestACampaignWhoseDateIsPastGetsAdvice(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../shop")); err != nil {
		t.Fatal(err)
	}
	for name, date := range map[string]string{"past": "2020-12-05 10:00", "to-come": "2090-12-05 10:00"} {
		text := "message: picks\ndate: " + date + "\naudience: customer.orders >= 1\nnot_after: 36h\npicks: 6\n"
		if err := os.WriteFile(filepath.Join(dir, "campaigns", name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-check", dir}, func(string) string { return "" }, &out); err != nil {
		t.Fatal(err)
	}
	want := "advice: " + dir + "/campaigns/past.yaml: date 2020-12-05 10:00 is in the past: publishing it now starts no run"
	if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "to-come") {
		t.Errorf("run prints %q, want %q and nothing about the date to come", out.String(), want)
	}
}

// Advice is printed, with its place, and the policy is published all the same.
func TestAdviceRefusesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../shop")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "messages/picks/en.yaml")
	words, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(words, []byte("subject: \""), []byte("subject: \"Click here: "), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-check", dir}, func(string) string { return "" }, &out); err != nil {
		t.Fatal(err)
	}
	if want := "advice: " + file + `:1: the string "subject" says "click here"`; !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "has no faults") {
		t.Errorf("run prints %q, want %q", out.String(), want)
	}
}
