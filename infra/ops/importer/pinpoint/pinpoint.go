// Package pinpoint turns what can be taken out of a project of Amazon Pinpoint
// into drafts for this shop: endpoints into contacts, templates into messages,
// campaigns and limits into the files of a policy. What has no counterpart is
// listed.
package pinpoint

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/infra/ops/importer/shape"
)

// Options are what the files do not say.
type Options struct {
	OptedIn bool           // each endpoint with the OptOut NONE has opted in
	Zone    *time.Location // the shop's, for schedules
}

// Lost is a thing that has no counterpart here.
type Lost struct {
	File string
	Line int // 0: the whole file
	What string
}

func (l Lost) String() string {
	if l.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", l.File, l.Line, l.What)
	}
	return fmt.Sprintf("%s: %s", l.File, l.What)
}

// Result is what was written.
type Result struct {
	Contacts, Suppressed, Campaigns, Segments, Messages int
	Skipped                                             map[string]int // endpoints that are no contacts, by reason
	Lost                                                []Lost
}

// conversion is one call of [Convert].
type conversion struct {
	Options
	out      string
	result   Result
	contacts *bufio.Writer
	refused  *bufio.Writer
	settings settings
	segments map[string]segment // by ID
	named    map[string]string  // the drafts of segments: their names by ID
	found    []campaign
	journeys []journey
	picks    map[string]bool // messages that recommend products
	unknown  map[string]int  // attributes without a counterpart
}

// Convert reads all files of a folder: the lines of endpoints that Pinpoint
// exports (also with .gz), and the answers of the AWS CLI to
// get-application-settings, get-campaigns, get-segments, list-journeys and
// get-email-template, each in a file of its own. It knows them by their content.
// It writes the drafts and report.md into the folder out.
func Convert(folder, out string, o Options) (r Result, err error) {
	c := conversion{Options: o, out: out, segments: map[string]segment{}, named: map[string]string{}, picks: map[string]bool{}, unknown: map[string]int{}}
	c.result.Skipped = map[string]int{}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if _, err := os.Stat(folder); err != nil {
		return r, fmt.Errorf("read what was taken out of Pinpoint: %w", err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return r, err
	}
	var files []*os.File
	defer func() {
		for _, file := range files {
			err = errors.Join(err, file.Close())
		}
	}()
	for name, into := range map[string]**bufio.Writer{"contacts.jsonl": &c.contacts, "suppressed.jsonl": &c.refused} {
		file, err := os.OpenFile(filepath.Join(out, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return r, err
		}
		files, *into = append(files, file), bufio.NewWriter(file)
	}
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return c.file(path)
	})
	if err != nil {
		return r, err
	}
	if err := c.drafts(); err != nil {
		return r, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.unknown)) {
		c.lost("endpoints", 0, fmt.Sprintf("the attribute %s of %d endpoints", name, c.unknown[name]))
	}
	return c.result, errors.Join(c.contacts.Flush(), c.refused.Flush(), c.report())
}

func (c *conversion) lost(file string, line int, what string) {
	c.result.Lost = append(c.result.Lost, Lost{file, line, what})
}

// file reads one file of the folder.
func (c *conversion) file(path string) (err error) {
	name := filepath.Base(path)
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var in io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
	lines := bufio.NewReaderSize(in, 1<<20)
	start, err := lines.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", path, err)
	}
	first, _, _ := bytes.Cut(bytes.TrimSpace(start), []byte("\n"))
	if line := bytes.TrimSpace(first); bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"ChannelType"`)) {
		return c.endpoints(name, lines)
	}
	content, err := io.ReadAll(io.LimitReader(lines, 16<<20))
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	var answer struct {
		ApplicationSettingsResource *settings
		CampaignsResponse           *struct{ Item []campaign }
		SegmentsResponse            *struct{ Item []segment }
		JourneysResponse            *struct{ Item []journey }
		EmailTemplateResponse       *template
	}
	if err := json.Unmarshal(content, &answer); err != nil {
		c.lost(name, 0, "the file is neither lines of endpoints nor an answer of aws pinpoint")
		return nil
	}
	switch {
	case answer.ApplicationSettingsResource != nil:
		c.settings = *answer.ApplicationSettingsResource
		c.settings.file = name
	case answer.CampaignsResponse != nil:
		for _, one := range answer.CampaignsResponse.Item {
			one.file = name
			c.found = append(c.found, one)
		}
	case answer.SegmentsResponse != nil:
		for _, one := range answer.SegmentsResponse.Item {
			c.segments[one.ID] = one
		}
	case answer.JourneysResponse != nil:
		for _, one := range answer.JourneysResponse.Item {
			one.file = name
			c.journeys = append(c.journeys, one)
		}
	case answer.EmailTemplateResponse != nil:
		return c.message(name, *answer.EmailTemplateResponse)
	default:
		c.lost(name, 0, "the file is neither lines of endpoints nor an answer of aws pinpoint that is read")
	}
	return nil
}

// endpoint is a line of an export.
type endpoint struct {
	ID             string `json:"Id"`
	Address        string
	ChannelType    string
	EndpointStatus string
	OptOut         string
	EffectiveDate  string
	CreationDate   string
	Attributes     map[string][]string
	Metrics        map[string]float64
	Demographic    struct{ Locale, Timezone string }
	Location       struct{ Country, Region string }
	User           struct {
		UserID         string `json:"UserId"`
		UserAttributes map[string][]string
	}
}

// endpoints writes the e-mail addresses among the lines as contacts.
func (c *conversion) endpoints(name string, lines *bufio.Reader) error {
	in := json.NewDecoder(lines)
	for n := 1; in.More(); n++ {
		var e endpoint
		if in.Decode(&e) != nil {
			c.lost(name, n, "the line is no endpoint, and the rest of the file was not read")
			break
		}
		switch {
		case !strings.EqualFold(e.ChannelType, "EMAIL"):
			c.result.Skipped["of another channel than e-mail"]++
			continue
		case strings.EqualFold(e.EndpointStatus, "INACTIVE"):
			c.result.Skipped["inactive: another endpoint has the address"]++
			continue
		case e.Address == "":
			c.result.Skipped["without an address"]++
			continue
		}
		if err := c.contact(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *conversion) contact(e endpoint) error {
	customer := map[string]any{"email": e.Address}
	set := func(key, value string) {
		if value != "" {
			customer[key] = value
		}
	}
	set("id", e.User.UserID)
	set("locale", strings.ReplaceAll(e.Demographic.Locale, "_", "-"))
	set("zone", e.Demographic.Timezone)
	if e.Location.Country != "" {
		set("country", shape.Country(e.Location.Country))
	}
	set("province", e.Location.Region)
	for _, of := range []map[string][]string{e.User.UserAttributes, e.Attributes} {
		for _, key := range slices.Sorted(maps.Keys(of)) {
			switch {
			case variable(key) == "customer.name" && len(of[key]) > 0:
				if customer["name"] == nil {
					set("name", of[key][0])
				}
			default:
				c.unknown[key]++
			}
		}
	}
	for key := range e.Metrics {
		c.unknown[key]++
	}
	detail := map[string]any{"version": "1", "customer": customer}
	at := e.EffectiveDate
	if at == "" {
		at = e.CreationDate
	}
	if at != "" {
		detail["occurred_at"] = at
	}
	if c.OptedIn && strings.EqualFold(e.OptOut, "NONE") {
		given := map[string]any{"topic": "promotions", "given": true}
		if e.CreationDate != "" {
			given["at"] = e.CreationDate
		}
		detail["consents"] = []any{given}
	}
	c.result.Contacts++
	if err := write(c.contacts, detail); err != nil || !strings.EqualFold(e.OptOut, "ALL") {
		return err
	}
	suppressed := map[string]any{"email": e.Address, "reason": shape.Unsubscribed}
	if at != "" {
		suppressed["at"] = at
	}
	c.result.Suppressed++
	return write(c.refused, suppressed)
}

func write(out *bufio.Writer, value any) error {
	line, err := json.Marshal(value)
	if err == nil {
		_, err = out.Write(append(line, '\n'))
	}
	return err
}

// report writes report.md.
func (c *conversion) report() error {
	var b strings.Builder
	r := c.result
	fmt.Fprintf(&b, "# What was taken over from Amazon Pinpoint\n\n%d contacts, %d opt-outs, %d campaigns, %d segments, %d messages.\n\n", r.Contacts, r.Suppressed, r.Campaigns, r.Segments, r.Messages)
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(&b, "- %d endpoints are no contacts: %s\n", r.Skipped[why], why)
	}
	if !c.OptedIn && r.Contacts > 0 {
		fmt.Fprintf(&b, "- No contact has a consent: Pinpoint's `OptOut` is `NONE` for all who did not object, also for those who were never asked. If each of them has opted in, and you can prove it, repeat with `OPTED_IN=1`.\n")
	}
	fmt.Fprintf(&b, "\n## Without a counterpart: %d\n\n", len(r.Lost))
	for _, l := range r.Lost {
		fmt.Fprintf(&b, "- %s\n", l)
	}
	return os.WriteFile(filepath.Join(c.out, "report.md"), []byte(b.String()), 0o600)
}
