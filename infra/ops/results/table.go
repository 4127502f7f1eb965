package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/bojanz/currency"

	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/shop"
)

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// providers returns the providers of a row, the one with the most messages first.
func providers(row *outcome.Row) []string {
	return slices.SortedFunc(maps.Keys(row.Providers), func(a, b string) int {
		return cmp.Or(cmp.Compare(row.Providers[b].Sent, row.Providers[a].Sent), cmp.Compare(a, b))
	})
}

// The divisions of a campaign of which a line of the table has messages only, and no
// customers or money.
const (
	byReason   = "reason"   // an end state with the code of its reason
	byProvider = "provider" // of the recipients' addresses
)

// csv writes a line for each row: each campaign, and its parts by month, segment,
// offer, variant, reason and provider. The campaign of all campaigns is empty. Amounts
// are in the shop's currency.
func (r report) csv(to io.Writer) error {
	out := csv.NewWriter(to)
	head := r.head()
	if err := out.Write(head); err != nil {
		return err
	}
	var of []string // of the campaign whose rows come now, first the whole: it, its journey and class
	for _, row := range r.Rows() {
		if of == nil || of[0] != string(row.Campaign) {
			of = []string{string(row.Campaign), string(row.Journey), string(r.class(row))}
		}
		if err := out.Write(r.line(of, row)); err != nil {
			return err
		}
		if row.By != outcome.Whole {
			continue
		}
		if err := out.WriteAll(messages(head, of, row)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// class returns the class of a campaign by the policy in force, as make campaign prints
// it: of a journey that of its first message. Of a campaign that is no longer in force it
// is the class of its messages.
func (r report) class(row *outcome.Row) shop.Class {
	if c, known := r.policy.Starts(row.Campaign); known {
		return c.Class
	}
	return row.Class
}

// messages returns the lines of a campaign by reason and by provider.
func messages(head, of []string, row *outcome.Row) (lines [][]string) {
	add := func(by, name string, cells map[string]int64) {
		line := make([]string, len(head))
		copy(line, append(slices.Clone(of), by, name))
		for column, n := range cells {
			line[slices.Index(head, column)] = number(n)
		}
		lines = append(lines, line)
	}
	for _, e := range endings(row) {
		if e.Code != "" {
			n := row.Ends[e]
			add(byReason, string(e.State)+" "+e.Code, map[string]int64{"planned": n, "state " + string(e.State): n})
		}
	}
	for _, provider := range providers(row) {
		m := row.Providers[provider]
		add(byProvider, provider, map[string]int64{"mails": m.Sent, "delivered": m.Delivered, "bounced": m.Bounced, "complained": m.Complained})
	}
	return lines
}

// endings returns the end states of a row with their reasons, in the order of the states;
// of each state the most frequent reason first.
func endings(row *outcome.Row) []outcome.Ending {
	return slices.SortedFunc(maps.Keys(row.Ends), func(a, b outcome.Ending) int {
		return cmp.Or(cmp.Compare(slices.Index(states, a.State), slices.Index(states, b.State)), cmp.Compare(row.Ends[b], row.Ends[a]), cmp.Compare(a.Code, b.Code))
	})
}

// head returns the names of the columns.
func (r report) head() []string {
	head := []string{"campaign", "journey", "class", "by", "name", "planned"}
	for _, s := range states {
		head = append(head, "state "+string(s))
	}
	return append(head, "customers reached", "mails", "delivered", "bounced", "complained", "clicked", "links clicked", "links visited by programs",
		"orders after", "returned after", "net after", "coupons", "coupons redeemed", "discounts",
		"mailed customers", "held-out customers", "not over",
		"orders mailed", "orders held out", "orders lift", "orders low", "orders high", "orders verdict",
		"net mailed", "net held out", "net lift", "net low", "net high", "net verdict",
		"revenue added", "mail cost", "points cost", "earned", "earned low", "earned high",
		"message value", "message value low", "message value high", "value in force", "value from", "currency")
}

// line returns the line of a row. What is not known of it is empty: the messages of a
// segment, the customers of an offer, and a lift and money of which nothing can be said.
//
// of has the campaign, the journey and the class.
func (r report) line(of []string, row *outcome.Row) []string {
	line := append(slices.Clone(of), string(row.By), row.Name)
	line = append(line, unless(row.By == outcome.Segment, r.counts(row))...)
	line = append(line, unless(row.By == outcome.Offer, r.comparison(row))...)
	line = append(line, r.earned(row)...)
	line = append(line, unless(row.By != outcome.Whole || row.Campaign == "", r.values(row))...)
	return append(line, string(r.Currency))
}

// unless returns the cells, or as many empty ones.
func unless(unknown bool, cells []string) []string {
	if unknown {
		return make([]string, len(cells))
	}
	return cells
}

// counts returns the cells about messages, from "planned" to "discounts".
func (r report) counts(row *outcome.Row) []string {
	line := []string{number(row.Planned)}
	for _, s := range states {
		line = append(line, number(row.State(s)))
	}
	var sent outcome.Mail
	for _, d := range row.Providers {
		sent.Delivered, sent.Bounced, sent.Complained = sent.Delivered+d.Delivered, sent.Bounced+d.Bounced, sent.Complained+d.Complained
	}
	return append(line, number(row.Reached), number(row.Mails), number(sent.Delivered), number(sent.Bounced), number(sent.Complained),
		number(row.Clicks.Messages), number(row.Clicks.Links), number(row.Clicks.Machines),
		number(row.After.Orders), number(row.After.Returned), r.amount(float64(row.After.Net)),
		number(row.Coupons.Issued), number(row.Coupons.Redeemed), r.amount(float64(row.Coupons.Discount)))
}

// comparison returns the cells from "mailed customers" to "net verdict".
func (r report) comparison(row *outcome.Row) []string {
	line := []string{number(row.Mailed.Customers()), number(row.Held.Customers()), number(row.Open)}
	for _, m := range []lift.Measure{lift.Orders, lift.Net} {
		line = append(line, r.mean(row.Mailed, m), r.mean(row.Held, m))
		e := row.Lift(m)
		if !row.Compared() {
			line = append(line, "", "", "", "none held out")
			continue
		}
		relative := make([]string, 3)
		if e.RelativeInterval.Known() {
			for i, share := range []float64{e.Relative, e.RelativeInterval.Low, e.RelativeInterval.High} {
				relative[i] = fmt.Sprintf("%.4f", share)
			}
		}
		line = append(line, append(relative, string(e.Verdict))...)
	}
	return line
}

// earned returns the cells from "revenue added" to "earned high".
func (r report) earned(row *outcome.Row) []string {
	line, e := make([]string, 6), row.Earned(r.prices)
	known := row.Compared() && e.Known
	if known {
		line[0] = r.amount(float64(e.Revenue))
	}
	if row.By == outcome.Segment { // its mails are not known, so neither is what is left
		return line
	}
	line[1] = r.amount(float64(e.Mail))
	if known {
		for i, minor := range []int64{e.Points, e.Net, e.Low, e.High} {
			line[2+i] = r.amount(float64(minor))
		}
	}
	return line
}

// values returns the cells from "message value" to "value from".
func (r report) values(row *outcome.Row) []string {
	line := make([]string, 5)
	if value, in, known := row.PerMessage(); known {
		line[0], line[1], line[2] = r.amount(value), r.amount(in.Low), r.amount(in.High)
	}
	if minor, from := r.competes(row); from != "" {
		line[3], line[4] = r.amount(float64(minor)), from
	}
	return line
}

// mean returns the mean of a measure; empty without customers.
func (r report) mean(a lift.Arm, m lift.Measure) string {
	switch {
	case a.Customers() == 0:
		return ""
	case m == lift.Net:
		return r.amount(a.Mean(m))
	}
	return fmt.Sprintf("%.4f", a.Mean(m))
}

// amount returns minor units as a number of the currency, such as 12.50.
func (r report) amount(minor float64) string {
	a, err := currency.NewAmountFromInt64(int64(minor), string(r.Currency))
	if err != nil {
		return fmt.Sprintf("%.0f", minor)
	}
	return a.Number()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
