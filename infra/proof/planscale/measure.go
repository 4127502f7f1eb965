package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"regulars/infra/local/dynamodb"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
)

// measure fills a table with n customers, rehearses the campaign, and plans a run over it once for each number
// of kills.
func measure(ctx context.Context, n int, o options, out, errs io.Writer) error {
	dir, err := folder()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hour := time.Now().UTC().Truncate(time.Hour)
	t, err := fill(ctx, dir, n, campaign.Run{At: hour}, errs)
	if err != nil {
		return err
	}
	defer t.close()
	if err := rehearse(ctx, t, hour, out); err != nil {
		return err
	}
	for i, kills := range o.kills { // each is another run of the campaign
		if err := plan(ctx, dir, t, hour.Add(-time.Duration(i)*time.Hour), kills, o, out, errs); err != nil {
			return err
		}
	}
	return nil
}

// plan plans one run to its end, kills the function that often, and prints and judges
// the result.
func plan(ctx context.Context, dir string, t *shopTables, at time.Time, kills int, o options, out, errs io.Writer) error {
	q := newQueues()
	meter, err := dynamodb.NewProxy(t.engine.Endpoint, true, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	queuesAt, stopQueues, err := serve(ctx, q)
	if err != nil {
		return err
	}
	defer stopQueues()
	tablesAt, stopTables, err := serve(ctx, meter)
	if err != nil {
		return err
	}
	defer stopTables()
	host, err := newHost(dir, t.function, queuesAt, tablesAt, o)
	if err != nil {
		return err
	}
	defer host.Close(ctx)
	processes := watch(ctx, o.binary)
	defer processes.stop()

	if err := request(ctx, host, at); err != nil {
		return err
	}
	audience, began := t.audience(), time.Now()
	stopProgress := showProgress(errs, fmt.Sprintf("plan, %d kills", kills), audience, q.customers)
	stopKills := killAtRandom(ctx, host, q, kills, audience)
	err = work(ctx, host, q, o.functions)
	took, killed := time.Since(began), stopKills()
	stopProgress()
	processes.stop()
	if err != nil {
		return err
	}
	c, _ := t.policy.Campaign(measured)
	progress, err := t.store.RunProgress(ctx, dynamo.Run{Campaign: measured, Version: c.Version, At: at})
	if err != nil {
		return err
	}
	return judge(t, q, meter, result{progress, took, processes, killed, kills}, out)
}

// result is what one planning gave.
type result struct {
	dynamo.Progress
	took time.Duration
	*processes
	killed int
	kills  int // that were requested
}

// judge prints the figures, and fails if a customer was missed or is there twice.
func judge(t *shopTables, q *queues, meter *dynamodb.Proxy, r result, out io.Writer) error {
	audience, missed, foreign, repeated := t.audience(), 0, 0, 0
	for i := range t.n {
		came := q.intents[nameOf(i)]
		switch inAudience := t.inAudience[i%len(t.people)]; {
		case inAudience && came == 0:
			missed++
		case !inAudience && came > 0:
			foreign++
		default:
			repeated += max(0, came-1)
		}
	}
	var read, write float64
	for call, c := range meter.Counts() {
		if slices.Contains([]string{"Scan", "GetItem", "Query"}, call) {
			read += c.Units / float64(t.n)
		} else {
			write += c.Units / float64(t.n)
		}
	}
	fmt.Fprintf(out, "%9d customers, %d in the audience, %d parts: %.1f s, %.0f customers/s; function: peak %d MB, CPU %.0f µs/customer; %.3f read and %.4f write units/customer\n",
		t.n, audience, len(r.Cursors), r.took.Seconds(), float64(t.n)/r.took.Seconds(), r.peak/1024, float64(r.cpu.Microseconds())/float64(t.n), read, write)
	fmt.Fprintf(out, "%9d kills: %d customers missed, %d not of the audience, %d with two sends, %d planned; %d messages came again\n", r.killed, missed, foreign, q.twoNamed, r.Planned, repeated)
	switch {
	case !r.Done() || missed+foreign+q.twoNamed+q.dead > 0:
		return fmt.Errorf("the run is not as it must be: done %v, %d customers missed, %d not of the audience, %d with two names, %d dead letters", r.Done(), missed, foreign, q.twoNamed, q.dead)
	case r.Planned != audience:
		return fmt.Errorf("the run counts %d planned intents, and its audience is %d", r.Planned, audience)
	case r.killed < r.kills:
		return fmt.Errorf("only %d of %d kills met the function at work: plan more customers", r.killed, r.kills)
	case r.kills == 0 && repeated > 0:
		return fmt.Errorf("%d messages came again though nothing was killed", repeated)
	}
	return nil
}

// serve serves a handler on a free loopback port until stop is called.
func serve(ctx context.Context, handler http.Handler) (address string, stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}
