package rerank

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
)

//go:embed weights.json
var weights []byte

// File is the file of the shipped weights, which make train writes.
type File struct {
	Data      Data                                 `json:"data"` // what they were trained on
	Rerankers map[recommend.Mode]*recommend.Linear `json:"rerankers"`

	// HeldOut compares the re-rankers with the blend on the same data: each
	// customer by weights that were trained without them.
	HeldOut map[recommend.Mode]judge.Verdict `json:"held_out"`
}

// Data is a file of orders.
type Data struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of the file, in hex
	Cut    string `json:"cut"`    // learned from the orders before it, RFC 3339
}

// Shipped returns the shipped weights. It fails if the file is invalid or does
// not fit the engine; a test checks that it is not.
var Shipped = sync.OnceValues(func() (File, error) { return Parse(weights) })

// Parse returns the weights of a file. It fails if the file is not JSON of this
// form, has an unknown field or mode, or weights that the engine must not use
// (see [recommend.Linear.Check]).
func Parse(file []byte) (f File, err error) {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return File{}, fmt.Errorf("read the re-ranker's weights: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return File{}, fmt.Errorf("read the re-ranker's weights: there is more text after them")
	}
	for mode, l := range f.Rerankers {
		if recommend.Question(mode) != mode {
			return File{}, fmt.Errorf("the file has a re-ranker for the mode %q; there are %s and %s", mode, recommend.ModeNext, recommend.ModeGoesWith)
		}
		if l == nil {
			return File{}, fmt.Errorf("the re-ranker for %s is null", mode)
		}
		if err := l.Check(); err != nil {
			return File{}, fmt.Errorf("the re-ranker for %s: %w; train it again (make train)", mode, err)
		}
	}
	return f, nil
}
