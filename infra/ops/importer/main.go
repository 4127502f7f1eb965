// Command importer brings a shop's history into the tables: contacts with their
// consents, orders, products, and lists of suppressed addresses.
//
//	go run ./infra/ops/importer -contacts profiles.csv -orders orders.csv [-apply]
//
// It reads CSV as Klaviyo, Mailchimp, Shopify and WooCommerce export it, any CSV
// whose columns -columns names, and JSON Lines of events. Without -apply it is a
// dry run: it lists every fault with file, line and column, and counts what would
// change. With -apply it writes, if no file has a fault, or with -skip-faulty all
// sound rows; the others go to a file beside their own, with the reasons.
// docs/import.md explains all of it, step by step.
//
// With -pinpoint it writes drafts from what can be taken out of a project of
// Amazon Pinpoint (package pinpoint) and imports nothing.
//
// It raises no message. It may run while live events are processed, and can be
// stopped and run again: what is stored already is not written again.
//
// With -aws it uses the stack whose outputs are in the environment (make import
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the
// local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // ZONE must be known on a machine without zone files

	"regulars/infra/opentables"
	"regulars/infra/ops/importer/past"
	"regulars/infra/ops/importer/pinpoint"
	"regulars/infra/ops/importer/shape"
	"regulars/infra/ops/importer/table"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/mailbox"
	"regulars/shared/message"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func main() {
	c := command{getenv: os.Getenv, out: os.Stdout, progress: os.Stderr, now: time.Now}
	opentables.Main(c.run)
}

type command struct {
	getenv   func(string) string
	out      io.Writer
	progress *os.File // nil: shows none
	now      func() time.Time
}

// options are the flags.
type options struct {
	files      map[shape.Kind]*string
	columns    string
	dates      string
	decimal    string
	asOf       string
	zone       string
	currency   string
	encoding   string
	noSKU      string
	apply      bool
	skipFaulty bool
	aws        bool

	pinpoint string // a folder
	optedIn  bool
	generate string // numbers of contacts and orders, such as "10000,200000"
	out      string
}

func (c command) run(ctx context.Context, args []string) error {
	o, err := parse(args, c.out)
	if err != nil {
		return err
	}
	if o.generate != "" {
		var contacts, orders int
		if _, err := fmt.Sscanf(o.generate, "%d,%d", &contacts, &orders); err != nil || o.out == "" {
			return errors.New("write -generate 10000,200000 -out var/import-files")
		}
		return generate(o.out, contacts, orders)
	}
	if o.pinpoint != "" {
		return c.fromPinpoint(o)
	}
	store, where, err := opentables.Open(ctx, o.aws, c.getenv, "import", "CUSTOMERS_TABLE", "ORDERS_TABLE", "CATALOGUE_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	store.Pause = patient
	key, err := opentables.MailboxKey(ctx, o.aws, c.getenv, "import")
	if err == nil {
		err = c.into(ctx, o, store, key)
	}
	return opentables.Located(err, where)
}

// patient waits a random time below 50, 100, 200, … 6,400 ms before the
// attempt-th repetition of a call. A table of AWS that was empty until now takes
// some thousand writes a second, and an import brings more: it has to wait rather
// than to end.
func patient(ctx context.Context, attempt int) error {
	timer := time.NewTimer(rand.N(50 * time.Millisecond << min(attempt-1, 7)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func parse(args []string, out io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("importer", flag.ContinueOnError)
	flags.SetOutput(out)
	o.files = map[shape.Kind]*string{}
	for _, kind := range kinds {
		o.files[kind] = flags.String(string(kind), "", fmt.Sprintf("the `files` with %s, separated by commas", kind))
	}
	flags.StringVar(&o.columns, "columns", "", "names of columns, such as `email=E-Mail,total=Summe`")
	flags.StringVar(&o.dates, "dates", "", "how to read 03/04/2026: `dmy` (the day first) or mdy")
	flags.StringVar(&o.decimal, "decimal", "", "how to read 1,234: with a decimal `point` or a decimal comma")
	flags.StringVar(&o.asOf, "as-of", "", "the `day` of the export, such as 2026-11-20; the default is when each file was written")
	flags.StringVar(&o.zone, "zone", "", "the IANA `zone` of times without one; the default is the shop's")
	flags.StringVar(&o.currency, "currency", "", "the `currency` of amounts without one; the default is the shop's")
	flags.StringVar(&o.encoding, "encoding", "", fmt.Sprintf("the `encoding` of the files; the default is found out of %v", table.Encodings))
	flags.StringVar(&o.noSKU, "no-sku", "", "`title`: know products without a SKU by their title; the default is that they are faults")
	flags.BoolVar(&o.apply, "apply", false, "write, not only say what would change")
	flags.BoolVar(&o.skipFaulty, "skip-faulty", false, "import the sound rows of a file with faults")
	flags.BoolVar(&o.aws, "aws", false, "work on the tables of a stack in AWS, not on the local cloud")
	flags.StringVar(&o.pinpoint, "pinpoint", "", "only write drafts from a `folder` of what Amazon Pinpoint exports into the folder -out")
	flags.BoolVar(&o.optedIn, "opted-in", false, "with -pinpoint: each endpoint with the OptOut NONE has opted in")
	flags.StringVar(&o.generate, "generate", "", "only write made-up files of these `numbers` of contacts and orders, such as 10000,200000, into the folder -out")
	flags.StringVar(&o.out, "out", "", "the `folder` that is written")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%d arguments belong to no option; files with spaces in their names need quotation marks", flags.NArg())
	}
	if o.generate != "" || o.pinpoint != "" {
		return o, nil
	}
	if !slices.ContainsFunc(kinds, func(k shape.Kind) bool { return *o.files[k] != "" }) {
		return o, errors.New("name at least one file: make import CONTACTS=… ORDERS=… PRODUCTS=… SUPPRESSED=…")
	}
	for name, value := range map[string]struct{ is, a, b string }{"DATES": {o.dates, "dmy", "mdy"}, "DECIMAL": {o.decimal, "point", "comma"}} {
		if value.is != "" && value.is != value.a && value.is != value.b {
			return o, fmt.Errorf("%s is neither %s nor %s", name, value.a, value.b)
		}
	}
	if o.noSKU != "" && o.noSKU != "title" {
		return o, errors.New("NO_SKU is not title")
	}
	return o, nil
}

// kinds are the kinds of files, in the order in which they are read.
var kinds = []shape.Kind{shape.Suppressed, shape.Contacts, shape.Orders, shape.Products}

// settings returns what the files do not say, from the options and the policy in
// force.
func (o options) settings(now time.Time, inForce shoppolicy.Policy) (s shape.Settings, err error) {
	s = shape.Settings{Now: now, Currency: inForce.Shop.Currency, ShopURL: inForce.Shop.URL, Dates: o.dates, Decimal: o.decimal, ByTitle: o.noSKU == "title"}
	zone := inForce.Shop.Zone
	if o.zone != "" {
		zone = o.zone
	}
	if s.Zone, err = time.LoadLocation(zone); err != nil {
		return s, errors.New("ZONE is no IANA time zone, such as Europe/London")
	}
	if o.currency != "" {
		s.Currency = shop.Currency(strings.ToUpper(o.currency))
	}
	if o.asOf != "" {
		if s.AsOf, err = time.ParseInLocation(time.DateOnly, o.asOf, s.Zone); err != nil || s.AsOf.After(now) {
			return s, errors.New("AS_OF is no past day, such as 2026-11-20")
		}
	}
	if o.columns == "" {
		return s, nil
	}
	s.Columns = map[string]string{}
	for _, pair := range strings.Split(o.columns, ",") {
		field, column, ok := strings.Cut(pair, "=")
		if field = strings.TrimSpace(field); !ok || !shape.IsField(field) {
			return s, fmt.Errorf("COLUMNS names a field that does not exist, or misses a =; the fields are %s", strings.Join(shape.AllFields(), ", "))
		}
		s.Columns[field] = strings.TrimSpace(column)
	}
	return s, nil
}

// fromPinpoint writes drafts from what a project of Amazon Pinpoint exports.
func (c command) fromPinpoint(o options) error {
	if o.out == "" {
		return errors.New("name the folder for the drafts: make import PINPOINT=… OUT=…")
	}
	zone := time.UTC
	if o.zone != "" {
		var err error
		if zone, err = time.LoadLocation(o.zone); err != nil {
			return errors.New("ZONE is no IANA time zone, such as Europe/London")
		}
	}
	r, err := pinpoint.Convert(o.pinpoint, o.out, pinpoint.Options{OptedIn: o.optedIn, Zone: zone})
	if err != nil {
		return err
	}
	for _, l := range r.Lost {
		fmt.Fprintf(c.out, "no counterpart: %s\n", l)
	}
	fmt.Fprintf(c.out, "%d contacts, %d opt-outs, %d campaigns, %d segments and %d messages are in %s; %s says what has no counterpart\n",
		r.Contacts, r.Suppressed, r.Campaigns, r.Segments, r.Messages, o.out, filepath.Join(o.out, "report.md"))
	return nil
}

// into imports the files into the store.
func (c command) into(ctx context.Context, o options, store *dynamo.Store, key mailbox.Key) error {
	_, packed, err := store.Policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) {
		return errors.New("no policy is in force, and an import needs the shop's currency, zone and topics; publish one: make publish")
	}
	if err != nil {
		return err
	}
	inForce, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		return err
	}
	s, err := o.settings(c.now(), inForce)
	if err != nil {
		return err
	}
	i := &importing{command: c, options: o, settings: s, topics: inForce.Shop.TopicNames(), began: c.now()}
	i.writer = past.Writer{Store: store, Key: key, Points: inForce.Points, Apply: o.apply}
	return i.run(ctx)
}

// errFaults means that the files have faults, which were printed.
var errFaults = errors.New("nothing was written: mend the faults, or import only the sound rows with SKIP_FAULTY=1")

// asFaults returns the faults of a file that cannot be opened.
func asFaults(path string, err error) inputfault.InFiles {
	var faults inputfault.InFiles
	if errors.As(err, &faults) {
		return faults
	}
	return inputfault.InFiles{{File: path, Text: err.Error()}}
}
