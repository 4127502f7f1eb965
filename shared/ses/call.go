package ses

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// caller calls SES's API, version 2. The SDK's client of SES would make the descriptions
// of its hundred calls at each start of a function (.6 ms and 1 MB), and two are called.
// So this has those two, with the SDK's signer, credentials and HTTP client. Tests
// compare requests and answers with those of the SDK's client. See docs/decisions/0111.
type caller struct {
	http     aws.HTTPClient
	keys     aws.CredentialsProvider
	signer   *v4.Signer
	region   string
	endpoint string // without a slash at its end
}

func newCaller(cfg aws.Config) *caller {
	c := &caller{http: cfg.HTTPClient, keys: cfg.Credentials, signer: v4.NewSigner(), region: cfg.Region, endpoint: endpoint(cfg)}
	if c.http == nil {
		c.http = awshttp.NewBuildableClient()
	}
	return c
}

// endpoint returns the address of SES in the configuration, or else that of its region.
func endpoint(cfg aws.Config) string {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		}); ok {
			if address, found, err := s.GetServiceBaseEndpoint(context.Background(), "SESv2"); found && err == nil {
				return strings.TrimSuffix(address, "/")
			}
		}
	}
	if cfg.BaseEndpoint != nil {
		return strings.TrimSuffix(*cfg.BaseEndpoint, "/")
	}
	domain := "amazonaws.com"
	switch {
	case strings.HasPrefix(cfg.Region, "cn-"):
		domain = "amazonaws.com.cn"
	case strings.HasPrefix(cfg.Region, "eusc-"):
		domain = "amazonaws.eu"
	}
	return "https://email." + cfg.Region + "." + domain
}

// answer is an answer of SES, or of something before SES, that says that it did not do
// what was asked.
type answer struct {
	status     int
	code, text string // code is "" if the answer has none: it is not SES's
}

func (a *answer) Error() string {
	return fmt.Sprintf("status %d: %s: %s", a.status, cmp.Or(a.code, "no error code"), a.text)
}

// call sends one request, once, and decodes its answer into out. in is the request's
// body, or nil if it has none. The error is an [*answer] only if a whole answer came.
func (c *caller) call(ctx context.Context, method, path string, in, out any) error {
	body, err := encoded(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.GetBody = nil // net/http sends again what it can read again: after a redirect, or on a broken connection
	r.Header.Set("User-Agent", "regulars")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if trace := os.Getenv("_X_AMZN_TRACE_ID"); trace != "" { //nolint:forbidigo // Lambda sets it for each event
		r.Header.Set("X-Amzn-Trace-Id", trace)
	}
	keys, err := c.keys.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("read the credentials: %w", err)
	}
	if err := c.signer.SignHTTP(ctx, keys, r, hashOf(body), "ses", c.region, time.Now()); err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20)) // an answer has some hundred bytes
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return failure(response, text)
	}
	return decode(text, out)
}

// decode decodes the body of an answer, a JSON object, into out. An empty one has nothing.
func decode(body []byte, out any) error {
	if len(body) == 0 {
		return nil
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) { // null as well
		return errors.New("decode the answer: it is no JSON object")
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	return nil
}

// hashOf returns the hash of a body that is signed.
func hashOf(body []byte) string {
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:])
}

// encoded returns the value as JSON, with the characters of HTML as they are; nothing for
// nil.
func encoded(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return body.Bytes(), nil
}

// failure returns the answer as an [*answer]; another error if its body is no JSON object: it
// is not SES's.
func failure(response *http.Response, body []byte) error {
	var in struct {
		Type    string `json:"__type"`
		Code    any    // a string, in answers of some parts of AWS
		Message string
	}
	if err := decode(body, &in); err != nil {
		return fmt.Errorf("status %d: %w", response.StatusCode, err)
	}
	inBody, _ := in.Code.(string)
	code := cmp.Or(response.Header.Get("X-Amzn-ErrorType"), in.Type, inBody)
	code, _, _ = strings.Cut(code, ":") // a URL can follow
	if _, name, is := strings.Cut(code, "#"); is {
		code = name // its namespace was before it
	}
	return &answer{status: response.StatusCode, code: code, text: in.Message}
}
