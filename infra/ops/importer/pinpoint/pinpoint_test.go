package pinpoint

import (
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/conditioncheck"
	"regulars/shared/policyfiles"
	"regulars/shared/shoppolicy"
)

// What the AWS CLI and the export jobs of Pinpoint write; the people are made up.
const (
	endpoints = `{"Id":"e1","ApplicationId":"a1","ChannelType":"EMAIL","Address":"ann@example.com","EndpointStatus":"ACTIVE","OptOut":"NONE","RequestId":"r1","Location":{"City":"Athens","Country":"GRC"},"Demographic":{"Locale":"el_GR","Timezone":"Europe/Athens","Make":"x"},"EffectiveDate":"2024-05-01T10:00:00.000Z","Attributes":{"Team":["Reds"]},"Metrics":{"visits":3.0},"User":{"UserId":"c-1","UserAttributes":{"FirstName":["Ann"],"Plan":["gold"]}},"CohortId":"42","CreationDate":"2023-05-01T10:00:00.000Z"}
{"Id":"e2","ChannelType":"EMAIL","Address":"bob@example.com","EndpointStatus":"ACTIVE","OptOut":"ALL","EffectiveDate":"2024-06-01T10:00:00.000Z","CreationDate":"2023-05-01T10:00:00.000Z"}
{"Id":"e3","ChannelType":"SMS","Address":"+12025550100","OptOut":"NONE"}
{"Id":"e4","ChannelType":"EMAIL","Address":"bob@example.com","EndpointStatus":"INACTIVE","OptOut":"NONE"}
`
	settingsOf = `{"ApplicationSettingsResource":{"ApplicationId":"a1","CampaignHook":{},"LastModifiedDate":"2024-01-01","Limits":{"Daily":3,"MaximumDuration":600,"MessagesPerSecond":50,"Total":100},"QuietTime":{"Start":"22:00","End":"08:30"},"JourneyLimits":{"DailyCap":2,"TimeframeCap":{"Days":7,"Cap":4}}}}`
	campaigns  = `{"CampaignsResponse":{"Item":[
 {"Name":"Weekly News","SegmentId":"s1","HoldoutPercent":15,"Schedule":{"Frequency":"WEEKLY","StartTime":"2024-04-06T08:30:00Z","IsLocalTime":true,"Timezone":"UTC"},"TemplateConfiguration":{"EmailTemplate":{"Name":"Weekly_News","Version":"1"}},"Limits":{"Daily":1,"MaximumDuration":7200},"AdditionalTreatments":[{"SizePercent":50}]},
 {"Name":"Black Friday","SegmentId":"s1","Schedule":{"Frequency":"ONCE","StartTime":"2024-11-29T08:30:00Z"},"TemplateConfiguration":{"EmailTemplate":{"Name":"Weekly_News"}}},
 {"Name":"New Year","SegmentId":"s1","Schedule":{"Frequency":"ONCE","StartTime":"2027-01-01T09:00:00Z","IsLocalTime":true},"TemplateConfiguration":{"EmailTemplate":{"Name":"Weekly_News"}}},
 {"Name":"Notice","SegmentId":"s1","Schedule":{"StartTime":"IMMEDIATE"},"TemplateConfiguration":{"EmailTemplate":{"Name":"Weekly_News"}}},
 {"Name":"Thanks","SegmentId":"s1","Schedule":{"Frequency":"EVENT","EventFilter":{"FilterType":"ENDPOINT","Dimensions":{"EventType":{"DimensionType":"INCLUSIVE","Values":["order_placed"]}}}},"TemplateConfiguration":{"EmailTemplate":{"Name":"Weekly_News"}}}]}}`
	segmentsOf = `{"SegmentsResponse":{"Item":[{"Id":"s1","Name":"Europe","Dimensions":{"Location":{"Country":{"DimensionType":"INCLUSIVE","Values":["GR","DE"]}}}}]}}`
	journeysOf = `{"JourneysResponse":{"Item":[{"Name":"Welcome","Activities":{"a":{"EMAIL":{}},"b":{"Wait":{}}},"Limits":{"DailyCap":1}}]}}`
	templateOf = `{"EmailTemplateResponse":{"TemplateName":"Weekly_News","Subject":"News for {{User.UserAttributes.FirstName}}","HtmlPart":"<html><head><title>x</title></head><body>\n<p>{{#if User.UserAttributes.FirstName.[0]}}Hello {{User.UserAttributes.FirstName.[0]}}{{else}}Hello{{/if}}, fan of the {{Attributes.Team}}</p>\n<p>{{ Attributes.City }}</p>{{formatCurrency Attributes.Price \"EUR\"}}</body></html>","TextPart":"Hello {{upper User.UserAttributes.FirstName}} {{#each Recommendations.Name}}- {{this}}\n{{/each}}","DefaultSubstitutions":"{\"Attributes.City\":\"your town\"}"}}`
)

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"settings.json": settingsOf, "campaigns.json": campaigns, "segments.json": segmentsOf, "journeys.json": journeysOf, "weekly.json": templateOf, "notes.txt": "hello"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, "export.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed := gzip.NewWriter(file)
	if _, err := packed.Write([]byte(endpoints)); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAProjectBecomesDraftsAndAReport(t *testing.T) {
	out := t.TempDir()
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Convert(folder(t), out, Options{Zone: athens})
	if err != nil {
		t.Fatal(err)
	}
	if r.Contacts != 2 || r.Suppressed != 1 || r.Campaigns != 4 || r.Segments != 1 || r.Messages != 1 || len(r.Skipped) != 2 {
		t.Errorf("result = %+v", r)
	}
	for file, wants := range map[string][]string{
		"contacts.jsonl":                    {`{"customer":{"country":"GR","email":"ann@example.com","id":"c-1","locale":"el-GR","name":"Ann","zone":"Europe/Athens"},"occurred_at":"2024-05-01T10:00:00.000Z","version":"1"}`},
		"suppressed.jsonl":                  {`{"at":"2024-06-01T10:00:00.000Z","email":"bob@example.com","reason":"unsubscribed"}`},
		"caps.yaml":                         {"{name: daily, scope: all, max: 2, window: 24h}", "{name: days-7, scope: all, max: 4, window: 7d}", `quiet: {from: "22:00", to: "08:30"}`},
		"campaigns/weekly-news.yaml":        {"message: weekly-news", "schedule: \"30 8 * * 6\"\nclock: customer", "holdout: 15", "not_after: 120m", `audience: in_segment("europe")`},
		"campaigns/black-friday.yaml":       {"date: 2024-11-29 10:30 # by the shop's clock (Europe/Athens)\naudience: in_segment(\"europe\")", "not_after: 36h"},
		"campaigns/new-year.yaml":           {"date: 2027-01-01 09:00\nclock: customer"},
		"segments/europe.yaml":              {`title: "Europe"`, `when: '(customer.country in ["GR", "DE"])'`},
		"campaigns/thanks.yaml":             {"on: [order.placed]", `if: in_segment("europe")`},
		"messages/weekly-news/body.mjml":    {`{% if customer.name != "" %}{{ 'html_2' | t }} {{ customer.name }}{% else %}{{ 'html_3' | t }}{% endif %}{{ 'html_4' | t }} {% comment %}no counterpart: Attributes.Team{% endcomment %}`, "<p>{{ 'html_5' | t }}</p>"},
		"messages/weekly-news/body.txt":     {"{{ customer.name | upcase }}", "{% for pick in picks %}- {{ pick.title }}\n{% endfor %}"},
		"messages/weekly-news/message.yaml": {"needs: [picks]", `subject: "{{ 'subject_1' | t }} {{ customer.name }}"`},
		"messages/weekly-news/en.yaml":      {`subject_1: "News for"`, `html_4: ", fan of the"`, `html_5: "your town"`},
		"report.md": {
			"endpoints: the attribute Plan of 1 endpoints", "endpoints: the attribute Team of 1 endpoints", "HtmlPart of weekly-news, line 2: the variable Attributes.Team",
			"line 3: the helper formatCurrency", "the campaign notice: it is sent when it is made", "its further treatments", "the journey welcome (EMAIL, Wait)", "Limits.Total", "No contact has a consent", "notes.txt",
		},
	} {
		content := read(t, out, file)
		for _, want := range wants {
			if !strings.Contains(content, want) {
				t.Errorf("%s has no %q:\n%s", file, want, content)
			}
		}
	}
	if strings.Contains(read(t, out, "contacts.jsonl"), "consents") {
		t.Error("an endpoint that did not object has a consent")
	}
	if _, err := Convert(folder(t), out, Options{OptedIn: true}); err != nil || !strings.Contains(read(t, out, "contacts.jsonl"), `"consents":[{"at":"2023-05-01T10:00:00.000Z","given":true,"topic":"promotions"}]`) {
		t.Errorf("with OPTED_IN the contacts are %s (%v)", read(t, out, "contacts.jsonl"), err)
	}
}

// A shop whose policy is the drafts, besides the shop itself, the promotion pause
// and the parts of mails. A template is refused until what it has lost is
// replaced.
func TestDraftsPublishIfNothingIsLost(t *testing.T) {
	dir := folder(t)
	if _, err := published(t, dir); err == nil || !strings.Contains(err.Error(), "no counterpart") {
		t.Errorf("a draft with a lost variable is published: %v", err)
	}
	whole := strings.NewReplacer("{{Attributes.Team}}", "team", `{{formatCurrency Attributes.Price \"EUR\"}}`, "").Replace(templateOf)
	if err := os.WriteFile(filepath.Join(dir, "weekly.json"), []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := published(t, dir); err != nil || len(p.Campaigns) != 4 {
		t.Errorf("%d campaigns are published, want 4: %v", len(p.Campaigns), err)
	}
}

func published(t *testing.T, dir string) (shoppolicy.Policy, error) {
	t.Helper()
	out, files := t.TempDir(), fstest.MapFS{}
	if _, err := Convert(dir, out, Options{}); err != nil {
		t.Fatal(err)
	}
	take := func(from fs.FS, under string) {
		err := fs.WalkDir(from, under, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasPrefix(path, "messages") {
				return err
			}
			content, err := fs.ReadFile(from, path)
			files[path] = &fstest.MapFile{Data: content}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	shop := os.DirFS("../../../shop")
	take(shop, "messages/_layout")
	take(shop, "promotion-pause.yaml")
	take(os.DirFS(out), ".")
	files["shop.yaml"] = &fstest.MapFile{Data: []byte("name: A shop\nurl: https://shop.example.com\naddress: 1 Example Street, London\ncurrency: GBP\nzone: Europe/London\nlanguages: [en]\n")}
	return policyfiles.Load(files, conditioncheck.Compile, mjml.Compile, markdown.Parse)
}
