package sdkhttp_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/sdkhttp"
)

// kept is an HTTP client that keeps the request and answers nothing.
type kept struct{ request *http.Request }

func (k *kept) Do(r *http.Request) (*http.Response, error) {
	k.request = r
	return nil, errors.New("no answer")
}

// The connection may look for the end of a body that the SDK has closed: that has to be
// an end, and no error, which would close the connection.
func TestABodyThatTheSDKHasClosedEnds(t *testing.T) {
	var k kept
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), Retryer: aws.NopRetryer{}, HTTPClient: sdkhttp.Client{HTTPClient: &k},
	})
	_, _ = client.ListTables(t.Context(), &dynamodb.ListTablesInput{}) // it fails; the SDK closes the body
	if k.request == nil {
		t.Fatal("no request was sent")
	}
	if n, err := io.CopyBuffer(io.Discard, k.request.Body, nil); n != int64(len("{}")) || err != nil {
		t.Errorf("reading the body = %d, %v, want what the client has in memory, and no error", n, err)
	}
}

// body is a body as the SDK's: closed, its WriteTo fails.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }
func (b *body) WriteTo(io.Writer) (int64, error) {
	return 0, io.EOF
}

func TestBodiesArriveWhateverTheirSize(t *testing.T) {
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) }))
	defer server.Close()
	client := sdkhttp.New()
	for _, size := range []int{0, 1, 3000, 64 << 10, 64<<10 + 1, 300_000} {
		for _, length := range []int64{int64(size), -1} {
			want := bytes.Repeat([]byte("ab\n"), size/3+1)[:size]
			b := &body{Reader: bytes.NewReader(want)}
			for name, of := range map[string]io.ReadCloser{"the SDK's": b, "one in memory": io.NopCloser(bytes.NewReader(want))} {
				if size == 0 && length == 0 {
					of = http.NoBody
				}
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, of)
				if err != nil {
					t.Fatal(err)
				}
				r.ContentLength = length
				response, err := client.Do(r)
				if err != nil {
					t.Fatalf("%s of %d bytes, length %d: %v", name, size, length, err)
				}
				_ = response.Body.Close()
				if !slices.Equal(got, want) {
					t.Errorf("%s of %d bytes, length %d: %d bytes arrived", name, size, length, len(got))
				}
			}
			if !b.closed && (size > 0 || length < 0) {
				t.Errorf("the body of %d bytes, length %d, was not closed", size, length)
			}
		}
	}
}

func TestABodyThatIsShorterThanItsLengthIsNotSent(t *testing.T) {
	var k kept
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:1", &body{Reader: strings.NewReader("abc")})
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 4
	if _, err := (sdkhttp.Client{HTTPClient: &k}).Do(r); !errors.Is(err, io.ErrUnexpectedEOF) || k.request != nil {
		t.Errorf("Do = %v, want that the body ends early, and no request", err)
	}
}
