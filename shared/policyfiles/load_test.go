//go:build !race

package policyfiles_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/brand"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/conditioncheck"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var update = flag.Bool("update", false, "rewrite the faults.txt files of testdata/broken")

// asIs replaces the MJML compiler: the messages of testdata contain HTML.
func asIs(source string) (string, error) { return source, nil }

// files returns the files of testdata/sound, overwritten with the files of a
// folder. The folder's removed.txt lists files to remove.
func files(t *testing.T, over string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	for _, dir := range []string{"testdata/sound", over} {
		if dir == "" {
			continue
		}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name == "faults.txt" {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, name))
			if name == "removed.txt" {
				for _, removed := range strings.Fields(string(data)) {
					delete(all, removed)
				}
				return err
			}
			all[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func load(t *testing.T, over string) shoppolicy.Policy {
	t.Helper()
	p, err := policyfiles.Load(files(t, over), conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatalf("Load(%s) =\n%v", over, err)
	}
	return p
}

// Each folder of testdata/broken is named for its faults. It has the wrong
// files, and in faults.txt every fault that Load must report.
func TestLoadReportsEveryFault(t *testing.T) {
	folders, err := filepath.Glob("testdata/broken/*")
	if err != nil || len(folders) < 10 {
		t.Fatalf("testdata/broken has %d folders, %v", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			_, err := policyfiles.Load(files(t, folder), conditioncheck.Compile, asIs, markdown.Parse)
			var faults inputfault.InFiles
			if !errors.As(err, &faults) {
				t.Fatalf("Load = %v, want faults", err)
			}
			got, golden := faults.Error()+"\n", path.Join(folder, "faults.txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// Editors on Windows begin a file with a byte order mark and end its lines with
// CR and LF.
func TestLoadReadsFilesOfWindows(t *testing.T) {
	all := files(t, "")
	for name, f := range all {
		if path.Ext(name) == ".yaml" {
			f.Data = []byte("\ufeff" + strings.ReplaceAll(string(f.Data), "\n", "\r\n"))
		}
	}
	if _, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse); err != nil {
		t.Errorf("Load of files with byte order marks =\n%v", err)
	}
}

// aBrand is the brand of testdata/sound.
var aBrand = brand.Brand{
	Logo:   brand.Logo{Light: "https://cdn.example.com/logo.png", Dark: "https://shop.example.com/dark.png", Width: 160, Height: 40},
	Light:  brand.Colours{Page: "#f4f1ea", Card: "#ffffff", Panel: "#eef3ee", Line: "#e7e3d9", Text: "#22302b", Muted: "#5a665f", Accent: "#2e5e4e", OnAccent: "#ffffff"},
	Dark:   brand.Colours{Page: "#000000"},
	Button: "pill", Text: "humanist", Titles: "sans", Width: 640,
	Social: []brand.Account{{Network: "youtube", URL: "https://www.youtube.com/@corner"}, {Network: "instagram", URL: "https://instagram.com/corner"}},
	Legal:  map[string]string{"DE": "Corner GmbH, Amtsgericht Musterstadt", "other": "Company 1"},
}

func TestLoadReadsEveryKey(t *testing.T) {
	p := load(t, "")
	day := 24 * time.Hour
	gbp := func(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }
	margin, five := 1250, 500
	for what, pair := range map[string][2]any{
		"shop": {shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 Example Street, London", ReplyTo: "help@shop.example.com", Testers: []string{"ann@shop.example.com"}, Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"}, TaxAdded: true, Holdout: 250, Hosts: []string{"cdn.example.com", "xn--bcher-kva.example"}, SoftOptIn: []string{"GB", "DE"}, Topics: []shoppolicy.Topic{{ID: "news", Name: map[string]string{"en": "News"}, Wording: map[string]string{"en": "Send me news by e-mail."}}}, OrderURL: "https://shop.example.com/orders/{number}", CartURL: "https://shop.example.com/discount/{code}?redirect=/cart", ContactURL: "https://cdn.example.com/contact", UTM: shoppolicy.UTM{Source: "regulars", Medium: "email"}, Brand: aBrand}, p.Shop},
		"caps": {frequency.Policy{
			Caps:   []frequency.Cap{{Name: "promotions-7d", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 2, Window: frequency.Rolling(7 * day)}},
			MinGap: 2 * time.Hour, Slack: 5 * time.Minute, Quiet: frequency.Quiet{From: 21 * 60, To: 9 * 60}, Zone: "Europe/London",
			Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassService: {}},
		}, p.Frequency},
		"need": {offer.Need{FullPrice: 3, Rest: 14}, p.Need},
		"points": {points.Scheme{
			Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Earn: map[shop.Currency]int64{"GBP": 50, "JPY": 100}, Pending: 14 * day, Lives: 365 * day,
			Spend: points.Rate{Points: 100, Worth: 100}, Margin: &five, Window: 180 * day, Grace: 30 * day,
			Tiers: []points.Tier{{Name: "member", Named: map[string]string{"en": "Member"}}, {Name: "gold", From: 600, Named: map[string]string{"en": "Gold"}}},
		}, p.Points},
		"promotion pause": {shoppolicy.PromotionPause{AfterRefund: 14, AfterLateDelivery: 3, AfterCancellation: 14}, p.PromotionPause},
		"offers": {[]offer.Offer{
			{
				ID: "bogo", Version: 1, Title: "Two and one", Rank: 100, Until: "2026-12-24", Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 2, Get: 1, Percent: 10_000}},
			},
			{
				ID: "every-limit", Version: 3, Title: "Half off mugs, with every limit that there is", Rank: 7, Named: map[string]string{"en": "Small mugs"},
				Effect: offer.Effect{Kind: offer.KindPercent, Percent: 5000}, Days: 10, Until: "2026-12-24", Owed: true, PerCustomer: 2, CoolDown: 90, Holdout: 500,
				Minimum: gbp(1000), AtMost: gbp(800), Margin: &margin, Stacks: "clearance", Budget: offer.Budget{Uses: 100, Shards: 4},
			},
			{
				ID: "gift", Version: 1, Title: "A cup of tea", Rank: 100, Days: 10, Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "TEA-SAMPLE", Worth: gbp(300)}},
			},
			{
				ID: "shipping", Version: 1, Title: "On us", Rank: 100, Days: 10, AtMost: gbp(500), Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindShipping},
			},
			{
				ID: "tenth", Version: 1, Title: "Every tenth is free", Rank: 100, Days: 60, Budget: offer.Budget{Uses: 1000, Shards: 8},
				Effect: offer.Effect{Kind: offer.KindNth, Nth: &offer.Nth{N: 10, Categories: []string{"mug"}}},
			},
			{
				ID: "tiers", Version: 1, Title: "The more, the more", Rank: 100, Automatic: true, Stacks: "alone", Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(5000), Percent: 500}, {From: gbp(10_000), Amount: gbp(1500)}}},
			},
			{
				ID: "twice", Version: 1, Title: "Twice the points on lunch bags", Rank: 100, Automatic: true, Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindPoints, Points: &offer.Points{Times: 2}}, Brings: gbp(200),
			},
			{
				ID: "welcome", Version: 1, Title: "Ten per cent", Rank: 100, Days: 30, Minimum: gbp(2000), Budget: offer.Budget{Uses: 1000, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1250},
			},
		}, p.Offers},
		"campaigns": {[]campaign.Campaign{
			{
				ID: "reward", Version: 1, Message: "reward", Class: shop.ClassPromise, On: []shop.OrderKind{shop.OrderPaid}, Group: "order", Rank: 10,
				Earns: "tenth", Nth: &offer.Nth{N: 10, Categories: []string{"mug"}}, NotAfter: 2 * day, Offers: []shop.OfferID{"tenth"}, NeedsOffer: true,
			},
			{
				ID: "thanks", Version: 1, Message: "thanks", Class: shop.ClassService, On: []shop.OrderKind{shop.OrderPlaced}, Group: "order", Rank: 100,
				After: 90 * time.Minute, NotAfter: 2 * day, Picks: 4, Offers: []shop.OfferID{"welcome"}, Merge: true,
			},
			{
				ID: "weekly", Version: 1, Message: "picks", Class: shop.ClassPromotion, Topic: "promotions", Rank: 100, Schedule: "0 10 * * 6", SendTime: campaign.Best, Clock: campaign.ByCustomer, NotAfter: 36 * time.Hour, Holdout: 1000, Picks: 6, Value: 120, Measured: true,
			},
		}, p.Campaigns},
	} {
		if diff := cmp.Diff(pair[0], pair[1], ignoreConditions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if got := p.Offers[7].When.Text(); got != "customer.orders == 1" {
		t.Errorf("when = %q", got)
	}
	if got := p.Offers[1].On.Text(); got != `line.category == "mug" && line.price < money("20.00")` {
		t.Errorf("on = %q", got)
	}
	if got := p.Campaigns[1].Unless.Text(); got != `order.returned || "news" in customer.consents` {
		t.Errorf("unless = %q", got)
	}
	if got := p.Campaigns[2].Audience.Text(); got != "customer.orders >= 1" {
		t.Errorf("audience = %q", got)
	}
}

func TestVersionChangesWithTheContent(t *testing.T) {
	one, same := load(t, ""), load(t, "")
	if one.Version != same.Version || len(one.Version) != 16 {
		t.Errorf("versions of one content = %q, %q", one.Version, same.Version)
	}
	changed := files(t, "")
	changed["promotion-pause.yaml"] = &fstest.MapFile{Data: bytes.Replace(changed["promotion-pause.yaml"].Data, []byte("3"), []byte("4"), 1)}
	other, err := policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil || other.Version == one.Version {
		t.Errorf("another content has the version %q, %v", other.Version, err)
	}
	// A comment is not content.
	changed = files(t, "")
	changed["promotion-pause.yaml"] = &fstest.MapFile{Data: append([]byte("# a note\n"), changed["promotion-pause.yaml"].Data...)}
	if other, err = policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse); err != nil || other.Version != one.Version {
		t.Errorf("with a comment the version is %q, %v, want %q", other.Version, err, one.Version)
	}
}

// Without enough slack, a message that is still on its way to SES could break a
// cap.
func TestSlackIsAtLeastTheTimeLimitOfSend(t *testing.T) {
	with := func(slack string) (shoppolicy.Policy, error) {
		changed := files(t, "")
		changed["caps.yaml"] = &fstest.MapFile{Data: bytes.Replace(changed["caps.yaml"].Data, []byte("slack: 5m"), []byte(slack), 1)}
		return policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse)
	}
	if p, err := with(""); err != nil || p.Frequency.Slack != 30*time.Second {
		t.Errorf("without a slack it is %s, %v, want 30s", p.Frequency.Slack, err)
	}
	for _, slack := range []string{"slack: 0s", "slack: 29s"} {
		if _, err := with(slack); err == nil {
			t.Errorf("Load with %q = nil, want a fault", slack)
		}
	}
}

// The manual explains every key of every file. The test gets the keys from
// Load, which lists them in the fault of an unknown key.
func TestManualExplainsEveryKey(t *testing.T) {
	manual, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sections, _ := strings.Cut(string(manual), "\n## ")
	for file, section := range map[string]string{
		"shop.yaml": "shop.yaml", "caps.yaml": "caps.yaml", "promotion-pause.yaml": "promotion-pause.yaml", "need.yaml": "need.yaml",
		"privacy.yaml": "privacy.yaml", "offers/welcome.yaml": "offers", "campaigns/thanks.yaml": "campaigns",
	} {
		changed := files(t, "")
		changed[file] = &fstest.MapFile{Data: append(changed[file].Data, "zzzzzzzz: 1\n"...)}
		_, err := policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse)
		_, keys, found := strings.Cut(err.Error(), "known are ")
		if !found {
			t.Fatalf("Load with an unknown key in %s = %v", file, err)
		}
		text := ""
		for part := range strings.SplitSeq(sections, "\n## ") {
			if strings.HasPrefix(part, section+"\n") {
				text = part
			}
		}
		for key := range strings.SplitSeq(keys, ", ") {
			if !strings.Contains(text, "| `"+key+"` |") {
				t.Errorf("docs/policy.md does not explain %s of %s", key, file)
			}
		}
	}
}

func TestPointsPageExplainsEveryKey(t *testing.T) {
	page, err := os.ReadFile("../../docs/points.md")
	if err != nil {
		t.Fatal(err)
	}
	changed := files(t, "")
	changed["points.yaml"] = &fstest.MapFile{Data: append(changed["points.yaml"].Data, "zzzzzzzz: 1\n"...)}
	_, err = policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse)
	_, keys, found := strings.Cut(err.Error(), "known are ")
	if !found {
		t.Fatalf("Load with an unknown key = %v", err)
	}
	for key := range strings.SplitSeq(keys, ", ") {
		if !strings.Contains(string(page), "| `"+key+"` |") {
			t.Errorf("docs/points.md does not explain %s", key)
		}
	}
}

func ExampleLoad() {
	_, err := policyfiles.Load(os.DirFS("testdata/broken/an-unknown-message"), conditioncheck.Compile, asIs, markdown.Parse)
	var faults inputfault.InFiles
	if errors.As(err, &faults) {
		fmt.Println(faults[0])
	}
	// Output: campaigns/thanks.yaml:1:10: there is no message thank; there is none yet
}

// A check that fails for another reason than a fault, such as a program that does not
// start, refuses the condition.
func TestAConditionThatCannotBeCheckedIsAFault(t *testing.T) {
	check := func(shop.Currency, string, condition.Segments) (condition.Condition, error) {
		return condition.Condition{}, errors.New("the check does not start")
	}
	_, err := policyfiles.Load(files(t, ""), check, asIs, markdown.Parse)
	if err == nil || !strings.Contains(err.Error(), ": the check does not start") {
		t.Errorf("Load = %v, want the reason why nothing was checked", err)
	}
}
