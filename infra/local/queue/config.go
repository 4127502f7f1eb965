package queue

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// MaxBytes is SQS's limit for a message with its attributes, and for a batch.
const MaxBytes = 1 << 20

// Config is one queue of the template. Zero means SQS's default wherever SQS
// has one.
type Config struct {
	Name              string
	VisibilityTimeout time.Duration // 0: 30 s; at most 12 h
	Delay             time.Duration // before a message is first visible; at most 15 min
	Retention         time.Duration // 0: 4 days; 1 min to 14 days
	ReceiveWait       time.Duration // of a receive that does not say; at most 20 s
	MaxMessageBytes   int           // 0: MaxBytes; at least 1024
	DeadLetterARN     string        // empty: messages are tried until they are too old
	MaxReceiveCount   int           // 1 to 1000, with DeadLetterARN
	Tags              map[string]string
}

// ARN of a queue of the local cloud.
func ARN(name string) string {
	return fmt.Sprintf("arn:aws:sqs:%s:%s:%s", aws.Region, aws.Account, name)
}

// NameOf returns the name of the queue in an ARN, or "" where it is not one of
// the local cloud's queues.
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

// check names every fault of the queues together, so that a template is mended
// in one go.
func check(configs []Config) error {
	known := map[string]bool{}
	var faults []error
	fault := func(c Config, format string, args ...any) {
		faults = append(faults, fmt.Errorf("queue %q: "+format, append([]any{c.Name}, args...)...))
	}
	for _, c := range configs {
		if known[c.Name] {
			fault(c, "there are two of this name")
		}
		known[c.Name] = true
	}
	for _, c := range configs {
		if !validName(c.Name) {
			fault(c, "a name has 1 to 80 letters, digits, hyphens and underscores")
		}
		if c.VisibilityTimeout < 0 || c.VisibilityTimeout > 12*time.Hour {
			fault(c, "visibility time-out %v is not within 0 and 12h", c.VisibilityTimeout)
		}
		if c.Delay < 0 || c.Delay > 15*time.Minute {
			fault(c, "delay %v is not within 0 and 15m", c.Delay)
		}
		if c.Retention < time.Minute || c.Retention > 14*24*time.Hour {
			fault(c, "retention %v is not within 1m and 14 days", c.Retention)
		}
		if c.ReceiveWait < 0 || c.ReceiveWait > 20*time.Second {
			fault(c, "receive wait %v is not within 0 and 20s", c.ReceiveWait)
		}
		if c.MaxMessageBytes < 1024 || c.MaxMessageBytes > MaxBytes {
			fault(c, "maximum message size %d is not within 1024 and %d", c.MaxMessageBytes, MaxBytes)
		}
		switch {
		case c.DeadLetterARN == "" && c.MaxReceiveCount != 0:
			fault(c, "maxReceiveCount %d without a dead-letter queue", c.MaxReceiveCount)
		case c.DeadLetterARN == "":
		case !known[NameOf(c.DeadLetterARN)]:
			fault(c, "dead-letter queue %s is not in the template", c.DeadLetterARN)
		case c.MaxReceiveCount < 1 || c.MaxReceiveCount > 1000:
			fault(c, "maxReceiveCount %d is not within 1 and 1000", c.MaxReceiveCount)
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
