package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
	"regulars/infra/local/ses"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
)

// errNotDrained means that sends or messages were still open when the time for the
// drain was over.
var errNotDrained = errors.New("the queues and waiting sends did not drain in time")

// drain waits without faults until every queue is empty and every send has ended. It
// redrives dead letters, as a person does after mending their cause.
func (h *system) drain(ctx context.Context) error {
	if !h.trial.calm {
		h.say("healed: no more kills and faults")
	}
	h.say("waiting for what is open")
	ctx, cancel := context.WithTimeout(ctx, h.trial.drainLimit)
	defer cancel()
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	working.Go(func() { h.tick(ctx) })
	working.Go(func() { h.report(ctx, "draining") })
	for quiet := 0; ; {
		select {
		case <-ctx.Done():
			h.say("%v has passed, and something is still open", h.trial.drainLimit)
			return errNotDrained
		case <-time.After(time.Second):
		}
		queued, dead := h.queued()
		if queued > 0 || h.events.coming.Load() > 0 {
			quiet = 0
			continue
		}
		if quiet++; quiet < 3 {
			continue
		}
		quiet = 0
		if dead > 0 {
			if err := h.redrive(ctx); err != nil {
				return err
			}
			continue
		}
		open, wake, err := h.open(ctx)
		if err != nil || open == 0 || h.trial.calm && time.Until(wake) > time.Minute {
			return err
		}
		h.waits.Store(int64(open))
		if deadline, _ := ctx.Deadline(); wake.After(deadline) {
			h.say("%d sends wait for longer than the trial: the next until %s", open, wake.Format(time.RFC3339))
			return errNotDrained
		}
	}
}

// open returns the number of sends that have not ended, and when the next of them
// wakes, or now if one of them does not wait.
func (h *system) open(ctx context.Context) (n int, wake time.Time, err error) {
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = h.Store.Sends(ctx, page, func(d claim.Send) error {
			if d.State.Ended() {
				return nil
			}
			at := d.Wake
			if d.State != claim.Queued {
				at = time.Now()
			}
			if n++; n == 1 || at.Before(wake) {
				wake = at
			}
			return nil
		})
		if err != nil {
			return 0, wake, err
		}
	}
	return n, wake, nil
}

// queued returns the number of messages on the queues, and how many of them are dead
// letters that were not redriven before.
func (h *system) queued() (open, dead int) {
	letters := h.deadLetters()
	for _, q := range h.Queues().Queues() {
		n := q.Visible + q.InFlight + q.Delayed
		if _, is := letters[queue.ARN(q.Name)]; is {
			if !h.redriven[q.Name] {
				dead += n
			}
		} else {
			open += n
		}
	}
	return open, dead
}

// deadLetters returns the ARN of the source queue of each dead-letter queue.
func (h *system) deadLetters() map[string]string {
	of := map[string]string{}
	for _, q := range h.Template.Queues {
		if q.DeadLetters != "" {
			of[q.DeadLetters] = q.ARN
		}
	}
	return of
}

// redrive sends every dead letter to its queue again.
func (h *system) redrive(ctx context.Context) error {
	client := sqs.New(sqs.Options{
		Region: aws.Region, BaseEndpoint: awssdk.String(h.Settings.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	for dead, from := range h.deadLetters() {
		for _, q := range h.Queues().Queues() {
			n := q.Visible + q.InFlight + q.Delayed
			if queue.ARN(q.Name) != dead || n == 0 || h.redriven[q.Name] {
				continue
			}
			h.say("%d dead letters in %s are sent through again", n, q.Name)
			h.redriven[q.Name] = true
			h.dead += n
			if _, err := client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &dead, DestinationArn: &from}); err != nil {
				return fmt.Errorf("redrive the dead letters of %s: %w", q.Name, err)
			}
		}
	}
	return nil
}

// report prints progress every ten seconds.
func (h *system) report(ctx context.Context, phase string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Second):
		}
		_, kills := h.killer.counts()
		_, faults := h.trial.faults.counts()
		line := fmt.Sprintf("%s: %d messages at SES", phase, h.Mail().Messages(ses.Filter{Limit: 1}).Total)
		if !h.trial.calm {
			line += fmt.Sprintf(", %d kills, %d faults", kills, faults)
		}
		on := ""
		for _, q := range h.Queues().Queues() {
			if n := q.Visible + q.InFlight + q.Delayed; n > 0 {
				on += fmt.Sprintf(" %s %d", q.Name, n)
			}
		}
		line += "; on queues" + cmp.Or(on, " nothing")
		if n := h.waits.Load(); n > 0 && phase == "draining" {
			line += fmt.Sprintf("; %d sends wait", n)
		}
		h.say("%s", line)
	}
}
