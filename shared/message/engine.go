package message

import (
	"fmt"
	"maps"

	"github.com/osteele/liquid/filters"
	"github.com/osteele/liquid/render"
	liquidtags "github.com/osteele/liquid/tags"
)

// newEngine returns the settings of Liquid's engine: its tags and filters, and those of
// messages, which print in w's language.
// Printing a variable that does not exist fails. With escape, everything that
// is printed is escaped for HTML, strings and data alike, so neither can
// contain markup.
func newEngine(w *localizer, escape bool) *render.Config {
	e := render.NewConfig()
	filters.AddStandardFilters(&e)
	liquidtags.AddStandardTags(&e)
	e.StrictVariables = true
	e.UnregisterTag("include") // Load has inserted the partials; the engine reads no files
	e.AddFilter("t", w.say)
	for name, filter := range w.printers() {
		e.AddFilter(name, filter)
	}
	if escape {
		e.SetAutoEscapeReplacer(render.HtmlEscaper)
	}
	return &e
}

// printers returns the filters that print one value, by name: those of messages, each
// with a check of its value.
func (l *localizer) printers() map[string]func(v any) (string, error) {
	all := maps.Clone(schemaFilters)
	all["money"] = func(v any) (string, error) { return printed[amount](v, "money") }
	all["date"] = func(v any) (string, error) { return printed[day](v, "date") }
	all["percent"] = func(v any) (string, error) { return printed[rate](v, "percent") }
	all["number"] = func(v any) (string, error) {
		n, ok := v.(int)
		if !ok {
			return "", fmt.Errorf("%v is not a whole number", v)
		}
		return l.number(n), nil
	}
	return all
}

// printed returns v as text, or an error if it is not of the filter's type.
func printed[T fmt.Stringer](v any, filter string) (string, error) {
	value, err := typed[T](v, filter)
	if err != nil {
		return "", err
	}
	return value.String(), nil
}

// typed returns v as the filter's type, or an error if it is of another one.
func typed[T any](v any, filter string) (T, error) {
	value, ok := v.(T)
	if !ok {
		return value, fmt.Errorf("the filter %s cannot print %v", filter, v)
	}
	return value, nil
}
