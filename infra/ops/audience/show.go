package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/funnel"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	barWidth = 30
	form     = "Mon 2 Jan 15:04"
)

// show prints the funnel, with a bar for each stage.
func show(out io.Writer, r funnel.Result, s shoppolicy.Shop) {
	about := ", class " + string(r.Class)
	if len(r.Steps) > 0 {
		about = ", a journey"
	}
	if r.Product != "" {
		about += ", product " + string(r.Product)
	}
	fmt.Fprintf(out, "%s, version %d%s: as of %s, %s\n", r.Campaign, r.Version, about, r.At.In(s.Location()).Format(form), s.Zone)
	if exact(r.Customers) {
		fmt.Fprintf(out, "customers  %d, all of whom were read\n", r.Customers.About)
	} else {
		fmt.Fprintf(out, "customers  about %d (%s), of whom %d were read, drawn at random\n", r.Customers.About, r.Customers, r.Read)
	}
	fmt.Fprintf(out, "audience   %s%s\n", number(r.Audience), share(r.Audience.About, r.Customers.About))
	if len(r.Steps) > 0 {
		fmt.Fprintln(out, "\nwho of them enters depends on who is on the way, and on reentry, too; what a message would be for one of them:")
		for _, step := range r.Steps {
			fmt.Fprintf(out, "  make why CAMPAIGN=%s CUSTOMER=…\n", step)
		}
	}
	if r.Decided == 0 {
		return
	}
	if r.Messages.About != r.Audience.About {
		fmt.Fprintf(out, "messages   %s, one for each day of a customer's own\n", number(r.Messages))
	}
	if r.Decided < r.Messages.About {
		fmt.Fprintf(out, "decided    %d messages, drawn at random; the numbers have 95 %% intervals\n", r.Decided)
	}
	fmt.Fprintln(out)
	rows := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, g := range r.Groups {
		bar := strings.Repeat("█", (g.Messages.About*barWidth+r.Messages.About/2)/max(r.Messages.About, 1))
		fmt.Fprintf(rows, "  %s\t%s\t%s\t%s\t%s\n", text(g, s.Location()), number(g.Messages), strings.TrimPrefix(share(g.Messages.About, r.Messages.About), ", "), bar, names(g.Examples))
	}
	_ = rows.Flush() // an error of out shows in what is missing
}

// text says what becomes of a group's messages, and until when they wait.
func text(g funnel.Group, zone *time.Location) string {
	said := g.Stage.Text()
	switch {
	case g.Reason != "":
		said += ": " + cmp.Or(claim.Words(g.Reason), g.Reason)
	case g.Coupons > 0 && g.Coupons == g.Decided:
		said += ", with a coupon"
	case g.Coupons > 0:
		said += fmt.Sprintf(", %d of %d with a coupon", g.Coupons, g.Decided)
	}
	from, until := g.From.In(zone).Format(form), g.Until.In(zone).Format(form)
	switch {
	case g.Until.IsZero():
		return said
	case from == until:
		return said + " until " + until
	}
	return said + " until " + from + " to " + until
}

func exact(n funnel.Number) bool { return n.Least == n.Most }

func number(n funnel.Number) string {
	if exact(n) {
		return fmt.Sprint(n.About)
	}
	return fmt.Sprintf("about %d (%s)", n.About, n)
}

func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf(", %.1f %%", 100*float64(n)/float64(of))
}

func names(ids []shop.CustomerID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, " ")
}

// showNext names the campaign's next run, which can be rehearsed as well.
func showNext(out io.Writer, p shoppolicy.Policy, r funnel.Result) {
	c, _ := p.Starts(r.Campaign)
	if next := nextRun(c, r.At, p.Shop.Location()); !next.IsZero() {
		fmt.Fprintf(out, "\nits next run is on %s; AT=%q rehearses that, with what is known now\n", next.Format(form), next.Format("2006-01-02 15:04"))
	}
}

// nextRun returns the time of the campaign's next run within a year, by the clocks of a
// zone; zero if there is none.
func nextRun(c campaign.Campaign, now time.Time, zone *time.Location) time.Time {
	if !c.Scheduled() {
		return time.Time{}
	}
	for day := range 366 {
		from := now.AddDate(0, 0, day)
		if runs := campaign.Due(c, from, from.AddDate(0, 0, 1), zone); len(runs) > 0 {
			return runs[0].At.In(zone)
		}
	}
	return time.Time{}
}
