package sdkhttp_test

import (
	"errors"
	"io"
	"net/http"
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
	if n, err := io.CopyBuffer(io.Discard, k.request.Body, nil); n != 0 || err != nil {
		t.Errorf("reading the closed body = %d, %v, want 0 and no error", n, err)
	}
}
