package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shoppolicy"
)

var (
	measured = flag.Int("contacts", 0, "measure an import of this number of contacts, with four orders for each, 200,000 at most; 0: skip")
	floor    = flag.Bool("floor", true, "measure the bare writes as well")
)

// TestMeasure imports generated files into the local engine, twice, and prints
// the figures of docs/import.md; then it writes the same items by the SDK
// alone, in transactions without conditions, which is the least that the engine
// can take:
//
//	go test ./infra/ops/importer -run Measure -v -contacts 10000
func TestMeasure(t *testing.T) {
	if *measured == 0 {
		t.Skip("measures only with -contacts")
	}
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	requests := &counted{Client: client}
	store := dynamo.New(requests, tables)
	packed, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", URL: "https://shop.example.com"}})
	must(t, err)
	must(t, store.SavePolicy(t.Context(), "v1", packed))
	folder := t.TempDir()
	must(t, generate(folder, *measured, min(*measured*4, 200_000)))
	t.Chdir(folder)
	var args []string
	for _, kind := range kinds {
		args = append(args, "-"+string(kind), filepath.Join(folder, string(kind)+".csv"))
	}
	var took []time.Duration
	for range 2 {
		var out strings.Builder
		o, err := parse(append(args, "-apply"), &out)
		must(t, err)
		began := time.Now()
		must(t, command{out: &out, progress: os.Stderr, now: time.Now}.into(t.Context(), o, store, key))
		took = append(took, time.Since(began))
		t.Logf("%s%v", out.String(), requests)
		requests.count, requests.took = nil, nil
	}
	if !*floor {
		return
	}
	bare := dynamotest.CreateTables(t, client)
	began := time.Now()
	all, ctx := errgroup.WithContext(t.Context())
	all.SetLimit(workers)
	var reading time.Duration
	for from, to := range map[string]string{tables.Customers: bare.Customers, tables.Orders: bare.Orders, tables.Catalogue: bare.Catalogue} {
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &from})
		for pages.HasMorePages() {
			read := time.Now()
			page, err := pages.NextPage(ctx)
			must(t, err)
			reading += time.Since(read)
			for some := range slices.Chunk(page.Items, 100) {
				all.Go(func() error { return put(ctx, client, to, some) })
			}
		}
	}
	must(t, all.Wait())
	least := time.Since(began) - reading
	t.Logf("the same items, written by transactions of the SDK alone: %.1f s; the import took %.1f times as long", least.Seconds(), took[0].Seconds()/least.Seconds())
}

// put writes 100 items at most in one transaction, without any condition. The
// engine takes a transaction in a thirtieth of the time that it takes as many
// items in a BatchWriteItem, for which it waits for the disk once an item.
func put(ctx context.Context, client *dynamodb.Client, table string, items []map[string]types.AttributeValue) error {
	var puts []types.TransactWriteItem
	for _, item := range items {
		puts = append(puts, types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: item}})
	}
	_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: puts})
	return err
}
