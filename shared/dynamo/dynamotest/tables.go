package dynamotest

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Definitions returns the tables of template.yaml with the properties that a
// local engine uses: keys, indexes and billing. TableName is the resource's
// name.
func Definitions() []dynamodb.CreateTableInput {
	sends := table("Sends", "customer", "send")
	coupons := table("Coupons", "coupon")
	journeys := table("Journeys", "customer", "journey")
	for _, indexed := range []*dynamodb.CreateTableInput{&sends, &coupons, &journeys} {
		indexed.AttributeDefinitions = append(indexed.AttributeDefinitions, text("due_shard"), text("due_at"))
		indexed.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
			IndexName:  new("due"),
			KeySchema:  keys("due_shard", "due_at"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}}
	}
	return []dynamodb.CreateTableInput{
		table("Customers", "customer", "kind"),
		table("Orders", "order"),
		table("Catalogue", "product"),
		sends,
		coupons,
		table("Decisions", "customer", "send"),
		journeys,
		table("Settings", "setting"),
	}
}

// table returns the definition of an on-demand table whose key attributes are
// strings.
func table(name string, attributes ...string) dynamodb.CreateTableInput {
	in := dynamodb.CreateTableInput{
		TableName: &name, KeySchema: keys(attributes...), BillingMode: types.BillingModePayPerRequest,
	}
	for _, a := range attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, text(a))
	}
	return in
}

func keys(attributes ...string) []types.KeySchemaElement {
	schema := []types.KeySchemaElement{{AttributeName: &attributes[0], KeyType: types.KeyTypeHash}}
	if len(attributes) > 1 {
		schema = append(schema, types.KeySchemaElement{AttributeName: &attributes[1], KeyType: types.KeyTypeRange})
	}
	return schema
}

func text(attribute string) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &attribute, AttributeType: types.ScalarAttributeTypeS}
}
