package mjml_test

import (
	"errors"
	"strings"
	"testing"

	"regulars/infra/ops/publish/mjml"
	"regulars/shared/inputfault"
)

func document(body string) string {
	return "<mjml>\n<mj-body><mj-section><mj-column>\n" + body + "\n</mj-column></mj-section></mj-body>\n</mjml>\n"
}

func TestCompileDoesNotChangeLiquid(t *testing.T) {
	for name, liquid := range map[string]string{
		"output":     `{{ 'people' | t: count: pick.reason.customers, title: "a & b" }}`,
		"a decision": `{% if a > 0 and b != "" %}x{% else %}y{% endif %}`,
		"a loop":     `{% for p in picks %}<b>{{ p.title }}</b>{% endfor %}`,
		"a link":     `<a href="{{ links.unsubscribe }}">x</a>`,
	} {
		t.Run(name, func(t *testing.T) {
			html, err := mjml.Compile(document("<mj-text>" + liquid + "</mj-text>"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(html, liquid) {
				t.Errorf("Compile lost %s", liquid)
			}
		})
	}
}

func TestCompileReportsEveryFaultWithItsLine(t *testing.T) {
	_, err := mjml.Compile(document("<mj-text colour=\"red\">x</mj-text>\n<mj-txt>x</mj-txt>"))
	var faults inputfault.InFiles
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Fatalf("Compile = %v, want two faults", err)
	}
	for i, want := range []struct {
		line int
		what string
	}{{3, "colour"}, {4, "mj-txt"}} {
		f := faults[i]
		if f.Line != want.line || !strings.Contains(f.Text, want.what) {
			t.Errorf("fault %d = %#v, want line %d and %q", i, f, want.line, want.what)
		}
	}
}

func TestCompileRefusesHTML(t *testing.T) {
	if html, err := mjml.Compile("<p>hello</p>"); err == nil {
		t.Errorf("Compile = %q, want an error", html)
	}
}

func BenchmarkCompile(b *testing.B) {
	source := document(strings.Repeat("<mj-text>{{ shop.name }}</mj-text>\n", 20))
	for b.Loop() {
		if _, err := mjml.Compile(source); err != nil {
			b.Fatal(err)
		}
	}
}
