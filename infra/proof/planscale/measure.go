package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.etcd.io/bbolt"

	"regulars/infra/local/dynamodb"
	"regulars/infra/local/lambda"
	"regulars/infra/local/trail"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
)

// measure fills a table with n customers and plans a run over it for each number of
// kills.
func measure(ctx context.Context, n int, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "regulars-planscale-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hour := time.Now().UTC().Truncate(time.Hour)
	began := time.Now()
	t, err := fill(ctx, dir, n, campaign.Run{At: hour}, func(done int) {
		if done%100_000 == 0 || done == n {
			fmt.Fprintf(out, "  %d customers stored after %.0f s\n", done, time.Since(began).Seconds())
		}
	})
	if err != nil {
		return err
	}
	defer t.close()
	for i, kills := range o.kills { // each is another run of the campaign
		if err := plan(ctx, dir, t, hour.Add(-time.Duration(i)*time.Hour), kills, o, out); err != nil {
			return err
		}
	}
	return nil
}

// plan plans one run to its end, kills the function that often, and prints
// and judges the result.
func plan(ctx context.Context, dir string, t *shopTables, at time.Time, kills int, o options, out io.Writer) error {
	q := newQueues()
	m, err := dynamodb.NewProxy(t.engine.Endpoint, true, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	queuesAt, stopQueues, err := serve(ctx, q)
	if err != nil {
		return err
	}
	defer stopQueues()
	tablesAt, stopTables, err := serve(ctx, m)
	if err != nil {
		return err
	}
	defer stopTables()
	host, err := hostOf(dir, t.names, queuesAt, tablesAt, o)
	if err != nil {
		return err
	}
	defer host.Close(ctx)
	processes := watch(ctx, o.binary)

	request, err := json.Marshal(events.CloudWatchEvent{
		Version: "0", ID: "planscale", DetailType: "campaign.run", Source: "shop", Time: time.Now().UTC(),
		Detail: json.RawMessage(fmt.Sprintf(`{"version":"1","campaign":%q,"run":%q}`, measured, at.Format(time.RFC3339))),
	})
	if err != nil {
		return err
	}
	c, _ := t.policy.Campaign(measured)
	which := dynamo.Run{Campaign: measured, Version: c.Version, At: at}
	if err := call(ctx, host, string(request)); err != nil { // it starts the run
		return err
	}
	began := time.Now()
	stopKills, killed := killing(ctx, host, q, kills, t.audience())
	failed := work(ctx, host, q, o.functions)
	took := time.Since(began)
	stopKills()
	processes.stop()
	if failed != nil {
		return failed
	}
	progress, err := t.store.RunProgress(ctx, which)
	if err != nil {
		return err
	}
	return judge(t, q, m, result{progress, took, *processes, *killed, kills}, out)
}

// result is what one planning gave.
type result struct {
	dynamo.Progress
	took time.Duration
	processes
	killed int
	kills  int // that were wanted
}

// judge prints the figures, and fails if a customer was missed or is there twice.
func judge(t *shopTables, q *queues, m *dynamodb.Proxy, r result, out io.Writer) error {
	audience, missed, foreign, repeated := t.audience(), 0, 0, 0
	for i := range t.n {
		came := q.intents[nameOf(i)]
		switch in := t.reached[i%len(t.people)]; {
		case in && came == 0:
			missed++
		case !in && came > 0:
			foreign++
		default:
			repeated += max(0, came-1)
		}
	}
	var read, write float64
	for call, c := range m.Counts() {
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

// hostOf returns the local cloud's Lambda with the function plan alone.
func hostOf(dir string, names dynamo.Tables, queuesAt, tablesAt string, o options) (*lambda.Host, error) {
	db, err := bbolt.Open(filepath.Join(dir, fmt.Sprintf("lambda-%d.db", time.Now().UnixNano())), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return nil, err
	}
	return lambda.New(db, []lambda.Config{{
		ID: "Plan", Name: "Plan", Binary: binary, Handler: "bootstrap", Timeout: 2 * time.Minute, MemoryMB: 256, Reserved: -1, LogFormat: "JSON",
		Env: map[string]string{
			"CUSTOMERS_TABLE": names.Customers, "ORDERS_TABLE": names.Orders, "CATALOGUE_TABLE": names.Catalogue,
			"SENDS_TABLE": names.Sends, "COUPONS_TABLE": names.Coupons, "SETTINGS_TABLE": names.Settings,
			"PLAN_QUEUE_URL": queuesAt + ownQueue, "SEND_QUEUE_URL": queuesAt + sendQueue, "DEAD_LETTERS_URL": queuesAt + deadQueue,
			"TENANT": "planscale",
		},
	}}, lambda.Options{Endpoint: queuesAt, DynamoDB: tablesAt, LogDir: dir, MaxProcesses: o.functions, Trail: nobody{}, Log: slog.New(slog.DiscardHandler)})
}

type nobody struct{}

func (nobody) Record(trail.Step) {}

// call gives the function one message of its queue, again and again until it takes
// it: a call that is killed leaves its message on the queue.
func call(ctx context.Context, host *lambda.Host, body string) error {
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: body}}})
	if err != nil {
		return err
	}
	for range 100 {
		done, err := host.Invoke(ctx, "Plan", payload, "")
		switch {
		case err != nil:
			return err
		case done.Failure == "" && !bytes.Contains(done.Payload, []byte(`"itemIdentifier"`)):
			return nil
		case done.Failure == "":
			return fmt.Errorf("plan failed: %s", done.Log)
		}
	}
	return errors.New("plan failed a hundred times in a row")
}

// work gives the function the messages of its own queue until there are none.
func work(ctx context.Context, host *lambda.Host, q *queues, functions int) error {
	var first error
	var mu sync.Mutex
	for parts := q.take(); len(parts) > 0 && first == nil; parts = q.take() {
		var working sync.WaitGroup
		slots := make(chan struct{}, functions)
		for _, part := range parts {
			slots <- struct{}{}
			working.Go(func() {
				defer func() { <-slots }()
				if err := call(ctx, host, part); err != nil {
					mu.Lock()
					first = errors.Join(first, err)
					mu.Unlock()
				}
			})
		}
		working.Wait()
	}
	return first
}

// killing kills a process that is planning, each time that a random share of the
// intents has come.
func killing(ctx context.Context, host *lambda.Host, q *queues, kills, audience int) (stop func(), killed *int) {
	killed = new(int)
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		for k := range kills {
			at := (k*audience + rand.IntN(audience)) / kills // once in each tenth
			for {
				q.mu.Lock()
				came := len(q.intents)
				q.mu.Unlock()
				if came >= at {
					break
				}
				select {
				case <-done:
					return
				case <-ctx.Done():
					return
				case <-time.After(time.Millisecond):
				}
			}
			victim, ok := host.Kill(func(all []lambda.Victim) int {
				for i, v := range all {
					if v.Busy {
						return i
					}
				}
				return 0
			})
			if ok && victim.Busy {
				*killed++
			}
		}
	})
	return func() { close(done); over.Wait() }, killed
}

// processes is what the processes of a program use, as Linux's proc(5) says it; zero
// on other systems.
type processes struct {
	peak int           // the greatest peak memory of one of them, in KB
	cpu  time.Duration // of all of them, without the last moments of those that were killed
	stop func()
}

// watch looks at the processes of the program until stop is called.
func watch(ctx context.Context, binary string) *processes {
	program, _ := filepath.Abs(binary)
	ctx, cancel := context.WithCancel(ctx)
	p, used := &processes{}, map[string]time.Duration{}
	var over sync.WaitGroup
	look := func() {
		links, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, link := range links {
			if at, err := os.Readlink(link); err == nil && at == program {
				dir := filepath.Dir(link)
				p.peak = max(p.peak, peakOf(filepath.Join(dir, "status")))
				used[dir] = max(used[dir], cpuOf(filepath.Join(dir, "stat")))
			}
		}
	}
	over.Go(func() {
		for ctx.Err() == nil {
			look()
			time.Sleep(100 * time.Millisecond)
		}
		look()
	})
	p.stop = func() {
		cancel()
		over.Wait()
		for _, cpu := range used {
			p.cpu += cpu
		}
	}
	return p
}

// cpuOf returns the CPU time of a process, from the fields utime and stime of its
// stat, which count hundredths of a second.
func cpuOf(file string) (sum time.Duration) {
	stat, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // after the name, which can contain any character
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(string(field))
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

// peakOf returns the line VmHWM of a process's status, in KB.
func peakOf(file string) int {
	status, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) > 1 && string(fields[0]) == "VmHWM:" {
			n, _ := strconv.Atoi(string(fields[1]))
			return n
		}
	}
	return 0
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
