package queue

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// MaxBytes is the size limit of SQS, in bytes, for a message with its
// attributes and for a batch.
const MaxBytes = 1 << 20

// Config is one queue of the template. A zero field means the default of SQS,
// if SQS has one.
type Config struct {
	Name              string
	VisibilityTimeout time.Duration // 0: 30 s; at most 12 h
	Delay             time.Duration // before a message is first visible; at most 15 min
	Retention         time.Duration // 0: 4 days; 1 min to 14 days
	ReceiveWait       time.Duration // if a receive names no wait; at most 20 s
	MaxMessageBytes   int           // 0: MaxBytes; at least 1024
	DeadLetterARN     string        // empty: messages are received again until their retention ends
	MaxReceiveCount   int           // 1 to 1000, with DeadLetterARN
	Tags              map[string]string
}

// ARN returns the ARN of the local cloud's queue of this name.
func ARN(name string) string {
	return fmt.Sprintf("arn:aws:sqs:%s:%s:%s", aws.Region, aws.Account, name)
}

// NameOf returns the queue name in an ARN, or "" if the ARN is not of a queue
// of the local cloud. It does not check that the queue exists.
func NameOf(arn string) string {
	name, found := strings.CutPrefix(arn, ARN(""))
	if !found {
		return ""
	}
	return name
}

func (c Config) withDefaults() Config {
	if c.VisibilityTimeout == 0 {
		c.VisibilityTimeout = 30 * time.Second
	}
	if c.Retention == 0 {
		c.Retention = 4 * 24 * time.Hour
	}
	if c.MaxMessageBytes == 0 {
		c.MaxMessageBytes = MaxBytes
	}
	return c
}

// check returns an error that lists all faults of the queues, so that they can
// all be fixed at once.
func check(configs []Config) error {
	known := map[string]bool{}
	var faults []error
	fault := func(c Config, format string, args ...any) {
		faults = append(faults, fmt.Errorf("queue %q: "+format, append([]any{c.Name}, args...)...))
	}
	for _, c := range configs {
		if known[c.Name] {
			fault(c, "two queues have this name; rename one")
		}
		known[c.Name] = true
	}
	for _, c := range configs {
		if !validName(c.Name) {
			fault(c, "the name is invalid: it must have 1 to 80 letters, digits, hyphens and underscores")
		}
		if c.VisibilityTimeout < 0 || c.VisibilityTimeout > 12*time.Hour {
			fault(c, "visibility timeout %v is not between 0 and 12h", c.VisibilityTimeout)
		}
		if c.Delay < 0 || c.Delay > 15*time.Minute {
			fault(c, "delay %v is not between 0 and 15m", c.Delay)
		}
		if c.Retention < time.Minute || c.Retention > 14*24*time.Hour {
			fault(c, "retention %v is not between 1m and 14 days", c.Retention)
		}
		if c.ReceiveWait < 0 || c.ReceiveWait > 20*time.Second {
			fault(c, "receive wait %v is not between 0 and 20s", c.ReceiveWait)
		}
		if c.MaxMessageBytes < 1024 || c.MaxMessageBytes > MaxBytes {
			fault(c, "maximum message size %d is not between 1024 and %d bytes", c.MaxMessageBytes, MaxBytes)
		}
		switch {
		case c.DeadLetterARN == "" && c.MaxReceiveCount != 0:
			fault(c, "maxReceiveCount %d is set without a dead-letter queue", c.MaxReceiveCount)
		case c.DeadLetterARN == "":
		case !known[NameOf(c.DeadLetterARN)]:
			fault(c, "dead-letter queue %s is not in the template", c.DeadLetterARN)
		case c.MaxReceiveCount < 1 || c.MaxReceiveCount > 1000:
			fault(c, "maxReceiveCount %d is not between 1 and 1000", c.MaxReceiveCount)
		}
	}
	return errors.Join(faults...)
}

func validName(name string) bool {
	if name == "" || len(name) > 80 {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}
