package memory

import (
	"reflect"
	"slices"
	"sync"
)

// unheeded remembers, by the type of an input, which of its fields are not known.
var unheeded sync.Map // reflect.Type → []int

// only panics where a field of *input is set that is not among the fields: it
// would be passed over in silence. The fields are the same at each call with
// that type.
func only(input any, fields ...string) {
	v := reflect.ValueOf(input).Elem()
	others, ok := unheeded.Load(v.Type())
	if !ok {
		var at []int
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !slices.Contains(fields, f.Name) {
				at = append(at, i)
			}
		}
		others, _ = unheeded.LoadOrStore(v.Type(), at)
	}
	for _, i := range others.([]int) {
		if !v.Field(i).IsZero() {
			unknown("%s.%s", v.Type().Name(), v.Type().Field(i).Name)
		}
	}
}
