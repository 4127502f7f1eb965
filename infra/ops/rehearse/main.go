// Command rehearse shows what a campaign would do for one customer now, and why.
//
//	go run ./infra/ops/rehearse preview [-aws] -campaign C -customer X [-language pl] [-variant V] [-order O] [-product P] [-to ADDRESS] [FILE]
//	go run ./infra/ops/rehearse why [-aws] -campaign C -customer X [-order O] [-product P]
//	go run ./infra/ops/rehearse redecide [-aws]
//
// preview writes a page with the campaign's message as the customer would get it: on a
// wide screen, on a phone, dark and as text, with what would keep it from being sent.
// With -to it also sends the message, marked as a test, to an address of testers in
// shop.yaml.
//
// why prints what became of the campaign's messages to the customer, what would become
// of one now, and what each condition says of them, with their own numbers.
//
// It also makes each of these past decisions again from the inputs that were stored with it.
//
// redecide makes every decision of every customer again, and counts those that are the
// same, byte for byte. It fails if one is not.
//
// X is a customer's ID, the address of their mailbox, or the ID of one of their orders.
//
// All run the code that decides and renders the real messages, change nothing and use
// nothing up. Links and codes in a shown message are of no use: they are made with a
// key of this run.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or on this
// machine at PORT (4566). With -aws it works on the tables that CUSTOMERS_TABLE and
// others name; make preview STACK=… sets them.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"regulars/infra/local/storefront"
	"regulars/infra/opentables"
	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/redecide"
	"regulars/shared/rehearsal"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now, os.Stdout, os.Stderr)
	})
}

var errUsage = errors.New(`say what to do: make preview CAMPAIGN=weekly-picks CUSTOMER=c-17, or make why CAMPAIGN=weekly-picks CUSTOMER=c-17`)

// asked is what the command line asks for.
type asked struct {
	what     string // preview, why or redecide
	account  bool
	of       decide.Rehearsed
	customer string
	language string
	to       string
	file     string
}

func read(args []string) (a asked, err error) {
	if len(args) == 0 || !slices.Contains([]string{"preview", "why", "redecide"}, args[0]) {
		return a, errUsage
	}
	a.what = args[0]
	flags := flag.NewFlagSet("rehearse "+a.what, flag.ContinueOnError)
	flags.BoolVar(&a.account, "aws", false, "work on the tables of a stack in AWS, not on the local cloud")
	of := flags.String("campaign", "", "the campaign")
	flags.StringVar(&a.customer, "customer", "", "the customer's ID or address, or one of their orders")
	order := flags.String("order", "", "the order that the message is about; the default is the newest")
	product := flags.String("product", "", "the product that the message is about")
	if a.what == "preview" {
		flags.StringVar(&a.language, "language", "", "the language of the message; the default is the customer's")
		flags.StringVar(&a.of.Variant, "variant", "", "the variant of the campaign; the default is the customer's")
		flags.StringVar(&a.to, "to", "", "the address of a tester")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return a, err
	}
	if a.what == "redecide" {
		if *of != "" || a.customer != "" {
			return a, errors.New("redecide makes every decision again: leave CAMPAIGN and CUSTOMER out, or make why CAMPAIGN=… CUSTOMER=… for those of one customer")
		}
		return a, nil
	}
	if *of == "" || a.customer == "" {
		return a, fmt.Errorf("name a campaign and a customer: make %s CAMPAIGN=weekly-picks CUSTOMER=c-17", a.what)
	}
	a.of.Campaign, a.of.Order, a.of.Product = shop.CampaignID(*of), shop.OrderID(*order), shop.ProductID(*product)
	if a.file = flags.Arg(0); a.file == "" {
		a.file = "var/preview.html"
	}
	return a, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, now func() time.Time, out, progress io.Writer) error {
	a, err := read(args)
	if err != nil {
		return err
	}
	store, where, err := opentables.Open(ctx, a.account, getenv, a.what, "CUSTOMERS_TABLE", "CATALOGUE_TABLE", "ORDERS_TABLE", "SENDS_TABLE", "DECISIONS_TABLE", "JOURNEYS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	r, err := rehearse(store, now, cmp.Or(getenv("TENANT"), "shop"))
	if err != nil {
		return err
	}
	err = answer(ctx, a, r, store, getenv, out, progress)
	return opentables.Located(err, where)
}

// rehearse returns a rehearsal with keys of its own for links and codes. The tenant is
// the shop's: by it the rehearsal finds the records of sends that there are.
func rehearse(store *dynamo.Store, now func() time.Time, tenant string) (*rehearsal.Rehearsal, error) {
	links, err := linktoken.New(map[string][]byte{"rehearsal": []byte(rand.Text() + rand.Text() + rand.Text())}, "rehearsal")
	if err != nil {
		return nil, err
	}
	inForce, codes := policycache.New(store, now, message.Renderer{}), [][]byte{[]byte(rand.Text())}
	return &rehearsal.Rehearsal{
		Sends: store, Positions: store, Inputs: store, Archive: redecide.New(store, message.Renderer{}, links, codes),
		Dispatcher: &dispatch.Dispatcher{
			Claims: store, Now: now,
			Reader: &dispatch.Reader{
				Customers: store, InForce: inForce, Breakers: inForce,
				Tenant: tenant, Links: links, CodeKeys: codes, BaseURL: "https://rehearsal.invalid/",
			},
		},
	}, nil
}

func answer(ctx context.Context, a asked, r *rehearsal.Rehearsal, store *dynamo.Store, getenv func(string) string, out, progress io.Writer) error {
	if a.what == "redecide" {
		return all(ctx, r.Archive, store, out, progress)
	}
	read := 0
	customers, err := rehearsal.Find(ctx, store, a.customer, func(n int) {
		read = n
		fmt.Fprintf(progress, "\r%d customers read", read)
	})
	if read > 0 {
		fmt.Fprintln(progress)
	}
	if err != nil {
		return err
	}
	id := customers[0]
	if len(customers) > 1 {
		fmt.Fprintf(out, "%d customers have this address: %s; this is about the first\n", len(customers), join(customers))
	}
	named := a.of
	if a.of.Order, err = rehearsal.FindOrder(ctx, store, id, a.of.Order, a.customer); err != nil {
		return err
	}
	if a.what == "why" {
		story, err := r.Story(ctx, a.of, id)
		if err == nil && story.None == "" {
			err = applies(named, story.Now.Intent)
		}
		if err != nil {
			return err
		}
		tell(out, a.of, id, story, r.Dispatcher.Now())
		return nil
	}
	in, err := r.Dispatcher.Reader.Config(ctx, a.of.Campaign)
	if err != nil {
		return err
	}
	if a.language != "" && !slices.Contains(in.Shop.Languages, a.language) {
		return fmt.Errorf("LANGUAGE=%s is not one of the shop's languages: %s", a.language, strings.Join(in.Shop.Languages, ", "))
	}
	p, err := r.Preview(ctx, a.of, id, a.language)
	if err == nil {
		err = applies(named, p.Intent)
	}
	if err != nil {
		return err
	}
	var shown *strings.Replacer
	if !a.account {
		shown = storefront.Shown(opentables.Where(getenv))
	}
	var drawn bytes.Buffer
	if err := page(&drawn, id, p, shown); err != nil {
		return err
	}
	if err := os.WriteFile(a.file, drawn.Bytes(), 0o600); err != nil { // it has what the shop knows of a person
		return err
	}
	fmt.Fprintf(out, "%s: %s: %s\n", occasion(p.Answer), verdict(p.Answer), a.file)
	if a.to == "" {
		return nil
	}
	if !slices.Contains(in.Shop.Testers, a.to) {
		return fmt.Errorf("%s is not among the testers of shop.yaml, and a test mail goes to them only; add the address under testers and publish", a.to)
	}
	if p.Mail.HTML == "" {
		return fmt.Errorf("there is no message to send: it lacks %s", strings.Join(p.Lacks, " and "))
	}
	client, err := sender(ctx, a.account, getenv)
	if err != nil {
		return err
	}
	sent, err := client.Send(ctx, test(p.Mail, a.to))
	if err != nil {
		return fmt.Errorf("send the test mail: %w", err)
	}
	fmt.Fprintf(out, "sent as a test to %s; SES's ID is %s\n", a.to, sent)
	return nil
}

// applies returns an error if an order or a product was named, and the campaign is not
// about one.
func applies(named decide.Rehearsed, i campaign.Intent) error {
	switch {
	case named.Product != "" && i.Subject.Product == "":
		return fmt.Errorf("campaign %s is not about a product: leave PRODUCT out", i.Campaign)
	case named.Order != "" && i.Order == "":
		return fmt.Errorf("campaign %s is not about an order: leave ORDER out", i.Campaign)
	}
	return nil
}

// test returns the mail as a test: marked, to the tester, without the tags by which
// the shop's functions would count it, and without the headers by which a mail program
// would unsubscribe the customer.
func test(m content.Mail, to string) content.Mail {
	m.To, m.Subject = to, "[Test] "+m.Subject
	m.Headers = map[string]string{"X-Regulars-Test": "yes"}
	m.Tags = map[string]string{"test": "yes"}
	return m
}

// sender returns SES's client without a configuration set, so that SES raises no
// events about what it sends.
func sender(ctx context.Context, account bool, getenv func(string) string) (*ses.Client, error) {
	if !account {
		where := opentables.Where(getenv)
		return ses.New(aws.Config{
			Region: "us-east-1", BaseEndpoint: &where,
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // the local cloud accepts any
		}, "", "hello@shop.example.com"), nil
	}
	from := getenv("FROM_ADDRESS")
	if from == "" {
		return nil, errors.New("FROM_ADDRESS is not set; set it to the stack's parameter FromAddress (make preview STACK=… does)")
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return ses.New(cfg, "", from), nil
}

func join(ids []shop.CustomerID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, ", ")
}
