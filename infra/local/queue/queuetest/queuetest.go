// Package queuetest provides tests with queues: SQS of the local cloud, and
// clients of it.
package queuetest

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.etcd.io/bbolt"

	local "regulars/infra/local/queue"
	"regulars/infra/local/trail"
	"regulars/shared/queue"
)

// Queues are empty queues at the start of a test, and end with it.
type Queues struct {
	*local.Service
	Calls  atomic.Int32 // number of calls that were made, also those that failed
	Broken atomic.Int32 // number of calls that still fail, with 503
	client *sqs.Client
}

// New returns queues with these names.
func New(t testing.TB, names ...string) *Queues {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "queues"), 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var configs []local.Config
	for _, name := range names {
		configs = append(configs, local.Config{Name: name})
	}
	service, err := local.New(db, "http://127.0.0.1:4566", configs, silent{})
	if err != nil {
		t.Fatal(err)
	}
	q := &Queues{Service: service}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q.Calls.Add(1)
		if q.Broken.Add(-1) >= 0 {
			http.Error(w, "injected", http.StatusServiceUnavailable)
			return
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); service.Close(); _ = db.Close() })
	q.client = sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return q
}

// Queue returns a client of the queue of that name. It makes each call once.
func (q *Queues) Queue(name string) *queue.Queue { return queue.New(q.client, q.URL(name)) }

// silent discards the steps that the queues record.
type silent struct{}

func (silent) Record(trail.Step) {}
