package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// house is all the queues of one deployment.
type house struct {
	client *sqs.Client
	naming naming
	every  time.Duration // between two looks at a move
}

// naming says what template.yaml's RecordQueue and RecordDeadLetters are called
// where they are.
type naming struct {
	prefix  string
	pattern *regexp.Regexp // the station's name, and which of its two queues
}

// local is the naming of the local cloud: the template's own names.
var local = naming{"", regexp.MustCompile(`^(\w+?)(Queue|DeadLetters)$`)}

// deployed is CloudFormation's: the stack before them, something random behind.
func deployed(stack string) naming {
	return naming{stack + "-", regexp.MustCompile(`^` + regexp.QuoteMeta(stack) + `-(\w+?)(Queue|DeadLetters)-\w+$`)}
}

// station is a queue with its dead letters, by their URLs.
type station struct {
	name, queue, dead string
}

// stations returns those that have dead letters, by name.
func (h house) stations(ctx context.Context) ([]station, error) {
	in := &sqs.ListQueuesInput{MaxResults: aws.Int32(1000)}
	if h.naming.prefix != "" {
		in.QueueNamePrefix = &h.naming.prefix
	}
	found := map[string]*station{}
	for pages := sqs.NewListQueuesPaginator(h.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the queues: %w", err)
		}
		for _, url := range page.QueueUrls {
			parts := h.naming.pattern.FindStringSubmatch(path.Base(url))
			if parts == nil {
				continue
			}
			s := found[parts[1]]
			if s == nil {
				s = &station{name: parts[1]}
				found[parts[1]] = s
			}
			if parts[2] == "Queue" {
				s.queue = url
			} else {
				s.dead = url
			}
		}
	}
	var all []station
	for _, s := range found {
		if s.queue != "" && s.dead != "" {
			all = append(all, *s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no queues here that begin with %q; is this the right account, region and stack?", h.naming.prefix)
	}
	slices.SortFunc(all, func(a, b station) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// station returns the one of that name, in any case of letters.
func (h house) station(ctx context.Context, name string) (station, error) {
	all, err := h.stations(ctx)
	if err != nil {
		return station{}, err
	}
	var names []string
	for _, s := range all {
		if strings.EqualFold(s.name, name) {
			return s, nil
		}
		names = append(names, s.name)
	}
	return station{}, fmt.Errorf("there is no queue %q with dead letters; there is %s", name, strings.Join(names, ", "))
}

// counted is what SQS says of a queue, about.
type counted struct {
	arn     string
	waiting int // messages that can be received
	held    int // received by someone less than their visibility time-out ago
}

func (h house) count(ctx context.Context, url string) (c counted, err error) {
	out, err := h.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameQueueArn, types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		return c, fmt.Errorf("look at %s: %w", path.Base(url), err)
	}
	c.arn = out.Attributes["QueueArn"]
	waiting, errWaiting := strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"])
	held, errHeld := strconv.Atoi(out.Attributes["ApproximateNumberOfMessagesNotVisible"])
	c.waiting, c.held = waiting, held
	return c, errors.Join(errWaiting, errHeld)
}
