// Package dynamodb gives the local cloud its DynamoDB: it starts dynoxide, a
// DynamoDB engine that keeps its data in one SQLite file, or uses another
// endpoint; makes the template's tables in it; and hands on the DynamoDB calls
// that come to the local cloud's own port.
//
// Functions call the engine directly, by AWS_ENDPOINT_URL_DYNAMODB.
//
// What dynoxide does not do: expire items by itself, throttle, or answer
// TransactionConflict. See docs/decisions for why it was chosen.
package dynamodb
