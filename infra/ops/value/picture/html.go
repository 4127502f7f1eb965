package picture

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"regulars/shared/cldrmoney"
	"regulars/shared/customervalue"
	"regulars/shared/shop"
)

//go:embed value.html page.html
var files embed.FS

// Style is the style sheet for the result of [Shop.HTML]. Its colours are
// custom properties (--ink, --soft, --card, --line, --accent, --warn), which
// the surrounding page sets.
//
//go:embed value.css
var Style string

// PageStyle is the style sheet of a page of its own: it sets the colours that [Style]
// needs, light and dark.
//
//go:embed page.css
var PageStyle string

// Scroll is the style of what scrolls sideways on a small screen, of the class scroll:
// it shows that there is more. The page has the colour --card behind it.
//
//go:embed scroll.css
var Scroll string

var views = template.Must(template.New("").Funcs(template.FuncMap{
	"percent": func(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) },
	"one":     func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"two":     func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"number":  number,
	"off":     off,

	"difference": difference,
	"len64":      func(n int) float64 { return float64(n) },
	"add":        func(a, b float64) float64 { return a + b },
	"half":       func(v float64) float64 { return v / 2 },
	"at":         func(v float64) string { return fmt.Sprintf("%.1f", v) }, // a coordinate
}).ParseFS(files, "*.html"))

// number writes a whole number with thin spaces between its thousands.
func number(v float64) string {
	n := int64(math.Round(v))
	switch {
	case n < 0:
		return "−" + number(-v)
	case n < 10_000:
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s %03d", number(float64(n/1000)), n%1000)
}

// HTML returns the drawing as a part of a page.
func (s Shop) HTML() (template.HTML, error) {
	var out bytes.Buffer
	if err := views.ExecuteTemplate(&out, "value.html", drawn(s)); err != nil {
		return "", fmt.Errorf("draw customers: %w", err)
	}
	return template.HTML(out.String()), nil // html/template escaped all of it
}

// Write writes the drawing as a complete page without external resources.
func (s Shop) Write(to io.Writer) error {
	body, err := s.HTML()
	if err != nil {
		return err
	}
	return views.ExecuteTemplate(to, "page.html", struct {
		Style template.CSS
		Body  template.HTML
	}{template.CSS(PageStyle + Style), body})
}

// view is the data of the template.
type view struct {
	Shop
	Basket  string // the mean order with its currency; empty if it was not learned
	Numbers []numbered
	Young   bool // no customer has been away for long enough to count as having left
	Alive   bars
	Curve   *curve
	Trial   *trial
	Season  *bars // nil: no season
	Scaled  scaled
	Rows    []heatRow
	Columns []int
	Score   *scale
}

// scaled is the calibration in force.
type scaled struct{ Orders, Basket float64 }

// Money returns an amount in the model's currency.
func (v view) Money(minor float64) string { return money(minor, string(v.Model.Currency)) }

// numbered is one of the shop's fitted numbers with its interval.
type numbered struct {
	Name, Says string
	Value      float64
	Bounds     customervalue.Interval
}

func drawn(s Shop) view {
	v := view{Shop: s, Alive: aliveBars(s.Report), Curve: repeatCurve(s.Cohorts), Trial: trialOf(s.Report), Score: scaleOf(s.Score), Season: seasonBars(s.Model.Season)}
	v.Scaled.Orders, v.Scaled.Basket = s.Model.Calibration.Factors()
	v.Rows, v.Columns = heat(s.Cohorts)
	v.Young = s.Report.Customers > 0 && s.Report.Alive[9]*20 >= s.Report.Customers*19
	if s.Model.Spending.Valid() {
		v.Basket = money(s.Model.Spending.Mean(customervalue.Baskets{}), string(s.Model.Currency))
	}
	if bounds := s.Model.Ordering.Bounds(); s.Model.Own() && bounds != nil {
		o := s.Model.Ordering
		v.Numbers = []numbered{
			{"r", "how similar customers' order rates are; small: very different", o.R, bounds[0]},
			{"α", "weeks; r / α is a customer's mean order rate, a week", o.Alpha, bounds[1]},
			{"a", "a / (a + b) is the mean probability to leave after an order", o.A, bounds[2]},
			{"b", "", o.B, bounds[3]},
		}
	}
	return v
}

func money(minor float64, code string) string {
	return cldrmoney.English(shop.Money{Minor: int64(math.Round(minor)), Currency: shop.Currency(code)})
}
