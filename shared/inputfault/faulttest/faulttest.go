// Package faulttest puts values that look like personal data into each field of
// an input, so that a test can check that no fault, error or log line repeats
// one.
package faulttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// markers are the values that are put into fields, as JSON. Each contains a text
// of [marks]. Some look like a code or a number, which a careless fault would
// repeat.
var markers = []string{
	`"Zebedee Marker"`, `"zebedee"`, `"+447700900123"`, `"447700900123"`, `447700900123`, `-447700900123`, `447700900123.5`,
	`"zebedee@example.com"`, `"mailbox:zebedee"`, `" zebedee "`, `["zebedee"]`, `{"Zebedee Marker":"zebedee"}`,
	`"zebedee` + strings.Repeat("x", 200) + `"`, `"` + strings.Repeat("zebedee ", 100) + `"`,
}

var marks = []string{"ebedee", "4770090012"}

// Input is an input with one marked field.
type Input struct {
	Field string // the path of the field
	Body  string
}

// large is the size in bytes from which a document has two markers in each of
// its many values, in turn, and not all of them.
const large = 3000

// Marked returns copies of a JSON document, each with a marker in place of one
// of its values: each value with each marker, or with two of them if the
// document is large.
func Marked(t testing.TB, document []byte) (all []Input) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var root any
	if err := decoder.Decode(&root); err != nil {
		t.Fatal(err)
	}
	values := 0
	var walk func(path string, v any, put func(any))
	walk = func(path string, v any, put func(any)) {
		values++
		for i, marker := range markers {
			if len(document) > large && (values+i)%(len(markers)/2) != 0 {
				continue
			}
			put(json.RawMessage(marker))
			body, err := json.Marshal(root)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Input{path, string(body)})
		}
		put(v)
		switch x := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(x)) {
				walk(path+"/"+key, x[key], func(v any) { x[key] = v })
			}
		case []any:
			for i := range x {
				walk(fmt.Sprint(path, "/", i), x[i], func(v any) { x[i] = v })
			}
		}
	}
	walk("", root, func(v any) { root = v })
	return all
}

// Found returns the first marker that the text repeats, or "".
func Found(text string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark) {
			return mark
		}
	}
	return ""
}

// Log is what the test has logged since it was made or read.
type Log struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Captured returns the log of the test, in place of the standard one until the
// test ends.
func Captured(t testing.TB) *Log {
	l := &Log{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(l, nil)))
	t.Cleanup(func() { slog.SetDefault(old) })
	return l
}

func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(line)
}

// Read returns the lines since the last Read.
func (l *Log) Read() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.out.Reset()
	return l.out.String()
}
