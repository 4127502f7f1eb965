package frequency

import (
	"time"

	"regulars/shared/shop"
)

// Policy is the shop's frequency policy. The zero Policy allows everything. Check a
// new one with [Policy.Faults]: [Policy.Check] does not.
type Policy struct {
	Caps   []Cap         `json:"rules,omitempty" yaml:"caps"`
	MinGap time.Duration `json:"min_gap,omitempty" yaml:"min_gap"` // least time between two messages
	Quiet  Quiet         `json:"quiet,omitzero" yaml:"quiet"`

	// Classes says what each class of message obeys. A class that is not listed
	// obeys everything and counts, which is the safe default.
	Classes map[shop.Class]ClassPolicy `json:"classes,omitempty" yaml:"classes"`

	// Slack widens every window and the gap: the longest time from a claim to
	// SES, plus the clocks' skew.
	Slack time.Duration `json:"slack,omitempty" yaml:"slack"`

	Zone string `json:"zone,omitempty" yaml:"zone"` // the shop's, IANA
}

// Scope says which messages a cap holds back and which entries it counts.
type Scope string

const (
	ScopeAll   Scope = "all"   // every message
	ScopeClass Scope = "class" // those of the cap's Class
	ScopeTag   Scope = "tag"   // those with the cap's Tag
)

// Cap allows at most Max messages of its scope in any Window. A Max of 0 means
// never.
type Cap struct {
	Name   string     `json:"name" yaml:"name"`
	Scope  Scope      `json:"scope" yaml:"scope"`
	Class  shop.Class `json:"class,omitempty" yaml:"class"`
	Tag    string     `json:"tag,omitempty" yaml:"tag"`
	Max    int        `json:"max" yaml:"max"`
	Window Window     `json:"window" yaml:"window"`
}

// Quiet is the quiet hours by the customer's clock: from From, up to but not at To.
// From after To wraps midnight; From equal to To means that there are none.
type Quiet struct {
	From Clock `json:"from" yaml:"from"`
	To   Clock `json:"to" yaml:"to"`
}

// ClassPolicy says what one class of message obeys and whether it counts.
type ClassPolicy struct {
	Obeys  bool `json:"obeys" yaml:"obeys"`   // caps and the gap hold it back
	Counts bool `json:"counts" yaml:"counts"` // it counts against caps and starts the gap
	Quiet  bool `json:"quiet" yaml:"quiet"`   // it waits during quiet hours
}

// unlisted is the policy of a class that a Policy does not list.
var unlisted = ClassPolicy{Obeys: true, Counts: true, Quiet: true}

// QuietFor returns for how long messages of a class wait in the quiet hours; 0 if they do
// not wait, or if there are none.
func (p Policy) QuietFor(c shop.Class) time.Duration {
	if !p.class(c).Quiet {
		return 0
	}
	minutes := int(p.Quiet.To - p.Quiet.From)
	if minutes < 0 {
		minutes += 24 * 60
	}
	return time.Duration(minutes) * time.Minute
}

func (p Policy) class(c shop.Class) ClassPolicy {
	if r, ok := p.Classes[c]; ok {
		return r
	}
	return unlisted
}

// covers reports whether a message of this class with these tags is in r's scope.
func (r Cap) covers(class shop.Class, tags []string) bool {
	switch r.Scope {
	case ScopeClass:
		return class == r.Class
	case ScopeTag:
		for _, t := range tags {
			if t == r.Tag {
				return true
			}
		}
		return false
	default: // all; an unknown scope is read as the widest
		return true
	}
}
