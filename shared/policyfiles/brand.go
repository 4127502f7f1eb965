package policyfiles

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"regulars/shared/brand"
)

// longestLegal is the most characters of a legal footer.
const longestLegal = 500

// readBrand reads brand in shop.yaml, after the shop's hosts. It reports texts
// that cannot be read well on their ground, in the light and in the dark design.
func (l *loader) readBrand(s *sheet) brand.Brand {
	b := s.sub("brand")
	if b == nil {
		return brand.Brand{}
	}
	colours := b.sub("colours")
	light, dark := colours.sub("light"), colours.sub("dark")
	font := b.sub("type")
	read := brand.Brand{
		Logo:   l.readLogo(b.sub("logo")),
		Light:  readColours(light),
		Dark:   readColours(dark),
		Button: b.choice("button", brand.Buttons),
		Text:   font.choice("text", brand.Fonts),
		Titles: font.choice("titles", brand.Fonts),
		Width:  b.whole("width", brand.Narrowest, brand.Widest, 0),
		Social: readSocial(b.sub("social")),
		Legal:  readLegal(b.sub("legal")),
	}
	complete := read.Complete()
	for _, design := range []struct {
		name    string
		sheet   *sheet
		colours brand.Colours
	}{{"light", light, complete.Light}, {"dark", dark, complete.Dark}} {
		for _, p := range design.colours.Poor() {
			at := b.keys["colours"]
			for _, of := range []string{p.Ground, p.Text} { // the text's own line, if it is written
				if design.sheet.has(of) {
					at = place(design.sheet.vals[of])
				}
			}
			l.fault(s.file, at, fmt.Sprintf("%s: %s, below the %.1f of WCAG AA", design.name, p.Says, brand.Least), fmt.Sprintf("the nearest %s that passes is %q", p.Text, p.Better))
		}
	}
	for _, sheet := range []*sheet{b, colours, light, dark, font} {
		sheet.done()
	}
	return read
}

// choice returns a key's text, which must be a key of values; "" if it is not
// written or wrong.
func (s *sheet) choice(key string, values map[string]string) string {
	value := s.text(key)
	if _, known := values[value]; value != "" && !known {
		s.wrong(key, fmt.Sprintf("%q is not known", value), "write one of "+strings.Join(slices.Sorted(maps.Keys(values)), ", "))
		return ""
	}
	return value
}

// readColours returns the colours of one design. A colour that is wrong is
// reported and left out.
func readColours(s *sheet) brand.Colours {
	var c brand.Colours
	for _, colour := range []struct {
		key string
		to  *string
	}{
		{"page", &c.Page},
		{"card", &c.Card},
		{"panel", &c.Panel},
		{"line", &c.Line},
		{"text", &c.Text},
		{"muted", &c.Muted},
		{"accent", &c.Accent},
		{"on_accent", &c.OnAccent},
	} {
		value := strings.ToLower(s.text(colour.key))
		if value != "" && !brand.IsColour(value) {
			s.wrong(colour.key, fmt.Sprintf("%q is not a colour", value), `write it in quotes with six hex digits, like "#2e5e4e"`)
			continue
		}
		*colour.to = value
	}
	return c
}

func (l *loader) readLogo(s *sheet) brand.Logo {
	if s == nil {
		return brand.Logo{}
	}
	logo := brand.Logo{
		Light:  s.requiredText("light", "https://shop.example.com/logo.png"),
		Dark:   s.text("dark"),
		Width:  s.requiredWhole("width", 20, 400, 160),
		Height: s.requiredWhole("height", 10, 200, 40),
	}
	for key, address := range map[string]string{"light": logo.Light, "dark": logo.Dark} {
		if why := l.shop.LinkFault(address); address != "" && why != "" {
			s.wrong(key, "the logo cannot be shown: "+why, "")
		}
	}
	s.done()
	return logo
}

// readSocial returns the shop's pages at social networks, in the order of the
// file.
func readSocial(s *sheet) (accounts []brand.Account) {
	if s == nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(brand.Networks)) {
		_, _ = s.take(key) // known keys, for the hint about others
	}
	for _, key := range s.order {
		network, known := brand.Networks[key]
		address := s.text(key)
		if !known {
			s.known = slices.DeleteFunc(s.known, func(k string) bool { return k == key }) // [sheet.done] reports it
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Host != network.Domain && !strings.HasSuffix(u.Host, "."+network.Domain) {
			s.wrong(key, "this is not an https address at "+network.Domain, "write it like https://"+network.Domain+"/your-shop")
			continue
		}
		accounts = append(accounts, brand.Account{Network: key, URL: address})
	}
	s.done()
	return accounts
}

// readLegal returns the legal footer by country.
func readLegal(s *sheet) map[string]string {
	if s == nil {
		return nil
	}
	legal := map[string]string{}
	for _, key := range s.order {
		text := strings.Join(strings.Fields(s.text(key)), " ")
		country, err := language.ParseRegion(key)
		switch {
		case key != brand.Elsewhere && (err != nil || len(key) != 2 || !country.IsCountry() || country.Canonicalize().String() != key):
			s.fault(s.file, s.keys[key], fmt.Sprintf("%q is not a country", key), "write the two capital letters of ISO 3166-1, such as GB or DE, or "+brand.Elsewhere+" for all others")
		case text == "" || utf8.RuneCountInString(text) > longestLegal:
			s.wrong(key, fmt.Sprintf("the legal footer has not from 1 to %d characters", longestLegal), "")
		default:
			legal[key] = text
		}
	}
	return legal
}
