package canary

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/local/cloud"
	"regulars/infra/local/ses"
	"regulars/shared/dynamo"
)

// place is one thing that the system has stored: an item, a message or a file.
type place struct {
	kind string // such as "table Orders", "queue RecordDeadLetters", "log record.log"
	text string
}

// dump returns everything that the cloud has stored: all items, all messages on
// queues and dead-letter queues, all logs, and the mails to others than the canary.
func dump(ctx context.Context, c *cloud.Running, db *dynamodb.Client, canary []string) (all []place, err error) {
	for _, table := range c.Template.Tables {
		for pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: awssdk.String(table.Name), ConsistentRead: awssdk.Bool(true)}); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("dump table %s: %w", table.Name, err)
			}
			for _, item := range page.Items {
				all = append(all, place{"table " + table.Name, plain(&types.AttributeValueMemberM{Value: item})})
			}
		}
	}
	for _, q := range c.Queues().Queues() {
		messages, err := c.Queues().Peek(q.Name, 10_000)
		if err != nil {
			return nil, fmt.Errorf("dump queue %s: %w", q.Name, err)
		}
		for _, m := range messages {
			text, err := json.Marshal(m)
			if err != nil {
				return nil, fmt.Errorf("dump queue %s: %w", q.Name, err)
			}
			all = append(all, place{"queue " + q.Name, m.Body + string(text)})
		}
	}
	logs, err := filepath.Glob(filepath.Join(c.Settings.Var, "log", "*"))
	for _, name := range logs {
		text, errRead := os.ReadFile(name)
		if errRead != nil {
			return nil, errRead
		}
		all = append(all, place{"log " + filepath.Base(name), string(text)})
	}
	for _, m := range c.Mail().Messages(ses.Filter{Limit: 10_000}).Items {
		if !mine(m.To, canary) {
			whole, _, err := c.Mail().Message(m.ID)
			if err != nil {
				return nil, err
			}
			text, _ := json.Marshal(whole)
			all = append(all, place{"mail to another", string(text)})
		}
	}
	return all, err
}

// mine reports whether a mail went to the canary, whose own inbox is theirs.
func mine(to []string, canary []string) bool {
	for _, address := range to {
		for _, own := range canary {
			if strings.Contains(strings.ToLower(address), strings.ToLower(own)) {
				return true
			}
		}
	}
	return false
}

// plain returns an attribute's value as text, with what is compressed unpacked.
func plain(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		if unpacked, err := dynamo.Unpack(v.Value); err == nil {
			return string(unpacked)
		}
		return string(v.Value)
	case *types.AttributeValueMemberSS:
		return strings.Join(v.Value, " ")
	case *types.AttributeValueMemberL:
		var b strings.Builder
		for _, e := range v.Value {
			b.WriteString(plain(e) + " ")
		}
		return b.String()
	case *types.AttributeValueMemberM:
		var b strings.Builder
		for name, e := range v.Value {
			b.WriteString(name + "=" + plain(e) + " ")
		}
		return b.String()
	}
	return ""
}

// hits returns the places that have a mark, by kind of place, each with the marks.
func hits(all []place, marks []mark) map[string][]string {
	found := map[string][]string{}
	for _, p := range all {
		for _, m := range marks {
			if m.in(p.text) {
				found[p.kind] = append(found[p.kind], m.text)
			}
		}
	}
	return found
}
