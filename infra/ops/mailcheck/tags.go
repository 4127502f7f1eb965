package main

import "strings"

// tag is one name=value of a DKIM, DMARC or BIMI record.
type tag struct{ name, value string }

type tags []tag

// parseTags reads a list of tags (RFC 6376, section 3.2). Texts between
// semicolons that are no tag are returned as junk; spaces around names and
// values are not part of them.
func parseTags(record string) (list tags, junk []string) {
	for text := range strings.SplitSeq(record, ";") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		name, value, isTag := strings.Cut(text, "=")
		if !isTag {
			junk = append(junk, text)
			continue
		}
		list = append(list, tag{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
	}
	return list, junk
}

func (l tags) get(name string) (value string, there bool) {
	for _, t := range l {
		if t.name == name {
			return t.value, true
		}
	}
	return "", false
}

// with returns a record's text in which a tag has a value.
func (l tags) with(name, value string) string {
	changed := append(tags{}, l...)
	at := 0
	for at < len(changed) && changed[at].name != name {
		at++
	}
	if at == len(changed) {
		changed = append(changed, tag{})
	}
	changed[at] = tag{name, value}
	return changed.String()
}

// without returns a record's text in which a tag is left out.
func (l tags) without(name string) string {
	var left tags
	for _, t := range l {
		if t.name != name {
			left = append(left, t)
		}
	}
	return left.String()
}

func (l tags) String() string {
	texts := make([]string, len(l))
	for i, t := range l {
		texts[i] = t.name + "=" + t.value
	}
	return strings.Join(texts, "; ")
}
