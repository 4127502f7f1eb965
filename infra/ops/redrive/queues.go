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

// deployment is the queues of one stack or of the local cloud.
type deployment struct {
	client *sqs.Client
	naming naming
	every  time.Duration // interval between two queries about a move
}

// naming is how a deployment names the queues of template.yaml, such as
// RecordQueue and RecordDeadLetters.
type naming struct {
	prefix  string
	pattern *regexp.Regexp // the pair's name, and which of its two queues it is
}

// local is the naming of the local cloud: the names of the template.
var local = naming{"", regexp.MustCompile(`^(\w+?)(Queue|DeadLetters)$`)}

// deployed is the naming of CloudFormation: the stack's name before the name of
// the template, and a random suffix after it.
func deployed(stack string) naming {
	return naming{stack + "-", regexp.MustCompile(`^` + regexp.QuoteMeta(stack) + `-(\w+?)(Queue|DeadLetters)-\w+$`)}
}

// pair is a queue and its dead-letter queue, by their URLs.
type pair struct {
	name, queue, dead string
}

// pairs returns the queues that have a dead-letter queue, sorted by name.
func (d deployment) pairs(ctx context.Context) ([]pair, error) {
	in := &sqs.ListQueuesInput{MaxResults: aws.Int32(1000)}
	if d.naming.prefix != "" {
		in.QueueNamePrefix = &d.naming.prefix
	}
	found := map[string]*pair{}
	for pages := sqs.NewListQueuesPaginator(d.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the queues: %w", err)
		}
		for _, url := range page.QueueUrls {
			parts := d.naming.pattern.FindStringSubmatch(path.Base(url))
			if parts == nil {
				continue
			}
			s := found[parts[1]]
			if s == nil {
				s = &pair{name: parts[1]}
				found[parts[1]] = s
			}
			if parts[2] == "Queue" {
				s.queue = url
			} else {
				s.dead = url
			}
		}
	}
	var all []pair
	for _, s := range found {
		if s.queue != "" && s.dead != "" {
			all = append(all, *s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no queue whose name begins with %q and that has dead letters; check the account, region and stack", d.naming.prefix)
	}
	slices.SortFunc(all, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// pair returns the pair with this name; case does not matter.
func (d deployment) pair(ctx context.Context, name string) (pair, error) {
	all, err := d.pairs(ctx)
	if err != nil {
		return pair{}, err
	}
	var names []string
	for _, s := range all {
		if strings.EqualFold(s.name, name) {
			return s, nil
		}
		names = append(names, s.name)
	}
	return pair{}, fmt.Errorf("there is no queue %q with dead letters; there is %s", name, strings.Join(names, ", "))
}

// counts is the approximate message counts of a queue, from SQS.
type counts struct {
	arn     string
	waiting int // messages that can be received
	held    int // received by a consumer, and hidden until their visibility timeout ends
}

// count returns the ARN and the message counts of the queue.
func (d deployment) count(ctx context.Context, url string) (c counts, err error) {
	out, err := d.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameQueueArn, types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		return c, fmt.Errorf("read the attributes of %s: %w", path.Base(url), err)
	}
	c.arn = out.Attributes["QueueArn"]
	waiting, errWaiting := strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"])
	held, errHeld := strconv.Atoi(out.Attributes["ApproximateNumberOfMessagesNotVisible"])
	c.waiting, c.held = waiting, held
	return c, errors.Join(errWaiting, errHeld)
}
