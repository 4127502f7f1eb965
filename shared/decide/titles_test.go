package decide_test

import (
	"maps"
	"strings"
	"testing"

	"regulars/shared/message"
	"regulars/shared/shop"
)

// A mail names products in its own language: the picks, the product that is the
// reason for a pick, and the free product of a coupon. One without a title in
// the language keeps its own.
func TestAMailHasTheTitlesOfItsLanguage(t *testing.T) {
	titles := map[shop.ProductID]map[string]string{
		"JAR": {"pl": "Słój na ciastka", "ru": "Банка для печенья"},
		"TEA": {"pl": "Herbata Earl Grey"},
		"MUG": {"pl": "Czerwony kubek"},
	}
	for locale, want := range map[string]map[shop.CampaignID][]string{
		"pl-PL": {"weekly": {"Słój na ciastka", "Herbata Earl Grey", "Tin tray"}, "reward": {"Czerwony kubek"}},
		"en-GB": {"weekly": {"Biscuit jar", "[Earl Grey]", "Tin tray"}, "reward": {"Red mug"}},
		"ru":    {"weekly": {"Biscuit jar"}}, // the message is in English, and so are its titles
	} {
		for campaign, texts := range want {
			g := aCase(campaign)
			g.snapshot.Profile.Locale.Value = locale
			g.snapshot.Items = maps.Clone(g.snapshot.Items)
			for id, own := range titles {
				row := g.snapshot.Items[id]
				row.Titles = own
				g.snapshot.Items[id] = row
			}
			g.config.Messages.Messages = maps.Clone(g.config.Messages.Messages)
			for _, id := range []shop.MessageID{"picks", "reward"} {
				m := g.config.Messages.Messages[id]
				m.Languages = []string{"en", "pl"}
				m.Text += "{% for p in picks %} [{{ p.reason.title }}]{% endfor %}{{ coupon.product }}"
				g.config.Messages.Messages[id] = m
			}
			g.config.Messages = message.NewSet(g.config.Messages.Messages) // parsed again
			d := decision(t, g)
			for _, text := range texts {
				if !strings.Contains(d.Mail.Text, text) {
					t.Errorf("%s in %s does not have %q: %s", campaign, locale, text, d.Mail.Text)
				}
			}
		}
	}
}
