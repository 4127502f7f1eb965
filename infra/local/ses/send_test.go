package ses

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

func TestSendEmailStoresTheMessage(t *testing.T) {
	b := newBench(t, nil)
	in := letterTo("ann@example.com")
	out, err := b.SendEmail(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	m, ok, err := b.Message(*out.MessageId)
	if err != nil || !ok {
		t.Fatalf("Message(%s) = %v, %v; want the message", *out.MessageId, ok, err)
	}
	if m.Subject != *in.Content.Simple.Subject.Data || m.Text != *in.Content.Simple.Body.Text.Data || m.HTML != *in.Content.Simple.Body.Html.Data {
		t.Errorf("Message = %+v, want subject, text and HTML as sent", m)
	}
	if m.From != "The Shop <shop@example.com>" || len(m.To) != 1 || m.To[0] != "ann@example.com" || m.Tags["campaign"] != "thanks" || !m.At.Equal(noon) {
		t.Errorf("Message = %+v, want sender, recipient, tag and time as sent", m)
	}
	if got := m.Headers["List-Unsubscribe-Post"]; got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post = %q", got)
	}
	if want := "<" + *out.MessageId + "@email.amazonses.com>"; m.Headers["Message-ID"] != want {
		t.Errorf("Message-ID = %q, want SES's %q", m.Headers["Message-ID"], want)
	}
	if len(m.ID) != len("0100018f2d3c4b5a-01234567-89ab-cdef-0123-456789abcdef-000000") || !strings.HasPrefix(m.ID, "0100") {
		t.Errorf("MessageId = %q, want the form of an SES ID", m.ID)
	}
}

func TestSourceIsValidMIME(t *testing.T) {
	b := newBench(t, nil)
	in := letterTo("ann@example.com")
	in.FromEmailAddress = aws.String("Żółw & Syn <shop@example.com>")
	in.Destination.ToAddresses = []string{"Ελένη <eleni@example.com>"}
	out, err := b.SendEmail(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	source, err := b.Source(*out.MessageId)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(source), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") || !isASCII(line) {
			t.Fatalf("line %q is not valid in RFC 5322", line)
		}
		if len(line) > 76 && strings.Contains(line, "=?") {
			t.Errorf("encoded line has %d characters, want at most 76: %s", len(line), line)
		}
	}
	parsed, err := mail.ReadMessage(strings.NewReader(string(source)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); got != *in.Content.Simple.Subject.Data {
		t.Errorf("Subject = %q, want %q", got, *in.Content.Simple.Subject.Data)
	}
	if from, err := parsed.Header.AddressList("From"); err != nil || from[0].Name != "Żółw & Syn" {
		t.Errorf("From = %v, %v", from, err)
	}
	if to, err := parsed.Header.AddressList("To"); err != nil || to[0].Name != "Ελένη" || to[0].Address != "eleni@example.com" {
		t.Errorf("To = %v, %v", to, err)
	}
	kind, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type = %q, %v", kind, err)
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	for _, want := range []struct{ kind, body string }{
		{"text/plain; charset=UTF-8", *in.Content.Simple.Body.Text.Data},
		{"text/html; charset=UTF-8", *in.Content.Simple.Body.Html.Data},
	} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || p.Header.Get("Content-Type") != want.kind || strings.ReplaceAll(string(body), "\r\n", "\n") != want.body {
			t.Errorf("part %s = %q, %v; want %q", p.Header.Get("Content-Type"), body, err, want.body)
		}
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		t.Errorf("after both parts: %v, want io.EOF", err)
	}
}

func TestContentWithoutCharsetIsASCII(t *testing.T) {
	b := newBench(t, nil)
	in := letterTo("ann@example.com")
	in.Content.Simple.Body = &types.Body{Text: &types.Content{Data: aws.String("Zażółć")}}
	out, err := b.SendEmail(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if m, _, _ := b.Message(*out.MessageId); m.Text != "Za????" || m.HTML != "" {
		t.Errorf("text = %q, html = %q; want question marks as in SES, and no HTML", m.Text, m.HTML)
	}
}

func TestSendEmailRefusesInvalidMessages(t *testing.T) {
	simple := func(in *sesv2.SendEmailInput) *types.Message { return in.Content.Simple }
	tagged := func(name, value string) func(*sesv2.SendEmailInput) {
		return func(in *sesv2.SendEmailInput) {
			in.EmailTags = []types.MessageTag{{Name: &name, Value: &value}}
		}
	}
	withHeader := func(name, value string) func(*sesv2.SendEmailInput) {
		return func(in *sesv2.SendEmailInput) {
			simple(in).Headers = append(simple(in).Headers, types.MessageHeader{Name: &name, Value: &value})
		}
	}
	to := func(list ...string) func(*sesv2.SendEmailInput) {
		return func(in *sesv2.SendEmailInput) { in.Destination.ToAddresses = list }
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = "ann@example.com"
	}
	for phrase, test := range map[string]struct {
		change func(*sesv2.SendEmailInput)
		status int
		code   string
		text   string
	}{
		"unverified sender": {
			func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("x@elsewhere.test") }, 400, "MessageRejected",
			"Email address is not verified. The following identities failed the check in region US-EAST-1: x@elsewhere.test",
		},
		"domain that ends like a verified one": {func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("x@notexample.com") }, 400, "MessageRejected", "x@notexample.com"},
		"MAIL FROM domain not verified": {
			func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("x@broken.test") }, 400, "MailFromDomainNotVerifiedException",
			"mail.broken.test",
		},
		"unknown configuration set":  {func(in *sesv2.SendEmailInput) { in.ConfigurationSetName = aws.String("other") }, 404, "NotFoundException", "Configuration set <other> does not exist."},
		"disabled configuration set": {func(in *sesv2.SendEmailInput) { in.ConfigurationSetName = aws.String("paused") }, 400, "SendingPausedException", "paused"},
		"no recipient":               {to(), 400, "BadRequestException", "To"},
		"51 recipients":              {to(many...), 400, "BadRequestException", "Recipient count exceeds 50."},
		"no at sign":                 {to("ann"), 400, "BadRequestException", "Missing final '@domain'"},
		"space in the domain":        {to("ann@exam ple.com"), 400, "BadRequestException", "Domain contains control or whitespace"},
		"non-ASCII domain":           {to("ann@münchen.test"), 400, "BadRequestException", "Domain contains illegal character"},
		"non-ASCII local part": {
			to("żółw@example.com"), 400, "BadRequestException",
			"Local address contains illegal character",
		},
		"two addresses in one string": {to("ann@example.com, tom@example.com"), 400, "BadRequestException", "Local address contains"},
		"header in a recipient":       {to("ann@example.com\r\nBcc: tom@example.com"), 400, "BadRequestException", "control or whitespace"},
		"two dots in the domain":      {to("ann@example..com"), 400, "BadRequestException", "Domain contains dot-dot"},
		"space in a tag":              {tagged("campaign", "order thanks"), 400, "BadRequestException", "Invalid tag value <order thanks>"},
		"colon in a tag's name":       {tagged("ses:x", "1"), 400, "BadRequestException", "Invalid tag name <ses:x>"},
		"tag of 257 characters":       {tagged("campaign", strings.Repeat("x", 257)), 400, "BadRequestException", "Invalid tag value"},
		"empty tag":                   {tagged("campaign", ""), 400, "BadRequestException", "Invalid tag value"},
		"line break in a header":      {withHeader("X-Note", "a\r\nBcc: tom@example.com"), 400, "BadRequestException", "Invalid header value"},
		"non-ASCII header":            {withHeader("X-Note", "zażółć"), 400, "BadRequestException", "Invalid header value"},
		"header of 871 characters":    {withHeader("X-Note", strings.Repeat("x", 871)), 400, "BadRequestException", "871"},
		"colon in a header's name":    {withHeader("X:Note", "a"), 400, "BadRequestException", "Invalid header name"},
		"subject as a header":         {withHeader("subject", "another"), 400, "BadRequestException", "not allowed"},
		"duplicate header":            {withHeader("list-unsubscribe", "<https://example.com/>"), 400, "BadRequestException", "Duplicate header 'list-unsubscribe'."},
		"line break in the subject": {
			func(in *sesv2.SendEmailInput) { simple(in).Subject = &types.Content{Data: aws.String("a\nb")} }, 400, "BadRequestException",
			"Subject contains a line break",
		},
		"no part":         {func(in *sesv2.SendEmailInput) { simple(in).Body = &types.Body{} }, 400, "BadRequestException", "at least one of Text and Html"},
		"unknown charset": {func(in *sesv2.SendEmailInput) { simple(in).Body.Text.Charset = aws.String("KOI8-R") }, 400, "BadRequestException", "KOI8-R"},
		"template": {func(in *sesv2.SendEmailInput) {
			in.Content = &types.EmailContent{Template: &types.Template{TemplateName: aws.String("thanks")}}
		}, 400, "BadRequestException", "no templates"},
		"41 MB": {
			func(in *sesv2.SendEmailInput) { simple(in).Body.Text.Data = aws.String(strings.Repeat("a", 41<<20)) }, 400, "BadRequestException",
			"Message length is more than 41943040 bytes long",
		},
	} {
		t.Run(phrase, func(t *testing.T) {
			b := newBench(t, func(c *Config) {
				c.Identities = append(c.Identities, Identity{Name: "broken.test", MailFromDomain: "mail.broken.test", MailFromFailed: true})
				c.ConfigurationSets = append(c.ConfigurationSets, ConfigurationSet{Name: "paused", SendingDisabled: true})
			})
			in := letterTo("ann@example.com")
			test.change(in)
			_, err := b.SendEmail(ctx, in)
			wantRefusal(t, err, test.status, test.code, test.text)
			if n := b.Messages(Filter{}).Total; n != 0 {
				t.Errorf("%d messages in the mailbox, want none", n)
			}
			if events := b.publish(t); len(events) != 0 {
				t.Errorf("%d events published, want none", len(events))
			}
		})
	}
}

// wantRefusal compares an error with the error that SES returns: the parsed
// code, the status, and a part of the text.
func wantRefusal(t *testing.T, err error, status int, code, text string) {
	t.Helper()
	var api smithy.APIError
	var answer *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &answer) {
		t.Fatalf("error = %v, want an API error", err)
	}
	if api.ErrorCode() != code || answer.HTTPStatusCode() != status || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("error = %d %s %q, want %d %s %q", answer.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage(), status, code, text)
	}
}

func TestSandboxRequiresVerifiedRecipients(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Sandbox = true })
	_, err := b.SendEmail(ctx, letterTo("ann@elsewhere.test"))
	wantRefusal(t, err, 400, "MessageRejected", "ann@elsewhere.test")
	for _, to := range []string{"ann@example.com", "success@" + Simulator} {
		if _, err := b.SendEmail(ctx, letterTo(to)); err != nil {
			t.Errorf("SendEmail(%s) = %v, want nil", to, err)
		}
	}
}

func TestRawMessageIsParsedAndCleaned(t *testing.T) {
	b := newBench(t, nil)
	raw := strings.ReplaceAll(`From: =?UTF-8?q?=C5=BB=C3=B3=C5=82w?= <shop@example.com>
To: ann@example.com
Bcc: hidden@example.com
Subject: =?UTF-8?B?WmHFvMOzxYLEhw==?=
Message-ID: <mine@example.com>
Date: Thu, 1 Jan 1970 00:00:00 +0000
X-SES-CONFIGURATION-SET: regulars
X-SES-MESSAGE-TAGS: campaign=raw, step=2
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

WmHFvMOzxYLEhw==
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Za=C5=BC=C3=B3=C5=82=C4=87</p>
--b--
`, "\n", "\r\n")
	out, err := b.SendEmail(ctx, &sesv2.SendEmailInput{Content: &types.EmailContent{Raw: &types.RawMessage{Data: []byte(raw)}}})
	if err != nil {
		t.Fatal(err)
	}
	m, _, _ := b.Message(*out.MessageId)
	if m.Subject != "Zażółć" || strings.TrimSpace(m.Text) != "Zażółć" || strings.TrimSpace(m.HTML) != "<p>Zażółć</p>" || m.From != "Żółw <shop@example.com>" {
		t.Errorf("Message = %+v", m)
	}
	if m.Tags["campaign"] != "raw" || m.Tags["step"] != "2" {
		t.Errorf("tags = %v, want those of the header", m.Tags)
	}
	source, _ := b.Source(m.ID)
	for _, removed := range []string{"hidden@", "<mine@", "1970", "X-SES-MESSAGE-TAGS"} {
		if strings.Contains(string(source), removed) {
			t.Errorf("the source still contains %q", removed)
		}
	}
	if got := b.Messages(Filter{}).Items[0].To; len(got) != 2 {
		t.Errorf("recipients = %v, want also the one of Bcc", got)
	}
	if events := b.publish(t); len(events) != 2 {
		t.Errorf("%d events published, want 2 because the header names a configuration set", len(events))
	}
}

func TestSendEmailIsLimitedByRateAndQuota(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MaxSendRate, c.Max24HourSend = 2, 5 })
	send := func() error {
		_, err := b.SendEmail(ctx, letterTo("ann@example.com"))
		return err
	}
	for range 2 {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	wantRefusal(t, send(), 429, "TooManyRequestsException", "Maximum sending rate exceeded.")
	b.clock.pass(500 * time.Millisecond)
	if err := send(); err != nil {
		t.Errorf("half a second later: %v, want one message accepted", err)
	}
	wantRefusal(t, send(), 429, "TooManyRequestsException", "Maximum sending rate exceeded.")
	b.clock.pass(time.Minute)
	for range 2 {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.pass(time.Minute)
	wantRefusal(t, send(), 400, "LimitExceededException", "Daily message quota exceeded.")
	out, err := b.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil || out.SendQuota.SentLast24Hours != 5 || out.SendQuota.Max24HourSend != 5 || out.SendQuota.MaxSendRate != 2 {
		t.Errorf("GetAccount = %+v, %v; want the whole quota used", out.SendQuota, err)
	}
	b.clock.pass(24 * time.Hour)
	if err := send(); err != nil {
		t.Errorf("a day later: %v, want the message accepted", err)
	}
}

func TestInjectedFaults(t *testing.T) {
	b := newBench(t, nil)
	var next atomic.Pointer[Fault]
	b.Fault = func(operation string) *Fault {
		if operation != "SendEmail" {
			return nil
		}
		return next.Load()
	}
	next.Store(&Fault{Status: 500, Code: "InternalFailure", Text: "on purpose"})
	_, err := b.SendEmail(ctx, letterTo("ann@example.com"))
	wantRefusal(t, err, 500, "InternalFailure", "on purpose")
	for _, test := range []struct {
		fault *Fault
		want  int
	}{{&Fault{DropBefore: true}, 0}, {&Fault{DropAfter: true}, 1}} {
		next.Store(test.fault)
		_, err := b.SendEmail(ctx, letterTo("ann@example.com"))
		var api smithy.APIError
		if err == nil || errors.As(err, &api) {
			t.Errorf("%+v: error = %v, want one that is no API error", *test.fault, err)
		}
		if n := b.Messages(Filter{}).Total; n != test.want {
			t.Errorf("%+v: %d messages, want %d", *test.fault, n, test.want)
		}
	}
}

func TestUnknownOperationIsNamedInTheError(t *testing.T) {
	b := newBench(t, nil)
	_, err := b.ListContactLists(ctx, &sesv2.ListContactListsInput{})
	wantRefusal(t, err, 404, "UnknownOperationException", "GET /v2/email/contact-lists")
	answer, err := http.Post(b.url+"/v2/email/outbound-emails", "application/json", strings.NewReader("{"))
	if err != nil || answer.StatusCode != http.StatusBadRequest || answer.Header.Get("X-Amzn-Errortype") != "SerializationException" {
		t.Errorf("incomplete body: %v, %v; want 400 SerializationException", answer, err)
	}
}
