package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Describer is the call that [CustomerItems] makes.
type Describer interface {
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
}

// CustomerItems returns how many items the table Customers had when DynamoDB counted
// them last, which it does about every six hours. Most customers have two.
func CustomerItems(ctx context.Context, client Describer, tables Tables) (int64, error) {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &tables.Customers})
	if err != nil {
		return 0, fmt.Errorf("read the size of table %s: %w", tables.Customers, err)
	}
	return aws.ToInt64(out.Table.ItemCount), nil
}
