package ses

import (
	"strings"
)

// SES's limits. Source: "Service quotas in Amazon SES" and the API reference of
// SendEmail, MessageHeader and MessageTag.
const (
	maxMessage     = 40 << 20 // bytes of MIME
	maxRecipients  = 50
	maxHeaders     = 15
	maxHeaderName  = 126
	maxHeaderValue = 870
	maxTag         = 256
	maxTags        = 50
)

// once are the header fields that SES accepts only once. Source: "Amazon SES
// header fields".
var once = fields(`Accept-Language acceptLanguage Archived-At Auto-Submitted Bounces-to Comments Content-Alternative
	Content-Base Content-Class Content-Description Content-Disposition Content-Duration Content-ID Content-Language
	Content-Length Content-Location Content-MD5 Content-Transfer-Encoding Content-Type Date Delivered-To
	Disposition-Notification-Options Disposition-Notification-To DKIM-Signature DomainKey-Signature Errors-To From
	Importance In-Reply-To Keywords List-Archive List-Help List-Id List-Owner List-Post List-Subscribe List-Unsubscribe
	List-Unsubscribe-Post Message-Context Message-ID MIME-Version Organization Original-From Original-Message-ID
	Original-Recipient Original-Subject Precedence Priority References Reply-To Return-Path Return-Receipt-To Sender
	Solicitation Sensitivity Subject Thread-Index Thread-Topic User-Agent VBR-Info`)

// own are the header fields that other parameters of a simple message set; SES
// refuses them in Headers.
var own = fields(`From To Cc Bcc Reply-To Subject Sender Return-Path MIME-Version Content-Type
	Content-Transfer-Encoding DKIM-Signature DomainKey-Signature Received X-SES-Configuration-Set X-SES-Message-Tags`)

// overwritten are the header fields that SES accepts and replaces by its own.
var overwritten = fields(`Message-ID Date`)

func fields(names string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		set[strings.ToLower(name)] = true
	}
	return set
}

// checkHeaders returns the refusal that SES would give for a simple message's
// headers, or nil.
func checkHeaders(list []header) error {
	if len(list) > maxHeaders {
		return bad("1 validation error detected: Value at 'content.simple.headers' failed to satisfy constraint: Member must have length less than or equal to %d", maxHeaders)
	}
	seen := map[string]bool{}
	for _, h := range list {
		lower := strings.ToLower(h.Name)
		switch {
		case h.Name == "" || strings.ContainsFunc(h.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
			return bad("Invalid header name %q: only printable ASCII characters other than colon are allowed.", h.Name)
		case len(h.Name) > maxHeaderName:
			return bad("Header name is more than %d characters long: %q", maxHeaderName, h.Name[:32]+"…")
		case strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' || r > '~' }):
			return bad("Invalid header value for %q: only printable ASCII characters are allowed.", h.Name)
		case len(h.Value) > maxHeaderValue:
			return bad("Header value for %q is %d characters long; no more than %d are allowed.", h.Name, len(h.Value), maxHeaderValue)
		case own[lower]:
			return bad("Header %q is not allowed in Headers: another parameter of the message sets it.", h.Name)
		case seen[lower] && once[lower]:
			return bad("Duplicate header '%s'.", h.Name)
		}
		seen[lower] = true
	}
	return nil
}

// checkTags returns the tags by name, or a refusal if SES events cannot carry
// them.
func checkTags(list []tag) (map[string]string, error) {
	if len(list) > maxTags {
		return nil, bad("Too many email tags: %d; no more than %d are allowed.", len(list), maxTags)
	}
	tags := map[string]string{}
	for _, t := range list {
		switch {
		case !isTag(t.Name):
			return nil, bad("Invalid tag name <%s>: only alphanumeric ASCII characters, '_', and '-' are allowed, 1 to %d of them.", clip(t.Name), maxTag)
		case !isTag(t.Value):
			return nil, bad("Invalid tag value <%s> for tag name <%s>: only alphanumeric ASCII characters, '_', and '-' are allowed, 1 to %d of them.", clip(t.Value), t.Name, maxTag)
		}
		if _, twice := tags[t.Name]; twice {
			return nil, bad("Duplicate tag name <%s>.", t.Name)
		}
		tags[t.Name] = t.Value
	}
	return tags, nil
}

type tag struct{ Name, Value string }

func isTag(s string) bool {
	return s != "" && len(s) <= maxTag && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 64 {
		return string(r[:64]) + "…"
	}
	return s
}
