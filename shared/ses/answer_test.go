package ses

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// kind names the class of an answer.
func kind(id string, err error) string {
	var wait *Wait
	var refused *Refused
	var unknown *Unknown
	switch {
	case err == nil:
		return "accepted " + id
	case errors.As(err, &wait) && wait.Account:
		return "wait account"
	case errors.As(err, &wait):
		return "wait"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &unknown):
		return "unknown"
	}
	return fmt.Sprintf("%T", err)
}

// failing answers with an error in the format of SES.
func failing(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		fmt.Fprint(w, `{"message":"because"}`)
	}
}

// saying answers as a proxy or gateway in front of SES may.
func saying(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Location", "/elsewhere") // for redirects
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// cutting announces a long answer, writes body, and closes the connection.
func cutting(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// codes are the errors that SES documents, with their status and their class
// for a message.
var codes = map[string]struct {
	status int
	want   string
}{
	"AccountSuspendedException":          {400, "wait account"},
	"AlreadyExistsException":             {400, "refused"},
	"BadRequestException":                {400, "refused"},
	"ConcurrentModificationException":    {500, "unknown"},
	"ConflictException":                  {409, "refused"},
	"InternalServiceErrorException":      {500, "unknown"},
	"InvalidNextTokenException":          {400, "refused"},
	"LimitExceededException":             {400, "wait"},
	"MailFromDomainNotVerifiedException": {400, "wait account"},
	"MessageRejected":                    {400, "refused"},
	"NotFoundException":                  {404, "refused"},
	"SendingPausedException":             {400, "wait account"},
	"TooManyRequestsException":           {429, "wait"},
}

func TestEveryErrorOfSESIsClassified(t *testing.T) {
	for _, code := range namedErrors(t) {
		if _, ok := codes[code]; !ok {
			t.Errorf("the SDK has the error %s, but this test does not: add its class for a message", code)
		}
	}
	for code, c := range codes {
		sends(t, code, failing(c.status, code), c.want)
		sends(t, code+", but with a status that is not certain", failing(503, code), "unknown")
		sends(t, code+", but 408", failing(408, code), "unknown")
	}
}

// namedErrors returns the codes for which the SDK has types, read from its
// source: a new version may have more.
func namedErrors(t *testing.T) (codes []string) {
	t.Helper()
	p, err := build.Import("github.com/aws/aws-sdk-go-v2/service/sesv2/types", ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "errors.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "ErrorCode" {
			codes = append(codes, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
		}
	}
	if len(codes) < 13 {
		t.Fatalf("found %d errors in %s, want the 13 of 2026 at least", len(codes), p.Dir)
	}
	return codes
}

func TestEveryAnswerWithoutAnErrorTypeIsClassified(t *testing.T) {
	const html, json = "text/html", "application/json"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"accepted":                       {saying(200, json, `{"MessageId":"m1"}`), "accepted m1"},
		"AWS-wide throttling":            {failing(400, "ThrottlingException"), "wait"},
		"throttling by its older name":   {failing(400, "Throttling"), "wait"},
		"throttling with status 503":     {failing(503, "Throttling"), "unknown"},
		"429 by another name":            {failing(429, "SlowDown"), "wait"},
		"no permission":                  {failing(403, "AccessDeniedException"), "wait account"},
		"no such key":                    {failing(403, "UnrecognizedClientException"), "wait account"},
		"401":                            {failing(401, "NotAuthorized"), "wait account"},
		"an unknown error code":          {failing(400, "NovelException"), "refused"},
		"an unknown error code with 499": {failing(499, "NovelException"), "refused"},
		"request timeout":                {failing(408, "RequestTimeout"), "unknown"},
		"internal error":                 {failing(500, "InternalFailure"), "unknown"},
		"not implemented":                {failing(501, "NotImplemented"), "unknown"},
		"unavailable":                    {failing(503, "ServiceUnavailable"), "unknown"},
		"599":                            {failing(599, "NetworkConnectTimeout"), "unknown"},

		"a gateway's page":                 {saying(502, html, "<html>bad gateway"), "unknown"},
		"a gateway's page, timeout":        {saying(504, html, "<html>"), "unknown"},
		"a proxy's page with 403":          {saying(403, html, "<html>denied"), "unknown"},
		"a proxy's page with 407":          {saying(407, html, "<html>who are you"), "unknown"},
		"a proxy's page with 429":          {saying(429, html, "<html>slow down"), "unknown"},
		"400 with an empty body":           {saying(400, json, ""), "unknown"},
		"400 with JSON of another service": {saying(400, json, `{"error":"no"}`), "unknown"},
		"400 with half a JSON":             {saying(400, json, `{"__type":"Messag`), "unknown"},
		"400 with its code in the body":    {saying(400, json, `{"__type":"MessageRejected","message":"because"}`), "refused"},
		"a code with a URL after it":       {failing(400, "MessageRejected:http://internal.amazon.com/coral/"), "refused"},
		"permanent redirect 301":           {saying(301, html, ""), "unknown"},
		"temporary redirect 307":           {saying(307, html, ""), "unknown"},
		"permanent redirect 308":           {saying(308, html, ""), "unknown"},
		"not modified":                     {saying(304, html, ""), "unknown"},
		"200 with a page":                  {saying(200, html, "<html>hello"), "unknown"},
		"200 with half an answer":          {saying(200, json, `{"MessageId":"m`), "unknown"},
		"200 without an ID":                {saying(200, json, `{}`), "accepted "},

		"the connection is cut before an answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "unknown"},
		"the connection is cut in an answer":     {cutting(`{"Mess`), "unknown"},
	} {
		sends(t, name, c.answer, c.want)
	}
}

// sends fails the test if Send's answer is of another class, or SES was called
// more than once: a second call may send a second message.
func sends(t *testing.T, name string, answer http.HandlerFunc, want string) {
	t.Helper()
	g, calls := clientTo(t, answer)
	id, err := g.Send(t.Context(), plain)
	if got := kind(id, err); got != want {
		t.Errorf("%s: Send = %s (%v), want %s", name, got, err, want)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%s: SES was called %d times, want once: a second call may send a second message", name, n)
	}
}

// SES takes the message and does not answer: the result is unknown, and there
// is no second call.
func TestMissingAnswerIsUnknown(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices only then that the caller has gone
		<-r.Context().Done()
	}
	for name, c := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		slow http.HandlerFunc
	}{
		"the caller's time is over": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		}, hang},
		"the caller is stopped during the call": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, nil},
	} {
		ctx, cancel := c.end(t.Context())
		if c.slow == nil {
			c.slow = func(w http.ResponseWriter, r *http.Request) { cancel(); hang(w, r) }
		}
		g, calls := clientTo(t, c.slow)
		if id, err := g.Send(ctx, plain); kind(id, err) != "unknown" || calls.Load() != 1 {
			t.Errorf("%s: Send = %v after %d calls, want unknown after one", name, err, calls.Load())
		}
		cancel()
	}
}

// silent is a network without answers.
type silent struct{ calls int }

func (s *silent) Do(r *http.Request) (*http.Response, error) {
	s.calls++
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestSendEndsAfterItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network, began := &silent{}, time.Now()
		g := New(aws.Config{Region: "us-east-1", HTTPClient: network, Credentials: credentials.NewStaticCredentialsProvider("x", "y", "")}, "set", "shop@example.com")
		id, err := g.Send(t.Context(), plain)
		if took := time.Since(began); kind(id, err) != "unknown" || took != Timeout || network.calls != 1 {
			t.Errorf("Send = %v after %s and %d calls, want unknown after %s and one", err, took, network.calls, Timeout)
		}
	})
}

// A request that never reached SES is unknown as well: the client cannot know
// how far it came.
func TestRequestThatNeverReachedSESIsUnknown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unused := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	keys := credentials.NewStaticCredentialsProvider("x", "y", "")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for name, send := range map[string]func() (string, error){
		"no server listens":        func() (string, error) { return clientAt(unused, keys).Send(t.Context(), plain) },
		"the host is unknown":      func() (string, error) { return clientAt("http://ses.invalid", keys).Send(t.Context(), plain) },
		"the context has ended":    func() (string, error) { return clientAt(unused, keys).Send(stopped, plain) },
		"there are no credentials": func() (string, error) { return clientAt(unused, none{}).Send(t.Context(), plain) },
	} {
		if id, err := send(); kind(id, err) != "unknown" {
			t.Errorf("%s: Send = %v, want unknown", name, err)
		}
	}
}

func clientAt(endpoint string, keys aws.CredentialsProvider) *Client {
	return New(aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: keys}, "set", "shop@example.com")
}

// none fails to return credentials.
type none struct{}

func (none) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("not authorized")
}
