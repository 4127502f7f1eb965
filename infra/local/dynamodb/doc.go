// Package dynamodb starts the local DynamoDB engine (dynoxide, which keeps its
// data in one SQLite file), creates the template's tables in it, and forwards
// the DynamoDB calls that arrive at the local cloud's own port. Another
// endpoint can replace the engine.
//
// Functions call the engine directly, by AWS_ENDPOINT_URL_DYNAMODB.
//
// dynoxide does not expire items by itself, does not throttle, and never
// answers TransactionConflict. See docs/decisions for why it was chosen.
package dynamodb
