package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// heavy are packages that cost each function that imports them a part of its start, even
// if it never calls them, and the functions that need them.
var heavy = map[string][]string{
	"regulars/shared/message":                    {"preferences", "recommend", "send"}, // with Liquid and the languages
	"github.com/osteele/liquid/render":           {"preferences", "recommend", "send"},
	"github.com/go-playground/locales":           {"preferences", "recommend", "send"},
	"github.com/goccy/go-yaml":                   {"preferences", "recommend", "send"}, // of message, which loads messages too
	"github.com/bojanz/currency":                 nil,                                  // with apd: a millisecond of tables. See cldrmoney
	"github.com/cockroachdb/apd/v3":              nil,
	"gonum.org/v1/gonum/mat":                     {"learn"}, // the night's fits
	"gonum.org/v1/gonum/lapack/gonum":            {"learn"},
	"regulars/shared/policyfiles":                nil, // a shop's files are read when they are published
	"github.com/Boostport/mjml-go":               nil,
	"github.com/yuin/goldmark":                   nil,
	"github.com/aws/aws-sdk-go-v2/config":        nil, // see startup
	"github.com/aws/aws-sdk-go-v2/service/sesv2": nil, // with descriptions of a hundred calls. See ses
	"regulars/shared/conditioncheck":             nil, // conditions are checked when they are published
	"cel.dev/cel-go/cel":                         nil,
	"github.com/antlr4-go/antlr/v4":              nil,
	"google.golang.org/protobuf/proto":           nil,
}

// The rule holds for what a function imports, directly or not: Go initialises all of it
// before the first line of main.
func TestFunctionsImportOnlyTheHeavyPackagesThatTheyNeed(t *testing.T) {
	imports := importsOf(t, "./functions/...")
	for function := range imports {
		name, is := strings.CutPrefix(function, "regulars/functions/")
		if !is {
			continue
		}
		for pkg, in := range heavy {
			if chain := chainTo(imports, function, pkg); chain != nil && !slices.Contains(in, name) {
				t.Errorf("%s must not import %s: %s", name, pkg, strings.Join(chain, " → "))
			}
		}
	}
	for pkg, in := range heavy {
		for _, name := range in {
			if chainTo(imports, "regulars/functions/"+name, pkg) == nil {
				t.Errorf("%s does not import %s: take it out of the list", name, pkg)
			}
		}
	}
}

// The compilers take seconds for each of these packages, and the first message of make run
// would wait for them (docs/decisions/0111, 0113, 0114).
func TestFirstMessageWaitsForNoSlowPackage(t *testing.T) {
	for _, program := range []string{"regulars/infra/local", "regulars/infra/ops/publish"} {
		imports := importsOf(t, program)
		for _, pkg := range []string{"gonum.org/v1/gonum/mat", "github.com/Boostport/mjml-go", "cel.dev/cel-go/cel", "github.com/antlr4-go/antlr/v4", "google.golang.org/protobuf/proto"} {
			if chain := chainTo(imports, program, pkg); chain != nil {
				t.Errorf("%s must not import %s: %s", program, pkg, strings.Join(chain, " → "))
			}
		}
	}
}

// importsOf returns the imports of each package that matches the pattern, and of each
// package that it depends on.
func importsOf(t *testing.T, pattern string) map[string][]string {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, pattern)
	cmd.Dir = filepath.Join("..", "..", "..")
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		imports[words[0]] = words[1:]
	}
	return imports
}

// chainTo returns a shortest chain of imports from one package to another; nil if there
// is none.
func chainTo(imports map[string][]string, from, to string) []string {
	by, queue := map[string]string{from: ""}, []string{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at == to {
			var chain []string
			for ; at != ""; at = by[at] {
				chain = append(chain, at)
			}
			slices.Reverse(chain)
			return chain
		}
		for _, next := range imports[at] {
			if _, seen := by[next]; !seen {
				by[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}
