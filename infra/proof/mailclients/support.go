// Package mailclients compares the HTML of a mail with what Outlook, Gmail and
// Apple Mail support, by the tables of caniemail.com (the npm package
// caniemail, pinned in package.json; see docs/decisions/0047).
//
// [Features] lists what a mail uses: elements, attributes, CSS properties,
// values, units, selectors and at-rules. [Support.Lacks] lists what some
// program does not support, or supports in part. exceptions.yaml has the known
// cases, each with what the reader sees instead; its test fails for a case
// that is not in the file, and for one that does not occur any more.
package mailclients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// File has the tables, relative to the root of the project.
const File = "node_modules/caniemail/dist/data/caniemail.json"

// Programs are the mail programs that are judged, by their names in the tables:
// Outlook for Windows (the classic one, which draws with Word), Outlook on the
// web and the new Outlook for Windows (outlook-com), and so on.
var Programs = []string{
	"outlook.windows", "outlook.outlook-com", "outlook.macos", "outlook.ios", "outlook.android",
	"gmail.desktop-webmail", "gmail.mobile-webmail", "gmail.ios", "gmail.android",
	"apple-mail.macos", "apple-mail.ios",
}

// Support is which mail program supports which feature: "y", "a" (in part), "n"
// or "u" (not known), by the feature's name, such as css-border-radius, and the
// program.
type Support map[string]map[string]string

// ReadSupport reads the tables of caniemail.com from a file. Of each program it
// keeps the newest version that was tested, which the file names last.
func ReadSupport(file string) (Support, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the tables of caniemail.com: %w; npm ci installs them", err)
	}
	var tables struct {
		Data []struct {
			Slug  string
			Stats map[string]map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &tables); err != nil {
		return nil, fmt.Errorf("read the tables of caniemail.com in %s: %w", file, err)
	}
	s := Support{}
	for _, feature := range tables.Data {
		s[feature.Slug] = map[string]string{}
		for _, program := range Programs {
			family, platform, _ := strings.Cut(program, ".")
			if newest := last(feature.Stats[family][platform]); newest != "" {
				s[feature.Slug][program] = newest[:1] // "a #1" has a note
			}
		}
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("%s has no features: is it the file caniemail.json?", file)
	}
	return s, nil
}

// last returns the last value of a JSON object of strings, or "".
func last(object json.RawMessage) string {
	value, tokens := "", json.NewDecoder(bytes.NewReader(object))
	for {
		token, err := tokens.Token()
		if err != nil {
			return value
		}
		if text, ok := token.(string); ok {
			value = text
		}
	}
}

// Lack is one feature that some programs do not support, or support in part.
type Lack struct {
	Feature  string
	Programs []string // in the order of [Programs]
	Use      string   // one place in the mail that uses it
}

// Lacks returns what of the features is not supported by some program, sorted by
// the feature.
func (s Support) Lacks(used map[string]string) []Lack {
	var lacks []Lack
	for feature, use := range used {
		l := Lack{Feature: feature, Use: use}
		for _, program := range Programs {
			if s[feature][program] == "n" || s[feature][program] == "a" {
				l.Programs = append(l.Programs, program)
			}
		}
		if len(l.Programs) > 0 {
			lacks = append(lacks, l)
		}
	}
	slices.SortFunc(lacks, func(a, b Lack) int { return strings.Compare(a.Feature, b.Feature) })
	return lacks
}
