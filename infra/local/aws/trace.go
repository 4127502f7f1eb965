package aws

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// NewTrace returns a new random trace in the form of an X-Amzn-Trace-Id:
// "Root=1-67891233-abcdef012345678912345678". A service makes one for each
// request that has none.
func NewTrace(now time.Time) string {
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	return fmt.Sprintf("Root=1-%08x-%x", now.Unix(), random)
}

// Root returns the Root field of a trace header, without "Root=". All steps of
// a trail have the same root; the fields Parent and Sampled can differ. If the
// header has no fields, Root returns the whole header.
func Root(trace string) string {
	for field := range strings.SplitSeq(trace, ";") {
		if root, found := strings.CutPrefix(strings.TrimSpace(field), "Root="); found {
			return root
		}
	}
	if strings.ContainsAny(trace, "=;") {
		return ""
	}
	return trace
}

// NewID returns a random UUID (RFC 9562, version 4), the form of AWS's message,
// event and request IDs.
func NewID() string {
	var id [16]byte
	_, _ = rand.Read(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:])
}
