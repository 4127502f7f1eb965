// Package storefront serves the demo's shop: the pages that mails link to
// (products, the cart, an order, a way to reach a person), the products'
// pictures, and the logo. In mails, the shop's address is [demo.Address]; [Shown]
// leads to these pages instead.
//
// It is no web shop: nothing can be bought. A page says what a shop's own page
// would do.
package storefront

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"regulars/infra/demo"
	"regulars/infra/demo/drawing"
	"regulars/shared/dynamo"
	"regulars/shared/iso4217"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Prefix is the path of all pages.
const Prefix = "/shop/"

// Shown returns what replaces the shop's address in mails that are shown on
// this machine, whose pages are at this endpoint, such as
// "http://127.0.0.1:4566".
func Shown(endpoint string) *strings.Replacer {
	return strings.NewReplacer(demo.Address, endpoint+strings.TrimSuffix(Prefix, "/"))
}

// Store reads the catalogue and the orders; *[dynamo.Store] is one.
type Store interface {
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
	Order(ctx context.Context, id shop.OrderID) (dynamo.Order, dynamo.Rev, error)
}

// Storefront is an HTTP handler for everything below [Prefix].
type Storefront struct {
	store Store
	mux   *http.ServeMux

	mu    sync.Mutex
	drawn map[string][]byte // pictures by title
}

const mostDrawn = 2000 // pictures that are kept, some 8 KB each

//go:embed html/*.html html/style.css
var files embed.FS

var views = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"home", "product", "cart", "order", "contact", "missing"} {
		all[name] = template.Must(template.New("layout.html").Funcs(template.FuncMap{"price": price}).ParseFS(files, "html/layout.html", "html/"+name+".html"))
	}
	return all
}()

// New returns the pages of the shop whose catalogue and orders are in the store.
func New(store Store) *Storefront {
	s := &Storefront{store: store, mux: http.NewServeMux(), drawn: map[string][]byte{}}
	s.mux.HandleFunc("GET /shop/{$}", s.home)
	s.mux.HandleFunc("GET /shop/p/{id}", s.product)
	s.mux.HandleFunc("GET /shop/pictures/{file}", s.picture)
	s.mux.HandleFunc("GET /shop/cart", s.cart)
	s.mux.HandleFunc("GET /shop/discount/{code}", s.cart)
	s.mux.HandleFunc("GET /shop/account/orders/{id}", s.order)
	s.mux.HandleFunc("GET /shop/contact", func(w http.ResponseWriter, _ *http.Request) { show(w, http.StatusOK, "contact", "Contact", nil) })
	s.mux.HandleFunc("GET /shop/logo.png", logo(false))
	s.mux.HandleFunc("GET /shop/logo-dark.png", logo(true))
	s.mux.HandleFunc("GET /shop/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "html/style.css")
	})
	s.mux.HandleFunc("/shop/", func(w http.ResponseWriter, _ *http.Request) { missing(w, "page") })
	return s
}

// policy lets the pages load their own style sheet and pictures only. Links
// from the cart must not pass its coupon on, hence the Referrer-Policy.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *Storefront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	s.mux.ServeHTTP(w, r)
}

// shelf is the products of the first page.
const shelf = 48

func (s *Storefront) home(w http.ResponseWriter, r *http.Request) {
	var products []shop.Product
	_, err := s.store.Products(r.Context(), dynamo.Page{Limit: 2 * shelf}, func(i recommend.Item) error {
		if !i.Hidden && i.InStock() && len(products) < shelf {
			products = append(products, i.Product)
		}
		return nil
	})
	if err != nil {
		broken(w, r, err)
		return
	}
	show(w, http.StatusOK, "home", "All products", products)
}

func (s *Storefront) product(w http.ResponseWriter, r *http.Request) {
	p, err := s.find(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		broken(w, r, err)
	case p.ID == "":
		missing(w, "product")
	default:
		show(w, http.StatusOK, "product", p.Title, p)
	}
}

// find returns a product of the catalogue; the zero product if it has none with
// this ID.
func (s *Storefront) find(ctx context.Context, id string) (shop.Product, error) {
	if id == "" {
		return shop.Product{}, nil
	}
	items, err := s.store.Items(ctx, recommend.Model{}, []shop.ProductID{shop.ProductID(id)})
	return items[shop.ProductID(id)].Product, err
}

// picture draws the product of a file name such as 22423.png.
func (s *Storefront) picture(w http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	p, err := s.find(r.Context(), id)
	switch {
	case err != nil:
		broken(w, r, err)
	case !ok || p.ID == "":
		missing(w, "picture")
	default:
		servePNG(w, s.draw(p.Title))
	}
}

func (s *Storefront) draw(title string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock() // one drawing at a time, so that a page of them leaves time for the functions
	if s.drawn[title] == nil {
		if len(s.drawn) >= mostDrawn {
			clear(s.drawn)
		}
		s.drawn[title] = drawing.Product(title)
	}
	return s.drawn[title]
}

func servePNG(w http.ResponseWriter, content []byte) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
}

func logo(dark bool) http.HandlerFunc {
	drawn := sync.OnceValue(func() []byte { return drawing.Logo(dark) })
	return func(w http.ResponseWriter, _ *http.Request) { servePNG(w, drawn()) }
}

// cart shows the cart with the coupon and the product that the address has in
// it. It remembers nothing.
func (s *Storefront) cart(w http.ResponseWriter, r *http.Request) {
	p, err := s.find(r.Context(), r.URL.Query().Get("product"))
	if err != nil {
		broken(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	show(w, http.StatusOK, "cart", "Your cart", struct {
		Coupon  string
		Product shop.Product
	}{r.PathValue("code"), p})
}

func (s *Storefront) order(w http.ResponseWriter, r *http.Request) {
	o, _, err := s.store.Order(r.Context(), shop.OrderID(r.PathValue("id")))
	switch {
	case err != nil:
		broken(w, r, err)
	case o.Placed == nil:
		missing(w, "order")
	default:
		w.Header().Set("Cache-Control", "no-store")
		show(w, http.StatusOK, "order", "Order "+string(o.ID), o.Order)
	}
}

func missing(w http.ResponseWriter, what string) {
	show(w, http.StatusNotFound, "missing", "Not found", what)
}

// broken logs the error and answers that the page cannot be shown.
func broken(w http.ResponseWriter, r *http.Request, err error) {
	slog.Error("a page of the demo's shop cannot be shown", "path", r.URL.Path, "err", err)
	http.Error(w, "this page cannot be shown: "+err.Error(), http.StatusInternalServerError)
}

func show(w http.ResponseWriter, status int, view, title string, page any) {
	var out bytes.Buffer
	if err := views[view].Execute(&out, struct {
		Title string
		Page  any
	}{title, page}); err != nil {
		http.Error(w, "rendering this page failed: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// price prints an amount, such as £12.75.
func price(m shop.Money) string {
	decimals, _ := iso4217.Decimals(m.Currency)
	digits := fmt.Sprintf("%0*d", decimals+1, m.Minor)
	if whole := len(digits) - decimals; decimals > 0 {
		digits = digits[:whole] + "." + digits[whole:]
	}
	if sign, known := map[shop.Currency]string{"GBP": "£", "EUR": "€"}[m.Currency]; known {
		return sign + digits
	}
	return string(m.Currency) + " " + digits
}
