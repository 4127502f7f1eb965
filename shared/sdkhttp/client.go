// Package sdkhttp is the HTTP client of the AWS SDK's clients, without a fault that loses
// answers.
package sdkhttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// inMemory is the size in bytes up to which a request goes into memory: more than a
// message to SES, or a transaction of DynamoDB, has.
const inMemory = 64 << 10

// New returns a client for all of the SDK's clients of a function. It writes a request of
// up to [inMemory] bytes with one system call: net/http writes the header by itself before
// a body that it does not know, and gives what exceeds its buffer, of 4 KB, to the
// connection with a buffer of 32 KB that it makes each time.
func New() Client {
	return Client{awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.WriteBufferSize = inMemory })}
}

// Client is an HTTP client that reads the SDK's bodies itself, or hides their method
// WriteTo.
//
// The SDK closes the body as soon as the answer begins. If the connection looks for the
// body's end only then, which happens on a busy machine, the closed body's WriteTo returns
// io.EOF (smithy-go 1.28) as an error, where a WriteTo has to return nil. The connection
// takes that for a failed write and closes itself, and the rest of the answer is lost. The
// body's Read ends as it should.
type Client struct{ aws.HTTPClient }

// known is the type of a body in memory that net/http knows, and that closing leaves as it
// is.
var known = reflect.TypeOf(io.NopCloser(&bytes.Reader{}))

// Do sends the request.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	switch {
	case r.Body == nil, r.Body == http.NoBody, reflect.TypeOf(r.Body) == known:
	case r.ContentLength > 0 && r.ContentLength <= inMemory:
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		_ = r.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read the body of the request: %w", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	default:
		r.Body = struct {
			io.Reader
			io.Closer
		}{r.Body, r.Body}
	}
	return c.HTTPClient.Do(r)
}
