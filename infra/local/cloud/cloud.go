package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/bus"
	"regulars/infra/local/decisions"
	"regulars/infra/local/dynamodb"
	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/lambda"
	"regulars/infra/local/pages"
	"regulars/infra/local/poll"
	"regulars/infra/local/queue"
	"regulars/infra/local/schedule"
	"regulars/infra/local/secrets"
	"regulars/infra/local/ses"
	"regulars/infra/local/storefront"
	"regulars/infra/local/template"
	"regulars/infra/local/trail"
	"regulars/shared/dynamo"
)

// Cloud holds the local services, connected to each other.
type Cloud struct {
	db         *bbolt.DB
	trail      *trail.Store
	queues     *queue.Service
	functions  *lambda.Host
	urls       http.Handler // of the functions
	deliveries *eventdelivery.Service
	bus        *bus.Service
	schedules  *schedule.Service
	mappings   []*poll.Mapping
	mail       *ses.Server
	secrets    *secrets.Store
	dynamoDB   *dynamodb.Proxy
	pages      *pages.Pages
	shop       *storefront.Storefront
	front      func(http.Handler) http.Handler
}

// Open opens every service of the template. programs can still be in the making;
// dynamoDB is the endpoint of DynamoDB. If it fails, it leaves nothing open.
func Open(s Settings, t *template.Template, programs Programs, dynamoDB string, log *slog.Logger) (c *Cloud, err error) {
	c = &Cloud{front: s.Trial.Front}
	defer func() {
		if err != nil {
			c.Close()
			c = nil
		}
	}()
	path := filepath.Join(s.Var, "cloud.db")
	// NoSync: writes survive the end of the program without it, and a sync of
	// the disk for every message would make the queues slow.
	if c.db, err = bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, Timeout: time.Second}); err != nil {
		return c, fmt.Errorf("open %s: %w (to start with an empty one, remove %s; all local data is lost)", path, err, s.Var)
	}
	if c.trail, err = trail.New(c.db, 0); err != nil {
		return c, err
	}
	if c.queues, err = queue.New(c.db, s.Endpoint(), queueConfigs(t), c.trail); err != nil {
		return c, err
	}
	if c.secrets, err = secrets.New(c.db, t.Secrets, time.Now().UTC()); err != nil {
		return c, err
	}
	if c.dynamoDB, err = dynamodb.NewProxy(dynamoDB, s.Meter, log); err != nil {
		return c, err
	}
	direct := dynamoDB
	if s.Meter || s.Trial.Front != nil {
		direct = s.Endpoint()
	}
	c.functions, err = lambda.New(c.db, functionConfigs(t, programs), lambda.Options{
		Endpoint: s.Endpoint(), DynamoDB: direct, LogDir: filepath.Join(s.Var, "log"),
		Queue: c.queues, Trail: c.trail, Log: log,
	})
	if err != nil {
		return c, err
	}
	c.urls = storefront.Redirects(s.Endpoint(), http.HandlerFunc(c.functions.ServeURL))
	if c.deliveries, err = eventdelivery.New(c.db, c.queues, c.functions, log); err != nil {
		return c, err
	}
	var faults []error
	fault := func(err error) { faults = append(faults, err) }
	c.bus, err = bus.New(t.Buses, ruleConfigs(t), c.deliveries, c.trail)
	fault(err)
	c.schedules, err = schedule.New(c.db, scheduleConfigs(t), c.deliveries, c.trail, log)
	fault(err)
	var source poll.Source = c.queues
	if s.Trial.Source != nil {
		source = s.Trial.Source(source)
	}
	for _, config := range mappingConfigs(t) {
		m, err := poll.New(config, source, c.functions, c.trail, log)
		fault(err)
		c.mappings = append(c.mappings, m)
	}
	var events aws.Bus = c.bus
	if s.Trial.Events != nil {
		events = s.Trial.Events(events)
	}
	mail := mailConfig(t)
	mail.Keep, mail.Show = s.Trial.Keep, storefront.Shown(s.Endpoint())
	c.mail, err = ses.New(c.db, events, c.trail, mail)
	fault(err)
	if err = errors.Join(faults...); err != nil {
		return c, err
	}
	store := dynamo.New(dynamodb.NewClient(dynamoDB), StoreTables(t))
	c.pages = pages.New(pages.Sources{
		Mail: c.mail, Trails: c.trail, Queues: queueSource{c.queues}, Functions: functionSource{c.functions},
		Decisions: decisions.New(store, time.Now), Customers: customerSource(store, c.functions, t), Models: store,
	}, pages.Options{Endpoint: s.Endpoint(), Zone: time.Local})
	c.shop = storefront.New(store)
	return c, nil
}

// StoreTables returns the names of the store's tables, from the functions'
// environment variables in the template.
func StoreTables(t *template.Template) dynamo.Tables {
	var found dynamo.Tables
	for _, f := range t.Functions {
		for name, field := range map[string]*string{
			"CUSTOMERS_TABLE": &found.Customers, "ORDERS_TABLE": &found.Orders, "CATALOGUE_TABLE": &found.Catalogue,
			"SENDS_TABLE": &found.Sends, "DECISIONS_TABLE": &found.Decisions, "JOURNEYS_TABLE": &found.Journeys, "COUPONS_TABLE": &found.Coupons, "SETTINGS_TABLE": &found.Settings,
		} {
			if value := f.Env[name]; value != "" {
				*field = value
			}
		}
	}
	return found
}

// Run serves and runs the services until the context ends. It calls ready when
// all of them have started; a function that is not built yet takes its calls when
// it is. Run returns when the running function calls have ended or [stopTimeout]
// has passed.
func (c *Cloud) Run(ctx context.Context, listener net.Listener, ready func(), log *slog.Logger) error {
	routes := newRoutes(c)
	var handler http.Handler = routes
	if c.front != nil {
		handler = c.front(handler)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			cancel(fmt.Errorf("serve: %w", err))
		}
	}()
	var running sync.WaitGroup
	start := func(name string, run func(context.Context) error) {
		running.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	c.functions.Start()
	start("deliveries", c.deliveries.Run)
	start("mail", c.mail.Run)
	for _, m := range c.mappings {
		start("queue "+m.QueueARN, func(ctx context.Context) error {
			if err := c.functions.Built(ctx, m.Function); err != nil { // a message that is received is worked on
				return err
			}
			return m.Run(ctx)
		})
	}
	start("schedules", c.schedules.Run)
	start("health", func(ctx context.Context) error {
		for _, f := range c.functions.Functions() {
			if err := c.functions.Built(ctx, f.Name); err != nil {
				return err
			}
		}
		routes.ready.Store(true)
		return nil
	})
	ready()
	<-ctx.Done()

	// Function calls that are running may finish; they need the server for
	// that.
	last, done := context.WithTimeout(context.Background(), stopTimeout)
	defer done()
	c.functions.Close(last)
	running.Wait()
	_ = server.Close() // only pollers and pages can still wait for an answer
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// Close closes the services that are open: those that write first, the database
// last.
func (c *Cloud) Close() {
	if c.functions != nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		c.functions.Close(ended)
	}
	if c.queues != nil {
		c.queues.Close()
	}
	if c.trail != nil {
		_ = c.trail.Close()
	}
	if c.db != nil {
		_ = c.db.Close()
	}
}

// Logger returns a logger that writes text lines with the time of day to out.
func Logger(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.String(slog.TimeKey, a.Value.Time().Format(time.TimeOnly))
			}
			return a
		},
	}))
}

// Functions, Queues and Mail give access to the services of a running cloud.

func (c *Cloud) Functions() *lambda.Host { return c.functions }
func (c *Cloud) Queues() *queue.Service  { return c.queues }
func (c *Cloud) Mail() *ses.Server       { return c.mail }
