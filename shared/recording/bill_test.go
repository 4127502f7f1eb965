//go:build !race

package recording

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"regulars/infra/demo"
	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/cataloguecache"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/redecide"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var update = flag.Bool("update", false, "write what is counted to infra/ops/cost/units.csv")

// How many messages a call gets: see assumptions.csv.
const (
	planned  = 10 // send, of a run; of its service messages one
	gathered = 50 // settle, events of SES
)

const unitsFile = "../../infra/ops/cost/units.csv"

// serviceOfMinute is how many service messages a container of send works in the minute
// for which it keeps the rows of the catalogue: a shop with a million orders a month sends
// 45 in a minute, from two containers. Of a run it works several hundred promotions
// (docs/throughput.md): all of this test are of one minute. A minute begins without rows.
const serviceOfMinute = 20

// inputsOfDecisions are the calls that keep what decisions were made from.
var inputsOfDecisions = []string{"Decisions Contents", "Decisions SaveContents", "Decisions SaveInputs"}

// tally counts what one part of the system uses.
type tally struct {
	n           int // of what it is counted for
	read, write float64
	log         int                   // bytes
	cpu         time.Duration         // of this process; not written, since machines differ
	by          map[string][2]float64 // read and write units by table and method of the store; only logged
	lines       map[string]int        // bytes of log by message
}

// add counts units that a call on a table took.
func (c *tally) add(table string, read, write float64) {
	c.read, c.write = c.read+read, c.write+write
	if c.by == nil {
		c.by = map[string][2]float64{}
	}
	key := table + " " + storeMethod()
	c.by[key] = [2]float64{c.by[key][0] + read, c.by[key][1] + write}
}

// plus adds what another tally has, without its number.
func (c *tally) plus(o tally) {
	c.read, c.write, c.log, c.cpu = c.read+o.read, c.write+o.write, c.log+o.log, c.cpu+o.cpu
	if c.by == nil {
		c.by, c.lines = map[string][2]float64{}, map[string]int{}
	}
	for key, units := range o.by {
		c.by[key] = [2]float64{c.by[key][0] + units[0], c.by[key][1] + units[1]}
	}
	for line, bytes := range o.lines {
		c.lines[line] += bytes
	}
}

// storeMethod returns the name of the outermost method of the store that is being called.
func storeMethod() string {
	var callers [40]uintptr
	name := "?"
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if _, method, ok := strings.Cut(f.Function, "/dynamo.(*Store)."); ok {
			name, _, _ = strings.Cut(method, ".")
		}
	}
	return name
}

func (c tally) rows(part string) (rows [][]string) {
	rows = [][]string{row(part, "read units", c.read/float64(c.n))}
	if c.write > 0 { // a scan writes and logs nothing
		rows = append(rows, row(part, "write units", c.write/float64(c.n)), row(part, "log bytes", float64(c.log)/float64(c.n)))
	}
	return rows
}

func row(part, what string, each float64) []string {
	return []string{part, what, fmt.Sprintf("%.2f", each)}
}

// meter counts for one tally at a time.
type meter struct{ on *tally }

func (m *meter) Write(p []byte) (int, error) {
	m.on.log += len(p)
	var l struct{ Msg, Level string }
	_ = json.Unmarshal(p, &l)
	if m.on.lines == nil {
		m.on.lines = map[string]int{}
	}
	m.on.lines[l.Level+" "+l.Msg] += len(p)
	return len(p), nil
}

// during counts what do uses.
func (m *meter) during(c *tally, do func()) {
	outer := m.on
	m.on = c
	began := processorTime()
	do()
	took := processorTime() - began
	c.cpu, outer.cpu = c.cpu+took, outer.cpu-took
	m.on = outer
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What infra/ops/cost multiplies with prices is counted here, from the code of the
// functions: the demo's last days through record, the messages that its orders raise,
// weekly-picks for its customers, and SES's event about each message. After a change of what
// they read, write or log: go test ./shared/recording -run CountedUnits -update
func TestCountedUnitsAreThoseOfTheBill(t *testing.T) {
	story, err := demo.Tell(dayNow)
	must(t, err)
	d := newDay(t, func(p *shoppolicy.Policy) {
		for i := range p.Campaigns {
			p.Campaigns[i].Holdout = 0
		}
	})
	story.Points = d.policy.Points
	must(t, demo.Import(t.Context(), story, d.store, d.Contacts.Mailbox, nil))
	d.learn()
	keeper := &breaker.Keeper{Store: d.store, Now: d.Recorder.Now}
	d.Breaker, d.Inputs = keeper, &redecide.Keeper{Store: d.store, Count: func(string, int) {}}
	minute := func() { d.Reader.Catalogue = cataloguecache.New(d.store, d.Recorder.Now) }
	m := &meter{on: &tally{}}
	d.store.Meter = func(table string, read, write float64) { m.on.add(table, read, write) }
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(m, nil)))
	defer slog.SetDefault(before)

	var orders, service, promotions, settled, customers, sends, kept tally
	mails := 0 // of orders
	d.sends = func(take func()) {
		sent := len(d.mails)
		if sent%serviceOfMinute == 0 {
			minute()
		}
		m.during(&service, func() { take(); d.Tally(t.Context()) })
		mails += len(d.mails) - sent
	}
	scan := func(c *tally) {
		m.during(c, func() {
			for page := (dynamo.Page{}); page.After != dynamo.End; {
				page.After, err = d.store.Sends(t.Context(), page, func(claim.Send) error { c.n++; return nil })
				must(t, err)
			}
		})
	}
	var earlier, recorded tally // sends
	scan(&earlier)
	bus := &counting{day: d, meter: m, orders: &orders}
	must(t, demo.Play(t.Context(), story.Live, 0, time.Millisecond, bus, "default", func(int) error { return nil }, nil))
	service.n = orders.n
	scan(&recorded)
	minute()
	d.promote(m, &promotions)
	d.settle(m, keeper, &settled)
	m.during(&customers, func() {
		for page := (dynamo.Page{}); page.After != dynamo.End; {
			page.After, err = d.store.Profiles(t.Context(), page, func(profile.Profile) error { customers.n++; return nil })
			must(t, err)
		}
	})
	scan(&sends)
	m.during(&kept, func() {
		for page := (dynamo.Page{}); page.After != dynamo.End; {
			page.After, err = d.store.Orders(t.Context(), page, func(shop.Order) error { kept.n++; return nil })
			must(t, err)
		}
	})
	rows := [][]string{{"part", "what", "each"}}
	for _, part := range []struct {
		name string
		tally
	}{
		{"an order in record", orders},
		{"the service messages of an order in send", service},
		{"a promotion in send", promotions},
		{"a message in settle", settled},
		{"a customer in a scan", customers},
		{"a send in a scan", sends},
		{"an order in a scan", kept},
	} {
		rows = append(rows, part.rows(part.name)...)
		for _, key := range slices.Sorted(maps.Keys(part.by)) {
			t.Logf("    %-40s %6.2f read, %6.2f write units", key, part.by[key][0]/float64(part.n), part.by[key][1]/float64(part.n))
		}
		for _, key := range slices.Sorted(maps.Keys(part.lines)) {
			t.Logf("    %-40s %6.2f bytes of log", key, float64(part.lines[key])/float64(part.n))
		}
		t.Logf("%-28s %5d: %6.2f read, %6.2f write units, %5d bytes of log, %s of processor", part.name, part.n, part.read/float64(part.n), part.write/float64(part.n), part.log/part.n, part.cpu/time.Duration(part.n))
	}
	for _, part := range []struct {
		name  string
		of    tally
		calls []string
	}{ // of the parts above, what a setting of the shop turns off
		{"the live counters of an order", orders, []string{"Catalogue Count"}},
		{"the inputs of an order's service messages", service, inputsOfDecisions},
		{"the inputs of a promotion", promotions, inputsOfDecisions},
	} {
		only := tally{n: part.of.n}
		for _, call := range part.calls {
			only.read, only.write = only.read+part.of.by[call][0], only.write+part.of.by[call][1]
		}
		rows = append(rows, row(part.name, "read units", only.read/float64(only.n)), row(part.name, "write units", only.write/float64(only.n)))
	}
	rows = append(rows,
		row("an order in record", "events", float64(bus.events)/float64(orders.n)),
		row("the service messages of an order in send", "messages", float64(mails)/float64(orders.n)),
		row("the service messages of an order in send", "records", float64(recorded.n-earlier.n)/float64(orders.n)),
		row("a message in settle", "events", 1), // delivered
		row("a month of campaigns", "runs", float64(d.runs())),
		row("the stack", "alarms", occurrences(t, "Type: AWS::CloudWatch::Alarm")),
		row("the stack", "secrets", occurrences(t, "Type: AWS::SecretsManager::Secret")),
	)
	compare(t, rows)
}

// counting is the event bus of the day. It counts what record does with the events of
// orders; the day counts what send does with the messages that they raise.
type counting struct {
	*day
	meter  *meter
	orders *tally
	events int // of orders
}

func (b *counting) PutEvents(ctx context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (out *eventbridge.PutEventsOutput, err error) {
	for _, e := range in.Entries {
		counts := &tally{} // of events about carts and products, which are not part of the bill
		if strings.HasPrefix(*e.DetailType, "order.") {
			counts = b.orders
			b.events++
		}
		if *e.DetailType == string(shop.OrderPlaced) {
			b.orders.n++
		}
		b.meter.during(counts, func() {
			out, err = b.day.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{e}})
		})
		if err != nil {
			return nil, err
		}
	}
	return &eventbridge.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}, nil
}

// promote sends weekly-picks to all customers, and counts those whose message goes.
func (d *day) promote(m *meter, c *tally) {
	d.t.Helper()
	known, _ := d.policy.Campaign("weekly-picks")
	var intents []campaign.Intent
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := d.store.Profiles(d.t.Context(), page, func(p profile.Profile) error {
			intents = append(intents, campaign.Intent{Campaign: known.ID, Version: known.Version, Customer: p.ID, Occasion: "2026-11-22T12:00:00Z", Planned: dayNow, NotAfter: dayNow.Add(known.NotAfter)})
			return nil
		})
		must(d.t, err)
		page.After = next
	}
	for n, intent := range intents {
		sent := len(d.mails)
		var one tally
		m.during(&one, func() { must(d.t, d.Take(d.t.Context(), intent, false)) })
		if len(d.mails) > sent {
			c.n++
			c.plus(one)
		}
		if (n+1)%planned == 0 || n+1 == len(intents) {
			m.during(c, func() { d.Tally(d.t.Context()) })
		}
	}
}

// settle records SES's event about each mail, as many in a batch as the bill assumes.
func (d *day) settle(m *meter, keeper *breaker.Keeper, c *tally) {
	d.t.Helper()
	r := &sendoutcome.Recorder{Sends: d.store, Due: d.store, Contacts: d.store, Intents: d.Intents, Count: func(string, int) {}, Now: d.Recorder.Now, Breaker: keeper}
	for n, mail := range d.mails {
		tags := map[string][]string{}
		for name, value := range mail.Tags {
			tags[name] = []string{value}
		}
		event, err := json.Marshal(map[string]any{"detail-type": "Email Delivered", "detail": map[string]any{
			"mail": map[string]any{"messageId": "ses-" + mail.Tags["send_id"], "destination": []string{mail.To}, "tags": tags},
		}})
		must(d.t, err)
		m.during(c, func() {
			must(d.t, r.SESEvent(d.t.Context(), event))
			if (n+1)%gathered == 0 || n+1 == len(d.mails) {
				r.Tally(d.t.Context())
			}
		})
	}
	c.n = len(d.mails)
}

// runs returns how many runs of campaigns look at all customers in thirty days.
func (d *day) runs() (n int) {
	for _, c := range d.policy.Started() {
		for day := range 30 { // Due leaves out what has expired by the end of its time
			n += len(campaign.Due(c, dayNow.AddDate(0, 0, day), dayNow.AddDate(0, 0, day+1), time.UTC))
		}
	}
	return n
}

// occurrences counts a text in the templates.
func occurrences(t *testing.T, text string) float64 {
	t.Helper()
	n := 0
	for _, file := range []string{"template.yaml", "infra/alarms.yaml", "infra/mail.yaml", "infra/tables.yaml"} {
		content, err := os.ReadFile("../../" + file)
		must(t, err)
		n += strings.Count(string(content), text)
	}
	return float64(n)
}

// compare compares the rows with the file, or writes it with -update.
func compare(t *testing.T, rows [][]string) {
	t.Helper()
	var text bytes.Buffer
	must(t, csv.NewWriter(&text).WriteAll(rows))
	if *update {
		must(t, os.WriteFile(unitsFile, text.Bytes(), 0o644)) //nolint:gosec // a file of the repository
		return
	}
	stored, err := os.ReadFile(unitsFile)
	must(t, err)
	before, err := csv.NewReader(bytes.NewReader(stored)).ReadAll()
	must(t, err)
	for i, row := range rows {
		if i >= len(before) || !alike(before[i], row) {
			t.Errorf("counted %v, but %s has another figure; if the change is meant, run: go test ./shared/recording -run CountedUnits -update", row, unitsFile)
		}
	}
}

// alike reports whether two rows differ by no more than a twentieth: keys and random
// names change the length of items a little.
func alike(a, b []string) bool {
	if a[0] != b[0] || a[1] != b[1] {
		return false
	}
	x, errX := strconv.ParseFloat(a[2], 64)
	y, errY := strconv.ParseFloat(b[2], 64)
	return errX != nil && errY != nil || math.Abs(x-y) <= max(0.02, math.Abs(x)/20)
}
