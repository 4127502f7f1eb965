// Package house finds the local cloud of make run, for the commands that work on
// it or on a stack in AWS.
package house

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
)

// Where returns the address of the local cloud: AWS_ENDPOINT_URL, or this
// machine at PORT, or at 4566.
func Where(getenv func(string) string) string {
	if where := getenv("AWS_ENDPOINT_URL"); where != "" {
		return where
	}
	if port := getenv("PORT"); port != "" {
		return "http://127.0.0.1:" + port
	}
	return "http://127.0.0.1:4566"
}

// Store returns a store on tables of the local cloud at where. It fails at once
// where nobody answers, instead of trying again.
func Store(where string, tables dynamo.Tables) *dynamo.Store {
	return dynamo.New(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // any will do
	}), tables)
}
