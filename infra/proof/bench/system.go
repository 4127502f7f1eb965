package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/demo"
	"regulars/infra/local/cloud"
	localdynamodb "regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
	"regulars/shared/campaign"
	"regulars/shared/cataloguecache"
	"regulars/shared/claim"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/sdkhttp"
	"regulars/shared/ses"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is the time of all measurements: a Saturday, outside of the quiet hours of all
// customers of the demo.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

var key = []byte(strings.Repeat("n", 64)) // signs links and derives codes

// system is the shop with its tables and its SES.
type system struct {
	dir    string
	engine *localdynamodb.Engine
	ses    *server
	names  dynamo.Tables
	store  *dynamo.Store // for preparation
	policy shoppolicy.Policy
	rules  *policycache.Cache
	links  *linktoken.Signer
	people []profile.Profile // the demo's customers; copies of them are stored
	copies int
}

// open starts the servers and fills the tables with the policy of infra/shop, the
// demo's catalogue, and a model of its orders.
func open(ctx context.Context, root, dir string, t *template.Template) (h *system, err error) {
	h = &system{dir: dir}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	h.names = cloud.StoreTables(t)
	if h.engine, err = localdynamodb.Start(ctx, root, "", filepath.Join(dir, "dynamo.db"), filepath.Join(dir, "dynamodb.log")); err != nil {
		return h, err
	}
	if err := localdynamodb.Create(ctx, localdynamodb.NewClient(h.engine.Endpoint), t.Tables); err != nil {
		return h, err
	}
	if h.ses, err = start("ses", filepath.Join(dir, "ses.db")); err != nil {
		return h, err
	}
	if h.links, err = linktoken.New(map[string][]byte{"k1": key}, "k1"); err != nil {
		return h, err
	}
	h.store = dynamo.New(localdynamodb.NewClient(h.engine.Endpoint), h.names)
	h.rules = policycache.New(h.store, clock, message.Renderer{})
	return h, h.fill(ctx, filepath.Join(root, "infra/shop"))
}

func (h *system) close() {
	if h.ses != nil {
		h.ses.stop()
	}
	if h.engine != nil {
		h.engine.Stop()
	}
}

// fill stores the policy of the folder, customers and catalogue. The policy is made by a
// program of its own, because MJML takes 45 MB, which send does not have.
func (h *system) fill(ctx context.Context, folder string) error {
	file := filepath.Join(h.dir, "policy")
	maker := exec.CommandContext(ctx, "go", "run", "./infra/proof/bench/policyfile", folder, file)
	maker.Env, maker.Stderr = withoutCollection(), os.Stderr
	if err := maker.Run(); err != nil {
		return fmt.Errorf("make the policy: %w", err)
	}
	packed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	p, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		return err
	}
	for _, o := range p.Offers { // more than a measurement uses
		if err := h.store.EnsureBudget(ctx, o.ID, o.Version, 10_000_000, o.Budget.Shards); err != nil {
			return err
		}
	}
	if err := h.store.SavePolicy(ctx, p.Version, packed); err != nil {
		return err
	}
	h.policy = p
	story, err := demo.Tell(noon)
	if err != nil {
		return err
	}
	var past history
	if err := demo.Import(ctx, story, &past, nil, nil); err != nil {
		return err
	}
	h.people = past.Profiles
	if err := h.store.Import(ctx, dynamo.History{Products: past.Products}); err != nil {
		return err
	}
	return h.learn(ctx, past)
}

// history collects an import, of which the bench stores copies.
type history struct{ dynamo.History }

func (h *history) Import(_ context.Context, part dynamo.History) error {
	h.Products = append(h.Products, part.Products...)
	h.Profiles = append(h.Profiles, part.Profiles...)
	return nil
}

// learn does the nightly work of the learn function, from orders alone.
func (h *system) learn(ctx context.Context, past history) error {
	learner := learning.NewLearner(noon.AddDate(0, 0, -28))
	for _, p := range past.Profiles {
		var bought []learning.Purchase
		for _, visit := range p.Orders {
			for _, line := range visit.Lines {
				bought = append(bought, learning.Purchase{Product: line.Product, At: visit.At})
			}
		}
		learner.Add(bought)
	}
	rows := learner.Learned(20)
	learned := map[shop.ProductID]recommend.Learned{}
	for _, p := range past.Products {
		learned[p.ID] = rows[p.ID]
	}
	begun, err := h.store.BeginModel(ctx, "bench")
	if err != nil {
		return err
	}
	if err := h.store.SaveLearned(ctx, begun, maps.All(learned)); err != nil {
		return err
	}
	model, err := json.Marshal(recommend.Model{Version: "bench", Popular: learner.Popular(recommend.MostPopular)})
	if err != nil {
		return err
	}
	return h.store.PublishModel(ctx, "bench", map[string][]byte{recommend.ModelName: model})
}

// As in template.yaml.
const (
	configurationSet = "regulars"
	from             = "shop@example.com"
)

// clients returns the clients of the real servers. They use over in place of the HTTP
// client of the deployed functions if it is not nil.
func (h *system) clients(over aws.HTTPClient) (*dynamodb.Client, *ses.Client) {
	tablesAt, sesAt := config(h.engine.Endpoint), config(h.ses.endpoint)
	if over != nil {
		tablesAt.HTTPClient, sesAt.HTTPClient = over, over
	}
	return dynamodb.NewFromConfig(tablesAt), ses.New(sesAt, configurationSet, from)
}

func config(endpoint string) aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: sdkhttp.Client{HTTPClient: awshttp.NewBuildableClient()}, // as the deployed functions have it
	}
}

// sender returns the dispatcher of the send function. The policy is read already: on
// Lambda it is read once a minute.
func (h *system) sender(store *dynamo.Store, ses dispatch.SES) *dispatch.Dispatcher {
	return &dispatch.Dispatcher{
		Claims: store, Attempts: store,
		Reader: &dispatch.Reader{
			Customers: store, InForce: h.rules, Catalogue: cataloguecache.New(store, time.Now),
			Tenant: "bench", Links: h.links, CodeKeys: [][]byte{key}, BaseURL: "https://preferences.example.com/",
		},
		SES: ses, Now: clock, Owner: rand.Text,
	}
}

// kind is a kind of message that is measured.
type kind struct {
	title    string
	campaign shop.CampaignID
	coupon   bool
}

// intents stores n customers without earlier messages, and returns an intent for each.
// They are copies of customers in the campaign's audience.
func (h *system) intents(ctx context.Context, k kind, likely []profile.Profile, n int) ([]campaign.Intent, error) {
	c, _ := h.policy.Campaign(k.campaign)
	profiles := make([]profile.Profile, 0, n)
	intents := make([]campaign.Intent, 0, n)
	for i := range n {
		p := likely[i%len(likely)]
		h.copies++
		p.ID = shop.CustomerID(fmt.Sprintf("%s-%d", p.ID, h.copies))
		profiles = append(profiles, p)
		intent := campaign.Intent{
			Campaign: k.campaign, Version: c.Version, Customer: p.ID, Occasion: "2026-11-21T12:00Z", Planned: noon, NotAfter: noon.Add(c.NotAfter),
		}
		if c.Journey != "" {
			intent.Entered = noon
		}
		intents = append(intents, intent)
	}
	return intents, h.store.Import(ctx, dynamo.History{Profiles: profiles})
}

// errRecorded stops a message before it is claimed.
var errRecorded = errors.New("the claim was only recorded")

// claimRecorder is a store of sends that stores nothing and records the claim.
type claimRecorder struct {
	dispatch.Claims
	claimed *claim.Claim
}

func (a *claimRecorder) Claim(_ context.Context, c claim.Claim) error {
	a.claimed = &c
	return errRecorded
}
func (a *claimRecorder) End(context.Context, claim.Send) error { return nil }

// likely returns the customers to whom such a message would go now.
func (h *system) likely(ctx context.Context, k kind) (found []profile.Profile, err error) {
	d := h.sender(h.store, nil)
	intents, err := h.intents(ctx, k, h.people, len(h.people))
	if err != nil {
		return nil, err
	}
	for i, intent := range intents {
		recorded := &claimRecorder{}
		d.Claims = recorded
		if err := d.Take(ctx, intent, false); err != nil && !errors.Is(err, errRecorded) {
			return nil, err
		}
		if recorded.claimed != nil && (recorded.claimed.Coupon != nil) == k.coupon {
			found = append(found, h.people[i])
		}
	}
	if len(found) == 0 {
		return nil, errors.New("no customer of the demo would get this message")
	}
	return found, nil
}
