// Package sdkhttp is the HTTP client of the AWS SDK's clients, without a fault that loses
// answers.
package sdkhttp

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Client is an HTTP client that hides the method WriteTo of a request's body.
//
// The SDK closes the body as soon as the answer begins. If the connection looks for the
// body's end only then, which happens on a busy machine, the closed body's WriteTo returns
// io.EOF (smithy-go 1.28) as an error, where a WriteTo has to return nil. The connection
// takes that for a failed write and closes itself, and the rest of the answer is lost. The
// body's Read ends as it should.
type Client struct{ aws.HTTPClient }

// Do sends the request.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct {
			io.Reader
			io.Closer
		}{r.Body, r.Body}
	}
	return c.HTTPClient.Do(r)
}
