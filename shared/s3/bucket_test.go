package s3_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"regulars/shared/s3"
)

// protocol answers the three calls as S3 does, and keeps the files by path.
func protocol(t *testing.T) aws.Config {
	t.Helper()
	var files sync.Map
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			files.Store(r.URL.Path, body)
		case http.MethodDelete:
			files.Delete(r.URL.Path)
			w.WriteHeader(http.StatusNoContent)
		case http.MethodGet:
			if body, ok := files.Load(r.URL.Path); ok {
				_, _ = w.Write(body.([]byte)) //nolint:forcetypeassert // only bytes are stored
				return
			}
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`)
		}
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
	}
}

func TestBucket(t *testing.T) {
	b, ctx := s3.New(protocol(t), "127.0.0.1"), t.Context() // with a name that is an address the path has it
	const name = "nights/2026-11-30T03:00:00Z/1-of-8"
	if _, err := b.Open(ctx, name); !errors.Is(err, s3.ErrNotFound) {
		t.Errorf("a missing file: %v, want ErrNotFound", err)
	}
	for _, want := range []string{"first", strings.Repeat("second", 1000)} {
		if err := b.Save(ctx, name, []byte(want)); err != nil {
			t.Fatal(err)
		}
		body, err := b.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); string(got) != want || err != nil {
			t.Errorf("%d bytes, %v, want the %d that were saved last", len(got), err, len(want))
		}
		_ = body.Close()
	}
	for range 2 {
		if err := b.Remove(ctx, name); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.Open(ctx, name); !errors.Is(err, s3.ErrNotFound) {
		t.Errorf("a removed file: %v, want ErrNotFound", err)
	}
}
