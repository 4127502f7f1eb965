package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/net/publicsuffix"
)

type recordKind string

const (
	txt     recordKind = "TXT" // each record's strings joined
	mx      recordKind = "MX"  // "10 mx.example.com."
	address recordKind = "A"   // addresses of IPv4 and IPv6
)

// lookup returns the records of a name, following CNAMEs; at least one if the
// error is nil. errAbsent: there is none. An outsideError: a zone file cannot
// know. Any other error: the name servers did not answer.
type lookup func(kind recordKind, name string) ([]string, error)

var errAbsent = errors.New("there is no such record")

// outsideError names a domain that a zone file does not hold.
type outsideError struct{ name string }

func (e outsideError) Error() string { return e.name + " is not in the zone file" }

func isAbsent(err error) bool { return errors.Is(err, errAbsent) }

func isOutside(err error) bool {
	var outside outsideError
	return errors.As(err, &outside)
}

// lookUp reads from the DNS by a resolver; nil is the machine's own.
func lookUp(ctx context.Context, resolver *net.Resolver) lookup {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	return func(kind recordKind, name string) (values []string, err error) {
		name += "." // the machine's search domains are not tried
		switch kind {
		case txt:
			values, err = resolver.LookupTXT(ctx, name)
		case mx:
			var hosts []*net.MX
			hosts, err = resolver.LookupMX(ctx, name)
			for _, h := range hosts {
				values = append(values, fmt.Sprintf("%d %s", h.Pref, h.Host))
			}
		case address:
			values, err = resolver.LookupHost(ctx, name)
		}
		var dnsErr *net.DNSError
		switch {
		case len(values) > 0:
			return values, nil
		case err == nil || errors.As(err, &dnsErr) && dnsErr.IsNotFound:
			return nil, errAbsent
		}
		return nil, err
	}
}

// organizational returns the organisational domain of a name: the one that
// was registered under a public suffix.
func organizational(name string) string {
	registered, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return registered
}

// misplaced returns where a missing TXT record was set instead, or "". Many DNS
// panels add the zone's name to what is typed, so that the record of a full
// name gets the zone twice.
func misplaced(look lookup, name, zone, prefix string) string {
	for _, wrong := range []string{name + "." + zone, name + "." + organizational(zone)} {
		if values, err := look(txt, wrong); err == nil && len(withPrefix(values, prefix)) > 0 {
			return wrong
		}
	}
	return ""
}

// withPrefix returns the values that begin with a text, in capital or small
// letters.
func withPrefix(values []string, prefix string) (found []string) {
	for _, v := range values {
		if len(v) >= len(prefix) && strings.EqualFold(v[:len(prefix)], prefix) {
			found = append(found, v)
		}
	}
	return found
}
