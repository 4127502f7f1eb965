// Signup is the function behind the shop's sign-up form: it takes an address with
// the topics that a person wants, and lets send ask them to confirm it by mail.
// Nothing else is sent before they do (docs/contacts.md).
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, tenant, secretARN := dynamo.TablesFrom(env.Text), env.Text("TENANT"), env.Text("MAILBOX_SECRET_ARN")
	sendQueue := env.URL("SEND_QUEUE_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	mailboxes, err := secret.MailboxKey(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	store := dynamo.Open(cfg, tables)
	h := &handler{
		store: store, intents: queue.New(sqs.NewFromConfig(cfg), sendQueue), policy: policycache.WithoutMessages(store, time.Now).Policy,
		tenant: tenant, mailboxes: mailboxes, now: time.Now,
	}
	return h.Handle, nil
}
