package celcheck

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed" // accepted.json
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"regulars"
	"regulars/shared/condition"
	"regulars/shared/shop"
)

//go:embed accepted.json
var stored []byte

// acceptances are the conditions that were accepted, and the rules by which they were.
type acceptances struct {
	Rules    string     `json:"rules"`
	Accepted []accepted `json:"accepted"`
}

// accepted is a condition that was accepted. The check depends on nothing else, besides
// the rules.
type accepted struct {
	Currency shop.Currency `json:"currency"`
	Written  string        `json:"written"`
	Segments []segment     `json:"segments,omitempty"` // that it names, in its order
	Text     string        `json:"text,omitempty"`     // with the conditions of its segments, if it has any
}

type segment struct {
	Name string `json:"name"`
	Text string `json:"text"` // of its condition
}

var kept = sync.OnceValue(func() acceptances { return keptBy(stored, rules()) })

// keptBy returns the acceptances of a file, or none if they were made by other rules.
func keptBy(file []byte, rules string) acceptances {
	var all acceptances
	if err := json.Unmarshal(file, &all); err != nil || all.Rules != rules {
		return acceptances{}
	}
	return all
}

// find returns a condition that was accepted, and whether there is one: with this text and
// currency, and whose segments have the conditions of then.
func (all acceptances) find(currency shop.Currency, written string, segments condition.Segments) (condition.Condition, bool) {
	at := slices.IndexFunc(all.Accepted, func(a accepted) bool { return a.Currency == currency && a.Written == written })
	if at < 0 {
		return condition.Condition{}, false
	}
	a, used := all.Accepted[at], []string{}
	for _, s := range a.Segments {
		when, fault, _ := segments(s.Name)
		if fault != "" || when.Text() != s.Text {
			return condition.Condition{}, false
		}
		used = append(append(used, s.Name), when.Segments()...)
	}
	text := written
	if len(a.Segments) > 0 {
		text = a.Text
	}
	c, err := read(currency, written, text, once(used))
	return c, err == nil
}

// once returns the words without repetitions, in their order.
func once(words []string) (all []string) {
	for _, word := range words {
		if !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// modules are those that the check links: CEL and what it needs, by the beginnings of
// their paths.
var modules = []string{"cel.dev/", "github.com/antlr4-go/", "google.golang.org/", "golang.org/x/exp", "golang.org/x/text", "go.yaml.in/yaml/"}

// rules returns a hash of the code that accepts conditions, and of the versions of the
// modules that it links.
func rules() string {
	sum := sha256.New()
	err := fs.WalkDir(regulars.Rules, ".", func(path string, of fs.DirEntry, err error) error {
		if err != nil || of.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(regulars.Rules, path)
		if path == "go.mod" {
			text = versions(text)
		}
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		panic(err) // the files are in the program
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// versions returns the lines of a go.mod that name one of the modules: what is required,
// replaced or excluded.
func versions(gomod []byte) (lines []byte) {
	for all := bufio.NewScanner(bytes.NewReader(gomod)); all.Scan(); {
		if slices.ContainsFunc(modules, func(m string) bool { return strings.Contains(all.Text(), m) }) {
			lines = fmt.Appendln(lines, strings.TrimSpace(all.Text()))
		}
	}
	return lines
}
