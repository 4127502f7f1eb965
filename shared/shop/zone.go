package shop

import (
	"sync"
	"time"
	_ "time/tzdata" // the answer must not depend on the machine's zone database
)

// LocalForm is the form of a time that the clocks of a zone show, such as
// "2026-12-05T10:00".
const LocalForm = "2006-01-02T15:04"

// IsLocal reports whether the text is a time in [LocalForm].
func IsLocal(text string) bool {
	at, err := time.Parse(LocalForm, text)
	return err == nil && at.Format(LocalForm) == text
}

// zones caches loaded zones: loading one costs 20 µs and more. It holds only
// names that exist, so it cannot outgrow the zone database.
var zones sync.Map // string → *time.Location

// Zone returns the time zone with this IANA name, and whether there is one.
// Neither "" nor "Local" is a zone.
func Zone(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), true
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, zone)
	return zone, true
}
