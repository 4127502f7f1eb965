package message_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/recommend"
)

// loadReasons loads note with a partial for reasons, in which "old→new" was
// changed.
func loadReasons(t *testing.T, changes map[string]string) (content.Set, inputfault.InFiles) {
	t.Helper()
	partial := "{% case pick.reason.kind %}\n{% when \"together\" %}{{ 'why' | t: count: pick.reason.customers, title: pick.reason.title }}\n"
	for _, kind := range recommend.ReasonKinds {
		if kind != recommend.ReasonTogether {
			partial += "{% when \"" + string(kind) + "\" %}{{ 'leave' | t }}\n"
		}
	}
	files := map[string]string{
		"_layout/reason.liquid": partial + "{% endcase %}\n",
		"_layout/en.yaml":       note["_layout/en.yaml"] + "why:\n  one: \"{count} took {title}\"\n  other: \"{count} of them took {title}\"\n",
		"_layout/ru.yaml":       note["_layout/ru.yaml"] + "why:\n  one: \"{title}: {count} раз\"\n  few: \"{title}: {count} раза\"\n  many: \"{title}: {count} раз\"\n  other: \"{title}: {count} раза\"\n",
	}
	for file, change := range changes {
		old, replacement, _ := strings.Cut(change, "→")
		if !strings.Contains(files[file], old) {
			t.Fatalf("%s does not contain %q", file, old)
		}
		files[file] = strings.Replace(files[file], old, replacement, 1)
	}
	return message.Load(with(files), asIs, markdown.Parse)
}

func TestReasonRendersThePartialOfMessages(t *testing.T) {
	loaded, faults := loadReasons(t, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	stored, err := json.Marshal(loaded)
	if err != nil {
		t.Fatal(err)
	}
	set, err := message.Decode(stored) // as the functions load it
	if err != nil {
		t.Fatal(err)
	}
	for phrase, c := range map[string]struct {
		locale string
		reason recommend.Reason
		want   string
	}{
		"many":                            {"en", recommend.Reason{Kind: "together", Title: "Tea pot", Customers: 1234}, "1,234 of them took Tea pot"},
		"one":                             {"en-AU", recommend.Reason{Kind: "together", Title: "Tea pot", Customers: 1}, "1 took Tea pot"},
		"few, in Russian":                 {"ru", recommend.Reason{Kind: "together", Title: "Чайник", Customers: 22}, "Чайник: 22 раза"},
		"many, in Russian":                {"ru", recommend.Reason{Kind: "together", Title: "Чайник", Customers: 25}, "Чайник: 25 раз"},
		"a language that no message has":  {"tlh", recommend.Reason{Kind: "again"}, "Leave"},
		"an unknown kind":                 {"en", recommend.Reason{Kind: "stars"}, ""},
		"a title of two lines, and marks": {"en", recommend.Reason{Kind: "together", Title: "Tea\n{{ pot }}\u202e", Customers: 3}, "3 of them took Tea { pot }"},
	} {
		t.Run(phrase, func(t *testing.T) {
			if got, err := set.Reason(set.ReasonLanguage(c.locale), time.Time{}, time.UTC, c.reason); got != c.want || err != nil {
				t.Errorf("Reason(%s, %+v) = %q, %v, want %q", c.locale, c.reason, got, err, c.want)
			}
		})
	}
	if _, err := set.Reason("pl", time.Time{}, nil, recommend.Reason{Kind: "again"}); err == nil {
		t.Error("Reason in a language that the set does not have = nil, want an error")
	}
}

func TestReasonIsEmptyWithoutThePartial(t *testing.T) {
	set, faults := message.Load(with(nil), asIs, markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got, err := set.Reason(set.ReasonLanguage("en"), time.Time{}, nil, recommend.Reason{Kind: "again"}); got != "" || err != nil {
		t.Errorf("Reason = %q, %v, want nothing", got, err)
	}
}

func TestLoadReportsFaultsOfReasons(t *testing.T) {
	for phrase, c := range map[string]struct{ file, change, want string }{
		"a kind without words":        {"_layout/reason.liquid", `"consumable_this"→"consumabl"`, `the reason "consumable_this" has no text`},
		"a string without a language": {"_layout/ru.yaml", "why:→because:", `the string "why" is missing`},
		"a missing plural form":       {"_layout/ru.yaml", "  few: \"{title}: {count} раза\"\n→", `the string "why" has no plural form "few"`},
		"an unknown variable":         {"_layout/reason.liquid", "pick.reason.customers→pick.reason.custmers", `there is no variable "pick.reason.custmers"`},
		"a value that is not given":   {"_layout/en.yaml", "{count} of them took {title}→{count} of {all} took {title}", `prints {all}`},
		"a tag that is never closed":  {"_layout/reason.liquid", "{% endcase %}→", `parse the text part`},
	} {
		t.Run(phrase, func(t *testing.T) {
			set, faults := loadReasons(t, map[string]string{c.file: c.change})
			named := slices.ContainsFunc(faults, func(f inputfault.InFile) bool {
				return strings.Contains(f.Text, c.want) && strings.HasPrefix(f.File, "_layout/")
			})
			if !named || len(set.Messages) > 0 {
				t.Errorf("the faults are %v, want one about %s", faults, c.want)
			}
		})
	}
}

// Load proves only the kinds of reason in recommend.ReasonKinds, so every
// constant must be in that list.
func TestEveryKindOfReasonIsListed(t *testing.T) {
	files, err := filepath.Glob("../recommend/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of package recommend: %v", err)
	}
	var declared []recommend.ReasonKind
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "ReasonKind" {
				return true
			}
			for _, v := range spec.Values {
				declared = append(declared, recommend.ReasonKind(strings.Trim(v.(*ast.BasicLit).Value, `"`)))
			}
			return true
		})
	}
	listed := slices.Clone(recommend.ReasonKinds)
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("package recommend declares %v, and lists %v", declared, listed)
	}
}
