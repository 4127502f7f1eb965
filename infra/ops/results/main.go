// Command results says what campaigns did: what became of their messages, what they
// added, and which orders came soon after them.
//
//	go run ./infra/ops/results [-aws] [-campaign C] [-from DAY] [-to DAY] [-horizon 28] [-csv FILE] [-shop DIR] [FILE]
//
// It prints the results, and writes a page with charts to FILE and a table for
// spreadsheets to the file of -csv. They have no data of persons. docs/results.md
// explains the numbers.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or on this
// machine at PORT (4566). With -aws it works on the tables that SENDS_TABLE and others
// name; make results STACK=… sets them. It reads all sends and the profiles of their
// customers: a million sends of 1 KB are 125,000 read units, about 0.02 dollars.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/infra/opentables"
	"regulars/infra/ops/publish/celcheck"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/iso4217"
	"regulars/shared/message"
	"regulars/shared/outcome"
	"regulars/shared/policycache"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/results"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now, os.Stdout, os.Stderr)
	})
}

// asked is what the command line asks for.
type asked struct {
	account  bool
	question outcome.Question
	from, to string
	thousand string // price of a thousand mails
	csv      string
	shop     string // folder of the shop's files
	file     string
}

func read(args []string, out io.Writer) (a asked, err error) {
	flags := flag.NewFlagSet("results", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.BoolVar(&a.account, "aws", false, "work on tables in AWS")
	campaign := flags.String("campaign", "", "a `campaign` or a journey; the default is all")
	flags.StringVar(&a.from, "from", "", "the first `day`, such as 2026-11-01")
	flags.StringVar(&a.to, "to", "", "the last `day`")
	horizon := flags.String("horizon", "28", "`days` after a customer enters the comparison, in which orders count")
	after := flags.String("after", "5", "`days` after a message, in which an order is attributed to it")
	flags.StringVar(&a.thousand, "thousand", "0.10", "`price` of a thousand mails, in the shop's currency")
	flags.StringVar(&a.csv, "csv", "", "write a table for spreadsheets to this `file`")
	flags.StringVar(&a.shop, "shop", "infra/shop", "`folder` of the shop's files, for its segments")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	if a.file = flags.Arg(0); a.file == "" {
		a.file = "var/results.html"
	}
	a.question.Campaign = shop.CampaignID(*campaign)
	var wrong [2]error
	a.question.Horizon, wrong[0] = length("HORIZON", *horizon)
	a.question.After, wrong[1] = length("AFTER", *after)
	return a, errors.Join(wrong[:]...)
}

// length reads a number of days.
func length(name, text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 365 {
		return 0, fmt.Errorf("%s=%s is no number of days; write 1 to 365", name, text)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// ask completes the question with what the policy says.
//
// items has the categories of the products, for segments that ask for them.
func (a *asked) ask(p shoppolicy.Policy, segments []shoppolicy.Segment, items map[shop.ProductID]recommend.Item, now time.Time) error {
	q := &a.question
	q.Now, q.Currency = now, p.Shop.Currency
	for _, limit := range []struct {
		text string
		to   *time.Time
		plus int
	}{{a.from, &q.From, 0}, {a.to, &q.To, 1}} {
		if limit.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, limit.text, p.Shop.Location())
		if err != nil {
			return fmt.Errorf("%q is no day; write 2026-11-01", limit.text)
		}
		if limit.to == &q.From && day.After(now) {
			return fmt.Errorf("FROM=%s has not come yet; nothing can have been sent since", limit.text)
		}
		*limit.to = day.AddDate(0, 0, limit.plus)
	}
	if a.from != "" && a.to != "" && !q.From.Before(q.To) {
		return fmt.Errorf("FROM=%s is after TO=%s, the last day", a.from, a.to)
	}
	q.Segments = func(at time.Time, of profile.Profile) (in []string) {
		facts := decide.Facts(at, of, frequency.Contact{}, items, p, decide.Occasion{})
		for _, s := range segments {
			if s.When.Holds(facts) {
				in = append(in, s.Name)
			}
		}
		return in
	}
	return nil
}

// prices returns what campaigns cost by the policy, and by the price of a thousand
// mails on the command line.
func (a asked) prices(p shoppolicy.Policy) (outcome.Prices, error) {
	price, err := strconv.ParseFloat(a.thousand, 64)
	if err != nil || price < 0 {
		return outcome.Prices{}, fmt.Errorf("THOUSAND=%s is no price; write 0.10", a.thousand)
	}
	decimals, _ := iso4217.Decimals(p.Shop.Currency)
	prices := outcome.Prices{Thousand: price * math.Pow10(decimals)}
	if earn, spend := p.Points.Earn[p.Shop.Currency], p.Points.Spend; earn > 0 && spend.Points > 0 {
		prices.Point = float64(spend.Worth) / float64(spend.Points)
		prices.Points = prices.Point / float64(earn)
	}
	return prices, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, now func() time.Time, out, progress io.Writer) error {
	a, err := read(args, out)
	if err != nil {
		return err
	}
	segments, err := policyfiles.LoadSegments(os.DirFS(a.shop), celcheck.Compile)
	if err != nil {
		return fmt.Errorf("read the segments of %s: %w", a.shop, err)
	}
	store, where, err := opentables.Open(ctx, a.account, getenv, "results", "SENDS_TABLE", "CUSTOMERS_TABLE", "COUPONS_TABLE", "CATALOGUE_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	r, err := answer(ctx, a, store, segments, now(), progress)
	if err != nil {
		return opentables.Located(err, where)
	}
	if err := r.text(out); err != nil {
		return err
	}
	if a.csv != "" {
		if err := write(a.csv, r.csv); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nwritten to %s\n", a.csv)
	}
	if err := write(a.file, r.page); err != nil {
		return err
	}
	fmt.Fprintf(out, "written to %s\n", a.file)
	return nil
}

// answer reads the tables.
func answer(ctx context.Context, a asked, store *dynamo.Store, segments []shoppolicy.Segment, now time.Time, progress io.Writer) (report, error) {
	p, err := policycache.New(store, time.Now, message.Renderer{}).Policy(ctx)
	if err != nil {
		return report{}, err
	}
	segments, unread := divisible(segments)
	items, err := categories(ctx, store, segments)
	if err != nil {
		return report{}, err
	}
	if err := a.ask(p, segments, items, now); err != nil {
		return report{}, err
	}
	prices, err := a.prices(p)
	if err != nil {
		return report{}, err
	}
	read, err := results.Read(ctx, store, store, a.question, results.All, func(sends int64) { fmt.Fprintf(progress, "\r%d sends read", sends) })
	fmt.Fprintf(progress, "\r%40s\r", "") // clears the line
	if err != nil {
		return report{}, err
	}
	budgets, err := results.Budgets(ctx, store, p)
	if err != nil {
		return report{}, err
	}
	if a.question.Campaign != "" && len(read.Rows()) == 0 {
		return report{}, fmt.Errorf("no message of campaign or journey %q was planned in this time; make campaign lists the campaigns", a.question.Campaign)
	}
	return report{Report: read, policy: p, prices: prices, budgets: budgets, shop: p.Shop.Name, unread: unread}, nil
}

// divisible returns the segments into which results can be divided, and a sentence for
// each of the others: which customers were in it when they entered is not known.
func divisible(all []shoppolicy.Segment) (segments []shoppolicy.Segment, unread []string) {
	for _, s := range all {
		if facts := s.NowOnly(); len(facts) > 0 {
			unread = append(unread, fmt.Sprintf("There are no results of segment %s: it asks for %s, of which only the latest is kept, and a message can have changed it.", s.Name, strings.Join(facts, " and ")))
			continue
		}
		segments = append(segments, s)
	}
	return segments, unread
}

// products has the catalogue; [dynamo.Store] does.
type products interface {
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
}

// categories returns the products with what segments ask of them: nothing if none asks.
func categories(ctx context.Context, from products, segments []shoppolicy.Segment) (map[shop.ProductID]recommend.Item, error) {
	if !slices.ContainsFunc(segments, shoppolicy.Segment.AsksCatalogue) {
		return nil, nil
	}
	items := map[shop.ProductID]recommend.Item{}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := from.Products(ctx, page, func(i recommend.Item) error {
			items[i.ID] = recommend.Item{Product: shop.Product{ID: i.ID, Category: i.Category}}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the catalogue for the segments: %w", err)
		}
		page.After = next
	}
	return items, nil
}

// write writes a file by a function.
func write(name string, to func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("cannot write the results: %w; name a file that you may write, in a folder that exists", err)
	}
	if err := errors.Join(to(file), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
