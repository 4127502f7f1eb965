package shoppagetest

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const sound = `<!doctype html><html lang="en" dir="ltr"><head><title>T</title></head><body><main><h1>T</h1><h2>A</h2>
<form method="post"><fieldset><legend>L</legend><input id="a" name="a"><label for="a">A</label></fieldset><button>Go</button></form></main></body></html>`

// Each fault that a person would make is found.
func TestFaultsAreFound(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing is wrong":         {"", "", ""},
		"an ID twice":              {`<h2>`, `<h2 id="a">`, "the ID a comes twice"},
		"no label":                 {`<label for="a">A</label>`, "", "<input name=a> has no label"},
		"a label for nothing":      {`for="a"`, `for="b"`, `a label is for the ID "b"`},
		"no legend":                {`<legend>L</legend>`, "", "does not begin with its <legend>"},
		"a heading is skipped":     {`<h2>A</h2>`, `<h3>A</h3>`, "a <h3> follows a heading of level 1"},
		"two titles":               {`<h2>A</h2>`, `<h1>A</h1>`, "it has 2 <h1>"},
		"no language":              {` lang="en"`, "", "<html> lacks lang or dir"},
		"a script":                 {`<h2>`, `<script></script><h2>`, "it has a <script>"},
		"a handler":                {`<button>`, `<button onclick="x()">`, "has the attribute onclick"},
		"a button without words":   {`<button>Go`, `<button> `, "a button has no words"},
		"a description of nothing": {`<button>`, `<button aria-describedby="x">`, "aria-describedby names the ID x"},
		"a form with GET":          {` method="post"`, "", "a form is sent with GET"},
	} {
		root, err := html.Parse(strings.NewReader(strings.Replace(sound, c.from, c.to, 1)))
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Join(faults(root), "; ")
		if !strings.Contains(found, c.want) || c.want == "" && found != "" {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}
