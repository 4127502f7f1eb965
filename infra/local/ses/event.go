package ses

import (
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// The types below have the fields of "Contents of event data that Amazon SES
// publishes", in the same order.

const (
	outgoing    = "a8-50.smtp-out.amazonses.com"
	onList      = "Amazon SES did not send the message to this address because it is on the suppression list for your account. For more information about removing addresses from the suppression list, see the Amazon SES Developer Guide at https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html"
	headerBytes = 10_000 // SES cuts off the headers in its events after this many bytes
)

type mailObject struct {
	Timestamp        string              `json:"timestamp"`
	Source           string              `json:"source"`
	SourceARN        string              `json:"sourceArn"`
	SendingAccountID string              `json:"sendingAccountId"`
	MessageID        string              `json:"messageId"`
	Destination      []string            `json:"destination"`
	HeadersTruncated bool                `json:"headersTruncated"`
	Headers          []header            `json:"headers"`
	CommonHeaders    commonHeaders       `json:"commonHeaders"`
	Tags             map[string][]string `json:"tags"`
}

type commonHeaders struct {
	From      []string `json:"from"`
	Date      string   `json:"date,omitempty"`
	To        []string `json:"to,omitempty"`
	CC        []string `json:"cc,omitempty"`
	ReplyTo   []string `json:"replyTo,omitempty"`
	MessageID string   `json:"messageId"`
	Subject   string   `json:"subject,omitempty"`
}

type delivery struct {
	Timestamp            string   `json:"timestamp"`
	ProcessingTimeMillis int64    `json:"processingTimeMillis"`
	Recipients           []string `json:"recipients"`
	SMTPResponse         string   `json:"smtpResponse"`
	RemoteMTAIP          string   `json:"remoteMtaIp"`
	ReportingMTA         string   `json:"reportingMTA"`
}

type bounce struct {
	FeedbackID        string             `json:"feedbackId"`
	BounceType        string             `json:"bounceType"`
	BounceSubType     string             `json:"bounceSubType"`
	BouncedRecipients []bouncedRecipient `json:"bouncedRecipients"`
	Timestamp         string             `json:"timestamp"`
	RemoteMTAIP       string             `json:"remoteMtaIp,omitempty"`
	ReportingMTA      string             `json:"reportingMTA"`
}

type bouncedRecipient struct {
	EmailAddress   string `json:"emailAddress"`
	Action         string `json:"action"`
	Status         string `json:"status"`
	DiagnosticCode string `json:"diagnosticCode"`
}

type complaint struct {
	FeedbackID            string                `json:"feedbackId"`
	ComplaintSubType      *string               `json:"complaintSubType"`
	ComplainedRecipients  []complainedRecipient `json:"complainedRecipients"`
	Timestamp             string                `json:"timestamp"`
	UserAgent             string                `json:"userAgent"`
	ComplaintFeedbackType string                `json:"complaintFeedbackType"`
	ArrivalDate           string                `json:"arrivalDate"`
}

type complainedRecipient struct {
	EmailAddress string `json:"emailAddress"`
}

func (l *draft) mailObject(caller string) mailObject {
	m := mailObject{
		Timestamp: stamp(l.At), Source: l.From, SourceARN: identityARN(l.sender), SendingAccountID: aws.Account,
		MessageID: l.ID, Destination: l.recipients,
		CommonHeaders: commonHeaders{
			From: []string{l.From}, Date: l.Headers["Date"], To: l.To, CC: l.CC, MessageID: l.ID, Subject: l.Subject,
		},
		Tags: map[string][]string{
			"ses:source-tls-version": {"TLSv1.3"},
			"ses:operation":          {l.operation},
			"ses:source-ip":          {l.sourceIP},
			"ses:from-domain":        {domainOf(l.sender)},
			"ses:caller-identity":    {caller},
		},
	}
	if l.set.Name != "" {
		m.Tags["ses:configuration-set"] = []string{l.set.Name}
	}
	for name, value := range l.Tags {
		m.Tags[name] = []string{value}
	}
	if reply := l.Headers["Reply-To"]; reply != "" {
		m.CommonHeaders.ReplyTo = []string{reply}
	}
	size := 0
	for _, h := range l.lines {
		if size += len(h.Name) + len(h.Value); size > headerBytes {
			m.HeadersTruncated = true
			break
		}
		m.Headers = append(m.Headers, header{h.Name, strings.TrimSpace(strings.ReplaceAll(h.Value, "\r\n", ""))})
	}
	return m
}

func bounced(to []string, diagnostic string) []bouncedRecipient {
	var list []bouncedRecipient
	for _, a := range to {
		list = append(list, bouncedRecipient{a, "failed", "5.1.1", diagnostic})
	}
	return list
}

func complained(to []string) []complainedRecipient {
	var list []complainedRecipient
	for _, a := range to {
		list = append(list, complainedRecipient{a})
	}
	return list
}

func withTag(tags map[string][]string, name, value string) map[string][]string {
	out := map[string][]string{name: {value}}
	for n, v := range tags {
		out[n] = v
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
