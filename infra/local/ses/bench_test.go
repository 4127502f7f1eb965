package ses

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"go.etcd.io/bbolt"

	local "regulars/infra/local/aws"
	"regulars/infra/local/trail"
)

// bench is a server over HTTP with the real SDK's client, a clock that the test
// moves, and a bus that keeps its events.
type bench struct {
	*Server
	*sesv2.Client
	db    *bbolt.DB
	bus   *bus
	steps *steps
	clock *clock
	url   string
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type bus struct {
	mu     sync.Mutex
	down   bool
	events []local.Event
}

func (b *bus) Put(_ context.Context, name string, e local.Event, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down || name != "default" {
		return errors.New("the bus is down, or its name is not default")
	}
	b.events = append(b.events, e)
	return nil
}

type steps struct {
	mu   sync.Mutex
	list []trail.Step
}

func (s *steps) Record(step trail.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, step)
}

func openDB(t *testing.T, path string) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// set returns a configuration set that publishes all event types.
func set(name string) ConfigurationSet {
	return ConfigurationSet{Name: name, EventDestinations: []EventDestination{{
		Name: "bus", Types: []string{"send", "DELIVERY", "bounce", "complaint"},
		Bus: "arn:aws:events:us-east-1:000000000000:event-bus/default",
	}}}
}

func newBench(t *testing.T, edit func(*Config)) *bench {
	t.Helper()
	b := &bench{
		db:  openDB(t, filepath.Join(t.TempDir(), "local.db")),
		bus: &bus{}, steps: &steps{}, clock: &clock{now: noon},
	}
	cfg := Config{
		Identities:        []Identity{{Name: "example.com"}},
		ConfigurationSets: []ConfigurationSet{set("regulars")},
		Now:               b.clock.Now,
	}
	if edit != nil {
		edit(&cfg)
	}
	var err error
	if b.Server, err = New(b.db, b.bus, b.steps, cfg); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(b.Server)
	t.Cleanup(web.Close)
	b.url = web.URL
	b.Client = sesv2.New(sesv2.Options{
		BaseEndpoint: aws.String(web.URL), Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return b
}

// publish moves the clock until all events are due, publishes them, and returns
// all events on the bus.
func (b *bench) publish(t *testing.T) []local.Event {
	t.Helper()
	b.clock.pass(time.Minute)
	if _, err := b.PublishDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.bus.mu.Lock()
	defer b.bus.mu.Unlock()
	return b.bus.events
}

// letterTo returns a valid message; tests make it invalid.
func letterTo(to string) *sesv2.SendEmailInput {
	utf8 := func(s string) *types.Content {
		return &types.Content{Data: aws.String(s), Charset: aws.String("UTF-8")}
	}
	return &sesv2.SendEmailInput{
		FromEmailAddress:     aws.String("The Shop <shop@example.com>"),
		Destination:          &types.Destination{ToAddresses: []string{to}},
		ConfigurationSetName: aws.String("regulars"),
		EmailTags:            []types.MessageTag{{Name: aws.String("campaign"), Value: aws.String("thanks")}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: utf8("Dziękujemy, Zażółć — Σας ευχαριστούμε 🎁 and a tail that is long enough to fold the line"),
			Body:    &types.Body{Text: utf8("Γειά σου = привет\n.\nA long line: " + longLine), Html: utf8("<p>Zażółć &amp; <b>gęślą</b></p>")},
			Headers: []types.MessageHeader{
				{Name: aws.String("List-Unsubscribe"), Value: aws.String("<https://example.com/u/token>")},
				{Name: aws.String("List-Unsubscribe-Post"), Value: aws.String("List-Unsubscribe=One-Click")},
			},
		}},
	}
}

var longLine = func() string {
	s := ""
	for range 60 {
		s += "śliwka "
	}
	return s
}()
