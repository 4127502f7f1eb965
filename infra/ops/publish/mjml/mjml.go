// Package mjml compiles MJML, the markup of responsive e-mail, to HTML.
//
// It is the only package that imports the compiler, the original one in
// JavaScript, which runs in WebAssembly. The import adds 7 MB to a binary and
// 0.6 s to its start, even if it is not used (50 s under the race detector). So
// only publish and other tools import this package; the functions render the
// compiled HTML (see package message).
package mjml

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	boost "github.com/Boostport/mjml-go"

	"regulars/shared/inputfault"
)

// limit is the longest time for one message; a template of the shop takes 0.1
// s.
const limit = 30 * time.Second

// Compile returns the HTML of the MJML. It does not change Liquid in texts and
// attributes. The HTML loads no font: MJML would load those that it knows, such
// as Roboto, from fonts.googleapis.com. Unknown tags and attributes are errors: it returns them all as
// [inputfault.InFiles], with the line in the source and no file. Another failure of
// the compiler is a plain error.
func Compile(source string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	html, err := boost.ToHTML(ctx, source, boost.WithValidationLevel(boost.Strict), boost.WithKeepComments(false), boost.WithFonts(boost.Fonts{}))
	if err == nil {
		return html, nil
	}
	var faults inputfault.InFiles
	for _, m := range faultLine.FindAllStringSubmatch(err.Error(), -1) {
		line, _ := strconv.Atoi(m[1]) // always digits
		faults = append(faults, inputfault.InFile{Line: line, Text: fmt.Sprintf("<%s>: %s", m[2], m[3])})
	}
	if len(faults) == 0 {
		return "", fmt.Errorf("compile MJML: %w", err)
	}
	return "", faults
}

// faultLine matches one fault in the message of the compiler, which returns
// nothing else: "Line 3 of . (mj-text) — Attribute colour is illegal".
var faultLine = regexp.MustCompile(`Line (\d+) of \S* \(([^)]*)\) [—-] (.+)`)
