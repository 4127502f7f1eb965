// Package dynamodb starts the local DynamoDB engine (dynoxide, which keeps its
// data in one SQLite file), creates the template's tables in it, and forwards
// the DynamoDB calls that arrive at the local cloud's own port. Another
// endpoint can replace the engine.
//
// Functions call the engine directly, by AWS_ENDPOINT_URL_DYNAMODB.
//
// dynoxide does not expire items by itself, does not throttle, and never
// answers TransactionConflict. For each page of one segment of a parallel scan it reads
// the whole table, so the time of a run grows with the square of its customers (see
// infra/proof/planscale). See docs/decisions for why it was chosen.
package dynamodb
