// Package ses hands a mail to SES, once, and returns what SES answered. It is
// the only package that calls SES.
//
// SES takes no idempotency token. So the client calls once, without
// retries (the SDK's default sends three times if an answer is lost), and sorts every answer into one of four: accepted, refused
// for certain, wait, and unknown. Only an answer with an error code and a status of 400
// to 499 (except 408) is certain. docs/decisions/0004 says why.
package ses

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"regulars/shared/content"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Timeout is how long the client waits for SES's answer.
const Timeout = 10 * time.Second

// Client sends through one configuration set, from one address.
type Client struct {
	caller           *caller
	configurationSet string
	from             string
	address          string // of from, without its name; empty if from cannot be parsed
}

// New returns a client that sends from the address from, which may have a name
// before it. Without a configuration set SES tells no function what became of a
// message. It takes the region, credentials, HTTP client and endpoint from cfg, and not
// its retryer: it never retries.
func New(cfg aws.Config, configurationSet, from string) *Client {
	return &Client{newCaller(cfg), configurationSet, from, addressOf(from)}
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
	var out struct{ MessageId string }
	if err := c.caller.call(ctx, http.MethodPost, "/v2/email/outbound-emails", c.request(m), &out); err != nil {
		return "", sorted(err)
	}
	return out.MessageId, nil
}

// sender returns the client's address with the name before it, encoded as
// RFC 2047 requires. Without a name, or if the address cannot be parsed, it
// returns what the client was made with. The address itself never changes: the
// permission to send is bound to it.
func (c *Client) sender(name string) string {
	if name == "" || c.address == "" {
		return c.from
	}
	return (&mail.Address{Name: name, Address: c.address}).String()
}

// addressOf returns the address in from without the name before it; "" if from cannot be
// parsed.
func addressOf(from string) string {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return ""
	}
	return address.Address
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

// sorted returns the error of a call as a [*Refused], a [*Wait] or an [*Unknown]. An
// answer without a code comes from a proxy or gateway between the function and SES.
func sorted(err error) error {
	var answer *answer
	if !errors.As(err, &answer) {
		return &Unknown{err}
	}
	code, text, status := answer.code, answer.text, answer.status
	if status < 400 || status > 499 || status == http.StatusRequestTimeout || code == "" {
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
