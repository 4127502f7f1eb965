package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/local/aws"
	"regulars/infra/local/template"
)

// NewClient returns a client of the engine at that endpoint.
func NewClient(endpoint string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: aws.Region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

// Create creates those of the tables that do not exist; it does not change an
// existing table. It returns an error that names every existing table whose
// keys differ from the template's, or that lacks an index of the template.
func Create(ctx context.Context, client *dynamodb.Client, tables []template.Table) error {
	var faults []error
	for _, table := range tables {
		if err := create(ctx, client, table); err != nil {
			faults = append(faults, fmt.Errorf("table %s: %w", table.Name, err))
		}
	}
	return errors.Join(faults...)
}

func create(ctx context.Context, client *dynamodb.Client, table template.Table) error {
	existing, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table.Name})
	var missing *types.ResourceNotFoundException
	switch {
	case err == nil:
		return compare(table, existing.Table)
	case !errors.As(err, &missing):
		return fmt.Errorf("describe: %w", err)
	}
	input := &dynamodb.CreateTableInput{
		TableName: &table.Name, BillingMode: types.BillingModePayPerRequest, KeySchema: keys(table.Hash, table.Range),
	}
	for _, name := range slices.Sorted(maps.Keys(table.Attributes)) {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: awssdk.String(name), AttributeType: types.ScalarAttributeType(table.Attributes[name]),
		})
	}
	for _, index := range table.Indexes {
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: awssdk.String(index.Name), KeySchema: keys(index.Hash, index.Range),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(index.Projection), NonKeyAttributes: index.Include},
		})
	}
	if _, err := client.CreateTable(ctx, input); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	if table.ExpiresBy == "" {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &table.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &table.ExpiresBy, Enabled: awssdk.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("time to live: %w", err)
	}
	return nil
}

func keys(hash, sort string) []types.KeySchemaElement {
	out := []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}}
	if sort != "" {
		out = append(out, types.KeySchemaElement{AttributeName: &sort, KeyType: types.KeyTypeRange})
	}
	return out
}

// compare returns an error if the table's keys or indexes differ from the
// template's.
func compare(want template.Table, got *types.TableDescription) error {
	const advice = "the template's keys changed; to start with new tables, stop the program and remove var/dynamo.db (all local data is lost)"
	kinds := map[string]string{}
	for _, a := range got.AttributeDefinitions {
		kinds[*a.AttributeName] = string(a.AttributeType)
	}
	describe := func(schema []types.KeySchemaElement, kinds map[string]string) string {
		var parts []string
		for _, key := range schema {
			parts = append(parts, fmt.Sprintf("%s %s %s", *key.AttributeName, key.KeyType, kinds[*key.AttributeName]))
		}
		return strings.Join(parts, ", ")
	}
	if w, g := describe(keys(want.Hash, want.Range), want.Attributes), describe(got.KeySchema, kinds); w != g {
		return fmt.Errorf("its keys are (%s), the template has (%s): %s", g, w, advice)
	}
	for _, index := range want.Indexes {
		g := "no such index"
		for _, have := range got.GlobalSecondaryIndexes {
			if *have.IndexName == index.Name {
				g = describe(have.KeySchema, kinds)
			}
		}
		if w := describe(keys(index.Hash, index.Range), want.Attributes); w != g {
			return fmt.Errorf("index %s: its keys are (%s), the template has (%s): %s", index.Name, g, w, advice)
		}
	}
	return nil
}
