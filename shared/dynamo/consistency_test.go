package dynamo_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// consistency is an HTTP client that checks that every read of one item or
// partition is consistent, except in the catalogue (docs/decisions/0019). It
// checks the requests, since no local engine lags.
type consistency struct{ t *testing.T }

func (c consistency) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	switch operation {
	case "GetItem", "BatchGetItem", "Query":
		want := !strings.Contains(string(body), `"product"`)
		if got := strings.Contains(string(body), `"ConsistentRead":true`); got != want {
			c.t.Errorf("%s is consistent: %t, want %t: %s", operation, got, want, body)
		}
	}
	return http.DefaultClient.Do(req)
}

func TestReadsThatDecideAreConsistent(t *testing.T) {
	client := dynamotest.Client(t, func(o *dynamodb.Options) { o.HTTPClient = consistency{t} })
	store := dynamo.New(client, dynamotest.CreateTables(t, client))
	ctx := t.Context()
	store.Order(ctx, "o-1")
	store.Profile(ctx, ann)
	store.Contact(ctx, ann)
	store.Snapshot(ctx, ann)
	store.Items(ctx, recommend.Model{}, []shop.ProductID{"71053"})
	store.Send(ctx, ann, "s")
	store.Coupon(ctx, "h")
	must(t, store.EnsureBudget(ctx, "welcome", 1, 1, 2))
	store.Budget(ctx, "welcome", 1)
	must(t, store.SavePolicy(ctx, "v1", []byte("p")))
	store.Policy(ctx)
	store.Model(ctx, "popular")
	store.RunProgress(ctx, winterRun)
}
