package message

import (
	"fmt"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
)

// newEngine returns a Liquid engine whose filters print in w's language.
// Printing a variable that does not exist fails. With escape, everything that
// is printed is escaped for HTML, strings and data alike, so neither can
// contain markup.
func newEngine(w *localizer, escape bool) *liquid.Engine {
	e := liquid.NewEngine()
	e.StrictVariables()
	e.UnregisterTag("include") // Load has inserted the partials; the engine reads no files
	e.RegisterFilter("t", w.say)
	e.RegisterFilter("money", func(v any) (string, error) { return printed[amount](v, "money") })
	e.RegisterFilter("date", func(v any) (string, error) { return printed[day](v, "date") })
	e.RegisterFilter("percent", func(v any) (string, error) { return printed[rate](v, "percent") })
	e.RegisterFilter("number", func(v any) (string, error) {
		n, ok := v.(int)
		if !ok {
			return "", fmt.Errorf("%v is not a whole number", v)
		}
		return w.number(n), nil
	})
	for name, filter := range schemaFilters {
		e.RegisterFilter(name, filter)
	}
	if escape {
		e.SetAutoEscapeReplacer(render.HtmlEscaper)
	}
	return e
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
