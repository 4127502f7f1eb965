package ses

import (
	"bytes"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"regulars/infra/local/aws"
)

// fromSimple checks a simple message and builds its MIME source.
func (l *draft) fromSimple(in sendRequest) error {
	m := in.Content.Simple
	switch {
	case in.FromEmailAddress == "":
		return bad("Missing required parameter FromEmailAddress.")
	case m.Subject == nil || m.Subject.Data == nil:
		return missingMember("content.simple.subject.data")
	case m.Body == nil:
		return missingMember("content.simple.body")
	case m.Body.Text == nil && m.Body.Html == nil:
		return bad("Body must contain at least one of Text and Html.")
	}
	if err := checkHeaders(m.Headers); err != nil {
		return err
	}
	from, err := parseAddress(in.FromEmailAddress)
	if err != nil {
		return err
	}
	l.From, l.sender = decodeWords(in.FromEmailAddress), from.Address
	d := in.Destination
	to, err := l.address(d.ToAddresses)
	if err != nil {
		return err
	}
	cc, err := l.address(d.CcAddresses)
	if err != nil {
		return err
	}
	if _, err = l.address(d.BccAddresses); err != nil {
		return err
	}
	replyTo, err := wireAll(in.ReplyToAddresses)
	if err != nil {
		return err
	}
	l.To, l.CC, l.BCC = orNone(d.ToAddresses), d.CcAddresses, d.BccAddresses
	if l.Subject, err = m.Subject.text("subject"); err != nil {
		return err
	}
	if strings.ContainsAny(l.Subject, "\r\n\x00") {
		return bad("Subject contains a line break or NUL.")
	}
	if l.Text, err = m.Body.Text.text("body.text"); err != nil {
		return err
	}
	if l.HTML, err = m.Body.Html.text("body.html"); err != nil {
		return err
	}
	l.lines = l.head(from, to, cc, replyTo, m.Headers)
	l.write(m.Body.Text != nil, m.Body.Html != nil)
	l.Headers = decodeHeaders(l.lines)
	return nil
}

// address parses a list of recipients, adds them to the draft's recipients,
// and returns them in the form of a header.
func (l *draft) address(list []string) ([]string, error) {
	var out []string
	for _, s := range list {
		a, err := parseAddress(s)
		if err != nil {
			return nil, err
		}
		l.recipients = append(l.recipients, a.Address)
		out = append(out, wire(a))
	}
	return out, nil
}

func wireAll(list []string) ([]string, error) {
	var other draft
	return other.address(list)
}

// text returns the content as UTF-8. Without a charset, SES reads content as
// 7-bit ASCII and replaces other characters by question marks. The local SES
// does the same, so that a missing charset is noticed before deployment. member
// names the content in errors.
func (c *content) text(member string) (string, error) {
	if c == nil || c.Data == nil {
		return "", nil
	}
	switch strings.ToUpper(c.Charset) {
	case "UTF-8", "UTF8":
		return strings.ToValidUTF8(*c.Data, "\uFFFD"), nil
	case "", "US-ASCII", "ASCII":
		return strings.Map(func(r rune) rune {
			if r > 0x7e {
				return '?'
			}
			return r
		}, *c.Data), nil
	}
	return "", bad("The local SES knows the charsets UTF-8 and US-ASCII, and content.simple.%s has %q.", member, c.Charset)
}

// head returns the message's header lines, encoded.
func (l *draft) head(from *mail.Address, to, cc, replyTo []string, custom []header) []header {
	lines := []header{{"Date", l.At.Format("Mon, 02 Jan 2006 15:04:05 -0700")}, {"From", wire(from)}}
	for _, list := range []struct {
		name  string
		items []string
	}{{"To", to}, {"Cc", cc}, {"Reply-To", replyTo}} {
		if len(list.items) > 0 {
			lines = append(lines, header{list.name, strings.Join(list.items, ", ")})
		}
	}
	lines = append(lines,
		header{"Message-ID", messageID(l.ID)},
		header{"Subject", encodeWords("Subject", l.Subject)},
		header{"MIME-Version", "1.0"})
	for _, h := range custom {
		if !overwritten[strings.ToLower(h.Name)] {
			lines = append(lines, h)
		}
	}
	return append(lines,
		header{"Feedback-ID", "::1." + aws.Region + ".local:AmazonSES"},
		header{"X-SES-Outgoing", l.At.Format("2006.01.02") + "-127.0.0.1"})
}

func messageID(id string) string { return "<" + id + "@email.amazonses.com>" }

// encodeWords returns the text of the named field, encoded by RFC 2047 if it is
// not ASCII, and folded so that no line with encoded words is longer than 76
// characters.
func encodeWords(name, s string) string {
	lines := strings.Split(strings.ReplaceAll(mime.QEncoding.Encode("UTF-8", s), "?= =?", "?=\n=?"), "\n")
	fold := ""
	if len(lines) > 1 && len(name)+2+len(lines[0]) > 76 {
		fold = "\r\n "
	}
	return fold + strings.Join(lines, "\r\n ")
}

// write builds the source: text and HTML as multipart/alternative, the text
// first, or the only part by itself.
func (l *draft) write(text, html bool) {
	var body bytes.Buffer
	switch {
	case text && html:
		w := multipart.NewWriter(&body)
		_ = w.SetBoundary("=_" + l.ID) // 62 characters, all of them allowed
		l.lines = append(l.lines, header{"Content-Type", `multipart/alternative; boundary="` + w.Boundary() + `"`})
		for _, part := range []struct{ kind, data string }{{"text/plain", l.Text}, {"text/html", l.HTML}} {
			p, _ := w.CreatePart(textproto.MIMEHeader{
				"Content-Type":              {part.kind + "; charset=UTF-8"},
				"Content-Transfer-Encoding": {"quoted-printable"},
			})
			q := quotedprintable.NewWriter(p)
			_, _ = q.Write([]byte(part.data))
			_ = q.Close()
		}
		_ = w.Close()
	default:
		kind, data := "text/plain", l.Text
		if html {
			kind, data = "text/html", l.HTML
		}
		l.lines = append(l.lines,
			header{"Content-Type", kind + "; charset=UTF-8"}, header{"Content-Transfer-Encoding", "quoted-printable"})
		q := quotedprintable.NewWriter(&body)
		_, _ = q.Write([]byte(data))
		_ = q.Close()
	}
	var head bytes.Buffer
	for _, h := range l.lines {
		head.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	head.WriteString("\r\n")
	l.source = append(head.Bytes(), body.Bytes()...)
}

// decodeHeaders returns the decoded values of header lines, by name.
func decodeHeaders(lines []header) map[string]string {
	out := map[string]string{}
	for _, h := range lines {
		value := decodeWords(h.Value)
		if before, twice := out[h.Name]; twice {
			value = before + ", " + value
		}
		out[h.Name] = value
	}
	return out
}

func decodeWords(s string) string {
	var d mime.WordDecoder
	s = strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(s))
	if plain, err := d.DecodeHeader(s); err == nil {
		return plain
	}
	return s
}

func missingMember(path string) *refusal {
	return bad("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", path)
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
