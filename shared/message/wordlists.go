package message

import (
	"sync"

	"github.com/goccy/go-yaml"
)

// wordLists is what an embedded file says of each language, read when it is first needed. It
// is read in a method and not by a function in a variable, which would be linked, with
// the reader of YAML, into programs that never call it.
type wordLists[T any] struct {
	once sync.Once
	by   map[string]T
}

func (w *wordLists[T]) of(file []byte, name string) map[string]T {
	w.once.Do(func() {
		if err := yaml.UnmarshalWithOptions(file, &w.by, yaml.Strict()); err != nil {
			panic(name + ": " + err.Error())
		}
	})
	return w.by
}
