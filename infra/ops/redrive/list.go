package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	mostLooked = 100 // of a queue's dead letters; SQS gives any of them, in no order
	mostShown  = 3   // of those, the newest
	hidden     = 30  // seconds for which a letter is hidden from others while it is looked at
)

// list shows each station's dead letters: how many there are, and why the newest
// are there. It shows no body: that is a customer's business.
func (h house) list(ctx context.Context, out io.Writer) error {
	all, err := h.stations(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		n, err := h.count(ctx, s.dead)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", path.Base(s.dead), messages(n.waiting+n.held))
		if n.waiting == 0 {
			continue
		}
		letters, err := h.look(ctx, s.dead)
		if err != nil {
			return err
		}
		for _, l := range letters[:min(len(letters), mostShown)] {
			fmt.Fprintf(out, "  %s  %s\n", l.at.Format("2 Jan 15:04:05"), l.id)
			for _, why := range l.why {
				fmt.Fprintf(out, "    %s\n", why)
			}
		}
	}
	return nil
}

// letter is one dead letter, without what is in it.
type letter struct {
	id  string
	at  time.Time // of its refusal, or else of its sending; UTC
	why []string
}

// look returns some letters, newest first. It puts them back at once.
func (h house) look(ctx context.Context, url string) (letters []letter, err error) {
	for len(letters) < mostLooked {
		got, err := h.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: hidden, WaitTimeSeconds: 0,
			MessageAttributeNames:       []string{"Faults", "Refused"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
		})
		if err != nil {
			return nil, fmt.Errorf("look into %s: %w", path.Base(url), err)
		}
		if len(got.Messages) == 0 {
			break
		}
		defer h.putBack(ctx, url, got.Messages)
		for _, m := range got.Messages {
			letters = append(letters, read(m))
		}
	}
	slices.SortFunc(letters, func(a, b letter) int { return cmp.Or(b.at.Compare(a.at), strings.Compare(a.id, b.id)) })
	return letters, nil
}

// putBack makes messages visible again. What fails is visible again after hidden
// anyway.
func (h house) putBack(ctx context.Context, url string, all []types.Message) {
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
	for n, m := range all {
		id := strconv.Itoa(n)
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: &id, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
	}
	_, _ = h.client.ChangeMessageVisibilityBatch(ctx, in)
}

// read takes from a message why it is a dead letter.
func read(m types.Message) letter {
	l := letter{id: *m.MessageId}
	if sent, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64); err == nil {
		l.at = time.UnixMilli(sent).UTC()
	}
	if refused, ok := m.MessageAttributes["Refused"]; ok && refused.StringValue != nil {
		if at, err := time.Parse(time.RFC3339, *refused.StringValue); err == nil {
			l.at = at.UTC()
		}
	}
	given, ok := m.MessageAttributes["Faults"]
	if !ok || given.StringValue == nil {
		l.why = []string{"given up after several attempts: the function's log has this ID"}
		return l
	}
	var faults []struct{ Path, Fault string }
	if err := json.Unmarshal([]byte(*given.StringValue), &faults); err != nil {
		l.why = []string{*given.StringValue}
		return l
	}
	for _, f := range faults {
		l.why = append(l.why, strings.TrimSpace(f.Path+" "+f.Fault))
	}
	return l
}
