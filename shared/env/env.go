// Package env reads a function's environment once, before it starts, and
// names everything that is wrong with it at once.
package env

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Reader collects settings and their faults.
type Reader struct {
	get    func(string) string
	faults []error
}

// From returns a reader of get, which is os.Getenv outside of tests.
func From(get func(string) string) *Reader { return &Reader{get: get} }

// Text returns a setting that must not be empty.
func (r *Reader) Text(name string) string {
	value := r.get(name)
	if value == "" {
		r.faults = append(r.faults, fmt.Errorf("%s is not set", name))
	}
	return value
}

// URL returns a setting that must be an absolute http or https URL.
func (r *Reader) URL(name string) string {
	value := r.get(name)
	if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.faults = append(r.faults, fmt.Errorf("%s is %q; want an absolute URL", name, value))
	}
	return value
}

// Length returns a setting such as "90s" that may be left out: it is otherwise
// then. It must not be below least.
func (r *Reader) Length(name string, least, otherwise time.Duration) time.Duration {
	value := r.get(name)
	if value == "" {
		return otherwise
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least {
		r.faults = append(r.faults, fmt.Errorf("%s is %q; want a length of time from %s on", name, value, least))
	}
	return d
}

// Err returns every fault so far, or nil.
func (r *Reader) Err() error { return errors.Join(r.faults...) }
