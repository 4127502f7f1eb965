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
	mostRead  = 100 // dead letters that are received of each queue; SQS returns any of them, unordered
	mostShown = 3   // of those, the newest are shown
	hidden    = 30  // seconds for which a received dead letter is hidden from other consumers
)

// list prints the number of dead letters of each queue, and the faults of the
// newest. It prints no bodies, because they contain personal data.
func (d deployment) list(ctx context.Context, out io.Writer) error {
	all, err := d.pairs(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		n, err := d.count(ctx, s.dead)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", path.Base(s.dead), messages(n.waiting+n.held))
		if n.waiting == 0 {
			continue
		}
		letters, err := d.look(ctx, s.dead)
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

// letter is one dead letter without its body.
type letter struct {
	id  string
	at  time.Time // time of the refusal, or of the sending if it was not refused; UTC
	why []string
}

// look receives up to mostRead dead letters and returns them, newest first. It
// makes them visible again when it returns.
func (d deployment) look(ctx context.Context, url string) (letters []letter, err error) {
	for len(letters) < mostRead {
		got, err := d.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: hidden, WaitTimeSeconds: 0,
			MessageAttributeNames:       []string{"Faults", "Refused"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
		})
		if err != nil {
			return nil, fmt.Errorf("receive dead letters from %s: %w", path.Base(url), err)
		}
		if len(got.Messages) == 0 {
			break
		}
		defer d.putBack(ctx, url, got.Messages)
		for _, m := range got.Messages {
			letters = append(letters, read(m))
		}
	}
	slices.SortFunc(letters, func(a, b letter) int { return cmp.Or(b.at.Compare(a.at), strings.Compare(a.id, b.id)) })
	return letters, nil
}

// putBack makes messages visible again. It ignores errors, because the messages
// become visible after hidden anyway.
func (d deployment) putBack(ctx context.Context, url string, all []types.Message) {
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
	for n, m := range all {
		id := strconv.Itoa(n)
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: &id, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
	}
	_, _ = d.client.ChangeMessageVisibilityBatch(ctx, in)
}

// read returns a message as a letter, with the reason why it is a dead letter.
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
