package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.etcd.io/bbolt"

	"regulars/infra/local/lambda"
	"regulars/infra/local/template"
	"regulars/infra/local/trail"
)

// newHost returns the local cloud's Lambda with the function plan alone, as template.yaml
// declares it, but with the queues of this process.
func newHost(dir string, declared template.Function, queuesAt, tablesAt string, o options) (*lambda.Host, error) {
	db, err := bbolt.Open(filepath.Join(dir, fmt.Sprintf("lambda-%d.db", time.Now().UnixNano())), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return nil, err
	}
	env := maps.Clone(declared.Env)
	env["PLAN_QUEUE_URL"], env["SEND_QUEUE_URL"], env["DEAD_LETTERS_URL"] = queuesAt+ownQueue, queuesAt+sendQueue, queuesAt+deadQueue
	return lambda.New(db, []lambda.Config{{
		ID: declared.ID, Name: planFunction, Binary: binary, Handler: declared.Handler, Timeout: declared.Timeout, MemoryMB: declared.MemoryMB, Reserved: -1, LogFormat: "JSON", Env: env,
	}}, lambda.Options{Endpoint: queuesAt, DynamoDB: tablesAt, LogDir: dir, MaxProcesses: o.functions, Trail: noTrail{}, Log: slog.New(slog.DiscardHandler)})
}

// planFunction is the ID of the function in template.yaml.
const planFunction = "Plan"

// noTrail stores nothing of what the functions do.
type noTrail struct{}

func (noTrail) Record(trail.Step) {}

// request starts the run of the campaign at that time.
func request(ctx context.Context, host *lambda.Host, at time.Time) error {
	event, err := json.Marshal(events.CloudWatchEvent{
		Version: "0", ID: "planscale", DetailType: "campaign.run", Source: "shop", Time: time.Now().UTC(),
		Detail: json.RawMessage(fmt.Sprintf(`{"version":"1","campaign":%q,"run":%q}`, measured, at.Format(time.RFC3339))),
	})
	if err != nil {
		return err
	}
	return call(ctx, host, string(event))
}

// call gives the function one message of its queue, again and again until it takes
// it: a call that is killed leaves its message on the queue.
func call(ctx context.Context, host *lambda.Host, body string) error {
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: body}}})
	if err != nil {
		return err
	}
	var last string
	for range 100 {
		done, err := host.Invoke(ctx, planFunction, payload, "")
		switch {
		case err != nil:
			return err
		case done.Failure == "" && !bytes.Contains(done.Payload, []byte(`"itemIdentifier"`)):
			return nil
		case done.Failure == "":
			return fmt.Errorf("plan failed: %s", done.Log)
		}
		last = string(done.Payload)
	}
	return fmt.Errorf("plan failed a hundred times in a row, the last time with %s", last)
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

// killAtRandom kills that many processes, each while it plans: one at a random point of
// each of as many equal shares of the audience. stop returns how many were killed.
func killAtRandom(ctx context.Context, host *lambda.Host, q *queues, kills, audience int) (stop func() int) {
	killed, done := 0, make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() {
		for killed < kills {
			at := (killed*audience + rand.IntN(audience)) / kills
			for q.customers() < at || !killBusy(host) {
				select {
				case <-done:
					return
				case <-ctx.Done():
					return
				case <-time.After(time.Millisecond):
				}
			}
			killed++
		}
	})
	return func() int { close(done); killing.Wait(); return killed }
}

// killBusy kills a process that is planning. It returns false if none is; then it may
// have killed one that was waiting for a call.
func killBusy(host *lambda.Host) bool {
	victim, ok := host.Kill(func(all []lambda.Victim) int {
		return max(0, slices.IndexFunc(all, func(v lambda.Victim) bool { return v.Busy }))
	})
	return ok && victim.Busy
}
