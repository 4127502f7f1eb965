package celcheck

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"regulars"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/condition"
	"regulars/shared/conditioncheck"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
)

var update = flag.Bool("update", false, "write the conditions of infra/shop to accepted.json")

// CEL accepts each condition that is kept, today. A condition of infra/shop that is not
// kept is checked when it is used, and one that is kept and not there is not read, so
// neither is a fault: who edits the shop's files need not write this file.
func TestKeptConditionsAreAcceptedByCEL(t *testing.T) {
	if *update {
		write(t)
		return
	}
	all := kept()
	if all.Rules == "" {
		t.Fatal("accepted.json is of other code or another version of CEL: go test ./infra/ops/publish/celcheck -update")
	}
	for _, a := range all.Accepted {
		c, err := conditioncheck.Compile(a.Currency, a.Written, func(name string) (when condition.Condition, what, hint string) {
			at := slices.IndexFunc(a.Segments, func(s segment) bool { return s.Name == name })
			if at < 0 {
				return when, "it is not kept which condition it has", ""
			}
			_ = when.UnmarshalText([]byte(a.Segments[at].Text)) // never fails
			return when, "", ""
		})
		if text := cmp.Or(a.Text, a.Written); err != nil || c.Text() != text {
			t.Errorf("%q is kept as %q, and CEL reads %q, %v: go test ./infra/ops/publish/celcheck -update", a.Written, text, c.Text(), err)
		}
	}
}

// write writes the conditions of infra/shop that CEL accepts.
func write(t *testing.T) {
	t.Helper()
	all := acceptances{Rules: rules()}
	check := func(currency shop.Currency, text string, segments condition.Segments) (condition.Condition, error) {
		a := accepted{Currency: currency, Written: text}
		c, err := conditioncheck.Compile(currency, text, func(name string) (condition.Condition, string, string) {
			when, what, hint := segments(name)
			if one := (segment{name, when.Text()}); !slices.Contains(a.Segments, one) {
				a.Segments = append(a.Segments, one)
			}
			return when, what, hint
		})
		if len(a.Segments) > 0 {
			a.Text = c.Text()
		}
		same := func(b accepted) bool { return a.Currency == b.Currency && a.Written == b.Written }
		if text != "" && err == nil && !slices.ContainsFunc(all.Accepted, same) {
			all.Accepted = append(all.Accepted, a)
		}
		return c, err
	}
	if _, err := policyfiles.Load(os.DirFS("../../../shop"), check, mjml.Compile, markdown.Parse); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all.Accepted, func(a, b accepted) int { return strings.Compare(a.Written, b.Written) })
	var text bytes.Buffer
	plain := json.NewEncoder(&text)
	plain.SetEscapeHTML(false)
	plain.SetIndent("", "\t")
	if err := plain.Encode(all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("accepted.json", text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// With other code, or another version of CEL, nothing is kept.
func TestNothingIsKeptByOtherRules(t *testing.T) {
	file := []byte(`{"rules": "yesterday's", "accepted": [{"currency": "GBP", "written": "order.first"}]}`)
	if _, is := keptBy(file, "yesterday's").find("GBP", "order.first", nil); !is {
		t.Error("a condition is not found by its own rules")
	}
	for _, file := range [][]byte{file, file[:20], nil} {
		if _, is := keptBy(file, "today's").find("GBP", "order.first", nil); is {
			t.Errorf("a condition of %s is found by other rules", file)
		}
	}
	before := string(versions([]byte("require (\n\tcel.dev/cel-go v0.33.2\n\tgithub.com/miekg/dns v1.1.73\n)\n")))
	if want := "cel.dev/cel-go v0.33.2\n"; before != want {
		t.Errorf("the versions are %q, want %q", before, want)
	}
}

// The rules have the code of each package that the check links. Of inputfault and shop it
// uses types alone, which its own code names.
func TestRulesHaveAllThatTheCheckLinks(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}} {{.ImportPath}}", "regulars/shared/conditioncheck").Output()
	if err != nil {
		t.Fatal(err)
	}
	types := []string{"shared/inputfault", "shared/shop"}
	found := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		module, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case module == "" || path == "": // the standard library
		case module == "regulars":
			path = strings.TrimPrefix(path, "regulars/")
			if code, err := fs.Glob(regulars.Rules, path+"/*.go"); (err != nil || len(code) == 0) && !slices.Contains(types, path) {
				t.Errorf("the check links %s, whose code is not in the rules: see rules.go", path)
			}
		default:
			at := slices.IndexFunc(modules, func(m string) bool { return strings.HasPrefix(module, m) })
			if at < 0 {
				t.Errorf("the check links %s, whose version is not in the rules: see modules", module)
				continue
			}
			found[modules[at]] = true
		}
	}
	for _, one := range modules {
		if !found[one] {
			t.Errorf("the check does not link %s: take it out", one)
		}
	}
}
