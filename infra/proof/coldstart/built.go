package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"regulars/infra/local/template"
)

// parts are heavy parts, each with the name of a function that is in every program
// with the part, and the functions that have it. A test has those that must not even be
// imported.
var parts = []struct {
	name, symbol string
	in           []string
}{
	{"the template engine Liquid", "osteele/liquid/render.(*Config).Compile", []string{"recommend", "send"}},
	{"CEL", "cel-go/", nil},
	{"a parser by ANTLR", "antlr4-go/", nil},
	{"protobuf", "google.golang.org/protobuf/", nil},
	{"html/template", "text/template.(*Template).Execute", []string{"click", "preferences", "signup"}},
	{"the compiler of MJML", "mjml-go", nil},
	{"the compiler of Markdown", "yuin/goldmark", nil},
	{"all calls of DynamoDB", "service/dynamodb.(*Client).CreateTable", nil}, // see dynamo.Open
	{"the SDK's client of SES", "service/sesv2/schemas.init", nil},
	{"the reader of YAML", "goccy/go-yaml.(*Decoder).decodeValue", nil},
	{"the fits of a night (gonum)", "gonum/lapack/gonum.Implementation.Dpotrf", []string{"learn"}},
}

// templates are the functions that have templates, and with them all methods that
// templates could call.
var templates = []string{"click", "preferences", "recommend", "send", "signup"}

// The largest programs, in bytes: a third of that is their ZIP.
const (
	largest              = 13_000_000
	largestWithTemplates = 20_000_000
)

// checkBuilt reports the functions below the folder, as SAM builds them, that are too
// large, have a part that they should not have, or do without one that the list has.
func checkBuilt(folder string, functions []template.Function) error {
	var faults []error
	for _, f := range functions {
		name := path.Base(f.Code)
		program, err := os.ReadFile(filepath.Join(folder, f.ID, "bootstrap"))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		most := largest
		if slices.Contains(templates, name) {
			most = largestWithTemplates
		}
		for _, part := range parts {
			has, may := bytes.Contains(program, []byte(part.symbol)), slices.Contains(part.in, name)
			if may && !has {
				faults = append(faults, fmt.Errorf("%s does not have %s in it: take it out of the list, or correct the symbol %q if the library has renamed it", name, part.name, part.symbol))
			}
			if has && !may {
				faults = append(faults, fmt.Errorf("%s has %s in it: find out why with go list -deps, or with go build -ldflags=-dumpdep if a library now calls methods by their names", name, part.name))
			}
		}
		if len(program) > most {
			faults = append(faults, fmt.Errorf("%s has %d bytes, of at most %d", name, len(program), most))
		}
	}
	return errors.Join(faults...)
}
