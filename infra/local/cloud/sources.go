package cloud

import (
	"context"
	"time"

	"regulars/infra/local/customerview"
	"regulars/infra/local/lambda"
	"regulars/infra/local/pages"
	"regulars/infra/local/queue"
	"regulars/infra/local/template"
	"regulars/shared/dynamo"
)

// queueSource reads the queues for the pages.
type queueSource struct{ queues *queue.Service }

func (s queueSource) Queues(context.Context) ([]pages.Queue, error) {
	var out []pages.Queue
	for _, q := range s.queues.Queues() {
		view := pages.Queue{Name: q.Name, Waiting: q.Visible, InFlight: q.InFlight, Delayed: q.Delayed, Sources: q.Sources}
		if q.Visible+q.InFlight+q.Delayed > 0 {
			oldest, err := s.queues.Peek(q.Name, 1)
			if err != nil {
				return nil, err
			}
			if len(oldest) > 0 {
				view.Oldest = oldest[0].Sent
			}
		}
		out = append(out, view)
	}
	return out, nil
}

func (s queueSource) DeadLetters(_ context.Context, name string, limit int) ([]pages.DeadLetter, error) {
	messages, err := s.queues.Peek(name, limit)
	if err != nil {
		return nil, err
	}
	var out []pages.DeadLetter
	for _, m := range messages {
		letter := pages.DeadLetter{
			ID: m.ID, Queue: name, Source: queue.NameOf(m.Source), Body: m.Body, Attributes: map[string]string{},
			Sent: m.Sent, Received: m.Received, Trace: m.Trace,
		}
		for key, a := range m.Attributes {
			if a.StringValue != nil {
				letter.Attributes[key] = *a.StringValue
			}
		}
		out = append(out, letter)
	}
	return out, nil
}

// customerSource returns a source of customers and the recommendations that the
// template's function functions/recommend gives for them; nil if the template
// has no such function.
func customerSource(store *dynamo.Store, host *lambda.Host, t *template.Template) pages.CustomerSource {
	for _, f := range t.Functions {
		if f.Code == "functions/recommend" {
			return customerview.New(store, host, f.Name)
		}
	}
	return nil
}

// functionSource reads the functions for the pages.
type functionSource struct{ host *lambda.Host }

func (s functionSource) Functions(context.Context) ([]pages.Function, error) {
	var out []pages.Function
	for _, f := range s.host.Functions() {
		out = append(out, pages.Function{
			Name: f.Name, Calls: f.Calls, Errors: f.Failed, Throttled: f.Throttled, Processes: f.Processes, Busy: f.Busy,
			Cold: times(f.Cold), Warm: times(f.Warm), LastError: f.LastError, LastAt: f.LastAt,
		})
	}
	return out, nil
}

func times(t lambda.Times) pages.Times {
	ms := func(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
	return pages.Times{Count: t.Count, Median: ms(t.Median), P95: ms(t.P95), Max: ms(t.Max)}
}
