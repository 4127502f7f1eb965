package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"regulars/infra/local/trail"
	"regulars/infra/ops/value/picture"
)

//go:embed html/*.html style.css live.js
var files embed.FS

// Options are the settings of the pages.
type Options struct {
	Endpoint string           // of the local cloud, for the examples: "http://127.0.0.1:4566"
	Zone     *time.Location   // time zone of the times shown; nil: UTC
	Now      func() time.Time // nil: the clock
}

// Pages serves the pages of its sources.
type Pages struct {
	Sources
	opt   Options
	views map[string]*template.Template
	mux   *http.ServeMux
	style asset
	live  asset
}

// asset is an embedded file whose path contains a hash of its content, so that
// a browser can cache it without a time limit.
type asset struct {
	Path, kind string
	body       []byte
}

// New returns the pages of the sources.
func New(from Sources, opt Options) *Pages {
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Endpoint == "" {
		opt.Endpoint = "http://127.0.0.1:4566"
	}
	p := &Pages{Sources: from, opt: opt, mux: http.NewServeMux(), views: map[string]*template.Template{}}
	p.style = load("style.css", "text/css; charset=utf-8", picture.Style)
	p.live = load("live.js", "text/javascript; charset=utf-8")
	for _, name := range []string{"mailbox", "trails", "trail", "queues", "decisions", "decision", "customers", "customer", "value", "functions", "error"} {
		p.views[name] = template.Must(template.New("layout.html").Funcs(p.functionMap()).ParseFS(files, "html/layout.html", "html/parts.html", "html/"+name+".html"))
	}
	p.mux.HandleFunc("GET /{$}", p.mailbox)
	p.mux.HandleFunc("GET /preview/{id}", p.preview)
	p.mux.HandleFunc("GET /trails", p.trails)
	p.mux.HandleFunc("GET /trails/{trace}", p.trail)
	p.mux.HandleFunc("GET /trail.json", p.trailJSON)
	p.mux.HandleFunc("GET /queues", p.queues)
	p.mux.HandleFunc("GET /decisions", p.decisions)
	p.mux.HandleFunc("GET /decisions/{id}", p.decision)
	p.mux.HandleFunc("GET /customers", p.customers)
	p.mux.HandleFunc("GET /customers.txt", p.customersText)
	p.mux.HandleFunc("GET /customers/{id}", p.customer)
	p.mux.HandleFunc("GET /value", p.value)
	p.mux.HandleFunc("GET /functions", p.functions)
	for _, a := range []asset{p.style, p.live} {
		p.mux.HandleFunc("GET "+a.Path, a.serve)
	}
	p.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.fail(w, r, http.StatusNotFound, "Page not found", "No page has this address. The navigation above links all pages.")
	})
	return p
}

func load(name, kind string, more ...string) asset {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the file is embedded
	}
	body = append(body, strings.Join(more, "")...)
	sum := sha256.Sum256(body)
	return asset{"/assets/" + hex.EncodeToString(sum[:6]) + "/" + name, kind, body}
}

func (a asset) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body)
}

// policy is the pages' Content-Security-Policy: they load only their own files.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	p.mux.ServeHTTP(w, r)
}

// frame is the data of the layout that all pages share.
type frame struct {
	Title, Here string // Here is the current entry of the navigation
	Style, Live string
	Example     string // a command that puts an order on the bus, for empty pages
	Messages    int
	Dead        int
	Page        any
}

// show renders a page. It answers 304 if the client has this version already,
// so that refreshing an open page is cheap.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, view, title, here string, page any) {
	var out bytes.Buffer
	f := frame{Title: title, Here: here, Style: p.style.Path, Live: p.live.Path, Example: p.example(), Page: page}
	f.Messages, f.Dead = p.totals(r)
	if err := p.views[view].Execute(&out, f); err != nil {
		slog.Error("rendering a page failed", "page", view, "err", err)
		http.Error(w, "rendering this page failed: "+err.Error(), http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(out.Bytes())
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	if status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// totals returns the numbers in the navigation: messages in the mailbox and
// dead letters.
func (p *Pages) totals(r *http.Request) (messages, dead int) {
	if p.Mail != nil {
		messages = p.Mail.Messages(mailCount).Total
	}
	if p.Queues != nil {
		queues, _ := p.Queues.Queues(r.Context())
		for _, q := range queues {
			if len(q.Sources) > 0 {
				dead += q.Waiting + q.InFlight
			}
		}
	}
	return messages, dead
}

// fail shows an error page with this title and text.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	p.show(w, r, status, "error", title, "", struct{ Title, Text string }{title, text})
}

// broken logs the error of a source and shows an error page; what names the
// data that could not be read.
func (p *Pages) broken(w http.ResponseWriter, r *http.Request, what string, err error) {
	slog.Error("reading data for a page failed", "data", what, "err", err)
	p.fail(w, r, http.StatusInternalServerError, "Reading failed", fmt.Sprintf("%s: %v", what, err))
}

func (p *Pages) trailJSON(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if p.Trails == nil {
		_, _ = w.Write([]byte("[]\n"))
		return
	}
	var out any
	if trace := r.URL.Query().Get("trace"); trace != "" {
		out = append([]trail.Step{}, p.Trails.Steps(trace)...)
	} else {
		out = append([]trail.Summary{}, p.Trails.Newest(number(r, "limit", 100, 1000), false)...)
	}
	_ = json.NewEncoder(w).Encode(out)
}

// number returns a positive number from the query, at most most; otherwise if
// the parameter is absent or is not such a number.
func number(r *http.Request, name string, otherwise, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, most)
}
