package memory

import (
	"reflect"
	"slices"
	"sync"
)

// unsupported caches, by type of input, the indexes of the fields that the
// engine does not support.
var unsupported sync.Map // reflect.Type → []int

// only panics if *input has a field set that is not in fields: the engine would
// silently ignore it. Pass the same fields at each call with that type.
func only(input any, fields ...string) {
	v := reflect.ValueOf(input).Elem()
	others, ok := unsupported.Load(v.Type())
	if !ok {
		var at []int
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !slices.Contains(fields, f.Name) {
				at = append(at, i)
			}
		}
		others, _ = unsupported.LoadOrStore(v.Type(), at)
	}
	for _, i := range others.([]int) {
		if !v.Field(i).IsZero() {
			unknown("%s.%s", v.Type().Name(), v.Type().Field(i).Name)
		}
	}
}
