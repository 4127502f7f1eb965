package ses

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// fromRaw checks a message that was sent as MIME. Like SES it replaces Date and
// Message-ID, removes Bcc, Return-Path and the X-SES headers, and keeps the
// rest.
func (l *draft) fromRaw(in sendRequest) error {
	parsed, err := mail.ReadMessage(bytes.NewReader(in.Content.Raw.Data))
	if err != nil {
		return bad("The raw message is not MIME: %s", strings.TrimPrefix(err.Error(), "mail: "))
	}
	body, err := io.ReadAll(parsed.Body)
	if err != nil {
		return bad("The raw message breaks off: %v", err)
	}
	lines, err := rawLines(in.Content.Raw.Data)
	if err != nil {
		return err
	}
	from := parsed.Header.Get("From")
	if in.FromEmailAddress != "" && from == "" {
		from = in.FromEmailAddress
		lines = append(lines, header{"From", from})
	}
	if from == "" {
		return bad("Missing required header 'From'.")
	}
	sender, err := parseAddress(decodeWords(from))
	if err != nil {
		return err
	}
	l.From, l.sender = decodeWords(from), sender.Address
	l.Subject = decodeWords(parsed.Header.Get("Subject"))
	if err := l.rawRecipients(in, parsed.Header); err != nil {
		return err
	}
	if err := l.instructions(lines); err != nil {
		return err
	}
	l.lines = l.relabel(lines)
	l.walk(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), body, 0)

	var head bytes.Buffer
	for _, h := range l.lines {
		head.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	head.WriteString("\r\n")
	l.source = append(head.Bytes(), body...)
	l.Headers = decodeHeaders(l.lines)
	return nil
}

// rawRecipients sets the recipients from Destination if it names any, otherwise
// from the headers.
func (l *draft) rawRecipients(in sendRequest, head mail.Header) error {
	d := in.Destination
	if len(d.ToAddresses)+len(d.CcAddresses)+len(d.BccAddresses) == 0 {
		for name, list := range map[string]*[]string{"To": &d.ToAddresses, "Cc": &d.CcAddresses, "Bcc": &d.BccAddresses} {
			if head.Get(name) == "" {
				continue
			}
			found, err := head.AddressList(name)
			if err != nil {
				return bad("Illegal address in header '%s': %s", name, strings.TrimPrefix(err.Error(), "mail: "))
			}
			for _, a := range found {
				*list = append(*list, wire(a))
			}
		}
	}
	for _, list := range [][]string{d.ToAddresses, d.CcAddresses, d.BccAddresses} {
		if _, err := l.address(list); err != nil {
			return err
		}
	}
	l.To, l.CC, l.BCC = orNone(d.ToAddresses), d.CcAddresses, d.BccAddresses
	return nil
}

// rawLines returns the header lines in their order, with their folds.
func rawLines(source []byte) ([]header, error) {
	var lines []header
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n") {
		if line == "" {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(lines) > 0 {
			lines[len(lines)-1].Value += "\r\n" + line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || hasBlank(name) {
			return nil, bad("Illegal header '%s'.", clip(line))
		}
		lower := strings.ToLower(name)
		if seen[lower] && once[lower] {
			return nil, bad("Duplicate header '%s'.", name)
		}
		seen[lower] = true
		lines = append(lines, header{name, strings.TrimSpace(value)})
	}
	return lines, nil
}

// instructions reads the configuration set and the tags from a raw message's
// X-SES headers.
func (l *draft) instructions(lines []header) error {
	for _, h := range lines {
		switch strings.ToLower(h.Name) {
		case "x-ses-configuration-set":
			l.set.Name = h.Value
		case "x-ses-message-tags":
			var list []tag
			for pair := range strings.SplitSeq(h.Value, ",") {
				name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
				if !ok {
					return bad("Expected '=', got 'null'")
				}
				list = append(list, tag{name, value})
			}
			tags, err := checkTags(list)
			if err != nil {
				return err
			}
			for name, value := range tags {
				if _, given := l.Tags[name]; !given { // the parameter takes precedence over the header
					l.Tags[name] = value
				}
			}
		}
	}
	return nil
}

// relabel returns the header lines with SES's own Date and Message-ID, and
// without those that SES removes.
func (l *draft) relabel(lines []header) []header {
	out := []header{{"Date", l.At.Format("Mon, 02 Jan 2006 15:04:05 -0700")}, {"Message-ID", messageID(l.ID)}}
	for _, h := range lines {
		switch strings.ToLower(h.Name) {
		case "date", "message-id", "bcc", "return-path", "x-ses-configuration-set", "x-ses-message-tags":
		default:
			out = append(out, h)
		}
	}
	return out
}

// walk finds the first text part and the first HTML part, at most five levels
// deep.
func (l *draft) walk(contentType, encoding string, body []byte, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 5 {
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			part, _ := io.ReadAll(p)
			l.walk(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), part, depth+1)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body, _ = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		body, _ = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	}
	switch {
	case kind == "text/html" && l.HTML == "":
		l.HTML = strings.ToValidUTF8(string(body), "\uFFFD")
	case kind == "text/plain" && l.Text == "":
		l.Text = strings.ToValidUTF8(string(body), "\uFFFD")
	}
}
