package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"text/tabwriter"

	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
)

// measure prints the cost of one kind of message and how many go a second with one,
// two and eight workers, each beside the floor.
func measure(ctx context.Context, h *system, k kind, o options, out io.Writer) error {
	likely, err := h.likely(ctx, k)
	if err != nil {
		return err
	}
	made, err := record(ctx, h, k, likely)
	if err != nil {
		return err
	}
	defer made.server.stop()
	made.print(out, k)

	client, ses := h.clients(nil)
	counted := &counter{SES: ses}
	sender := h.sender(dynamo.New(client, h.names), counted)
	table := newTable(out)
	for _, workers := range []int{1, 2, 8} {
		var sent, least cost
		for range o.rounds {
			intents, err := h.intents(ctx, k, likely, o.messages)
			if err != nil {
				return err
			}
			counted.took.Store(0)
			err = profiled(o, func() error {
				return sent.spend(workers, len(intents), []int{h.engine.PID(), h.ses.pid()}, func(i int) error {
					return sender.Take(ctx, intents[i], false)
				})
			})
			if err != nil {
				return err
			}
			if n := int(counted.took.Load()); n != len(intents) {
				err := errors.New("the others were decided otherwise")
				if failed := counted.failed.Load(); failed != nil {
					err = *failed
				}
				return fmt.Errorf("SES accepted %d of %d messages: %w", n, len(intents), err)
			}
			err = least.spend(workers, o.messages, []int{made.server.pid()}, func(i int) error { return made.again(ctx, i) })
			if err != nil {
				return fmt.Errorf("the floor: %w", err)
			}
		}
		table.line(workers, sent, least)
	}
	return table.end()
}

// counter is an SES that counts the messages that it accepts.
type counter struct {
	dispatch.SES
	took   atomic.Int64
	failed atomic.Pointer[error] // the first
}

// Send passes the message on and counts it if it is accepted.
func (c *counter) Send(ctx context.Context, m content.Mail) (string, error) {
	id, err := c.SES.Send(ctx, m)
	if err != nil {
		c.failed.CompareAndSwap(nil, &err)
	} else {
		c.took.Add(1)
	}
	return id, err
}

// table prints the measurements, a line for each number of workers.
type table struct{ *tabwriter.Writer }

func newTable(out io.Writer) table {
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(t, "\tmessages\tfloor\t\tCPU ms of\tfloor\t\twith\tfloor\tallocations\tfloor\tKB\tfloor\t")
	fmt.Fprintln(t, "workers\ta second\t\tratio\tthe sender\t\tratio\tservers\t\t\t\t\t\t")
	return t
}

func (t table) line(workers int, sent, least cost) {
	fmt.Fprintf(t, "%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t\n", workers,
		sent.rate(), least.rate(), sent.rate()/least.rate(),
		sent.cpu(), least.cpu(), sent.cpu()/least.cpu(), sent.cpuWithServers(), least.cpuWithServers(),
		sent.allocations(), least.allocations(), sent.kilobytes(), least.kilobytes())
}

func (t table) end() error {
	fmt.Fprintln(t)
	return t.Flush()
}

// profiled runs work under the CPU profiler, or counts its allocations, if a file is
// named for it. Each call overwrites the file; the last call has the most workers, and
// its allocations are those of all calls.
func profiled(o options, work func() error) error {
	if o.allocations != "" {
		runtime.MemProfileRate = 512                  // bytes for each sample
		defer func() { runtime.MemProfileRate = 0 }() // all else is not counted
	}
	err := inFile(o.profile, func(file io.Writer) error {
		if file == nil {
			return work()
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
		return work()
	})
	return errors.Join(err, inFile(o.allocations, func(file io.Writer) error {
		if file == nil {
			return nil
		}
		return pprof.Lookup("allocs").WriteTo(file, 0)
	}))
}

// inFile calls write with the file of that name, or with nil if the name is empty.
func inFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(nil)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
