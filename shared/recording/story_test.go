//go:build !race

package recording

import (
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	diff "github.com/google/go-cmp/cmp"

	"regulars/shared/shoppolicy"
	"regulars/shared/webhook/webhooktest"
)

// stories is the folder with a folder for each shop platform; its README says what
// stands in them.
const stories = "../../events/stories"

// platform is the file shop.yaml of a platform: what the shop's policy says.
type platform struct {
	DetailType string   `yaml:"detail-type"`
	Currency   string   `yaml:"currency"`
	URL        string   `yaml:"url"`
	Hosts      []string `yaml:"hosts"` // of pictures

	name   string
	policy shoppolicy.Policy
}

// story is the file story.yaml: what a platform sends about some orders,
// customers or products, and what the shop knows and has sent in the end.
type story struct {
	About    string    `yaml:"about"`
	Arrivals []arrival `yaml:"arrivals"`
	Want     outcome   `yaml:"want"`

	// Shuffled are messages that another order of arrival may send, and the story's
	// own does not: an opt-out that comes late, for example.
	Shuffled []string `yaml:"shuffled"`
}

// arrival is one webhook.
type arrival struct {
	At      time.Time         `yaml:"at"` // when it comes in
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"` // a file beside the story

	content string
}

// outcome is what a story leads to. A map is by ID; a guest's is "guest" and the
// address.
type outcome struct {
	Orders    map[string]orderWant    `yaml:"orders"`
	Customers map[string]customerWant `yaml:"customers"`
	Products  map[string]productWant  `yaml:"products"`
	Mails     []string                `yaml:"mails"` // campaign, order and address of each, in this order
}

type orderWant struct {
	Number   string         `yaml:"number"`
	State    string         `yaml:"state"` // the steps it has taken, and the cause of a cancellation
	Total    string         `yaml:"total"`
	Refunded string         `yaml:"refunded"`
	Lines    map[string]any `yaml:"lines"` // "units × price" of each product
	Returned map[string]int `yaml:"returned"`
}

type customerWant struct {
	Email   string `yaml:"email"`
	Name    string `yaml:"name"`
	Country string `yaml:"country"`
	Locale  string `yaml:"locale"`
	Consent string `yaml:"consent"` // to promotions: yes, no, or "" if they were never asked
	Orders  int    `yaml:"orders"`  // without cancelled ones
	Spent   string `yaml:"spent"`   // in the shop's currency, without what was paid back
}

type productWant struct {
	Title    string `yaml:"title"`
	Category string `yaml:"category"`
	URL      string `yaml:"url"`
	Image    string `yaml:"image"`
	Price    string `yaml:"price"`
	Was      string `yaml:"was"`
	Stock    string `yaml:"stock"` // "": not counted
	Hidden   bool   `yaml:"hidden"`
	Of       string `yaml:"of"` // the listing
}

// Real payloads of each platform go the deployed way: the signed webhook to hooks,
// its envelope over the queue to record, intents to send. Each story is played as
// it happened, with each webhook twice, and in other orders.
func TestStoriesOfEachPlatform(t *testing.T) {
	loud := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(loud) })
	for _, folder := range folders(t, stories) {
		t.Run(folder, func(t *testing.T) {
			var of platform
			load(t, path.Join(stories, folder, "shop.yaml"), &of)
			of.name, of.policy = folder, of.inForce(t)
			payloads := map[string]bool{}
			for _, name := range folders(t, path.Join(stories, folder)) {
				s := readStory(t, path.Join(stories, folder, name))
				for _, a := range s.Arrivals {
					payloads[a.content] = true
				}
				t.Run(name, func(t *testing.T) { tell(t, of, s) })
			}
			if len(payloads) < 20 {
				t.Errorf("the stories have %d payloads; want 20 or more", len(payloads))
			}
			if _, err := os.Stat(path.Join(stories, folder, "SOURCES.md")); err != nil {
				t.Errorf("say where the payloads come from, and under which licence: %v", err)
			}
		})
	}
}

// tell plays the story in several ways and compares what becomes of it.
func tell(t *testing.T, of platform, s story) {
	shop := newStoryShop(t, of)
	shop.play(s.Arrivals)
	shop.differs("as it happened", s.Want, shop.outcome())
	shop.play(s.Arrivals) // at its end, all of it again
	shop.differs("told again", s.Want, shop.outcome())

	shop = newStoryShop(t, of)
	for _, a := range s.Arrivals {
		shop.play([]arrival{a, a})
	}
	shop.differs("with each webhook twice", s.Want, shop.outcome())

	random := rand.New(rand.NewPCG(1, 2))
	for i := range 3 {
		mixed := slices.Concat(s.Arrivals, s.Arrivals)
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if i == 0 {
			mixed = slices.Clone(s.Arrivals)
			slices.Reverse(mixed)
		}
		late := slices.MaxFunc(s.Arrivals, func(a, b arrival) int { return a.At.Compare(b.At) }).At
		var topics []string
		for j := range mixed {
			topics = append(topics, mixed[j].Body)
			mixed[j].At = late
		}
		shop = newStoryShop(t, of)
		shop.play(mixed)
		got, how := shop.outcome(), "in the order "+strings.Join(topics, ", ")
		for j, mail := range got.Mails {
			if !slices.Contains(s.Want.Mails, mail) && !slices.Contains(s.Shuffled, mail) || slices.Contains(got.Mails[:j], mail) {
				t.Errorf("%s: it also sent %q, or sent it twice", how, mail)
			}
		}
		got.Mails = s.Want.Mails
		shop.differs(how, s.Want, got)
	}
}

func (s *storyShop) differs(how string, want, got outcome) {
	s.t.Helper()
	if d := diff.Diff(plain(s.t, want), plain(s.t, got)); d != "" {
		s.t.Fatalf("%s (- want, + got):\n%s", how, d)
	}
}

// plain returns an outcome as JSON would have it, without what is empty.
func plain(t *testing.T, o outcome) (all map[string]any) {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	must(t, json.Unmarshal(text, &all))
	return without(all).(map[string]any)
}

func without(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for key, v := range m {
		v = without(v)
		inner, isMap := v.(map[string]any)
		list, isList := v.([]any)
		switch {
		case v == nil, v == "", v == false, v == float64(0), isMap && len(inner) == 0, isList && len(list) == 0:
			delete(m, key)
		default:
			m[key] = v
		}
	}
	return m
}

func folders(t *testing.T, in string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(in)
	must(t, err)
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func load(t *testing.T, file string, into any) {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	decoder := yaml.NewDecoder(f)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func readStory(t *testing.T, folder string) (s story) {
	t.Helper()
	load(t, path.Join(folder, "story.yaml"), &s)
	for i, a := range s.Arrivals {
		content, err := os.ReadFile(path.Join(folder, a.Body))
		must(t, err)
		s.Arrivals[i].content = string(content)
	}
	return s
}

// untold are platforms whose stories are still to be written.
var untold = []string{}

func TestEachPlatformHasStories(t *testing.T) {
	told := folders(t, stories)
	for name := range webhooktest.Signers {
		if slices.Contains(told, name) == slices.Contains(untold, name) {
			t.Errorf("%s: add its stories in events/stories, and take it out of untold", name)
		}
	}
}
