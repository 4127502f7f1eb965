package message

import "github.com/osteele/liquid/values"

// fields is variables by name. The engine would read a field of any other map by
// reflection, which is slower by a multiple; it reads them through these methods, to
// the same result.
type fields map[string]any

var _ values.Value = fields(nil)

// PropertyValue returns the field with this name, or the number of fields for "size".
func (f fields) PropertyValue(name values.Value) values.Value {
	if name, ok := name.Interface().(string); ok {
		if value, ok := f[name]; ok {
			return values.ValueOf(value)
		}
	}
	return f.value().PropertyValue(name)
}

// value returns the fields as the engine wraps a map.
func (f fields) value() values.Value { return values.ValueOf(f.Interface()) }

// Interface returns the fields as a map, as filters get it.
func (f fields) Interface() any { return map[string]any(f) }

// The other methods are those of a map.

func (f fields) IndexValue(i values.Value) values.Value { return f.value().IndexValue(i) }
func (f fields) Contains(v values.Value) bool           { return f.value().Contains(v) }
func (f fields) Equal(v values.Value) bool              { return f.value().Equal(v) }
func (f fields) Less(v values.Value) bool               { return f.value().Less(v) }
func (f fields) Int() int                               { return f.value().Int() }
func (f fields) Test() bool                             { return true }
