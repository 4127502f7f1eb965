// Package events describes every event that comes in: one JSON Schema (draft
// 2020-12) for each detail-type, and samples of it.
//
//	envelope.json                  EventBridge's envelope, and shared parts
//	schema/<detail-type>.json      the schema of the whole envelope
//	samples/<detail-type>/*.json   whole envelopes, each named for its special feature
//
// A partner of EventBridge with many detail-types of its own, such as
// commercetools, has one schema and one folder, under its name.
//
// A back end that emits events reads the schema, copies the sample, and sends
// it to the bus:
//
//	aws events put-events --entries '[{"Source":"shop","DetailType":"order.placed","Detail":"{…}"}]'
//
// The schemas are the contract for producers. Package intake reads the events.
// It also checks what a schema cannot express (an amount finer than its
// currency, two currencies in one order, a time in the future). Its tests check
// that the schemas accept every event that intake accepts.
//
// The products, prices and returns of the samples are those of the Online
// Retail data set (CC BY 4.0, see infra/demo/data/ATTRIBUTION.md); the people are made up.
// The fields of Shopify's webhooks are those of its reference
// (https://shopify.dev/docs/api/webhooks, API version 2026-07), in the forms that
// its own sample payloads have; no real shop's data are in them. SOURCES.md names
// the sources of the other platforms' samples.
package events

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed envelope.json schema samples
var files embed.FS

// DetailTypes returns every detail-type and partner that has a schema, sorted.
func DetailTypes() []string {
	var names []string
	for _, file := range list("schema") {
		names = append(names, strings.TrimSuffix(path.Base(file), ".json"))
	}
	return names
}

// Sample is one envelope as EventBridge delivers it.
type Sample struct {
	DetailType string // or the partner
	Name       string // its special feature, such as "guest"
	Envelope   []byte
}

// Samples returns the samples of every detail-type, sorted by type and name.
func Samples() []Sample {
	var samples []Sample
	for _, folder := range list("samples") {
		for _, file := range list(folder) {
			samples = append(samples, Sample{
				DetailType: path.Base(folder),
				Name:       strings.TrimSuffix(path.Base(file), ".json"),
				Envelope:   read(file),
			})
		}
	}
	return samples
}

// Schema returns the compiled schema of a detail-type. It validates the value
// that [jsonschema.UnmarshalJSON] returns for a whole envelope, including formats
// such as date-time. It fails if the detail-type has no schema.
func Schema(detailType string) (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range append(list("schema"), "envelope.json") {
		content, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(file)))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if err := compiler.AddResource(base+file, content); err != nil {
			return nil, fmt.Errorf("add %s: %w", file, err)
		}
	}
	schema, err := compiler.Compile(base + "schema/" + detailType + ".json")
	if err != nil {
		return nil, fmt.Errorf("compile the schema of %s: %w", detailType, err)
	}
	return schema, nil
}

const base = "https://regulars.example/events/" // only names the schemas; nothing is fetched from it

// list returns the sorted paths in an embedded folder. The folders are part of
// the program, so it panics if one cannot be read.
func list(folder string) []string {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		panic(err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = path.Join(folder, entry.Name())
	}
	return names
}

// read returns the content of an embedded file and panics if it is missing.
func read(file string) []byte {
	content, err := files.ReadFile(file)
	if err != nil {
		panic(err)
	}
	return content
}
