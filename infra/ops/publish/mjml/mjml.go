// Package mjml compiles MJML, the markup of responsive e-mail, to HTML.
//
// It is the only package that imports the compiler, which is the original one
// in JavaScript, run in WebAssembly: it adds 7 MB to a binary and 0.6 s to its
// start, whether or not it is used (50 s under the race detector). So it belongs
// to publishing; functions render the HTML that it left (see package message)
// and never link it.
package mjml

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	boost "github.com/Boostport/mjml-go"
)

// limit is how long one message may take; a template of ours takes 0.1 s.
const limit = 30 * time.Second

// Fault is one thing that is wrong with the MJML.
type Fault struct {
	Line int // of the source, from 1
	Tag  string
	What string
}

func (f Fault) Error() string { return fmt.Sprintf("<%s>: %s", f.Tag, f.What) }

// LineNumber returns the line of the source, for whoever tells it.
func (f Fault) LineNumber() int { return f.Line }

// Compile returns the HTML of the MJML. Liquid in texts and attributes is left
// as it is. Unknown tags and attributes are errors: it returns every [Fault],
// joined.
func Compile(source string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	html, err := boost.ToHTML(ctx, source, boost.WithValidationLevel(boost.Strict), boost.WithKeepComments(false))
	if err == nil {
		return html, nil
	}
	var all []error
	for _, m := range told.FindAllStringSubmatch(err.Error(), -1) {
		line, _ := strconv.Atoi(m[1]) // digits
		all = append(all, Fault{Line: line, Tag: m[2], What: m[3]})
	}
	if len(all) == 0 {
		all = append(all, fmt.Errorf("compile MJML: %w", err))
	}
	return "", errors.Join(all...)
}

// told finds the faults in the compiler's message, which is all that it gives:
// "Line 3 of . (mj-text) — Attribute colour is illegal".
var told = regexp.MustCompile(`Line (\d+) of \S* \(([^)]*)\) [—-] (.+)`)
