package main

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed prices.csv
var pricesFile string

//go:embed units.csv
var unitsFile string

//go:embed assumptions.csv
var assumptionsFile string

// shop is what a month of the shop has, and those of its settings that change its bill.
type shop struct {
	messages, orders, customers float64
	settings
}

// settings are those of a shop that cost or save most; the zero value is a new shop's.
type settings struct {
	noInputs   bool    // privacy.yaml: keep: {inputs: 0}
	months     float64 // privacy.yaml: keep: {decisions: …}, in months; 0: as assumed
	noCounters bool    // shop.yaml: no_live_counters: true
}

// line is one line of the bill.
type line struct {
	about  string // promotions, orders, customers or the stack
	what   string // of the prices
	amount float64
	per    float64 // amount for one promotion, order or customer
	dollar float64
}

// book holds the prices, what was counted, and what is assumed, by their names.
type book struct {
	prices, counted, assumed map[string]float64
	missing                  []string
}

// open reads the three files. It fails with everything that it cannot read.
func open(prices, units, assumptions string) (*book, error) {
	b := &book{prices: map[string]float64{}, counted: map[string]float64{}, assumed: map[string]float64{}}
	var faults []string
	for _, f := range []struct {
		name, text string
		add        func(row []string) error
	}{
		{"prices.csv", prices, func(row []string) error { return b.price(row) }},
		{"units.csv", units, func(row []string) error { return number(b.counted, row[0]+": "+row[1], row[2]) }},
		{"assumptions.csv", assumptions, func(row []string) error { return number(b.assumed, row[0], row[1]) }},
	} {
		in := csv.NewReader(strings.NewReader(f.text))
		in.Comment, in.FieldsPerRecord = '#', 3
		rows, err := in.ReadAll()
		if err != nil || len(rows) == 0 {
			faults = append(faults, fmt.Sprintf("%s is not a table of three columns: %v", f.name, err))
			continue
		}
		for _, row := range rows[1:] {
			if err := f.add(row); err != nil {
				faults = append(faults, f.name+": "+err.Error())
			}
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	return b, nil
}

func number(in map[string]float64, name, text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if _, twice := in[name]; err != nil || n < 0 || twice {
		return fmt.Errorf("%s has %q; want one line with a number that is not negative", name, text)
	}
	in[name] = n
	return nil
}

// price reads a price, which is for a number of units.
func (b *book) price(row []string) error {
	if err := number(b.prices, row[0], row[1]); err != nil {
		return err
	}
	n, err := strconv.ParseFloat(row[2], 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("%s is for %q; want a number above 0", row[0], row[2])
	}
	b.prices[row[0]] /= n
	return nil
}

// get returns a figure. A name that is not there is remembered: see bill.
func (b *book) get(in map[string]float64, name string) float64 {
	n, known := in[name]
	if !known && !slices.Contains(b.missing, name) {
		b.missing = append(b.missing, name)
	}
	return n
}

func (b *book) count(part, what string) float64 { return b.get(b.counted, part+": "+what) }
func (b *book) assume(name string) float64      { return b.get(b.assumed, name) }

// seconds returns the GB-seconds that a number of milliseconds of a processor take.
func (b *book) seconds(ms float64) float64 {
	return ms / 1000 / b.assume("part of a processor") * b.assume("memory GB of a function")
}

const gigabyte = 1e9

// bill returns the month's lines. It fails if a price or a figure is missing, or if a
// figure was counted that no line uses.
func (b *book) bill(s shop) (lines []line, err error) {
	used := map[string]bool{}
	count := func(part, what string) float64 { used[part+": "+what] = true; return b.count(part, what) }
	add := func(about string, n float64, what string, each float64) {
		l := line{about: about, what: what, per: each, amount: n * each, dollar: n * each * b.get(b.prices, what)}
		if l.amount > 0 {
			lines = append(lines, l)
		}
	}
	calls, gathered := 1/b.assume("messages of a call"), 1/b.assume("events of a call of settle")

	kept := cmp.Or(s.months, b.assume("months that a send is kept"))
	unless := func(off bool, part, what string) float64 { // what a setting turns off
		if n := count(part, what); off {
			return n
		}
		return 0
	}

	const send, settle, record = "a promotion in send", "a message in settle", "an order in record"
	const inputs, counters = "the inputs of a promotion", "the live counters of an order"
	events := count(settle, "events")
	add("promotions", s.messages, "read unit", count(send, "read units")+count(settle, "read units")-unless(s.noInputs, inputs, "read units"))
	add("promotions", s.messages, "write unit", count(send, "write units")+count(settle, "write units")+b.assume("write units of a permit")-unless(s.noInputs, inputs, "write units"))
	add("promotions", s.messages, "SQS request", 0.1+2*calls+events*(1+0.2)) // put in tens by plan and singly by EventBridge; received and deleted in tens
	add("promotions", s.messages, "Lambda call", calls+events*gathered)
	add("promotions", s.messages, "Lambda GB-second", b.seconds(b.assume("processor ms of a promotion in send")+events*b.assume("processor ms of an SES event in settle")))
	add("promotions", s.messages, "log GB", (count(send, "log bytes")+count(settle, "log bytes"))/gigabyte)
	add("promotions", s.messages, "stored GB of a table", count("a send in a scan", "read units")*bytesOfUnit*kept/gigabyte)
	add("promotions", s.messages, "message of SES", 1)

	const service = "the service messages of an order in send"
	perOrder := count(record, "events")
	add("orders", s.orders, "event on the bus", perOrder)
	add("orders", s.orders, "read unit", count(record, "read units")-unless(s.noCounters, counters, "read units"))
	add("orders", s.orders, "write unit", count(record, "write units")-unless(s.noCounters, counters, "write units"))
	add("orders", s.orders, "SQS request", perOrder*(1+2*calls))
	add("orders", s.orders, "Lambda call", perOrder*calls)
	add("orders", s.orders, "Lambda GB-second", b.seconds(perOrder*b.assume("processor ms of an order's event in record")))
	add("orders", s.orders, "log GB", count(record, "log bytes")/gigabyte)
	add("orders", s.orders, "stored GB of a table", count("an order in a scan", "read units")*bytesOfUnit*b.assume("months that an order is kept")/gigabyte)
	mails := count(service, "messages")
	const own, itsInputs = "service messages of orders", "the inputs of an order's service messages"
	add(own, s.orders, "read unit", count(service, "read units")+mails*count(settle, "read units")-unless(s.noInputs, itsInputs, "read units"))
	add(own, s.orders, "write unit", count(service, "write units")+mails*(count(settle, "write units")+b.assume("write units of a permit"))-unless(s.noInputs, itsInputs, "write units"))
	add(own, s.orders, "SQS request", mails*(1+2*calls+events*(1+0.2)))
	add(own, s.orders, "Lambda call", mails*(calls+events*gathered))
	add(own, s.orders, "Lambda GB-second", b.seconds(mails*(b.assume("processor ms of a service message in send")+events*b.assume("processor ms of an SES event in settle"))))
	add(own, s.orders, "log GB", (count(service, "log bytes")+mails*count(settle, "log bytes"))/gigabyte)
	add(own, s.orders, "stored GB of a table", count(service, "records")*count("a send in a scan", "read units")*bytesOfUnit*kept/gigabyte)
	add(own, s.orders, "message of SES", mails)

	scan, runs := count("a customer in a scan", "read units"), count("a month of campaigns", "runs")
	add("customers", s.customers, "read unit", scan*(runs+30*b.assume("scans of all customers in a day")))
	add("customers", s.customers, "Lambda GB-second", b.seconds(runs*b.assume("processor ms of a customer in plan")))
	add("customers", s.customers, "stored GB of a table", scan*bytesOfUnit/gigabyte)

	add("the stack", 1, "alarm", count("the stack", "alarms"))
	add("the stack", 1, "secret", count("the stack", "secrets"))
	add("the stack", b.assume("queues"), "SQS request", 5*3*60*24*30) // Lambda's five pollers ask each queue every 20 seconds

	for name := range b.counted {
		if !used[name] {
			b.missing = append(b.missing, name+" was counted, and no line of the bill uses it")
		}
	}
	if len(b.missing) > 0 {
		slices.Sort(b.missing)
		return nil, fmt.Errorf("the tables of the bill lack, or have too much:\n%s", strings.Join(b.missing, "\n"))
	}
	return lines, nil
}

// bytesOfUnit is what one read unit of an eventually consistent scan reads.
const bytesOfUnit = 8 << 10
