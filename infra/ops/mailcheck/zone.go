package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// openZone reads a zone file. Names in it that have no dot at their end are
// below origin, unless the file has its own $ORIGIN.
func openZone(file, origin string) (lookup, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open the zone file: %w", err)
	}
	defer func() { _ = f.Close() }()
	return readZone(f, file, origin)
}

// readZone returns the lookup of a zone file's records (RFC 1035), in which
// several domains may have records. It follows CNAMEs and wildcards.
func readZone(r io.Reader, file, origin string) (lookup, error) {
	records := map[string][]dns.RR{} // by name; names above a record are there, too
	held := map[string]bool{}        // organisational domains
	p := dns.NewZoneParser(r, origin+".", file)
	p.SetDefaultTTL(300)
	for rr, more := p.Next(); more; rr, more = p.Next() {
		name := strings.ToLower(strings.TrimSuffix(rr.Header().Name, "."))
		records[name] = append(records[name], rr)
		held[organizational(name)] = true
		for above, more := parent(name); more; above, more = parent(above) {
			records[above] = append(records[above], nil...)
		}
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("read the zone file: %w", err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("the zone file %s has no records", file)
	}
	at := func(name string) []dns.RR {
		if rrs, there := records[name]; there {
			return rrs
		}
		for above, more := parent(name); more; above, more = parent(above) {
			if _, there := records[above]; there {
				return records["*."+above]
			}
		}
		return nil
	}
	return func(kind recordKind, name string) ([]string, error) {
		name = strings.ToLower(name)
		for range 8 { // CNAMEs in a row
			if !held[organizational(name)] {
				return nil, outsideError{name}
			}
			values, alias := valuesOf(at(name), kind)
			switch {
			case len(values) > 0:
				return values, nil
			case alias == "":
				return nil, errAbsent
			}
			name = strings.ToLower(strings.TrimSuffix(alias, "."))
		}
		return nil, fmt.Errorf("the CNAMEs of %s lead in a circle", name)
	}, nil
}

// valuesOf returns the values of one kind, each once, and the target of a CNAME.
func valuesOf(rrs []dns.RR, kind recordKind) (values []string, alias string) {
	add := func(k recordKind, value string) {
		if k == kind && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	for _, rr := range rrs {
		switch rr := rr.(type) {
		case *dns.CNAME:
			alias = rr.Target
		case *dns.TXT:
			add(txt, unescape(strings.Join(rr.Txt, "")))
		case *dns.MX:
			add(mx, fmt.Sprintf("%d %s", rr.Preference, rr.Mx))
		case *dns.A:
			add(address, rr.A.String())
		case *dns.AAAA:
			add(address, rr.AAAA.String())
		}
	}
	return values, alias
}

// parent returns the name without its first label; false if none is left.
func parent(name string) (string, bool) {
	_, above, more := strings.Cut(name, ".")
	return above, more
}

var escape = regexp.MustCompile(`\\([0-9]{3}|.)`)

// unescape returns the text of a string of a zone file, in which \; or \059 is a
// semicolon.
func unescape(text string) string {
	return escape.ReplaceAllStringFunc(text, func(e string) string {
		if code, err := strconv.ParseUint(e[1:], 10, 8); err == nil && len(e) == 4 {
			return string([]byte{byte(code)})
		}
		return e[1:]
	})
}
