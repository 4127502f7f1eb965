package pinpoint

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// drafts writes caps.yaml and the campaigns.
func (c *conversion) drafts() error {
	if err := c.caps(); err != nil {
		return err
	}
	for _, one := range c.found {
		if err := c.campaign(one); err != nil {
			return err
		}
	}
	for _, j := range c.journeys {
		kinds := map[string]bool{}
		for _, activity := range j.Activities {
			for kind := range activity {
				switch kind {
				case "Description":
				default:
					kinds[kind] = true
				}
			}
		}
		c.lost(j.file, 0, fmt.Sprintf("the journey %s (%s): write a campaign for each message, and a condition for each branch", plainName(j.Name), strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")))
		if j.Limits != (journeyLimits{}) {
			c.lost(j.file, 0, fmt.Sprintf("the limits of the journey %s alone: caps hold for all campaigns, of one class or of one tag", plainName(j.Name)))
		}
	}
	return nil
}

// caps writes caps.yaml from the project's settings.
func (c *conversion) caps() error {
	s := c.settings
	if s.file == "" {
		return nil
	}
	var b strings.Builder
	b.WriteString("# A draft from the settings of a project of Amazon Pinpoint. Read it before you\n# publish it: docs/policy.md.\ncaps:\n")
	caps := 0
	add := func(name string, most int, window string) {
		if most > 0 {
			fmt.Fprintf(&b, "  - {name: %s, scope: all, max: %d, window: %s}\n", name, most, window)
			caps++
		}
	}
	daily := s.Limits.Daily
	if own := s.JourneyLimits.DailyCap; own > 0 && (daily == 0 || own < daily) {
		daily = own // one cap counts campaigns and journeys here; the stricter one holds
	}
	add("daily", daily, "24h")
	if frame := s.JourneyLimits.TimeframeCap; frame.Days > 0 {
		add(fmt.Sprintf("days-%d", frame.Days), frame.Cap, fmt.Sprintf("%dd", frame.Days))
	}
	if caps == 0 {
		b.WriteString("  - {name: promotions-7d, scope: class, class: promotion, max: 2, window: 7d} # Pinpoint had no limit\n")
	}
	b.WriteString("min_gap: 2h\nslack: 5m\n")
	if from, to := clock(s.QuietTime.Start), clock(s.QuietTime.End); from != "" && to != "" {
		fmt.Fprintf(&b, "quiet: {from: %q, to: %q}\n", from, to)
	} else {
		b.WriteString("quiet: {from: \"21:00\", to: \"09:00\"} # Pinpoint had no quiet time\n")
	}
	b.WriteString("classes:\n  safety: {obeys: false, counts: false, quiet: false}\n  service: {obeys: false, counts: false, quiet: false}\n" +
		"  recovery: {obeys: false, counts: false, quiet: false}\n  promise: {obeys: false, counts: true, quiet: false}\n  promotion: {obeys: true, counts: true, quiet: true}\n")
	for what, n := range map[string]int{
		"Limits.Total: no cap counts a customer's whole life": s.Limits.Total, "Limits.Session: it is about messages in an app": s.Limits.Session,
		"JourneyLimits.TotalCap: no cap counts a customer's whole life": s.JourneyLimits.TotalCap,
		"Limits.MessagesPerSecond: all functions keep to SES's rate":    s.Limits.MessagesPerSecond,
	} {
		if n > 0 {
			c.lost(s.file, 0, what)
		}
	}
	if len(s.CampaignHook) > 4 {
		c.lost(s.file, 0, "CampaignHook: no function of yours changes an audience; write a condition")
	}
	return os.WriteFile(filepath.Join(c.out, "caps.yaml"), []byte(b.String()), 0o600)
}

// clock returns a time of the day as policies write it, or "".
func clock(text string) string {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return ""
	}
	return t.Format("15:04")
}

func (c *conversion) put(path, content string) error {
	path = filepath.Join(c.out, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o600)
}

// letters returns the small letters of a text.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(text))
}

// plainName returns a name as files of a policy have it: small letters, digits
// and dashes.
func plainName(text string) string {
	name := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(text), "-")
	if name = strings.Trim(name, "-"); name == "" {
		return "unnamed"
	}
	return name
}
