package pages

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// CustomerSource is the shop's customers, and what they are recommended.
type CustomerSource interface {
	// Customers returns some of the customers, the latest to order first,
	// without what they bought.
	Customers(ctx context.Context, limit int) ([]Customer, error)

	// Customer returns one, and whether there is one.
	Customer(ctx context.Context, id shop.CustomerID) (Customer, bool, error)

	// Recommend asks the shop's own function, as a shop's page does.
	Recommend(ctx context.Context, id shop.CustomerID, query url.Values) (Advice, error)
}

// Customer is somebody who bought something.
type Customer struct {
	ID       shop.CustomerID
	Orders   int
	Last     time.Time // their latest order
	Language string    // BCP 47; empty: not known
	Products int       // that they bought
	Bought   []Bought  // the latest of them, the latest first
}

// Bought is one product that a customer bought.
type Bought struct {
	Product  shop.ProductID
	Title    string
	Orders   int
	Units    int // net of what came back
	Returned bool
	Last     time.Time
}

// Advice is an answer of the function recommend, as far as it is shown: see
// docs/recommendations.yaml.
type Advice struct {
	Model    string
	Language string
	Newcomer bool
	Trouble  *struct {
		What  string
		Until time.Time
	}
	Picks []Advised
	Short *struct{ Code, Text string }
}

// Advised is one pick.
type Advised struct {
	Product struct {
		ID    shop.ProductID
		Title string
	}
	Score  float64
	Reason struct {
		recommend.Reason
		Text string
	}
}

// Numbers are those behind the reason: "41 customers", "every 28 days".
func (a Advised) Numbers() string {
	var all []string
	for _, n := range []struct {
		n         int
		one, many string
	}{{a.Reason.Times, "order", "orders"}, {a.Reason.Customers, "customer", "customers"}, {a.Reason.Days, "day", "days"}} {
		if n.n > 0 {
			all = append(all, plural(n.n, n.one, n.many))
		}
	}
	return strings.Join(all, ", ")
}

// lists are what a customer is shown, each by a call of the function.
var lists = []struct {
	Title string
	Mode  recommend.Mode
	Want  int
}{
	{"To buy again", recommend.ModeAgain, 5},
	{"New to them", recommend.ModeGoesWith, 6},
}

type customersPage struct {
	Connected bool
	List      []Customer
}

// mostListed is how many customers are listed; any other is found by its ID.
const mostListed = 60

func (p *Pages) customers(w http.ResponseWriter, r *http.Request) {
	if id := r.URL.Query().Get("customer"); id != "" {
		http.Redirect(w, r, "/customers/"+url.PathEscape(id), http.StatusSeeOther)
		return
	}
	page := customersPage{Connected: p.Customers != nil}
	if p.Customers != nil {
		var err error
		if page.List, err = p.Customers.Customers(r.Context(), mostListed); err != nil {
			p.broken(w, r, "the customers", err)
			return
		}
	}
	p.show(w, r, http.StatusOK, "customers", "Customers", "customers", page)
}

type customerPage struct {
	Customer
	Lists       []adviceList
	Model       string
	Trouble     string // what is wrong, and until when; empty where nothing is
	Asked, Said string // languages; none asked: the customer's own
}

type adviceList struct {
	Title string
	Advice
}

func (p *Pages) customer(w http.ResponseWriter, r *http.Request) {
	if p.Customers == nil {
		p.fail(w, r, http.StatusNotFound, "Customers are not connected", "")
		return
	}
	page, ok, err := p.look(r.Context(), shop.CustomerID(r.PathValue("id")), r.URL.Query().Get("language"))
	switch {
	case err != nil:
		p.broken(w, r, "the customer's recommendations", err)
	case !ok:
		p.fail(w, r, http.StatusNotFound, "No such customer", "Nobody of that ID has ordered here.")
	default:
		p.show(w, r, http.StatusOK, "customer", "Customer "+string(page.ID), "customers", page)
	}
}

// look gathers what a customer bought, and what the function says now.
func (p *Pages) look(ctx context.Context, id shop.CustomerID, language string) (page customerPage, ok bool, err error) {
	page.Asked = language
	if page.Customer, ok, err = p.Customers.Customer(ctx, id); err != nil || !ok {
		return page, ok, err
	}
	for _, l := range lists {
		query := url.Values{"mode": {string(l.Mode)}, "want": {fmt.Sprint(l.Want)}}
		if language != "" {
			query.Set("language", language)
		}
		advice, err := p.Customers.Recommend(ctx, id, query)
		if err != nil {
			return page, true, err
		}
		page.Lists = append(page.Lists, adviceList{l.Title, advice})
		page.Model, page.Said = advice.Model, advice.Language
		if t := advice.Trouble; t != nil {
			page.Trouble = t.What + ", until " + p.moment(t.Until)
		}
	}
	return page, true, nil
}

// customersText prints some customers for a reader of a terminal, or of a
// report: what they bought, what is recommended, and why.
func (p *Pages) customersText(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if p.Customers == nil {
		fmt.Fprintln(w, "not connected")
		return
	}
	some, err := p.Customers.Customers(r.Context(), number(r, "n", 10, mostListed))
	for _, c := range some {
		var page customerPage
		if page, _, err = p.look(r.Context(), c.ID, r.URL.Query().Get("language")); err != nil {
			break
		}
		page.print(w)
	}
	if err != nil {
		fmt.Fprintln(w, "this could not be read:", err)
	}
}

// mostPrinted is how many of the products bought the text names.
const mostPrinted = 8

func (c customerPage) print(w io.Writer) {
	fmt.Fprintf(w, "Customer %s · %s, the latest on %s\n", c.ID, plural(c.Orders, "order", "orders"), c.Last.UTC().Format("2 Jan 2006"))
	if c.Trouble != "" {
		fmt.Fprintf(w, "  Something is wrong: %s\n", c.Trouble)
	}
	fmt.Fprintf(w, "  Bought (%s, the latest first)\n", plural(c.Products, "product", "products"))
	for _, b := range c.Bought[:min(len(c.Bought), mostPrinted)] {
		back := ""
		if b.Returned {
			back = ", some came back"
		}
		fmt.Fprintf(w, "    %-38s %s, %s, last on %s%s\n", b.Title, plural(b.Orders, "order", "orders"), plural(b.Units, "unit", "units"), b.Last.UTC().Format("2 Jan 2006"), back)
	}
	for _, l := range c.Lists {
		fmt.Fprintf(w, "  %s\n", l.Title)
		for _, a := range l.Picks {
			fmt.Fprintf(w, "    %-38s %s [%s; score %.3g]\n", a.Product.Title, a.Reason.Text, strings.Join(strings.Fields(string(a.Reason.Kind)+" "+a.Numbers()), " "), a.Score)
		}
		if len(l.Picks) == 0 && l.Short != nil {
			fmt.Fprintf(w, "    nothing: %s\n", l.Short.Text)
		}
	}
	fmt.Fprintln(w)
}
