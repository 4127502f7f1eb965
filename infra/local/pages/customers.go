package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// CustomerSource reads the shop's customers and their recommendations.
type CustomerSource interface {
	// Customers returns some of the customers, the latest to order first. It
	// leaves Bought empty.
	Customers(ctx context.Context, limit int) ([]Customer, error)

	// Customer returns one customer, and whether the customer exists.
	Customer(ctx context.Context, id shop.CustomerID) (Customer, bool, error)

	// Recommend calls the function recommend, as a shop's page does.
	Recommend(ctx context.Context, id shop.CustomerID, query url.Values) (Recommendations, error)
}

// Customer is a customer with at least one order.
type Customer struct {
	ID       shop.CustomerID
	Orders   int
	Last     time.Time // their latest order
	Language string    // BCP 47; empty: not known
	Products int       // number of products that they bought
	Bought   []Bought  // the products bought last, the latest first
}

// Bought is one product that a customer bought.
type Bought struct {
	Product  shop.ProductID
	Title    string
	Orders   int
	Units    int // net of returns
	Returned bool
	Last     time.Time
}

// Recommendations is the part of an answer of the function recommend that the
// pages show: see docs/recommendations.yaml.
type Recommendations struct {
	Model        string
	Language     string
	Newcomer     bool
	ServiceIssue *struct {
		What  string
		Until time.Time
	} `json:"trouble"`
	Picks []Pick
	Short *struct{ Code, Text string }
}

// Pick is one recommended product.
type Pick struct {
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

// Numbers returns the numbers of the reason, such as "41 customers, 28 days".
func (a Pick) Numbers() string {
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

// lists are the lists of picks on a customer's page; each is one call of the
// function.
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

// MostListed is the most customers on the page; any other can be found by ID, and
// /customers.txt lists more.
const MostListed = 60

func (p *Pages) customers(w http.ResponseWriter, r *http.Request) {
	if id := r.URL.Query().Get("customer"); id != "" {
		http.Redirect(w, r, "/customers/"+url.PathEscape(id), http.StatusSeeOther)
		return
	}
	page := customersPage{Connected: p.Customers != nil}
	if p.Customers != nil {
		var err error
		if page.List, err = p.Customers.Customers(r.Context(), MostListed); err != nil {
			p.broken(w, r, "the customers", err)
			return
		}
	}
	p.show(w, r, http.StatusOK, "customers", "Customers", "customers", page)
}

type customerPage struct {
	Customer
	Lists        []pickList
	Model        string
	Ranking      []string // what ranks its lists, and why
	ServiceIssue string   // the issue and when its promotion pause ends; empty if there is none
	Requested    string   // language that the address asks for; empty: the customer's own
	Used         string   // language of the reasons
}

type pickList struct {
	Title string
	Recommendations
}

func (p *Pages) customer(w http.ResponseWriter, r *http.Request) {
	if p.Customers == nil {
		p.fail(w, r, http.StatusNotFound, "Customers are not connected", "")
		return
	}
	page, ok, err := p.readCustomer(r.Context(), shop.CustomerID(r.PathValue("id")), r.URL.Query().Get("language"))
	if err == nil {
		page.Ranking, err = p.ranking(r.Context())
	}
	switch {
	case err != nil:
		p.broken(w, r, "the customer's recommendations", err)
	case !ok:
		p.fail(w, r, http.StatusNotFound, "No such customer", "No customer with this ID has an order.")
	default:
		p.show(w, r, http.StatusOK, "customer", "Customer "+string(page.ID), "customers", page)
	}
}

// readCustomer reads what a customer bought and calls the function for each
// list.
func (p *Pages) readCustomer(ctx context.Context, id shop.CustomerID, language string) (page customerPage, ok bool, err error) {
	page.Requested = language
	if page.Customer, ok, err = p.Customers.Customer(ctx, id); err != nil || !ok {
		return page, ok, err
	}
	for _, l := range lists {
		query := url.Values{"mode": {string(l.Mode)}, "want": {fmt.Sprint(l.Want)}}
		if language != "" {
			query.Set("language", language)
		}
		answer, err := p.Customers.Recommend(ctx, id, query)
		if err != nil {
			return page, true, err
		}
		page.Lists = append(page.Lists, pickList{l.Title, answer})
		page.Model, page.Used = answer.Model, answer.Language
		if issue := answer.ServiceIssue; issue != nil {
			page.ServiceIssue = issue.What + ", until " + p.fullTime(issue.Until)
		}
	}
	return page, true, nil
}

// ranking returns a sentence for next orders and one for new items: what ranks
// them in the version in force, and how the re-ranker compared with the blend.
// There is none before the first night.
func (p *Pages) ranking(ctx context.Context) (sentences []string, err error) {
	if p.Models == nil {
		return nil, nil
	}
	_, body, err := p.Models.Model(ctx, recommend.ModelName)
	if errors.Is(err, dynamo.ErrNotFound) {
		return nil, nil
	}
	var model recommend.Model
	if err == nil {
		err = json.Unmarshal(body, &model)
	}
	if err != nil {
		return nil, fmt.Errorf("read what ranks the lists: %w", err)
	}
	for _, l := range [...]struct {
		name string
		mode recommend.Mode
	}{{"Next orders", recommend.ModeNext}, {"New items", recommend.ModeGoesWith}} {
		sentence := l.name + " are ranked by " + model.RankedBy(l.mode)
		if why := model.Reranking[l.mode].Why; why != "" {
			sentence += ": " + why
		}
		sentences = append(sentences, sentence+".")
	}
	return sentences, nil
}

// customersText writes n customers as text, for a terminal or a report: what
// they bought, what is recommended to them, and why. If fewer are found, it says so.
func (p *Pages) customersText(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if p.Customers == nil {
		fmt.Fprintln(w, "not connected")
		return
	}
	n := number(r, "n", 10, math.MaxInt)
	some, err := p.Customers.Customers(r.Context(), n)
	for _, c := range some {
		var page customerPage
		if page, _, err = p.readCustomer(r.Context(), c.ID, r.URL.Query().Get("language")); err != nil {
			break
		}
		page.print(w)
	}
	if err != nil {
		fmt.Fprintln(w, "reading the customers failed:", err)
		return
	}
	if len(some) < n {
		fmt.Fprintf(w, "%s found; %d were asked for\n", plural(len(some), "customer with an order was", "customers with orders were"), n)
	}
}

// mostPrinted is the most bought products of one customer in the text.
const mostPrinted = 8

func (c customerPage) print(w io.Writer) {
	fmt.Fprintf(w, "Customer %s · %s, the latest on %s\n", c.ID, plural(c.Orders, "order", "orders"), c.Last.UTC().Format("2 Jan 2006"))
	if c.ServiceIssue != "" {
		fmt.Fprintf(w, "  Service issue: %s\n", c.ServiceIssue)
	}
	fmt.Fprintf(w, "  Bought (%s, the latest first)\n", plural(c.Products, "product", "products"))
	for _, b := range c.Bought[:min(len(c.Bought), mostPrinted)] {
		returned := ""
		if b.Returned {
			returned = ", some returned"
		}
		fmt.Fprintf(w, "    %-38s %s, %s, last on %s%s\n", b.Title, plural(b.Orders, "order", "orders"), plural(b.Units, "unit", "units"), b.Last.UTC().Format("2 Jan 2006"), returned)
	}
	for _, l := range c.Lists {
		fmt.Fprintf(w, "  %s\n", l.Title)
		for _, a := range l.Picks {
			fmt.Fprintf(w, "    %-38s %s [%s; score %.3g]\n", a.Product.Title, a.Reason.Text, strings.Join(strings.Fields(string(a.Reason.Kind)+" "+a.Numbers()), " "), a.Score)
		}
		if len(l.Picks) == 0 && l.Short != nil {
			fmt.Fprintf(w, "    none: %s\n", l.Short.Text)
		}
	}
	fmt.Fprintln(w)
}
