package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
)

// counted is a client that counts the requests of each kind and how long they
// took, for [TestMeasure].
type counted struct {
	dynamo.Client
	mu    sync.Mutex
	count map[string]int
	took  map[string]time.Duration
}

func (c *counted) add(what string, began time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count, c.took = map[string]int{}, map[string]time.Duration{}
	}
	c.count[what]++
	c.took[what] += time.Since(began)
}

func (c *counted) String() string {
	var all []string
	for what, n := range c.count {
		all = append(all, fmt.Sprintf("%d %s of %.1f ms", n, what, float64(c.took[what].Microseconds())/1000/float64(n)))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (c *counted) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	defer c.add("GetItem", time.Now())
	return c.Client.GetItem(ctx, in, o...)
}

func (c *counted) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	defer c.add("BatchGetItem", time.Now())
	return c.Client.BatchGetItem(ctx, in, o...)
}

func (c *counted) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	defer c.add("PutItem", time.Now())
	return c.Client.PutItem(ctx, in, o...)
}

func (c *counted) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	defer c.add("UpdateItem", time.Now())
	return c.Client.UpdateItem(ctx, in, o...)
}

func (c *counted) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	defer c.add("TransactWriteItems", time.Now())
	return c.Client.TransactWriteItems(ctx, in, o...)
}
