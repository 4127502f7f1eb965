package opentables

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// readOnly is an HTTP client that hides the method WriteTo of a request's body.
//
// The SDK closes the body as soon as the answer begins. If the connection looks for the
// body's end only then, which happens on a busy machine, the closed body's WriteTo returns
// io.EOF (smithy-go 1.28) as an error, where a WriteTo has to return nil. The connection
// takes that for a failed write and closes itself, and the rest of the answer is lost. The
// body's Read ends as it should.
type readOnly struct{ aws.HTTPClient }

func (c readOnly) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct {
			io.Reader
			io.Closer
		}{r.Body, r.Body}
	}
	return c.HTTPClient.Do(r)
}

// wholeAnswers lets a client read every answer to its end.
func wholeAnswers(o *dynamodb.Options) { o.HTTPClient = readOnly{o.HTTPClient} }
