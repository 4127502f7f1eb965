package pinpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are those of a project. Counts of 0 are not set.
type settings struct {
	Limits        limits
	JourneyLimits journeyLimits
	QuietTime     quietTime
	CampaignHook  json.RawMessage
	file          string
}

type limits struct{ Daily, Total, Session, MessagesPerSecond, MaximumDuration int }

type journeyLimits struct {
	DailyCap, TotalCap, EndpointReentryCap, MessagesPerSecond int
	TimeframeCap                                              struct{ Days, Cap int }
}

type quietTime struct{ Start, End string }

// segment is a group of endpoints.
type segment struct {
	ID         string `json:"Id"`
	Name       string
	Dimensions struct {
		Location struct {
			Country struct {
				DimensionType string
				Values        []string
			}
		}
	}
}

// campaign is what is read of a campaign.
type campaign struct {
	Name, SegmentID       string
	HoldoutPercent        int
	Limits                limits
	Hook                  json.RawMessage
	AdditionalTreatments  []json.RawMessage
	Schedule              schedule
	TemplateConfiguration struct{ EmailTemplate struct{ Name string } }
	file                  string
}

func (c *campaign) UnmarshalJSON(content []byte) error {
	type plain campaign
	read := struct {
		plain
		SegmentId string
	}{}
	err := json.Unmarshal(content, &read)
	*c = campaign(read.plain)
	c.SegmentID = read.SegmentId
	return err
}

type schedule struct {
	Frequency, StartTime, Timezone string
	IsLocalTime                    bool
	QuietTime                      quietTime
	EventFilter                    struct {
		Dimensions struct{ EventType struct{ Values []string } }
	}
}

// journey is what is read of a journey.
type journey struct {
	Name       string
	Activities map[string]map[string]json.RawMessage
	Limits     journeyLimits
	QuietTime  quietTime
	file       string
}

// template is an e-mail template.
type template struct {
	TemplateName, Subject, HtmlPart, TextPart, DefaultSubstitutions, RecommenderId string
}

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

var body = regexp.MustCompile(`(?is)<body[^>]*>(.*?)</body>`)

// message writes a draft of a message from a template.
func (c *conversion) message(file string, in template) error {
	name := plainName(in.TemplateName)
	defaults := map[string]string{}
	if in.DefaultSubstitutions != "" {
		if err := json.Unmarshal([]byte(in.DefaultSubstitutions), &defaults); err != nil {
			c.lost(file, 0, "DefaultSubstitutions are not an object of texts")
		}
	}
	part := func(of, text string) string {
		return Liquid(text, defaults, func(line int, what string) {
			c.lost(file, 0, fmt.Sprintf("%s of %s, line %d: %s", of, name, line, what))
		})
	}
	html := in.HtmlPart
	if inner := body.FindStringSubmatch(html); inner != nil {
		html = inner[1]
	}
	html, text, subject := part("HtmlPart", html), part("TextPart", in.TextPart), part("Subject", in.Subject)
	if strings.TrimSpace(in.TextPart) == "" {
		c.lost(file, 0, fmt.Sprintf("%s has no TextPart: write body.txt", name))
	}
	needs := ""
	if strings.Contains(html+text+subject, "picks") {
		needs = "needs: [picks]\n"
		c.picks[name] = true
	}
	strs := map[string]string{}
	subject, html = Words(subject, "subject", strs), Words(html, "html", strs)
	if text = Words(text, "text", strs); strings.TrimSpace(text) == "" {
		text = "{{ subject }}"
	}
	var english strings.Builder
	for _, key := range slices.Sorted(maps.Keys(strs)) {
		fmt.Fprintf(&english, "%s: %s\n", key, strconv.Quote(strs[key]))
	}
	c.result.Messages++
	for path, content := range map[string]string{
		"message.yaml": "# A draft from an e-mail template of Amazon Pinpoint. Read it before you publish it:\n# docs/messages.md.\nclass: promotion\nlanguages: [en]\n" + needs + "subject: " + strconv.Quote(subject) + "\n",
		"en.yaml":      "# Join the parts of a sentence, before it is translated.\n" + english.String(),
		"body.txt":     text + "\n\n{% include \"footer-promotion.txt\" %}\n",
		"body.mjml": "<mjml lang=\"{{ language }}\" dir=\"{{ direction }}\">\n  <mj-head>\n    {% include \"head.mjml\" %}\n  </mj-head>\n  <mj-body mj-class=\"page\" width=\"{{ brand.width }}px\">\n" +
			"    {% include \"top.mjml\" %}\n    <mj-wrapper padding=\"0 12px\">\n      <mj-section mj-class=\"card\">\n        <mj-column>\n          <mj-text>\n" + html + "\n          </mj-text>\n" +
			"        </mj-column>\n      </mj-section>\n    </mj-wrapper>\n    {% include \"footer-promotion.mjml\" %}\n  </mj-body>\n</mjml>\n",
	} {
		if err := c.put(filepath.Join("messages", name, path), content); err != nil {
			return err
		}
	}
	return nil
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
