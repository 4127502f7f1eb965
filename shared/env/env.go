// Package env reads the settings of a function or command from environment
// variables, and reports all faults of the settings at once.
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

// From returns a Reader that uses get, which is os.Getenv except in tests.
func From(get func(string) string) *Reader { return &Reader{get: get} }

// Text returns a setting that must not be empty.
func (r *Reader) Text(name string) string {
	value := r.get(name)
	if value == "" {
		r.faults = append(r.faults, fmt.Errorf("%s is not set", name))
	}
	return value
}

// Optional returns a setting that may be empty.
func (r *Reader) Optional(name string) string { return r.get(name) }

// Refuse makes each of these settings a fault if it is set: it would have no effect.
func (r *Reader) Refuse(names ...string) {
	for _, name := range names {
		if r.get(name) != "" {
			r.faults = append(r.faults, fmt.Errorf("%s is set, and has no effect; remove it", name))
		}
	}
}

// URL returns a setting that must be an absolute http or https URL.
func (r *Reader) URL(name string) string {
	value := r.get(name)
	if u, err := url.Parse(value); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.faults = append(r.faults, fmt.Errorf("%s is %q; want an absolute URL", name, value))
	}
	return value
}

// Length returns a duration such as "90s", or the value of otherwise if the
// setting is not set. A value below least is a fault.
func (r *Reader) Length(name string, least, otherwise time.Duration) time.Duration {
	value := r.get(name)
	if value == "" {
		return otherwise
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least {
		r.faults = append(r.faults, fmt.Errorf("%s is %q; want a duration of at least %s", name, value, least))
	}
	return d
}

// Err returns every fault so far, or nil.
func (r *Reader) Err() error { return errors.Join(r.faults...) }
