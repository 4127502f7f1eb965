package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"regulars/shared/claim"
	"regulars/shared/cldrmoney"
	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/results"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// report is the results with all that the text, the table and the page need.
type report struct {
	*outcome.Report
	shop    string
	policy  shoppolicy.Policy
	prices  outcome.Prices
	budgets []results.Budget
	unread  []string // says which segments have no results, and why
}

// states are the end states, and those of open messages, in the order in which they
// are shown.
var states = []claim.State{
	claim.Delivered, claim.Complained, claim.Accepted, claim.Bounced, claim.Refused, claim.Lost,
	claim.HeldOut, claim.Capped, claim.Suppressed, claim.Outranked, claim.Expired, claim.Cancelled, claim.Queued, claim.Sending,
}

// campaigns returns the rows of whole campaigns, without that of all campaigns.
func (r report) campaigns() (all []*outcome.Row) {
	for _, row := range r.Rows() {
		if row.By == outcome.Whole && row.Campaign != "" {
			all = append(all, row)
		}
	}
	return all
}

// all returns the row of all campaigns.
func (r report) all() *outcome.Row {
	for _, row := range r.Rows() {
		if row.Key == (outcome.Key{}) {
			return row
		}
	}
	return &outcome.Row{}
}

// money returns an amount of minor units in the shop's currency.
func (r report) money(minor float64) string {
	return cldrmoney.English(shop.Money{Minor: int64(math.Round(minor)), Currency: r.Currency})
}

// verdict says what can be said of an effect: "too early to say", or the lift.
func verdict(e lift.Effect) string {
	switch e.Verdict {
	case lift.TooFew:
		return fmt.Sprintf("too early to say: fewer than %d customers have ordered among the mailed or the held out", lift.Least)
	case lift.Open:
		return "too early to say: " + interval(e)
	}
	return fmt.Sprintf("%s (%s)", percent(e.Relative), interval(e))
}

func interval(e lift.Effect) string {
	if !e.RelativeInterval.Known() {
		return "the interval is not known yet"
	}
	return percent(e.RelativeInterval.Low) + " to " + percent(e.RelativeInterval.High)
}

// percent writes a share with its sign.
func percent(share float64) string {
	return strings.Replace(fmt.Sprintf("%+.1f %%", 100*share), "-", "−", 1)
}

// needed says how many customers it takes to find a lift of 10 %; empty if that cannot
// be said.
func needed(e lift.Effect) string {
	n, known := e.Needed(0.1, outcome.Alpha)
	if !known || e.Verdict.Decided() {
		return ""
	}
	return fmt.Sprintf("a lift of 10 %% would be found with about %s customers; there are %s", thousands(n), thousands(e.Mailed+e.Held))
}

func thousands(n int64) string {
	if n < 0 {
		return "−" + thousands(-n)
	}
	if n < 10_000 {
		return fmt.Sprint(n)
	}
	head := thousands(n / 1000)
	return fmt.Sprintf("%s %03d", head, n%1000)
}

// text prints the results.
func (r report) text(out io.Writer) error {
	fmt.Fprintf(out, "What the campaigns of %s did%s, as of %s\n\n", r.shop, r.period(), r.Now.UTC().Format("2 January 2006, 15:04 MST"))
	if len(r.campaigns()) == 0 {
		fmt.Fprintln(out, nothing)
		return nil
	}
	if err := r.ends(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nWhat they added, within %d days after a customer was first to get one (mailed against held out)\n", days(r.Horizon))
	for _, row := range append([]*outcome.Row{r.all()}, r.campaigns()...) {
		if row.Campaign == "" && !row.Compared() {
			continue
		}
		r.added(out, row)
	}
	fmt.Fprintf(out, "\nOrders within %d days after the last message (what other tools report; most would have come anyway)\n", days(r.After))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "campaign\tdelivered\tclicked\torders\treturned\tnet revenue\tcoupons\tredeemed\tdiscounts\t")
	for _, row := range append(r.campaigns(), r.all()) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%s\t\n", name(row), row.Delivered(), row.Clicks.Messages, row.After.Orders, row.After.Returned, r.money(float64(row.After.Net)),
			row.Coupons.Issued, row.Coupons.Redeemed, r.money(float64(row.Coupons.Discount)))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, r.clicks())
	return r.rest(out)
}

// clicks says what the clicks are of all campaigns.
func (r report) clicks() string {
	c := r.all().Clicks
	return fmt.Sprintf("clicked: messages of which a person followed a link to the shop. Links that people followed: %s. Links that only programs visited, such as scanners of mail, which are not counted: %s. Opens are counted nowhere.", thousands(c.Links), thousands(c.Machines))
}

func (r report) period() string {
	switch from, to := r.From.Format("2 January 2006"), r.To.AddDate(0, 0, -1).Format("2 January 2006"); {
	case !r.From.IsZero() && !r.To.IsZero():
		return " from " + from + " to " + to
	case !r.From.IsZero():
		return " from " + from
	case !r.To.IsZero():
		return " until " + to
	}
	return ""
}

func name(row *outcome.Row) string {
	if row.Campaign == "" {
		return "all"
	}
	if row.IsJourney() {
		return string(row.Campaign) + " (journey)"
	}
	return string(row.Campaign)
}

// ends prints what became of the planned messages.
func (r report) ends(out io.Writer) error {
	all := r.all()
	shown := slices.DeleteFunc(slices.Clone(states), func(s claim.State) bool { return all.State(s) == 0 })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "campaign\tplanned\t=")
	for _, s := range shown {
		fmt.Fprintf(table, "\t%s", s)
	}
	fmt.Fprintln(table, "\t")
	for _, row := range append(r.campaigns(), all) {
		fmt.Fprintf(table, "%s\t%d\t=", name(row), row.Planned)
		for _, s := range shown {
			fmt.Fprintf(table, "\t%d", row.State(s))
		}
		fmt.Fprintln(table, "\t")
	}
	return table.Flush()
}

// added prints what one campaign added.
func (r report) added(out io.Writer, row *outcome.Row) {
	fmt.Fprintf(out, "  %s: ", name(row))
	if !row.Compared() {
		fmt.Fprintf(out, "%s customers; %s\n", thousands(row.Mailed.Customers()), r.uncompared(row))
		if says := r.value(row); says != "" && r.holdout(row) > 0 {
			fmt.Fprintf(out, "    %s\n", says)
		}
		r.variants(out, row)
		return
	}
	orders, net := row.Lift(lift.Orders), row.Lift(lift.Net)
	fmt.Fprintf(out, "%s mailed, %s held out", thousands(row.Mailed.Customers()), thousands(row.Held.Customers()))
	if row.Open > 0 {
		fmt.Fprintf(out, "; the time of %s is not over", thousands(row.Open))
	}
	if row.Cut > 0 {
		fmt.Fprintf(out, "; %s may have ordered more than is kept", thousands(row.Cut))
	}
	fmt.Fprintf(out, "\n    orders: %.3f against %.3f a customer; %s\n", orders.MailedMean, orders.HeldMean, verdict(orders))
	fmt.Fprintf(out, "    net revenue: %s against %s a customer; %s\n", r.money(net.MailedMean), r.money(net.HeldMean), verdict(net))
	if n := needed(orders); n != "" {
		fmt.Fprintf(out, "    %s\n", n)
	}
	if e := row.Earned(r.prices); e.Known {
		fmt.Fprintf(out, "    earned: %s (%s to %s) = revenue %s − mails %s − points %s\n", r.money(float64(e.Net)), r.money(float64(e.Low)), r.money(float64(e.High)),
			r.money(float64(e.Revenue)), r.money(float64(e.Mail)), r.money(float64(e.Points)))
	}
	if says := r.value(row); says != "" {
		fmt.Fprintf(out, "    %s\n", says)
	}
	r.variants(out, row)
}

// nothing is said in place of the results if there are none.
const nothing = "No message was planned in this time, and no customer entered a comparison."

// holdout returns the basis points of customers whom the policy holds out of a campaign,
// or of a journey as a whole.
func (r report) holdout(row *outcome.Row) int {
	if row.IsJourney() {
		j, _ := r.policy.Journey(row.Campaign)
		return j.Entry.JourneyHoldout
	}
	c, _ := r.policy.Campaign(row.Campaign)
	return c.Holdout
}

// uncompared says why the customers of a row are compared with no others.
func (r report) uncompared(row *outcome.Row) string {
	if share := r.holdout(row); share > 0 {
		return fmt.Sprintf("no customer is held out in this time; its holdout is %g %%", float64(share)/100)
	}
	if j, _ := r.policy.Journey(row.Journey); j.Entry.JourneyHoldout > 0 && !row.IsJourney() {
		return "it has no holdout of its own; its journey has one, and is compared as a whole"
	}
	return "it has no holdout: nothing to compare with"
}

// value says what one message added, as far as it is known, and with which value the
// campaign's messages compete; empty if there is neither.
func (r report) value(row *outcome.Row) string {
	value, in, known := row.PerMessage()
	if row.Campaign == "" {
		return ""
	}
	minor, from := r.competes(row)
	switch {
	case known && from == "":
		return fmt.Sprintf("value of one message: %s (%s to %s); its file states no value", r.money(value), r.money(in.Low), r.money(in.High))
	case known:
		return fmt.Sprintf("value of one message: %s (%s to %s); its messages compete with %s, %s", r.money(value), r.money(in.Low), r.money(in.High), r.money(float64(minor)), from)
	case from != "":
		return fmt.Sprintf("value of one message: not known yet; its messages compete with %s, %s", r.money(float64(minor)), from)
	}
	return ""
}

// competes returns the value with which the messages of a campaign compete, in minor
// units, and its source; empty if they compete without one.
func (r report) competes(row *outcome.Row) (minor int64, from string) {
	c, _ := r.policy.Campaign(row.Campaign)
	switch {
	case c.Known:
		return c.Value, "as the last night measured"
	case c.Measured:
		return c.Value, "stated until it is measured"
	case c.Value > 0:
		return c.Value, "as its file states"
	}
	return 0, ""
}

// variants prints how the variants of a campaign stand.
func (r report) variants(out io.Writer, row *outcome.Row) {
	if says := r.standing(row); row.Campaign != "" && says != "" {
		fmt.Fprintf(out, "    variants: %s\n", says)
	}
}

// standing says which variant of a campaign is better by its customers' orders; empty
// without variants.
func (r report) standing(row *outcome.Row) string {
	rows, standing := r.Variants(row.Campaign)
	if len(rows) == 0 {
		return ""
	}
	var each []string
	for i, v := range rows {
		says := fmt.Sprintf("%s %.3f orders a customer, of %s", v.Name, standing.Means[i], thousands(v.Mailed.Customers()))
		if standing.Beaten[i] {
			says += " (another one is better)"
		}
		each = append(each, says)
	}
	verdict := "too early to say which one is best"
	if standing.Best >= 0 {
		verdict = rows[standing.Best].Name + " is better than each other one"
	}
	if n := len(rows[0].Strata); n > 0 {
		verdict += fmt.Sprintf("; the shares follow the better one, so customers are compared within %d batches of equal shares", n)
	}
	return strings.Join(each, "; ") + ": " + verdict
}

// rest prints the mail figures and the budgets.
func (r report) rest(out io.Writer) error {
	fmt.Fprintln(out, "\nMail")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "provider\tsent\tdelivered\tbounced\tcomplained\t")
	all := r.all()
	for _, provider := range providers(all) {
		d := all.Providers[provider]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", provider, d.Sent, d.Delivered, d.Bounced, d.Complained)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nBudgets of the offers")
	fmt.Fprintln(table, "offer\tuses left\tof\t")
	for _, b := range r.budgets {
		fmt.Fprintf(table, "%s\t%d\t%d\t\n", b.Offer, b.Left, b.Uses)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, says := range r.unread {
		fmt.Fprintf(out, "\n%s\n", says)
	}
	return nil
}
