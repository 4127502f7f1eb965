package pages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"regulars/events"
	"regulars/infra/local/trail"
	"regulars/shared/claim"
)

// everyPage returns one address of each view.
func everyPage(w *bench) []string {
	sent := w.sends.sends[len(w.sends.sends)-1]
	return []string{
		"/", "/?m=" + sent.SESID, "/?m=" + sent.SESID + "&tab=text", "/?m=" + sent.SESID + "&tab=headers", "/?m=" + sent.SESID + "&tab=source",
		"/?page=2", "/?to=ann.marsh@example.com&campaign=order-thanks", "/?to=unknown", "/?m=gone", "/trails", "/trails?ticks=on",
		"/trails/1-6921a6c0-send0000000000000000000059", "/queues", "/decisions", "/decisions?state=QUEUED", "/decisions?customer=C-12001",
		"/decisions/" + string(sent.ID), "/customers", "/customers/C-12001", "/customers/C-12001?language=el", "/value", "/functions",
	}
}

func TestEveryPageRenders(t *testing.T) {
	w := filled(t)
	external := regexp.MustCompile(`(?:src|href|action)="(?:https?:)?//`)
	for _, path := range everyPage(w) {
		code, head, body := w.get(path)
		if code != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
			t.Errorf("GET %s = %d, %d bytes; want 200 and a complete page", path, code, len(body))
		}
		if head.Get("Content-Security-Policy") != policy {
			t.Errorf("GET %s: Content-Security-Policy = %q, want the pages' policy", path, head.Get("Content-Security-Policy"))
		}
		if found := external.FindString(body); found != "" {
			t.Errorf("GET %s: loads from another host: %s", path, found)
		}
		if regexp.MustCompile(`(?i)<script>|\son\w+=|style="|<style`).MatchString(body) {
			t.Errorf("GET %s: has inline script or style, which the policy forbids", path)
		}
		if strings.Contains(body, "%!") || strings.Contains(body, "<no value>") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("GET %s: a template printed an error", path)
		}
	}
}

func TestEmptyPageShowsTheNextStep(t *testing.T) {
	w := empty(t)
	for path, want := range map[string]string{
		"/":          "--endpoint-url http://127.0.0.1:4566 --region us-east-1",
		"/trails":    "aws events put-events",
		"/decisions": "aws events put-events",
		"/queues":    "has no queues",
		"/customers": "aws events put-events",
		"/functions": "has no functions",
	} {
		if code, _, body := w.get(path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("GET %s = %d, want %q in it", path, code, want)
		}
	}
}

func TestPagesRenderWithoutSources(t *testing.T) {
	w := &bench{Pages: New(Sources{}, Options{})}
	for _, path := range []string{"/", "/trails", "/queues", "/decisions", "/functions", "/trail.json"} {
		if code, _, _ := w.get(path); code != 200 {
			t.Errorf("GET %s = %d, want 200", path, code)
		}
	}
	for _, path := range []string{"/trails/x", "/decisions/x", "/preview/x", "/nowhere"} {
		if code, _, _ := w.get(path); code != 404 {
			t.Errorf("GET %s = %d, want 404", path, code)
		}
	}
}

// The command that empty pages show must put a valid event on the bus.
func TestExampleIsAValidOrder(t *testing.T) {
	p := New(Sources{}, Options{Now: func() time.Time { return noon.Add(50 * time.Minute) }})
	_, quoted, _ := strings.Cut(p.example(), "--entries '")
	var entries []struct{ Source, DetailType, Detail string }
	if err := json.Unmarshal([]byte(strings.TrimSuffix(quoted, "'")), &entries); err != nil || len(entries) != 1 {
		t.Fatalf("example = %s, %v; want one entry", p.example(), err)
	}
	schema, err := events.Schema(entries[0].DetailType)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":"0","id":"17f4df60-6bd7-2887-e9c5-cd7390b2932a","detail-type":"order.placed","source":"` +
		entries[0].Source + `","account":"000000000000","time":"2026-11-22T12:50:00Z","region":"us-east-1","resources":[],"detail":` + entries[0].Detail + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(envelope); err != nil {
		t.Errorf("the schema rejects the example: %v", err)
	}
}

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{.}}` + "\u202e"

// Messages are not trusted: their content must not become markup of the page
// around it.
func TestHostileContentIsEscaped(t *testing.T) {
	w := empty(t)
	id := w.send(t, "ann@example.com", "subject "+evil, "<p>body</p><script>alert(3)</script></iframe><script>alert(4)</script>", "text "+evil, map[string]string{"campaign": "x", "send_id": "s1"})
	w.sends.sends = []claim.Send{{
		ID: "s1", State: "<b>ODD</b>", Reason: claim.Reason{Code: evil, Text: evil}, SESID: id, Changed: noon,
		Explained: json.RawMessage(`{"items":[{"title":` + quote(evil) + `,"reason":` + quote(evil) + `}],"offer":{` + quote(evil) + `:` + quote(evil) + `},"checks":[` + quote(evil) + `],"odd":[` + quote(evil) + `]}`),
	}}
	w.boxes.list = []Queue{{Name: evil, Sources: []string{evil}, Waiting: 1}}
	w.boxes.letters[evil] = []DeadLetter{{ID: evil, Queue: evil, Body: evil, Attributes: map[string]string{"Faults": `[{"path":` + quote(evil) + `,"fault":` + quote(evil) + `}]`, evil: evil}, Trace: evil}}
	w.steps.Record(trail.Step{Trace: evil, Kind: "event", Name: evil, Detail: evil, Outcome: evil, At: noon})
	for _, path := range []string{
		"/", "/?tab=text", "/?tab=headers", "/?tab=source", "/?to=" + url.QueryEscape(evil), "/?campaign=" + url.QueryEscape(evil), "/?m=" + url.QueryEscape(evil),
		"/decisions", "/decisions/s1", "/decisions?customer=" + url.QueryEscape(evil), "/queues", "/trails", "/trails/" + url.PathEscape(evil), "/" + url.PathEscape(evil),
	} {
		_, _, body := w.get(path)
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img") || strings.Contains(body, "<b>ODD") {
			t.Errorf("GET %s: hostile content is not escaped", path)
		}
	}
	code, head, body := w.get("/preview/" + id)
	got := head.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox allow-popups allow-popups-to-escape-sandbox", "form-action 'none'", "frame-ancestors 'self'", "img-src http://127.0.0.1:4566 data:;"} {
		if !strings.Contains(got, want) {
			t.Errorf("the preview's policy %q does not contain %q", got, want)
		}
	}
	if strings.Contains(got, "script") || strings.Contains(got, "allow-same-origin") {
		t.Errorf("the preview's policy %q allows scripts", got)
	}
	if code != 200 || !strings.HasPrefix(body, `<base target="_blank"><p>body</p>`) || head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("preview = %d %q", code, body)
	}
	_, _, page := w.get("/?m=" + id)
	frame := regexp.MustCompile(`<iframe[^>]*>`).FindString(page)
	if !strings.Contains(frame, `sandbox="allow-popups allow-popups-to-escape-sandbox"`) {
		t.Errorf("frame = %s, want the sandbox attribute", frame)
	}
}

func quote(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}

func TestWithBaseInsertsAfterHeadOrDoctype(t *testing.T) {
	const base = `<base target="_blank">`
	for in, want := range map[string]string{
		"<p>x</p>":                             base + "<p>x</p>",
		"<header>x</header>":                   base + "<header>x</header>",
		"<!DOCTYPE html><p>x":                  "<!DOCTYPE html>" + base + "<p>x",
		"<!doctype html><HTML lang=pl><p>":     "<!doctype html><HTML lang=pl>" + base + "<p>",
		"<html><HEAD class=a><title>İ</title>": "<html><HEAD class=a>" + base + "<title>İ</title>",
	} {
		if got := withBase(in); got != want {
			t.Errorf("withBase(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMailboxShowsTheExplanation(t *testing.T) {
	w := filled(t)
	var sent claim.Send
	for _, s := range w.sends.sends {
		if s.State == claim.Delivered && s.Intent.Customer == "C-12001" {
			sent = s
			break
		}
	}
	_, _, body := w.get("/?m=" + sent.SESID)
	for _, want := range []string{
		"REGENCY CAKESTAND 3 TIER", "38 customers who bought WHITE HANGING HEART T-LIGHT HOLDER also bought this",
		"bought again and again, about every 42 days, 4 times so far", "popular: 812 customers bought it",
		"repeat-10", "10 %", "25.00 EUR", "6 Dec 2026, 22:59:59",
		"This is order 7; the offer is for the first.", "2026-11-20.3",
		`<li class="yes">pause: no return, delay or cancellation holds it back</li>`, `<li class="yes">frequency: caps, gap`, "The breaker of the campaign is tripped",
		"The return of 19 November is not refunded yet", "/trails/1-6921a6c0-" + string(sent.ID),
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

func TestExplainShowsUnknownShapesAsJSON(t *testing.T) {
	p := New(Sources{}, Options{})
	for phrase, test := range map[string]struct{ in, want string }{
		"none":                {``, ""},
		"null":                {`null`, ""},
		"not JSON":            {`{"items":`, `{"items":`},
		"a list":              {`[1,2]`, "[\n  1,\n  2\n]"},
		"items as a string":   {`{"items":"none"}`, "{\n  \"items\": \"none\"\n}"},
		"an unknown field":    {`{"more":{"a":[1]}}`, "{\n  \"more\": {\n    \"a\": [\n      1\n    ]\n  }\n}"},
		"no offer":            {`{"offer":null,"items":[],"refusals":[],"checks":null}`, ""},
		"checks as an object": {`{"checks":{"consent":true}}`, "{\n  \"checks\": {\n    \"consent\": true\n  }\n}"},
	} {
		if got := p.explain(claim.Send{Explained: json.RawMessage(test.in)}).Rest; got != test.want {
			t.Errorf("%s: rest = %q, want %q", phrase, got, test.want)
		}
	}
	w := p.explain(claim.Send{Explained: json.RawMessage(`{"items":[{"product":{"id":"22423","title":"CAKESTAND"},"score":1e-3,"reason":{"kind":"new"}},{"product":"B"}],
		"checks":["address",{"name":"frequency","passed":false,"reason":"3 of 2"},{"odd":1},{"name":"consent"},{"name":"pause","no":"40 minutes ago"},
			{"name":"consent","note":"not needed"}],"policy":7}`)})
	if len(w.Items) != 2 || w.Items[0] != (item{"CAKESTAND", "22423", `{"kind":"new"}`, "0.001"}) || w.Items[1].Title != "B" {
		t.Errorf("items = %+v", w.Items)
	}
	if len(w.Checks) != 6 || w.Checks[5] != (check{"consent", "not needed", true, true}) || w.Checks[3] != (check{"consent", "the customer agreed to such messages", true, true}) || w.Checks[4] != (check{"pause", "40 minutes ago", true, false}) || w.Checks[1] != (check{"frequency", "3 of 2", true, false}) || w.Checks[2].Text != `{"odd":1}` {
		t.Errorf("checks = %+v", w.Checks)
	}
	if len(w.Inputs) != 1 || w.Inputs[0] != (fact{"policy", "7"}) {
		t.Errorf("inputs = %+v", w.Inputs)
	}
}

func TestDecisionsCompareStatesWithPlanned(t *testing.T) {
	w := empty(t)
	w.sends.counts = []Count{
		{"a", 3, 0, map[claim.State]int{claim.Delivered: 2, "FROM_THE_FUTURE": 1}},
		{"b", 5, 1, map[claim.State]int{claim.Queued: 4}},
		{"c", 6, 0, map[claim.State]int{claim.Queued: 4}},
	}
	var page decisionsPage
	page.table(w.sends.counts)
	if fmt.Sprint(page.Sums) != "[3 4 4 11]" || fmt.Sprint(page.Planned) != "[3 5 6 14]" {
		t.Errorf("sums %v of planned %v, want [3 4 4 11] of [3 5 6 14]", page.Sums, page.Planned)
	}
	_, _, body := w.get("/decisions")
	for _, want := range []string{"3 ✓", "5 ✗", "the states add up to 4: 1 should", "6 …", "2 planned and not yet decided", "14 ✗", "from the future"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

func TestQueuesPageShowsFaultsOfDeadLetters(t *testing.T) {
	w := filled(t)
	_, _, body := w.get("/queues")
	for _, want := range []string{
		"/detail/order/lines/0/units", "must be at least 1, got -2", "order.placed", "&#34;units&#34;: -2", "make redrive", "not JSON", "It failed 4 times",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

func TestTrailPageJoinsStartAndEndOfAFunction(t *testing.T) {
	at := func(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	page := newTrailPage("a", []trail.Step{
		{At: at(0), Kind: "event", Name: "order.placed"},
		{At: at(10), Kind: "invoked", Name: "Record", ID: "1", Attempt: 1},
		{At: at(30), Kind: "answered", Name: "Record", ID: "1", Attempt: 1, Took: 20 * time.Millisecond, Cold: true},
		{At: at(40), Kind: "invoked", Name: "Send", ID: "2", Attempt: 1},
	})
	if len(page.Stops) != 3 || page.Stops[1].After != 10*time.Millisecond || page.Stops[1].Left != 25 || page.Stops[1].Width != 50 || page.Colds != 1 {
		t.Errorf("stops = %+v, want Record once from 10 ms to 30 ms, and Send still running", page.Stops)
	}
}

func TestUnchangedPageIsAnswered304(t *testing.T) {
	w := filled(t)
	_, head, _ := w.get("/")
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Header.Set("If-None-Match", head.Get("ETag"))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if rec.Code != http.StatusNotModified || rec.Body.Len() != 0 {
		t.Errorf("again = %d with %d bytes, want 304 with 0", rec.Code, rec.Body.Len())
	}
	w.send(t, "new@example.com", "new", "<p>new</p>", "new", nil)
	rec = httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if rec.Code != http.StatusOK {
		t.Errorf("after a new message = %d, want 200", rec.Code)
	}
}

func TestMailboxIsPaged(t *testing.T) {
	w := filled(t)
	_, _, first := w.get("/")
	_, _, second := w.get("/?page=2")
	if !strings.Contains(first, "1–50 of 60") || !strings.Contains(first, `href="/?page=2"`) || strings.Contains(first, "Newer") {
		t.Error("the first page does not link to the second only")
	}
	if !strings.Contains(second, "51–60 of 60") || !strings.Contains(second, "Newer") || strings.Contains(second, "Older") {
		t.Error("the second page is not shown as the last")
	}
}

func TestTrailJSON(t *testing.T) {
	w := filled(t)
	_, _, body := w.get("/trail.json?limit=2")
	var sums []trail.Summary
	if err := json.Unmarshal([]byte(body), &sums); err != nil || len(sums) != 2 {
		t.Fatalf("trail.json = %s, %v; want two summaries", body, err)
	}
	_, _, body = w.get("/trail.json?trace=" + sums[1].Trace)
	var steps []trail.Step
	if err := json.Unmarshal([]byte(body), &steps); err != nil || len(steps) != sums[1].Steps {
		t.Errorf("its steps = %s, %v; want %d", body, err, sums[1].Steps)
	}
	if _, _, body := w.get("/trail.json?trace=none"); strings.TrimSpace(body) != "[]" {
		t.Errorf("an unknown trace = %q, want []", body)
	}
}

func TestFormatsOfTimesAndNumbers(t *testing.T) {
	p := New(Sources{}, Options{Now: func() time.Time { return noon }, Zone: time.FixedZone("CET", 3600)})
	for d, want := range map[time.Duration]string{
		0: "now", -7 * time.Second: "5 s", -3 * time.Minute: "3 min", -3 * time.Hour: "10:00", -30 * time.Hour: "21 Nov", -400 * 24 * time.Hour: "18 Oct 2025",
		30 * time.Second: "in 30 s", 5 * time.Minute: "in 5 min", 2 * time.Hour: "at 15:00", 20 * time.Hour: "23 Nov, 09:00",
	} {
		if got := p.ago(noon.Add(d)); got != want {
			t.Errorf("ago(%v) = %s, want %s", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "0 ms", 400 * time.Microsecond: "0.4 ms", 12 * time.Millisecond: "12 ms", 1300 * time.Millisecond: "1.3 s", 4 * time.Minute: "4 min"} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %s, want %s", n, got, want)
		}
	}
}

// The mailbox page must stay fast with 10,000 messages.
func BenchmarkMailboxOf10000(b *testing.B) {
	w := empty(b)
	for i := range 10_000 {
		w.send(b, fmt.Sprintf("c%d@example.com", i), "A subject", fmt.Sprintf(letterHTML, "Hello", "Body"), "text", map[string]string{"campaign": "x"})
	}
	for b.Loop() {
		if code, _, _ := w.get("/?to=c1"); code != 200 {
			b.Fatal(code)
		}
	}
}
