package canary

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"regulars/infra/local/cloud"
	"regulars/infra/local/cloud/cloudtest"
	"regulars/infra/local/ses"
	"regulars/infra/local/template"
)

// system is the local cloud of the project's own template.
type system struct {
	*cloud.Running
	t    *testing.T
	root string
	now  time.Time // of the events

	toErase string // the link by which the customer asks for their erasure
}

func start(t *testing.T) *system {
	t.Helper()
	root, err := filepath.Abs("../../..")
	must(t, err)
	cloudtest.Sources(t, root)
	running, err := cloud.Temporary{
		Root: root, Dir: t.TempDir(), Out: io.Discard,
		Edit: func(tmpl *template.Template) {
			for i := range tmpl.Queues { // a message that failed comes again soon
				tmpl.Queues[i].Visibility = min(tmpl.Queues[i].Visibility, 10*time.Second)
			}
			for _, f := range tmpl.Functions {
				if f.Code == "functions/privacy" {
					f.Env["SETTLING"] = "1s" // between the two passes; 15 minutes on AWS
				}
			}
		},
		Shop: func(folder string) error { return os.CopyFS(folder, os.DirFS(filepath.Join(root, "infra", "shop"))) },
	}.Start(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = running.End() })
	return &system{Running: running, t: t, root: root, now: time.Now().UTC().Truncate(time.Second).Add(-time.Minute)}
}

// put puts an event on the bus.
func (s *system) put(source, detailType string, detail any) {
	s.t.Helper()
	text, err := json.Marshal(detail)
	must(s.t, err)
	out, err := s.Events.PutEvents(s.t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: &source, DetailType: &detailType, Detail: awssdk.String(string(text)),
	}}})
	must(s.t, err)
	if out.FailedEntryCount > 0 {
		s.t.Fatalf("the bus refused %s: %s", detailType, awssdk.ToString(out.Entries[0].ErrorMessage))
	}
}

// event puts an event of the shop's back end on the bus, about the canary.
func (s *system) event(detailType string, detail m) {
	s.t.Helper()
	all := m{"version": "1", "occurred_at": s.now.Format(time.RFC3339), "customer": m{"id": native, "email": address}}
	merge(all, detail)
	s.put("shop", detailType, all)
}

// order puts a placed order on the bus, with everything that a back end may send.
func (s *system) order(id string, customer m) {
	s.t.Helper()
	_, detail := sample("order.placed", "first-order", m{
		"order": m{"id": id, "number": "", "placed_at": s.now.Format(time.RFC3339)}, "shipping_address": home(), "note": "leave it with " + last,
	})
	detail["customer"] = m{"id": native, "email": address, "name": first + " " + last, "locale": "en-GB", "country": "GB", "accepts_marketing": true, "phone": phone, "address": home()}
	merge(detail, m{"customer": customer})
	s.put("shop", "order.placed", detail)
}

// webhook posts a webhook of WooCommerce, signed.
func (s *system) webhook(topic string, body any) {
	s.t.Helper()
	secrets := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: awssdk.String(s.Settings.Endpoint()), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	stored, err := secrets.GetSecretValue(s.t.Context(), &secretsmanager.GetSecretValueInput{SecretId: awssdk.String("HooksSecret")})
	must(s.t, err)
	var keys map[string]string
	must(s.t, json.Unmarshal([]byte(*stored.SecretString), &keys))
	text, err := json.Marshal(body)
	must(s.t, err)
	mac := hmac.New(sha256.New, []byte(keys["woocommerce"]))
	mac.Write(text)
	s.call(http.MethodPost, "/lambda-url/Hooks/woocommerce", text, map[string]string{
		"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": topic, "X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	})
}

// call calls a URL of the cloud, and returns the answer. A status of 500 or more
// ends the test.
func (s *system) call(method, to string, body []byte, headers map[string]string) (status int, answer string) {
	s.t.Helper()
	if !strings.HasPrefix(to, "http") {
		to = s.Settings.Endpoint() + to
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, to, bytes.NewReader(body))
	must(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/lambda/aws4_request")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	must(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(s.t, err)
	if response.StatusCode >= 500 {
		s.t.Fatalf("%s %s = %d %s", method, to, response.StatusCode, text)
	}
	return response.StatusCode, string(text)
}

// checkout calls the checkout's API.
func (s *system) checkout(method, path string, body any) (answer string) {
	s.t.Helper()
	text, err := json.Marshal(body)
	must(s.t, err)
	_, answer = s.call(method, "/lambda-url/Redeem"+path, text, nil)
	return answer
}

// idle waits until all queues but dead-letter queues are empty and no function
// works.
func (s *system) idle() {
	s.t.Helper()
	dead := map[string]bool{}
	for _, q := range s.Template.Queues {
		dead[q.Name] = strings.HasSuffix(q.Name, "DeadLetters")
	}
	for quiet, limit := 0, time.Now().Add(3*time.Minute); quiet < 5; {
		var busy []string
		for _, q := range s.Queues().Queues() {
			if n := q.Visible + q.InFlight + q.Delayed; n > 0 && !dead[q.Name] {
				busy = append(busy, fmt.Sprintf("%s %+v", q.Name, q.Counts))
			}
		}
		var functions []struct {
			Name string
			Busy int
		}
		_, text := s.call(http.MethodGet, "/local/functions", nil, nil)
		must(s.t, json.Unmarshal([]byte(text), &functions))
		for _, f := range functions {
			if f.Busy > 0 {
				busy = append(busy, f.Name)
			}
		}
		if quiet++; len(busy) > 0 {
			quiet = 0
		}
		if time.Now().After(limit) {
			s.t.Fatalf("the system is busy for three minutes: %v; see %s", busy, s.logs())
		}
		time.Sleep(150 * time.Millisecond)
	}
}

// mails returns the text of the mails to the canary, the newest first.
func (s *system) mails() (all []ses.Message) {
	s.t.Helper()
	for _, m := range s.Mail().Messages(ses.Filter{Limit: 1000}).Items {
		if mine(m.To, addresses) {
			whole, _, err := s.Mail().Message(m.ID)
			must(s.t, err)
			all = append(all, whole)
		}
	}
	return all
}

// contacts imports a list of contacts with the canary in it.
func (s *system) contacts() (printed string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "contacts.csv")
	text := fmt.Sprintf("Email,First Name,Last Name,Phone Number,Address,Email Marketing Consent,Email Marketing Consent Timestamp\n%s,%s,%s,%s,%s,SUBSCRIBED,2026-01-05 10:00:00\n", address, first, last, phone, street)
	must(s.t, os.WriteFile(file, []byte(text), 0o600))
	c := exec.CommandContext(s.t.Context(), "go", "run", "./infra/ops/importer", "-contacts", file, "-apply")
	c.Dir, c.Env = s.root, append(os.Environ(), "AWS_ENDPOINT_URL="+s.Settings.Endpoint())
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("import: %v\n%s", err, out)
	}
	return string(out)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logs returns the end of the functions' logs, for a test that has failed.
func (s *system) logs() (tail string) {
	names, _ := filepath.Glob(filepath.Join(s.Settings.Var, "log", "*.log"))
	for _, name := range names {
		text, _ := os.ReadFile(name)
		tail += name + ":\n" + string(text[max(0, len(text)-1500):]) + "\n"
	}
	return tail
}
