// Package brand is how a shop's mails look: logo, colours in light and dark
// design, button, type, width, social links and the legal footer by country. It
// fills what a shop does not choose with defaults, and judges the contrast of
// the colours by WCAG 2.2.
package brand

import (
	"strconv"
	"strings"
)

// Brand is what a shop chose. The zero Brand chose nothing; [Brand.Complete]
// adds the defaults.
type Brand struct {
	Logo   Logo              `json:"logo,omitzero"`
	Light  Colours           `json:"light,omitzero"`
	Dark   Colours           `json:"dark,omitzero"`
	Button string            `json:"button,omitempty"` // one of Buttons
	Text   string            `json:"text,omitempty"`   // one of Fonts
	Titles string            `json:"titles,omitempty"` // one of Fonts
	Width  int               `json:"width,omitempty"`  // of a mail, in CSS pixels
	Social []Account         `json:"social,omitempty"` // in the order of the footer
	Legal  map[string]string `json:"legal,omitempty"`  // the legal footer by country (ISO 3166-1), or [Elsewhere]
}

// Logo is a picture with the shop's name. Light is empty if there is none.
type Logo struct {
	Light  string `json:"light"`          // address of the picture on light ground
	Dark   string `json:"dark,omitempty"` // on dark ground; empty: as Light
	Width  int    `json:"width"`          // in CSS pixels, as shown
	Height int    `json:"height"`
}

// Colours are the colours of one design, each as "#rrggbb".
type Colours struct {
	Page     string `json:"page,omitempty"`      // the ground around the card
	Card     string `json:"card,omitempty"`      // the ground of the content
	Panel    string `json:"panel,omitempty"`     // the ground of a coupon, and of a tile in place of a picture
	Line     string `json:"line,omitempty"`      // lines between products; no text
	Text     string `json:"text,omitempty"`      // most words
	Muted    string `json:"muted,omitempty"`     // reasons, terms and the footer
	Accent   string `json:"accent,omitempty"`    // the shop's name, links, prices, codes; the ground of the button
	OnAccent string `json:"on_accent,omitempty"` // the words of the button
}

// Account is the shop's page at a social network.
type Account struct {
	Network string `json:"network"` // a key of Networks
	URL     string `json:"url"`
}

// Network is a social network.
type Network struct{ Name, Domain string }

// Networks are the social networks that a brand can name.
var Networks = map[string]Network{
	"bluesky":   {"Bluesky", "bsky.app"},
	"facebook":  {"Facebook", "facebook.com"},
	"instagram": {"Instagram", "instagram.com"},
	"linkedin":  {"LinkedIn", "linkedin.com"},
	"pinterest": {"Pinterest", "pinterest.com"},
	"telegram":  {"Telegram", "t.me"},
	"threads":   {"Threads", "threads.com"},
	"tiktok":    {"TikTok", "tiktok.com"},
	"vk":        {"VK", "vk.com"},
	"x":         {"X", "x.com"},
	"youtube":   {"YouTube", "youtube.com"},
}

// Fonts are the stacks of fonts that devices have, by name. None is ever
// loaded.
var Fonts = map[string]string{
	"sans":     "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
	"humanist": "Optima, Candara, 'Noto Sans', Verdana, sans-serif",
	"serif":    "Georgia, 'Times New Roman', serif",
}

// Buttons are the shapes of buttons by name: the radius of their corners.
var Buttons = map[string]string{"square": "0", "rounded": "8px", "pill": "999px"}

// Arcs are the same shapes as VML states them for Outlook on Windows: the radius
// as a share of a button that is 48 pixels high.
var Arcs = map[string]string{"square": "0%", "rounded": "17%", "pill": "50%"}

// Widths of a mail, in CSS pixels.
const (
	Narrowest = 480
	Widest    = 700
	usual     = 600
)

// Elsewhere is the key of the legal footer for customers of all countries that
// have none of their own.
const Elsewhere = "other"

var (
	light = Colours{Page: "#f4f1ea", Card: "#ffffff", Panel: "#eef3ee", Line: "#e7e3d9", Text: "#22302b", Muted: "#5a665f", Accent: "#2e5e4e", OnAccent: "#ffffff"}
	dark  = Colours{Page: "#121715", Card: "#1c2420", Panel: "#26322c", Line: "#3a4740", Text: "#e8ede9", Muted: "#aab6af", Accent: "#8fd0b3", OnAccent: "#10201a"}
)

// Complete returns the brand with a default for everything that the shop did
// not choose. If it chose an accent, the words on it are black or white,
// whichever is easier to read, and the accent of the dark design is the nearest
// one that can be read on the dark grounds.
func (b Brand) Complete() Brand {
	chosen := b.Light.Accent != ""
	b.Light = b.Light.or(light, chosen)
	if chosen && b.Dark.Accent == "" {
		d := b.Dark.or(dark, true)
		b.Dark.Accent, _ = nearest(b.Light.Accent, d.Card, d.Page, d.Panel)
	}
	b.Dark = b.Dark.or(dark, b.Dark.Accent != "")
	for value, usual := range map[*string]string{&b.Button: "rounded", &b.Text: "sans", &b.Titles: "serif"} {
		if *value == "" {
			*value = usual
		}
	}
	if b.Width == 0 {
		b.Width = usual
	}
	if b.Logo.Dark == "" {
		b.Logo.Dark = b.Logo.Light
	}
	return b
}

// or returns c with the colours of usual for those that are not set. If the
// accent is the shop's own, the words on it are black or white.
func (c Colours) or(usual Colours, ownAccent bool) Colours {
	set := func(own *string, usual string) {
		if *own == "" {
			*own = usual
		}
	}
	set(&c.Page, usual.Page)
	set(&c.Card, usual.Card)
	set(&c.Panel, usual.Panel)
	set(&c.Line, usual.Line)
	set(&c.Text, usual.Text)
	set(&c.Muted, usual.Muted)
	set(&c.Accent, usual.Accent)
	if ownAccent {
		usual.OnAccent = "#ffffff"
		if Contrast("#000000", c.Accent) > Contrast("#ffffff", c.Accent) {
			usual.OnAccent = "#000000"
		}
	}
	set(&c.OnAccent, usual.OnAccent)
	return c
}

// LegalIn returns the legal footer for a customer of this country (ISO 3166-1;
// empty if it is not known), or "".
func (b Brand) LegalIn(country string) string {
	if text, ok := b.Legal[country]; ok {
		return text
	}
	return b.Legal[Elsewhere]
}

// widthMark is the only mark of a brand that is replaced before MJML is
// compiled: MJML computes the columns from the width.
const widthMark = "{{ brand.width }}"

// Compile returns a compiler that writes the brand's width into the MJML and
// gives it to compile.
func (b Brand) Compile(compile func(mjml string) (string, error)) func(mjml string) (string, error) {
	width := strconv.Itoa(b.Complete().Width)
	return func(mjml string) (string, error) { return compile(strings.ReplaceAll(mjml, widthMark, width)) }
}
