// Command hello is the smallest function that aws-lambda-go can start: what coldstart
// compares the project's functions with.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
