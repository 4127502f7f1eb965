package message

import "testing"

func TestMirrorChangesSidesInStylesOnly(t *testing.T) {
	for before, want := range map[string]string{
		`<td style="padding:1px 2px 3px 4px;text-align:left">`:                 `<td style="padding:1px 4px 3px 2px;text-align:right">`,
		`<td style="padding: 1px 2px 3px 4px">`:                                `<td style="padding: 1px 4px 3px 2px">`,
		`<td style="padding:1px 2px 3px">`:                                     `<td style="padding:1px 2px 3px">`,
		`<td align="left" style="direction:ltr;">`:                             `<td align="right" style="direction:rtl;">`,
		`<td align="right">`:                                                   `<td align="left">`,
		`<div dir="ltr" class="code">`:                                         `<div dir="ltr" class="code">`,
		`<style>a { padding-left: 0 !important; }</style>`:                     `<style>a { padding-right: 0 !important; }</style>`,
		`<style>@media x { a { margin:1px 2px 3px 4px !important; } }</style>`: `<style>@media x { a { margin:1px 4px 3px 2px !important; } }</style>`,
		`<p>text-align:left align=&#34;left&#34;</p>`:                          `<p>text-align:left align=&#34;left&#34;</p>`,
		`<!--[if mso]><td align="left" style="float:left"><![endif]-->`:        `<!--[if mso]><td align="right" style="float:right"><![endif]-->`,
	} {
		if got := mirror(before); got != want {
			t.Errorf("mirror(%s) = %s, want %s", before, got, want)
		}
	}
}

// A title in another script must not reorder the words around it.
func TestTextsOfOtherDirectionsAreIsolated(t *testing.T) {
	for language, want := range map[string]string{"he": "קנית \u2068Tea (2)\u2069, 3", "en": "קנית Tea (2), 3"} {
		l, err := newLocalizer(language, map[string]Phrase{"k": {"other": "קנית {title}, {n}"}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.say("k", "title", "Tea (2)", "n", 3); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", language, got, err, want)
		}
	}
}
