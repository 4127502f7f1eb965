package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/ses"
)

// samples is the number of messages whose calls are recorded for the floor; messages
// differ in size.
const samples = 100

// made holds the recorded calls and answers of some messages, and a server that
// repeats those answers.
type made struct {
	messages [][]call
	tape     *tape
	units    map[string]float64 // by "read" or "write" and table, of all samples

	server *server
	tables dynamo.Client // of the server
	ses    *ses.Client
}

// record sends the samples to the real servers, and as many again to learn the
// consumed capacity: asking for it makes the answers larger. As many messages go before
// each, so that the rows of the catalogue are in memory as they are within a run.
func record(ctx context.Context, h *system, k kind, likely []profile.Profile) (*made, error) {
	m := &made{units: map[string]float64{}, tape: &tape{client: &http.Client{}, answers: map[string][]answer{}, sent: map[string]int{}}}
	for _, metered := range []bool{false, true} {
		intents, err := h.intents(ctx, k, likely, 2*samples)
		if err != nil {
			return nil, err
		}
		one := &recorder{}
		one.tables, one.ses = h.clients(nil)
		store := dynamo.New(one, h.names)
		sender := h.sender(store, one)
		for i, intent := range intents {
			if i == samples && metered {
				store.Meter = func(table string, read, write float64) {
					m.units["read  "+table] += read
					m.units["write "+table] += write
				}
			}
			if i == samples && !metered {
				one.tables, one.ses = h.clients(m.tape)
			}
			one.calls = nil
			if err := sender.Take(ctx, intent, false); err != nil {
				return nil, fmt.Errorf("record a message: %w", err)
			}
			if i >= samples && !metered {
				m.messages = append(m.messages, one.calls)
			}
		}
	}
	file, err := m.tape.save(h.dir, string(k.campaign)+".json")
	if err != nil {
		return nil, err
	}
	if m.server, err = start("floor", file); err != nil {
		return nil, err
	}
	at := config(m.server.endpoint)
	m.tables, m.ses = dynamodb.NewFromConfig(at), ses.New(at, configurationSet, from)
	return m, nil
}

// again repeats the calls of one sample.
func (m *made) again(ctx context.Context, i int) error {
	for _, call := range m.messages[i%len(m.messages)] {
		if err := call(ctx, m.tables, m.ses); err != nil {
			return err
		}
	}
	return nil
}

// print writes the calls of a message, as the mean of the samples.
func (m *made) print(out io.Writer, k kind) {
	fmt.Fprintf(out, "%s (campaign %s)\n\n", k.title, k.campaign)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "call\ttimes\tbytes sent\tbytes received\t")
	for _, name := range slices.Sorted(maps.Keys(m.tape.answers)) {
		answered := 0
		for _, a := range m.tape.answers[name] {
			answered += len(a.Body)
		}
		fmt.Fprintf(t, "%s\t%.2f\t%d\t%d\t\n", shortened(name), float64(len(m.tape.answers[name]))/samples, m.tape.sent[name]/samples, answered/samples)
	}
	_ = t.Flush()
	var units []string
	for _, name := range slices.Sorted(maps.Keys(m.units)) {
		if n := m.units[name]; n > 0 {
			units = append(units, fmt.Sprintf("%s %.2f", name, n/samples))
		}
	}
	fmt.Fprintf(out, "\nunits: %s\n\n", strings.Join(units, ", "))
}

// shortened returns an operation without its protocol's prefix; the only one of SES
// here is SendEmail.
func shortened(operation string) string {
	if strings.HasPrefix(operation, "/") {
		return "SendEmail"
	}
	return strings.TrimPrefix(path.Ext(operation), ".")
}
