package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/ses"
	"regulars/infra/local/trail"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench serves the pages with a real mailbox and trail; the other sources give
// fixed data.
type bench struct {
	*Pages
	mail  *ses.Server
	steps *trail.Store
	sends *sendSource
	boxes *queueSource
	clock time.Time
}

// discardBus drops all events.
type discardBus struct{}

func (discardBus) Put(context.Context, string, aws.Event, string) error { return nil }

// sendSource is a [DecisionSource] of fixed sends.
type sendSource struct {
	journeys []Journey
	sends    []claim.Send // newest first
	counts   []Count
}

func (d *sendSource) Send(_ context.Context, id shop.SendID) (claim.Send, bool, error) {
	for _, s := range d.sends {
		if s.ID == id {
			return s, true, nil
		}
	}
	return claim.Send{}, false, nil
}

func (d *sendSource) Sends(_ context.Context, f SendFilter) ([]claim.Send, string, error) {
	var out []claim.Send
	for _, s := range d.sends {
		if (f.Customer == "" || f.Customer == s.Intent.Customer) && (f.Campaign == "" || f.Campaign == s.Intent.Campaign) &&
			(len(f.States) == 0 || slices.Contains(f.States, s.State)) && (f.Limit == 0 || len(out) < f.Limit) {
			out = append(out, s)
		}
	}
	return out, "", nil
}

func (d *sendSource) Journeys(context.Context) ([]Journey, error) { return d.journeys, nil }

func (d *sendSource) Counts(context.Context) ([]Count, error) { return d.counts, nil }

// queueSource is a [QueueSource] of fixed queues.
type queueSource struct {
	list    []Queue
	letters map[string][]DeadLetter
}

func (q *queueSource) Queues(context.Context) ([]Queue, error) { return q.list, nil }

func (q *queueSource) DeadLetters(_ context.Context, name string, limit int) ([]DeadLetter, error) {
	return q.letters[name][:min(limit, len(q.letters[name]))], nil
}

// customerSource holds customers by ID. Its recommendations contain a service
// issue, a pick, and a list without picks.
type customerSource map[shop.CustomerID]Customer

func (r customerSource) Customers(context.Context, int) ([]Customer, error) {
	var all []Customer
	for _, c := range r {
		all = append(all, c)
	}
	return all, nil
}

func (r customerSource) Customer(_ context.Context, id shop.CustomerID) (Customer, bool, error) {
	c, ok := r[id]
	return c, ok, nil
}

func (r customerSource) Recommend(_ context.Context, _ shop.CustomerID, query url.Values) (found Recommendations, err error) {
	text := `{"model":"2026-11-22T03:00:00Z","language":"pl","picks":[],"short":{"code":"few-due","text":"nothing is due"}}`
	if query.Get("mode") == "goes_with" {
		text = `{"model":"2026-11-22T03:00:00Z","language":"pl","trouble":{"what":"returned","until":"2026-12-01T00:00:00Z"},
			"picks":[{"product":{"id":"RUG","title":"Wool <rug>"},"score":2.125,"reason":{"kind":"together","title":"Desk lamp","customers":41,"text":"41 osób, które kupiły „Desk lamp”, wybrało też to."}}]}`
	}
	return found, json.Unmarshal([]byte(text), &found)
}

// functionSource is a [FunctionSource] of fixed figures.
type functionSource []Function

func (f functionSource) Functions(context.Context) ([]Function, error) { return f, nil }

// empty returns the pages of a local cloud that has received nothing.
func empty(t testing.TB) *bench {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "local.db"), 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	w := &bench{clock: noon, sends: &sendSource{}, boxes: &queueSource{letters: map[string][]DeadLetter{}}}
	now := func() time.Time { return w.clock }
	if w.steps, err = trail.New(db, 0); err != nil {
		t.Fatal(err)
	}
	if w.mail, err = ses.New(db, discardBus{}, w.steps, ses.Config{
		Identities: []ses.Identity{{Name: "example.com"}}, MaxSendRate: 1e6, Now: now,
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.steps.Close(); _ = db.Close() })
	w.Pages = New(Sources{w.mail, w.steps, w.sends, w.boxes, functionSource{}, customerSource{}, learned{}}, Options{Now: now})
	return w
}

// get requests a page and returns its status, header and body.
func (w *bench) get(path string) (int, http.Header, string) {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec.Code, rec.Header(), rec.Body.String()
}

// send sends a message to the mailbox as a function does, and returns its ID.
func (w *bench) send(t testing.TB, to, subject, html, text string, tags map[string]string) string {
	t.Helper()
	type pair struct{ Name, Value string }
	var list []pair
	for n, v := range tags {
		list = append(list, pair{n, v})
	}
	utf8 := func(s string) map[string]string { return map[string]string{"Data": s, "Charset": "UTF-8"} }
	body, _ := json.Marshal(map[string]any{
		"FromEmailAddress": "Thistle & Thread <hello@example.com>",
		"Destination":      map[string]any{"ToAddresses": []string{to}},
		"EmailTags":        list,
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": utf8(subject), "Body": map[string]any{"Html": utf8(html), "Text": utf8(text)},
			"Headers": []pair{
				{"List-Unsubscribe", "<http://127.0.0.1:4566/lambda-url/Preferences/u/v1.c2FtcGxl.dG9rZW4>"},
				{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
			},
		}},
	})
	req := httptest.NewRequest(http.MethodPost, "/v2/email/outbound-emails", strings.NewReader(string(body)))
	req.Header.Set(aws.TraceHeader, "Root=1-6921a6c0-"+tags["send_id"])
	rec := httptest.NewRecorder()
	w.mail.ServeHTTP(rec, req)
	var out struct{ MessageId, Message string }
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || out.MessageId == "" {
		t.Fatalf("send to %s: %d %s", to, rec.Code, rec.Body)
	}
	return out.MessageId
}

const letterHTML = `<!doctype html><html><head><meta charset="utf-8"><title>x</title></head>
<body style="margin:0;background:#f3efe8;font-family:Georgia,serif;color:#2c2620">
<table role="presentation" width="100%%"><tr><td align="center" style="padding:32px 12px">
<table role="presentation" width="560" style="background:#fff;border-radius:10px"><tr><td style="padding:36px 40px">
<p style="font-size:13px;letter-spacing:.12em;color:#8b7d6b;margin:0 0 18px">THISTLE &amp; THREAD</p>
<h1 style="font-size:26px;margin:0 0 14px">%s</h1>
<p style="font-size:16px;line-height:1.6">%s</p>
<table role="presentation" width="100%%" style="margin:22px 0"><tr>
<td style="padding:14px;background:#faf7f2;border-radius:8px"><b>REGENCY CAKESTAND 3 TIER</b><br><span style="color:#8b7d6b">12.75 € · 38 customers who bought WHITE HANGING HEART bought this too</span></td></tr><tr><td height="8"></td></tr><tr>
<td style="padding:14px;background:#faf7f2;border-radius:8px"><b>JUMBO BAG RED RETROSPOT</b><br><span style="color:#8b7d6b">2.08 € · you buy it about every 42 days</span></td></tr></table>
<p style="text-align:center;border:1px dashed #b9a98f;border-radius:8px;padding:16px;font-size:17px">10 %% off with <b>7Q4K-M2XD-9RTB-WZ31</b><br><span style="font-size:13px;color:#8b7d6b">until 6 December 2026</span></p>
<p style="text-align:center;margin:26px 0"><a href="https://shop.example.com/" style="background:#2b6652;color:#fff;padding:13px 26px;border-radius:7px;text-decoration:none">Visit the shop</a></p>
<p style="font-size:12px;color:#8b7d6b">You get this because you agreed to. <a href="http://127.0.0.1:4566/lambda-url/Preferences/u/x" style="color:#8b7d6b">Unsubscribe</a></p>
</td></tr></table></td></tr></table></body></html>`

const explained = `{"items":[
 {"product":"22423","title":"REGENCY CAKESTAND 3 TIER","score":0.8123,"reason":{"kind":"together","product":"85123A","title":"WHITE HANGING HEART T-LIGHT HOLDER","customers":38}},
 {"product":"85099B","title":"JUMBO BAG RED RETROSPOT","score":0.641,"reason":{"kind":"again","days":42,"times":4}},
 {"product":"47566","title":"PARTY BUNTING","score":0.2,"reason":{"kind":"popular","customers":812}}],
 "offer":{"id":"repeat-10","kind":"percent","percent":1000,"until":"2026-12-06T22:59:59Z","minimum":{"minor":2500,"currency":"EUR"}},
 "refusals":[{"offer":"first-order","code":"not-first","text":"This is order 7; the offer is for the first."},{"offer":"tenth-free","code":"units","text":"6 of 10 units so far."}],
 "checks":[{"name":"campaign"},{"name":"breaker"},{"name":"address"},{"name":"consent"},{"name":"pause"},{"name":"frequency"},{"name":"holdout"}],
 "policy":"2026-11-20.3","model":"2026-11-22"}`

// filled returns the pages of a local cloud that has processed many events.
func filled(t testing.TB) *bench {
	t.Helper()
	w := empty(t)
	subjects := []struct{ lang, subject, head, body string }{
		{"en", "Thank you, Ann: what goes with your order", "Thank you, Ann", "Your order is being packed. Two things go well with it, and there is a little something for next time."},
		{"pl", "Dziękujemy, Zofio! Coś do kompletu", "Dziękujemy, Zofio", "Twoje zamówienie jest pakowane. Te dwie rzeczy dobrze do niego pasują."},
		{"el", "Σας ευχαριστούμε, Ελένη", "Σας ευχαριστούμε", "Η παραγγελία σας ετοιμάζεται."},
		{"ru", "Спасибо, Ирина! Что подойдёт к заказу", "Спасибо, Ирина", "Ваш заказ уже собирают. К нему хорошо подойдут две вещи."},
		{"en", "Your tenth mug is free", "Your tenth mug is free", "You have bought nine. The next is on us."},
	}
	people := []string{"ann.marsh", "zofia.kowalska", "eleni.papadaki", "irina.petrova", "tom.reed", "marie.dubois", "bounce+7"}
	for i := range 60 {
		s := subjects[i%len(subjects)]
		person := people[i%len(people)]
		to := person + "@example.com"
		if strings.HasPrefix(person, "bounce") {
			to = person + "@" + ses.Simulator
		}
		w.clock = noon.Add(-time.Duration(60-i) * 97 * time.Second)
		id := fmt.Sprintf("send%022d", i)
		name := []string{"order-thanks", "next-unit-free", "weekly-picks"}[i%3]
		mail := w.send(t, to, s.subject, fmt.Sprintf(letterHTML, s.head, s.body), s.head+"\n\n"+s.body+"\n\nREGENCY CAKESTAND 3 TIER, 12.75 €\n", map[string]string{
			"campaign": name, "language": s.lang, "send_id": id, "attempt": "1",
		})
		w.sends.sends = append([]claim.Send{{
			ID: shop.SendID(id), State: claim.Delivered, Reason: claim.Reason{Code: "sent", Text: "All checks passed."},
			Intent: campaign.Intent{
				Campaign: shop.CampaignID(name), Customer: shop.CustomerID(fmt.Sprint("C-", 12000+i%7)), Occasion: fmt.Sprint("order-5", 3000+i),
				Order: shop.OrderID(fmt.Sprint("5", 3000+i)), Planned: w.clock, NotAfter: w.clock.Add(48 * time.Hour),
			},
			Changed: w.clock, Class: shop.ClassPromotion, Message: "thanks", Language: s.lang, SESID: mail, Attempt: 1, Explained: json.RawMessage(explained),
		}}, w.sends.sends...)
	}
	var unsent []claim.Send
	for i, u := range []struct {
		state      claim.State
		code, text string
		wake       time.Duration
	}{
		{claim.Capped, "cap:promotions-7d", "Two promotions were sent in the last 7 days; the cap is two.", 0},
		{claim.Suppressed, "service-issue:returned", "The return of 19 November is not refunded yet; promotions are paused until then.", 0},
		{claim.Queued, "quiet-hours", "It is 22:40 in Europe/Warsaw; the quiet hours end at 08:00.", 19 * time.Hour},
		{claim.HeldOut, "holdout", "One customer in twenty is in the holdout, so that the effect can be measured.", 0},
		{claim.Outranked, "outranked:order-thanks", "The thanks for order 53021 are sent instead.", 0},
		{claim.Queued, "gap", "The last message was sent 40 minutes ago; the minimum gap is 4 hours.", 3*time.Hour + 20*time.Minute},
		{claim.Suppressed, "no-consent", "The customer has not agreed to promotions.", 0},
		{claim.Expired, "too-late", "It expired on 21 November at 18:00.", 0},
		{claim.Queued, "breaker:campaign", "The breaker of the campaign is tripped: 6 % of its messages bounced.", time.Hour},
	} {
		s := claim.Send{
			ID: shop.SendID(fmt.Sprintf("held%022d", i)), State: u.state, Reason: claim.Reason{Code: u.code, Text: u.text},
			Intent:  campaign.Intent{Campaign: "weekly-picks", Customer: shop.CustomerID(fmt.Sprint("C-", 12000+i%7)), Occasion: "2026-11-21T09:00:00Z", Planned: noon.Add(-3 * time.Hour), NotAfter: noon.Add(30 * time.Hour)},
			Changed: noon.Add(-time.Duration(i*13+1) * time.Minute), Class: shop.ClassPromotion,
		}
		if u.wake > 0 {
			s.Wake = noon.Add(u.wake)
		}
		unsent = append(unsent, s)
	}
	w.sends.sends = append(unsent, w.sends.sends...)
	w.sends.counts = []Count{
		{"next-unit-free", 212, 0, map[claim.State]int{claim.Delivered: 180, claim.Bounced: 2, claim.Queued: 7, claim.Capped: 11, claim.HeldOut: 12}},
		{"order-thanks", 1480, 0, map[claim.State]int{claim.Delivered: 1204, claim.Accepted: 3, claim.Sending: 1, claim.Bounced: 9, claim.Complained: 1, claim.Queued: 14, claim.Capped: 120, claim.Suppressed: 71, claim.HeldOut: 57}},
		{"weekly-picks", 3912, 0, map[claim.State]int{claim.Delivered: 2210, claim.Queued: 301, claim.Capped: 640, claim.Suppressed: 412, claim.HeldOut: 190, claim.Outranked: 88, claim.Expired: 70}},
	}
	w.boxes.list = []Queue{
		{Name: "RecordQueue", Waiting: 3, InFlight: 10, Oldest: noon.Add(-2 * time.Second)},
		{Name: "RecordQueueDeadLetters", Waiting: 2, Oldest: noon.Add(-9 * time.Minute), Sources: []string{"RecordQueue"}},
		{Name: "PlanQueue"},
		{Name: "PlanQueueDeadLetters", Sources: []string{"PlanQueue"}},
		{Name: "SendQueue", Waiting: 128, InFlight: 20, Delayed: 4, Oldest: noon.Add(-31 * time.Second)},
		{Name: "SendQueueDeadLetters", Sources: []string{"SendQueue"}},
		{Name: "SettleQueue", InFlight: 1, Oldest: noon},
		{Name: "SettleQueueDeadLetters", Sources: []string{"SettleQueue"}},
	}
	w.boxes.letters["RecordQueueDeadLetters"] = []DeadLetter{
		{
			ID: "0c1f6a52-7d0e-4f3c-9a4a-3f1f0f6b2a11", Queue: "RecordQueueDeadLetters", Source: "RecordQueue", Sent: noon.Add(-9 * time.Minute), Received: 1, Trace: "1-6921a6c0-aa",
			Body: `{"version":"0","id":"a1","detail-type":"order.placed","source":"shop","detail":{"version":"1","order":{"id":"53099","lines":[{"product":"22423","units":-2,"price":{"amount":"12.75","currency":"EUX"}}]}}}`,
			Attributes: map[string]string{
				"Faults":  `[{"path":"/detail/order/lines/0/units","fault":"must be at least 1, got -2"},{"path":"/detail/order/lines/0/price/currency","fault":"\"EUX\" is no ISO 4217 currency"}]`,
				"Refused": "2026-11-22T11:51:00Z",
			},
		},
		{ID: "7be2a5d4-3b1c-4d4e-8f7a-93a4e4b3c212", Queue: "RecordQueueDeadLetters", Source: "RecordQueue", Sent: noon.Add(-4 * time.Minute), Received: 4, Body: `{"detail-type": "order.paid", "detail": {`},
	}
	w.Functions = functionSource{
		{Name: "RecordFunction", Calls: 2211, Processes: 4, Busy: 1, Cold: Times{6, 18 * time.Millisecond, 30 * time.Millisecond, 31 * time.Millisecond}, Warm: Times{2205, 5200 * time.Microsecond, 11 * time.Millisecond, 48 * time.Millisecond}},
		{Name: "PlanFunction", Calls: 61, Processes: 1, Cold: Times{1, 22 * time.Millisecond, 22 * time.Millisecond, 22 * time.Millisecond}, Warm: Times{60, 3100 * time.Microsecond, 90 * time.Millisecond, 1200 * time.Millisecond}},
		{
			Name: "SendFunction", Calls: 5604, Errors: 3, Processes: 10, Busy: 10, Cold: Times{12, 41 * time.Millisecond, 60 * time.Millisecond, 66 * time.Millisecond}, Warm: Times{5592, 14 * time.Millisecond, 33 * time.Millisecond, 210 * time.Millisecond},
			LastError: "claim of send …q2k7: read customer: context deadline exceeded", LastAt: noon.Add(-14 * time.Minute),
		},
		{Name: "LearnFunction"},
	}
	w.Customers = customerSource{"C-12001": {ID: "C-12001", Orders: 4, Last: noon.Add(-time.Hour), Language: "pl", Products: 2, Bought: []Bought{
		{Product: "LAMP", Title: "Desk lamp", Orders: 1, Units: 1, Last: noon.Add(-time.Hour)},
		{Product: "TEA", Title: "Earl Grey", Orders: 4, Units: 3, Returned: true, Last: noon.Add(-900 * time.Hour)},
	}}}
	at := noon.Add(-99 * time.Second)
	step := func(after time.Duration, s trail.Step) {
		s.At = at.Add(after)
		w.steps.Record(s)
	}
	ms := time.Millisecond
	tr := "1-6921a6c0-send0000000000000000000059"
	step(0, trail.Step{Trace: tr, Kind: "event", Name: "order.placed", ID: "5f3b7a4e-0000-4000-8000-000000000001", Detail: "from shop"})
	step(1*ms, trail.Step{Trace: tr, Kind: "rule", Name: "ShopEvents"})
	step(2*ms, trail.Step{Trace: tr, Kind: "queued", Name: "RecordQueue", ID: "m-1"})
	step(9*ms, trail.Step{Trace: tr, Kind: "received", Name: "RecordQueue", ID: "m-1", Attempt: 1, Took: 7 * ms})
	step(10*ms, trail.Step{Trace: "1-batch", Kind: "received", Name: "RecordQueue", Detail: "a batch of 3", Children: []string{tr, "1-other", "1-third"}})
	step(11*ms, trail.Step{Trace: "1-batch", Kind: "invoked", Name: "RecordFunction", ID: "r-1", Attempt: 1})
	step(46*ms, trail.Step{Trace: "1-batch", Kind: "answered", Name: "RecordFunction", ID: "r-1", Attempt: 1, Took: 35 * ms, Cold: true, Outcome: "Unhandled", Detail: "the table did not answer within 2 s"})
	step(640*ms, trail.Step{Trace: tr, Kind: "received", Name: "RecordQueue", ID: "m-1", Attempt: 2, Took: 594 * ms})
	step(641*ms, trail.Step{Trace: tr, Kind: "invoked", Name: "RecordFunction", ID: "r-2", Attempt: 2})
	step(653*ms, trail.Step{Trace: tr, Kind: "answered", Name: "RecordFunction", ID: "r-2", Attempt: 2, Took: 12 * ms})
	step(655*ms, trail.Step{Trace: tr, Kind: "queued", Name: "SendQueue", ID: "m-2"})
	step(661*ms, trail.Step{Trace: tr, Kind: "received", Name: "SendQueue", ID: "m-2", Attempt: 1, Took: 6 * ms})
	step(690*ms, trail.Step{Trace: tr, Kind: "mail", Name: "a customer", ID: w.sends.sends[8].SESID, Detail: "weekly-picks"})
	step(693*ms, trail.Step{Trace: tr, Kind: "answered", Name: "SendFunction", ID: "r-3", Attempt: 1, Took: 31 * ms})
	step(891*ms, trail.Step{Trace: tr, Kind: "notified", Name: "Email Delivered", ID: "e-1"})
	step(900*ms, trail.Step{Trace: "1-6921a6c0-aa", Kind: "event", Name: "order.placed", Detail: "from shop"})
	step(940*ms, trail.Step{Trace: "1-6921a6c0-aa", Kind: "dead", Name: "RecordQueueDeadLetters", Detail: "2 faults"})
	step(999*ms, trail.Step{Trace: "1-tick", Kind: "schedule", Name: "SettleEveryMinute"})
	w.clock = noon
	if _, err := w.mail.PublishDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w
}
