package message_test

import (
	"strings"
	"testing"

	"regulars/shared/message"
)

func TestFlawsNamesEachThingThatIsMissing(t *testing.T) {
	const mail = `<html lang="en" dir="ltr"><body><h1>Hello</h1><table role="presentation"><tr><td>` +
		`<img src="https://shop.example.com/a.png" alt="" width="10" height="10"><a class="big button" href="https://shop.example.com/">Go</a></td></tr></table></body></html>`
	for what, test := range map[string]struct{ old, now, want string }{
		"nothing":                       {"", "", ""},
		"no language":                   {` lang="en"`, "", "the mail does not say its language"},
		"no direction":                  {` dir="ltr"`, "", "left to right"},
		"a direction to be guessed":     {`dir="ltr"`, `dir="auto"`, "left to right"},
		"from right to left":            {`dir="ltr"`, `dir="rtl"`, ""},
		"no root":                       {`<html lang="en" dir="ltr">`, "", "no <html> element"},
		"no title":                      {"h1", "h2", "the mail has 0 titles"},
		"two titles":                    {"<h1>", "<h1>x</h1><h1>", "the mail has 2 titles"},
		"a table that is read out":      {` role="presentation"`, "", "a table of the layout"},
		"no text for a picture":         {` alt=""`, "", "a picture has no alt"},
		"no width":                      {` width="10"`, "", "a picture has no width"},
		"no height":                     {` height="10"`, "", "a picture has no height"},
		"no main button":                {"big button", "big", "the mail has 0 main buttons"},
		"two main buttons":              {"</td>", `<a class="button">No, go here</a></td>`, "the mail has 2 main buttons"},
		"a second button in a comment":  {"</td>", `<!--[if mso]><a class="button"></a><![endif]--></td>`, ""},
		"a button of another class":     {"</td>", `<a class="button-product">No, go here</a></td>`, ""},
		"a table in Outlook's comments": {"</td>", `<!--[if mso]><table><tr><td></td></tr></table><![endif]--></td>`, ""},
	} {
		got := message.Flaws(strings.Replace(mail, test.old, test.now, 1))
		if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
			t.Errorf("%s: Flaws = %q, want %q", what, got, test.want)
		}
	}
}
