// Package mjml compiles MJML, the markup of responsive e-mail, to HTML.
//
// The compiler is the original one, in JavaScript, which runs in WebAssembly. It is a
// program of its own, which is built and started for the first message that needs it: with
// it publish would take a tenth more to build, and .6 s to start. The messages of
// infra/shop do not need it: their HTML is in the folder compiled. A message that changed
// is compiled at each use, unless
//
//	go test ./infra/ops/publish/mjml -update
//
// writes its HTML there.
package mjml

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"

	"regulars/infra/ops/publish/goprogram"
	"regulars/shared/inputfault"
)

//go:embed compiled
var compiled embed.FS

// Compile returns the HTML of the MJML. It does not change Liquid in texts and
// attributes. The HTML loads no font: MJML would load those that it knows, such
// as Roboto, from fonts.googleapis.com. Unknown tags and attributes are errors: it returns them all as
// [inputfault.InFiles], with the line in the source and no file. Another failure of
// the compiler is a plain error.
func Compile(source string) (string, error) {
	if html, err := compiled.ReadFile(file(source)); err == nil {
		return string(html), nil
	}
	return fresh(source)
}

var compiler = goprogram.Program{Path: "regulars/infra/ops/publish/mjml/compiler", Name: "the compiler of MJML"}

// fresh returns the HTML of a source, or the faults, from the compiler.
func fresh(source string) (string, error) {
	var answer [2]string // HTML, text of the error
	if err := compiler.Ask(source, &answer); err != nil {
		return "", err
	}
	if answer[1] != "" {
		return "", faults(answer[1])
	}
	return answer[0], nil
}

// file returns the path of the HTML of a source, if it is there.
func file(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "compiled/" + hex.EncodeToString(sum[:8]) + ".html"
}

// faults returns the faults in the error of the compiler, or, if there are none, an error
// with its text.
func faults(text string) error {
	var all inputfault.InFiles
	for _, m := range faultLine.FindAllStringSubmatch(text, -1) {
		line, _ := strconv.Atoi(m[1]) // always digits
		all = append(all, inputfault.InFile{Line: line, Text: "<" + m[2] + ">: " + m[3]})
	}
	if len(all) == 0 {
		return errors.New("compile MJML: " + text)
	}
	return all
}

// faultLine matches one fault in the message of the compiler, which returns
// nothing else: "Line 3 of . (mj-text) — Attribute colour is illegal".
var faultLine = regexp.MustCompile(`Line (\d+) of \S* \(([^)]*)\) [—-] (.+)`)
