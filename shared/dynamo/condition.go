package dynamo

import "github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

// build returns the parts of a request; it panics where they do not fit
// together, which only a programmer can bring about.
func build(b expression.Builder) expression.Expression {
	e, err := b.Build()
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return e
}

func where(c expression.ConditionBuilder) expression.Expression {
	return build(expression.NewBuilder().WithCondition(c))
}
