package pinpoint

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// events are the kinds of events that Pinpoint's may be called.
var events = map[string]string{
	"orderplaced": "order.placed", "orderpaid": "order.paid", "ordershipped": "order.shipped", "orderdelivered": "order.delivered",
	"ordercancelled": "order.cancelled", "orderreturned": "order.returned", "orderrefunded": "order.refunded",
	"purchase": "order.placed", "purchasecompleted": "order.placed", "ordercompleted": "order.placed",
}

// campaign writes a draft of one campaign.
func (c *conversion) campaign(in campaign) error {
	name := plainName(in.Name)
	lost := func(what string) { c.lost(in.file, 0, fmt.Sprintf("the campaign %s: %s", name, what)) }
	var b strings.Builder
	fmt.Fprintf(&b, "# A draft from Amazon Pinpoint's campaign. Read it before you publish it:\n# docs/policy.md.\n")
	of := in.TemplateConfiguration.EmailTemplate.Name
	if of == "" {
		lost("it has no e-mail template; no draft was written")
		return nil
	}
	fmt.Fprintf(&b, "message: %s\n", plainName(of))
	starts, lasts, err := c.starts(in, lost)
	if starts == "" {
		return err
	}
	b.WriteString(starts)
	if seconds := in.Limits.MaximumDuration; seconds > 0 {
		lasts = fmt.Sprintf("%dm", max(1, min(seconds, 7*24*3600)/60))
	}
	fmt.Fprintf(&b, "not_after: %s\n", lasts)
	if c.picks[plainName(of)] {
		b.WriteString("picks: 4\n")
	}
	if percent := in.HoldoutPercent; percent > 0 {
		if percent > 50 {
			lost("its holdout is more than 50 %, which is the most here")
		}
		fmt.Fprintf(&b, "holdout: %d\n", min(percent, 50))
	}
	if len(in.AdditionalTreatments) > 0 {
		lost("its further treatments: there are no tests of several versions of a message")
	}
	if in.Limits.Daily > 0 || in.Limits.Total > 0 {
		lost("its own limits: caps hold for all campaigns, of one class or of one tag")
	}
	if len(in.Hook) > 4 {
		lost("its hook: write a condition")
	}
	if own := in.Schedule.QuietTime; own != (quietTime{}) && own != c.settings.QuietTime {
		lost("its own quiet time: quiet hours are those of caps.yaml")
	}
	c.result.Campaigns++
	return c.put(filepath.Join("campaigns", name+".yaml"), b.String())
}

// starts returns the lines that say when a campaign starts, and how long its
// messages last. Without lines there is no draft.
func (c *conversion) starts(in campaign, lost func(string)) (lines, lasts string, err error) {
	s := in.Schedule
	hour, days := "", "* * *" // without an hour, it is sent once
	at, err := time.Parse(time.RFC3339, s.StartTime)
	readable := err == nil
	clock := fmt.Sprintf(" # by the shop's clock (%s)", c.Zone)
	if at = at.In(c.Zone); s.IsLocalTime { // the hour is that of each endpoint's clock, whatever the offset says
		at, clock = at.UTC(), "\nclock: customer"
	}
	switch s.Frequency {
	case "EVENT":
		var on []string
		for _, kind := range s.EventFilter.Dimensions.EventType.Values {
			if ours := events[letters(kind)]; ours != "" {
				on = append(on, ours)
			} else {
				lost("it starts on an event that no event here corresponds to")
			}
		}
		if len(on) == 0 {
			return "", "", nil
		}
		who, err := c.audience(in, lost)
		return fmt.Sprintf("on: [%s]\nif: %s\n", strings.Join(on, ", "), who), "48h", err
	case "HOURLY":
		hour = "*"
	case "DAILY":
		hour = strconv.Itoa(at.Hour())
	case "WEEKLY":
		hour, days = strconv.Itoa(at.Hour()), fmt.Sprintf("* * %d", at.Weekday())
	case "MONTHLY":
		hour, days = strconv.Itoa(at.Hour()), fmt.Sprintf("%d * *", at.Day())
	case "ONCE":
	default:
		lost("it is sent when it is made; no draft was written")
		return "", "", nil
	}
	if !readable {
		lost("its start cannot be read; no draft was written")
		return "", "", nil
	}
	who, err := c.audience(in, lost)
	if hour == "" {
		return fmt.Sprintf("date: %s%s\naudience: %s\n", at.Format("2006-01-02 15:04"), clock, who), "36h", err
	}
	return fmt.Sprintf("schedule: \"%d %s %s\"%s\naudience: %s\n", at.Minute(), hour, days, clock, who), "36h", err
}

// audience returns the condition of a campaign's segment: that of a segment of
// countries, of which it writes a draft, and else everybody.
func (c *conversion) audience(in campaign, lost func(string)) (string, error) {
	s, known := c.segments[in.SegmentID]
	countries := s.Dimensions.Location.Country
	if !known || len(countries.Values) == 0 {
		lost("its segment: write a condition in place of customer.orders >= 0, which is everybody")
		return "customer.orders >= 0", nil
	}
	lost("what its segment asks for besides countries")
	name, err := c.segment(s)
	return fmt.Sprintf("in_segment(%q)", name), err
}

// segment writes a draft of a segment of countries, and returns its name. Of two
// segments with one name, the second gets a number.
func (c *conversion) segment(s segment) (name string, err error) {
	if name, written := c.named[s.ID]; written {
		return name, nil
	}
	name = plainName(s.Name)
	for n := 2; slices.Contains(slices.Collect(maps.Values(c.named)), name); n++ {
		name = fmt.Sprintf("%s-%d", plainName(s.Name), n)
	}
	c.named[s.ID] = name
	c.result.Segments++
	countries, not := s.Dimensions.Location.Country, ""
	var quoted []string
	for _, country := range countries.Values {
		quoted = append(quoted, strconv.Quote(country))
	}
	if strings.EqualFold(countries.DimensionType, "EXCLUSIVE") {
		not = "!"
	}
	return name, c.put(filepath.Join("segments", name+".yaml"), fmt.Sprintf(
		"# A draft from Amazon Pinpoint's segment. Read it before you publish it:\n# docs/policy.md.\ntitle: %s\nwhen: '%s(customer.country in [%s])'\n",
		strconv.Quote(s.Name), not, strings.Join(quoted, ", ")))
}
