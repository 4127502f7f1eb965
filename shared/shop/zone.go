package shop

import (
	"sync"
	"time"
	_ "time/tzdata" // the answer must not depend on the machine's zone database
)

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
