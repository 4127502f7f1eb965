package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shoppolicy"
)

var measured = flag.Int("contacts", 0, "measure an import of this number of contacts, with four orders for each, 200,000 at most; 0: skip")

// TestMeasure imports generated files into the local engine, twice, and prints
// the figures of docs/import.md:
//
//	go test ./infra/ops/importer -run Measure -v -contacts 10000
func TestMeasure(t *testing.T) {
	if *measured == 0 {
		t.Skip("measures only with -contacts")
	}
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	packed, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", URL: "https://shop.example.com"}})
	must(t, err)
	must(t, store.SavePolicy(t.Context(), "v1", packed))
	folder := t.TempDir()
	must(t, generate(folder, *measured, min(*measured*4, 200_000)))
	t.Chdir(folder)
	var args []string
	for _, kind := range kinds {
		args = append(args, "-"+string(kind), filepath.Join(folder, string(kind)+".csv"))
	}
	for range 2 {
		var out strings.Builder
		o, err := parse(append(args, "-apply"), &out)
		must(t, err)
		must(t, command{out: &out, progress: os.Stderr, now: time.Now}.into(t.Context(), o, store, key))
		t.Log(out.String())
	}
}
