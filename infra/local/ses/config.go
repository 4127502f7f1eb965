package ses

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config is the configuration of the account.
type Config struct {
	Identities        []Identity
	ConfigurationSets []ConfigurationSet

	MaxSendRate    float64       // recipients a second; 0: 200
	Max24HourSend  float64       // recipients in 24 hours; 0: 1,000,000
	Sandbox        bool          // recipients must be verified identities too
	NotifyAfter    time.Duration // from accepting a message to its delivery or bounce, and from delivery to complaint; 0: 200 ms
	Keep           int           // most messages in the mailbox; 0: 20,000
	CallerIdentity string        // value of the tag ses:caller-identity; empty: "local"

	// Show changes messages when they are shown, such as the addresses in them that
	// exist on this machine only. Their MIME source stays as it was sent. nil:
	// nothing is changed.
	Show *strings.Replacer

	Now func() time.Time // nil: the clock
}

// Identity is a verified address ("shop@example.com") or domain ("example.com",
// which covers its subdomains).
type Identity struct {
	Name             string
	ConfigurationSet string // for messages that name none; may be empty
	MailFromDomain   string // custom MAIL FROM domain; may be empty
	MailFromFailed   bool   // the domain is not verified, so that messages are refused
}

// ConfigurationSet is a configuration set of SES with its event destinations.
type ConfigurationSet struct {
	Name              string
	SendingDisabled   bool
	SuppressedReasons []string // BOUNCE, COMPLAINT: addresses listed for these reasons are not delivered to; nil: as for the account
	EventDestinations []EventDestination
}

// EventDestination sends SES events of some types to an event bus.
type EventDestination struct {
	Name     string
	Disabled bool
	Types    []string // as in the template: SEND, DELIVERY, BOUNCE, COMPLAINT, REJECT, …
	Bus      string   // the bus's name or ARN; SES allows only the default bus
}

func (c Config) withDefaults() Config {
	if c.MaxSendRate == 0 {
		c.MaxSendRate = 200
	}
	if c.Max24HourSend == 0 {
		c.Max24HourSend = 1_000_000
	}
	if c.NotifyAfter == 0 {
		c.NotifyAfter = 200 * time.Millisecond
	}
	if c.Keep == 0 {
		c.Keep = 20_000
	}
	if c.CallerIdentity == "" {
		c.CallerIdentity = "local"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// eventTypes are the types of MatchingEventTypes, in the spelling of the API.
var eventTypes = map[string]bool{
	"SEND": true, "REJECT": true, "BOUNCE": true, "COMPLAINT": true, "DELIVERY": true, "OPEN": true,
	"CLICK": true, "RENDERING_FAILURE": true, "DELIVERY_DELAY": true, "SUBSCRIPTION": true,
}

// eventType returns the API's spelling of a type: RENDERING_FAILURE for
// CloudFormation's "renderingFailure".
func eventType(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name != strings.ToUpper(name) {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// validate returns an error that names every fault of the configuration.
func (c Config) validate() error {
	var faults []error
	sets := map[string]bool{}
	for i, set := range c.ConfigurationSets {
		if set.Name == "" {
			faults = append(faults, fmt.Errorf("configuration set %d has no name", i+1))
		}
		sets[set.Name] = true
		for _, d := range set.EventDestinations {
			for _, t := range d.Types {
				if !eventTypes[eventType(t)] {
					faults = append(faults, fmt.Errorf("configuration set %s, event destination %s: unknown event type %q", set.Name, d.Name, t))
				}
			}
			if name := d.Bus[strings.LastIndexByte(d.Bus, '/')+1:]; name != "default" {
				faults = append(faults, fmt.Errorf("configuration set %s, event destination %s: bus %q: SES sends events only to the default bus", set.Name, d.Name, d.Bus))
			}
		}
	}
	for i, id := range c.Identities {
		if id.Name == "" {
			faults = append(faults, fmt.Errorf("identity %d has no name", i+1))
		}
		if id.ConfigurationSet != "" && !sets[id.ConfigurationSet] {
			faults = append(faults, fmt.Errorf("identity %s: no configuration set is named %q", id.Name, id.ConfigurationSet))
		}
	}
	return errors.Join(faults...)
}

func (c Config) set(name string) (ConfigurationSet, bool) {
	for _, set := range c.ConfigurationSets {
		if set.Name == name {
			return set, true
		}
	}
	return ConfigurationSet{}, false
}

// identity returns the identity that covers the address, and whether there is
// one: the address itself before its domain, the domain before its parents. As
// in SES, the local part is case-sensitive and the domain is not.
func (c Config) identity(address string) (Identity, bool) {
	local, domain, _ := strings.Cut(address, "@")
	domain = strings.ToLower(domain)
	for _, id := range c.Identities {
		if l, d, is := strings.Cut(id.Name, "@"); is && l == local && strings.ToLower(d) == domain {
			return id, true
		}
	}
	for domain != "" {
		for _, id := range c.Identities {
			if strings.ToLower(id.Name) == domain {
				return id, true
			}
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return Identity{}, false
}

// publishes reports whether an enabled destination of the set receives the
// event type ("SEND", "BOUNCE", …).
func (s ConfigurationSet) publishes(eventName string) bool {
	for _, d := range s.EventDestinations {
		for _, t := range d.Types {
			if !d.Disabled && eventType(t) == eventName {
				return true
			}
		}
	}
	return false
}
