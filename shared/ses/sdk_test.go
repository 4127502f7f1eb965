package ses

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"regulars/shared/content"
)

// These tests compare with the SDK's client of SES, which functions do without.

// received is what SES gets.
type received struct {
	method, path, contentType string
	body                      any // JSON
}

// service is SES, which keeps the last request, and answers with answer.
type service struct {
	*httptest.Server
	last   received
	answer http.HandlerFunc
}

func newService(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.last = received{method: r.Method, path: r.URL.EscapedPath(), contentType: r.Header.Get("Content-Type")}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &s.last.body); err != nil {
				t.Error(err)
			}
		}
		checkSignature(t, r, body)
		s.answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

var keys = credentials.NewStaticCredentialsProvider("id", "secret", "token")

// config returns the configuration of a client of the service.
func (s *service) config() aws.Config {
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &s.URL, Credentials: keys, Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
}

// checkSignature signs what was received again: a request that was changed after it was
// signed has another signature.
func checkSignature(t *testing.T, got *http.Request, body []byte) {
	authorization := got.Header.Get("Authorization")
	_, signed, _ := strings.Cut(authorization, "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	r, err := http.NewRequestWithContext(t.Context(), got.Method, "http://"+got.Host+got.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(signed, ";") {
		if value := got.Header.Get(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	at, err := time.Parse("20060102T150405Z", got.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := keys.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v4.NewSigner().SignHTTP(t.Context(), own, r, hashOf(body), "ses", "eu-central-1", at); err != nil {
		t.Fatal(err)
	}
	if want := r.Header.Get("Authorization"); authorization != want {
		t.Errorf("the request was signed as %s, want %s", authorization, want)
	}
}

var letters = map[string]content.Mail{
	"the least": plain,
	"everything": {
		To: "zoë@example.com", From: "Żółw & Co", ReplyTo: "help@example.com", Subject: "50 % <off> & more ☕",
		HTML: "<p class=\"a\">&amp; ź\u2028 \x01 \\ </p>\r\n", Text: "a\tb\nc \"d\"",
		Headers: map[string]string{"List-Unsubscribe": "<https://example.com/u?a=1&b=2>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
		Tags:    map[string]string{"send": "s1", "campaign": "winter"},
	},
	"bytes that are no UTF-8": {To: "ann@example.com", Subject: "a\xffb", HTML: "\xc3", Text: "ok"},
}

func TestRequestsAreThoseOfTheSDK(t *testing.T) {
	s := newService(t)
	s.answer = saying(200, "application/json", `{}`)
	sdk := sesv2.NewFromConfig(s.config())
	for name, m := range letters {
		for _, set := range []string{"", "set"} {
			client := New(s.config(), set, "hello@shop.example.com")
			if _, err := client.Send(t.Context(), m); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := s.last
			if _, err := sdk.SendEmail(t.Context(), client.asOfTheSDK(m)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !reflect.DeepEqual(got, s.last) {
				t.Errorf("%s: SES got\n%v\nwant what the SDK sends\n%v", name, got, s.last)
			}
		}
	}
	_, _ = New(s.config(), "", "hello@shop.example.com").Quota(t.Context()) // there is none in the answer
	got := s.last
	if _, err := sdk.GetAccount(t.Context(), &sesv2.GetAccountInput{}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, s.last) {
		t.Errorf("for the quota SES got %v, want %v", got, s.last)
	}
}

// asOfTheSDK returns the mail as the SDK's client takes it.
func (c *Client) asOfTheSDK(m content.Mail) *sesv2.SendEmailInput {
	said := func(s string) *types.Content { return &types.Content{Data: &s, Charset: aws.String("UTF-8")} }
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(c.sender(m.From)), Destination: &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: said(m.Subject), Body: &types.Body{Html: said(m.HTML), Text: said(m.Text)},
		}},
	}
	if c.configurationSet != "" {
		in.ConfigurationSetName = &c.configurationSet
	}
	if m.ReplyTo != "" {
		in.ReplyToAddresses = []string{m.ReplyTo}
	}
	for _, h := range pairs(m.Headers) {
		in.Content.Simple.Headers = append(in.Content.Simple.Headers, types.MessageHeader{Name: &h.Name, Value: &h.Value})
	}
	for _, tag := range pairs(m.Tags) {
		in.EmailTags = append(in.EmailTags, types.MessageTag{Name: &tag.Name, Value: &tag.Value})
	}
	return in
}

// An answer that the SDK cannot read, or finds no error code in, must not be certain; a
// certain one must have the SDK's code.
func TestAnswersAreReadAsTheSDKReadsThem(t *testing.T) {
	s := newService(t)
	client, sdk := New(s.config(), "set", "hello@shop.example.com"), sesv2.NewFromConfig(s.config())
	headers := []string{"", "MessageRejected", "aws.ses#TooManyRequestsException:http://internal.example.com/coral/", "Novel", ":x"}
	bodies := []string{
		"", "{}", "null", "[]", `"x"`, "<html>", `{"message":"because"}`, `{"Message":"Daily quota"}`, `{"message":7}`, `{"message":null}`, `{"__type":7}`,
		`{"__type":"MessageRejected","message":"no"}`, `{"__type":"a.b#SendingPausedException"}`, `{"code":"Throttling","message":"slow"}`, `{"code":7}`,
		`{"Code":"LimitExceededException"}`, `{"__type":"Messag`, `{"MessageId":"m1"}`, `{"MessageId":null}`, `{"MessageId":7}`, `{"MessageId":"m1","New":{"a":[1]}}`,
	}
	for _, status := range []int{200, 202, 299, 301, 304, 307, 308, 400, 401, 403, 404, 408, 413, 429, 499, 500, 503, 599} {
		for _, header := range headers {
			for _, body := range bodies {
				s.answer = func(w http.ResponseWriter, r *http.Request) {
					if header != "" {
						w.Header().Set("X-Amzn-Errortype", header)
					}
					saying(status, "application/json", body)(w, r)
				}
				id, err := client.Send(t.Context(), plain)
				got := kind(id, err) + codeOf(err)
				out, err := sdk.SendEmail(t.Context(), client.asOfTheSDK(plain))
				id, err = sortedAsOfTheSDK(out, err)
				want := kind(id, err) + codeOf(err)
				if body == "null" {
					want = "unknown" // to the SDK some are certain
				}
				if got != want {
					t.Errorf("status %d, error type %q, body %s: Send = %s, want as by the SDK %s", status, header, body, got, want)
				}
			}
		}
	}
}

func codeOf(err error) string {
	var wait *Wait
	var refused *Refused
	switch {
	case errors.As(err, &wait):
		return fmt.Sprintf(" %s, day %t, paused %t", wait.Code, wait.Day(), wait.Paused())
	case errors.As(err, &refused):
		return " " + refused.Code
	}
	return ""
}

// sortedAsOfTheSDK sorts an answer that the SDK has read.
func sortedAsOfTheSDK(out *sesv2.SendEmailOutput, err error) (string, error) {
	if err == nil {
		return aws.ToString(out.MessageId), nil
	}
	var api smithy.APIError
	var response *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		return "", &Unknown{err}
	}
	code := api.ErrorCode()
	if code == "UnknownError" { // the SDK's for an answer without one
		code = ""
	}
	return "", sorted(&answer{response.HTTPStatusCode(), code, api.ErrorMessage()})
}

func TestEndpointIsTheSDKs(t *testing.T) {
	for _, region := range []string{"us-east-1", "eu-central-1", "ap-southeast-7", "mx-central-1", "il-central-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1", "eusc-de-east-1"} {
		want, err := sesv2.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), sesv2.EndpointParameters{Region: &region})
		if err != nil {
			t.Fatal(err)
		}
		if got := endpoint(aws.Config{Region: region}); got != want.URI.String() {
			t.Errorf("endpoint in %s = %s, want %s", region, got, want.URI.String())
		}
	}
	all, own := "http://127.0.0.1:1", addresses{"SESv2": "http://127.0.0.1:2/"}
	if got := endpoint(aws.Config{BaseEndpoint: &all}); got != all {
		t.Errorf("endpoint = %s, want that of all services, %s", got, all)
	}
	if got := endpoint(aws.Config{BaseEndpoint: &all, ConfigSources: []any{own}}); got != "http://127.0.0.1:2" {
		t.Errorf("endpoint = %s, want SES's own", got)
	}
}

// addresses are addresses of services of their own.
type addresses map[string]string

func (a addresses) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	address, found := a[service]
	return address, found, nil
}

func TestRequestHasTheTraceOfItsEvent(t *testing.T) {
	const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
	t.Setenv("_X_AMZN_TRACE_ID", trace)
	s := newService(t)
	var got string
	s.answer = func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("X-Amzn-Trace-Id")
		fmt.Fprint(w, `{"MessageId":"m1"}`)
	}
	if _, err := New(s.config(), "set", "hello@shop.example.com").Send(t.Context(), plain); err != nil || got != trace {
		t.Errorf("Send = %v with the trace %q, want %q", err, got, trace)
	}
}

// BenchmarkSend sends a promotion of the usual size with this client and with the SDK's,
// to a service that reads it and answers. The processor time is that of both sides.
func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"MessageId":"0107019abc"}`)
	}))
	b.Cleanup(s.Close)
	m := letters["everything"]
	m.HTML, m.Text = strings.Repeat(`<td class="price">&nbsp;£12.50 each</td>`+"\n", 700), strings.Repeat("two cake stands, £12.50 each\n", 100)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &s.URL, Credentials: keys}
	client, sdk := New(cfg, "set", "hello@shop.example.com"), sesv2.NewFromConfig(cfg)
	b.Run("this", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Send(b.Context(), m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("SDK", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sdk.SendEmail(b.Context(), client.asOfTheSDK(m)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
