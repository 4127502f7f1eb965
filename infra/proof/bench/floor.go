package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/ses"
)

// answer is one recorded answer of a server.
type answer struct {
	Type string // Content-Type
	Sum  string // X-Amz-Crc32, which the SDK checks
	Body []byte
}

// operation returns the name of a request's operation.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target
	}
	return r.URL.Path
}

// tape is an HTTP client that records answers.
type tape struct {
	client  *http.Client
	mu      sync.Mutex
	answers map[string][]answer
	sent    map[string]int // bytes of the requests' bodies
}

func (t *tape) Do(r *http.Request) (*http.Response, error) {
	res, err := t.client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	t.mu.Lock()
	defer t.mu.Unlock()
	name := operation(r)
	t.answers[name] = append(t.answers[name], answer{res.Header.Get("Content-Type"), res.Header.Get("X-Amz-Crc32"), body})
	t.sent[name] += int(r.ContentLength)
	return res, nil
}

// save writes the recorded answers to a file in the folder and returns its name.
func (t *tape) save(dir, name string) (string, error) {
	written, err := json.Marshal(t.answers)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, name)
	return file, os.WriteFile(file, written, 0o600)
}

// floor answers from the tape: the recorded answers of an operation in turn, so that
// as many bytes go over the wire as in the recording.
type floor struct {
	answers map[string][]answer
	next    map[string]*atomic.Uint64
}

func newFloor(answers map[string][]answer) *floor {
	f := &floor{answers: answers, next: map[string]*atomic.Uint64{}}
	for name := range answers {
		f.next[name] = &atomic.Uint64{}
	}
	return f
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	name := operation(r)
	all := f.answers[name]
	if len(all) == 0 {
		http.Error(w, "the tape has no answer to this operation", http.StatusNotFound)
		return
	}
	a := all[int(f.next[name].Add(1)-1)%len(all)]
	w.Header().Set("Content-Type", a.Type)
	if a.Sum != "" {
		w.Header().Set("X-Amz-Crc32", a.Sum)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	_, _ = w.Write(a.Body)
}

// call is one recorded call, to be repeated.
type call func(ctx context.Context, tables dynamo.Client, ses *ses.Client) error

// recorder is a client of DynamoDB and SES that records the calls of one message.
type recorder struct {
	tables dynamo.Client
	ses    *ses.Client
	calls  []call
}

func (r *recorder) Send(ctx context.Context, m content.Mail) (string, error) {
	r.calls = append(r.calls, func(ctx context.Context, _ dynamo.Client, ses *ses.Client) error {
		_, err := ses.Send(ctx, m)
		return err
	})
	return r.ses.Send(ctx, m)
}

type option = func(*dynamodb.Options)

// noted makes a call and records it. The input is copied each time, because the SDK
// writes its token into it.
func noted[In, Out any](ctx context.Context, r *recorder, in *In, options []option,
	call func(dynamo.Client, context.Context, *In, ...option) (*Out, error),
) (*Out, error) {
	kept := *in
	r.calls = append(r.calls, func(ctx context.Context, tables dynamo.Client, _ *ses.Client) error {
		again := kept
		_, err := call(tables, ctx, &again)
		return err
	})
	return call(r.tables, ctx, in, options...)
}

func (r *recorder) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...option) (*dynamodb.GetItemOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.GetItem)
}

func (r *recorder) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...option) (*dynamodb.BatchGetItemOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.BatchGetItem)
}

func (r *recorder) Query(ctx context.Context, in *dynamodb.QueryInput, o ...option) (*dynamodb.QueryOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.Query)
}

func (r *recorder) Scan(ctx context.Context, in *dynamodb.ScanInput, o ...option) (*dynamodb.ScanOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.Scan)
}

func (r *recorder) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...option) (*dynamodb.PutItemOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.PutItem)
}

func (r *recorder) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...option) (*dynamodb.UpdateItemOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.UpdateItem)
}

func (r *recorder) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, o ...option) (*dynamodb.BatchWriteItemOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.BatchWriteItem)
}

func (r *recorder) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...option) (*dynamodb.TransactWriteItemsOutput, error) {
	return noted(ctx, r, in, o, dynamo.Client.TransactWriteItems)
}
