package main

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// spfTerm is one mechanism or modifier of an SPF record.
type spfTerm struct {
	text      string
	qualifier string // "+", "-", "~", "?"; of a mechanism only
	name      string // in small letters
	value     string // without its prefix length
	length    string // "/24", of a, mx
	modifier  bool
}

var termForm = regexp.MustCompile(`^([-+~?]?)([A-Za-z][A-Za-z0-9_.-]*)(?:([:=/])(.*))?$`)

// parseSPF returns the terms of a record that begins with v=spf1, and a
// sentence for each that a receiver cannot read.
func parseSPF(record string) (terms []spfTerm, faults []string) {
	for _, text := range strings.Fields(record)[1:] {
		m := termForm.FindStringSubmatch(text)
		if m == nil {
			faults = append(faults, fmt.Sprintf("%q is no mechanism", text))
			continue
		}
		t := spfTerm{text: text, qualifier: m[1], name: strings.ToLower(m[2]), value: m[4], modifier: m[3] == "="}
		if m[3] == "/" {
			t.value = "/" + m[4]
		}
		if t.qualifier == "" && !t.modifier {
			t.qualifier = "+"
		}
		if t.name == "a" || t.name == "mx" {
			if at := strings.Index(t.value, "/"); at >= 0 {
				t.value, t.length = t.value[:at], t.value[at:]
			}
		}
		if fault := t.fault(); fault != "" {
			faults = append(faults, fault)
			continue
		}
		terms = append(terms, t)
	}
	return terms, faults
}

// fault returns what a receiver cannot read in a term, or "".
func (t spfTerm) fault() string {
	if t.modifier {
		switch t.name {
		case "include", "a", "mx", "ip4", "ip6", "exists", "ptr":
			return fmt.Sprintf("%q has = after its name; a mechanism has a colon: %s:%s", t.text, t.name, t.value)
		case "redirect":
			if t.value == "" {
				return fmt.Sprintf("%q names no domain", t.text)
			}
		}
		return "" // receivers ignore modifiers that they do not know
	}
	switch t.name {
	case "all":
		if t.value != "" {
			return fmt.Sprintf("%q: nothing can stand behind all", t.text)
		}
	case "a", "mx", "ptr":
	case "include", "exists":
		if t.value == "" {
			return fmt.Sprintf("%q names no domain", t.text)
		}
	case "ip4", "ip6":
		prefix, err := netip.ParsePrefix(t.value)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(t.value); err == nil {
				prefix = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil || prefix.Addr().Is4() != (t.name == "ip4") {
			return fmt.Sprintf("%q is no address or range of its kind, such as ip4:192.0.2.0/24 or ip6:2001:db8::/32", t.text)
		}
	default:
		return fmt.Sprintf("%q: there is no mechanism %s (they are all, include, a, mx, ip4, ip6, exists)", t.text, t.name)
	}
	return ""
}

// isSPF reports whether a TXT record is an SPF record (RFC 7208, section 4.5).
func isSPF(record string) bool {
	first, _, _ := strings.Cut(record, " ")
	return strings.EqualFold(first, "v=spf1")
}

// spfRecords returns the SPF records among the TXT records of a name.
func spfRecords(look lookup, name string) ([]string, error) {
	values, err := look(txt, name)
	if err != nil {
		return nil, err
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !isSPF(v) })
	if len(values) == 0 {
		return nil, errAbsent
	}
	return values, nil
}
