package message

import (
	"fmt"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
)

// newEngine returns a Liquid engine that speaks w's language. Variables are
// strict: printing what is not there fails. With escape, all that is printed is
// escaped for HTML; strings and data are the same to it, so neither can hold
// markup.
func newEngine(w *words, escape bool) *liquid.Engine {
	e := liquid.NewEngine()
	e.StrictVariables()
	e.UnregisterTag("include") // Load has put the partials in; nothing is read from disk
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
	if escape {
		e.SetAutoEscapeReplacer(render.HtmlEscaper)
	}
	return e
}

func printed[T fmt.Stringer](v any, filter string) (string, error) {
	value, ok := v.(T)
	if !ok {
		return "", fmt.Errorf("the filter %s cannot print %v", filter, v)
	}
	return value.String(), nil
}
