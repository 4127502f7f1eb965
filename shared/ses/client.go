// Package ses hands a mail to SES, once, and returns what SES answered. It is
// the only package that calls SES.
//
// SES takes no idempotency token. So the client calls once, without the SDK's
// retries (a test measured that the default retryer sends three times if an
// answer is lost), and sorts every answer into one of four: accepted, refused
// for certain, wait, and unknown. Only a parsed API error with a status of 400
// to 499 (except 408) is certain. docs/decisions/0004 says why.
package ses

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"regulars/shared/content"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"
)

// Timeout is how long the client waits for SES's answer.
const Timeout = 10 * time.Second

// Client sends through one configuration set, from one address.
type Client struct {
	// The two calls, and not the SDK's client: a program that calls methods by their
	// names, as templates do, has in it all methods of each type that it can reach, and
	// a client has a hundred.
	sendEmail        func(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)
	account          func(context.Context, *sesv2.GetAccountInput, ...func(*sesv2.Options)) (*sesv2.GetAccountOutput, error)
	configurationSet string
	from             string
}

// New returns a client that sends from the address from, which may have a name
// before it. Without a configuration set SES tells no function what became of a
// message. The SDK's client that it makes of cfg never retries.
func New(cfg aws.Config, configurationSet, from string) *Client {
	client := sesv2.NewFromConfig(cfg, func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	return &Client{client.SendEmail, client.GetAccount, configurationSet, from}
}

// Refused means that SES did not take the message and will not take it later.
type Refused struct {
	Code string // SES's, such as "MessageRejected"; "BadMessage" if the client did not call SES
	Text string
}

func (e *Refused) Error() string {
	return fmt.Sprintf("SES refused the message: %s: %s", e.Code, e.Text)
}

// Wait means that SES did not take the message now, and may take it later.
type Wait struct {
	Code    string
	Text    string
	Account bool // all messages of the account must wait: sending is paused, or not set up
}

// Paused reports whether SES, or the account's owner, has stopped all sending.
func (e *Wait) Paused() bool {
	return e.Code == "SendingPausedException" || e.Code == "AccountSuspendedException"
}

// Day reports whether the quota of 24 hours is used up, and not the send rate.
func (e *Wait) Day() bool {
	return e.Code == "LimitExceededException" || strings.Contains(e.Text, "Daily")
}

func (e *Wait) Error() string { return fmt.Sprintf("SES asked to wait: %s: %s", e.Code, e.Text) }

// Unknown means that SES may or may not have taken the message.
type Unknown struct{ Err error }

func (e *Unknown) Error() string {
	return "no answer of SES; the message may have been sent: " + e.Err.Error()
}
func (e *Unknown) Unwrap() error { return e.Err }

// Send hands the message to SES and returns SES's ID for it. Every error is a
// [*Refused], a [*Wait] or an [*Unknown].
func (c *Client) Send(ctx context.Context, m content.Mail) (string, error) {
	if err := check(m); err != nil {
		return "", &Refused{Code: "BadMessage", Text: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	utf8 := aws.String("UTF-8")
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(c.sender(m.From)),
		Destination:      &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: &m.Subject, Charset: utf8},
			Body: &types.Body{
				Html: &types.Content{Data: &m.HTML, Charset: utf8},
				Text: &types.Content{Data: &m.Text, Charset: utf8},
			},
		}},
	}
	if c.configurationSet != "" {
		in.ConfigurationSetName = &c.configurationSet
	}
	if m.ReplyTo != "" {
		in.ReplyToAddresses = []string{m.ReplyTo}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		in.Content.Simple.Headers = append(in.Content.Simple.Headers, types.MessageHeader{Name: aws.String(name), Value: aws.String(m.Headers[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Tags)) {
		in.EmailTags = append(in.EmailTags, types.MessageTag{Name: aws.String(name), Value: aws.String(m.Tags[name])})
	}
	out, err := c.sendEmail(ctx, in)
	if err != nil {
		return "", sorted(err)
	}
	return aws.ToString(out.MessageId), nil
}

// sender returns the client's address with the name before it, encoded as
// RFC 2047 requires. Without a name, or if the address cannot be parsed, it
// returns what the client was made with. The address itself never changes: the
// permission to send is bound to it.
func (c *Client) sender(name string) string {
	address, err := mail.ParseAddress(c.from)
	if name == "" || err != nil {
		return c.from
	}
	return (&mail.Address{Name: name, Address: address.Address}).String()
}

// check refuses a mail that could forge a header or reach a second person.
func check(m content.Mail) error {
	if !isOneAddress(m.To) {
		return errors.New("the recipient is not exactly one address")
	}
	if m.ReplyTo != "" && !isOneAddress(m.ReplyTo) {
		return errors.New("the address for answers is not exactly one address")
	}
	if strings.ContainsAny(m.From, "\r\n\x00") {
		return errors.New("the sender's name contains a line break or a NUL")
	}
	if strings.ContainsAny(m.Subject, "\r\n\x00") {
		return errors.New("the subject contains a line break or a NUL")
	}
	for name, value := range m.Headers {
		if strings.ContainsAny(name+value, "\r\n\x00") {
			return fmt.Errorf("header %q contains a line break or a NUL", name)
		}
	}
	return nil
}

func isOneAddress(s string) bool {
	return strings.Contains(s, "@") && !strings.ContainsAny(s, ",;\r\n\x00")
}

// unnamed is the SDK's code for an error without a code. It comes from a proxy
// or gateway between the function and SES.
const unnamed = "UnknownError"

// sorted returns the SDK's error as a [*Refused], a [*Wait] or an [*Unknown].
func sorted(err error) error {
	var api smithy.APIError
	var answer *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &answer) {
		return &Unknown{err}
	}
	code, text, status := api.ErrorCode(), api.ErrorMessage(), answer.HTTPStatusCode()
	if status < 400 || status > 499 || status == http.StatusRequestTimeout || code == unnamed {
		return &Unknown{err} // whatever its code: SES may have taken the message before it failed
	}
	switch code {
	case "TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling":
		return &Wait{Code: code, Text: text}
	case "SendingPausedException", "AccountSuspendedException", "MailFromDomainNotVerifiedException":
		return &Wait{Code: code, Text: text, Account: true}
	}
	notSetUp := status == http.StatusUnauthorized || status == http.StatusForbidden || strings.Contains(text, "not verified")
	if notSetUp { // a missing permission or identity: the account has to be set up, the message is fine
		return &Wait{Code: code, Text: text, Account: true}
	}
	if status == http.StatusTooManyRequests {
		return &Wait{Code: code, Text: text}
	}
	return &Refused{Code: code, Text: text}
}
