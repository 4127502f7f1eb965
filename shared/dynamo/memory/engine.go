package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

type (
	item  = map[string]types.AttributeValue
	value = types.AttributeValue
)

// Engine holds tables. Several goroutines may use it at once: each call is
// atomic.
type Engine struct {
	mu     sync.Mutex
	tables map[string]*table
	made   map[string][]write // transactions that were made, by ClientRequestToken
}

// New returns an engine with empty tables of these definitions. It uses their
// names, keys and global secondary indexes, and panics if it does not support
// one.
func New(definitions ...dynamodb.CreateTableInput) *Engine {
	e := &Engine{tables: make(map[string]*table, len(definitions)), made: map[string][]write{}}
	for i := range definitions {
		t := newTable(&definitions[i])
		e.tables[t.name] = t
	}
	return e
}

// table returns the table of that name.
func (e *Engine) table(name *string) (*table, error) {
	if name == nil {
		return nil, invalid("TableName is missing")
	}
	t := e.tables[*name]
	if t == nil {
		return nil, &types.ResourceNotFoundException{Message: new("Requested resource not found: table " + *name)}
	}
	return t, nil
}

// begin locks the engine for one call. It fails if the context has ended.
func (e *Engine) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("canceled, %w", err)
	}
	e.mu.Lock()
	return nil
}

// failed wraps err as the SDK's client does.
func failed(operation string, err error) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: err}
}

// invalid returns the error of DynamoDB for an invalid request.
func invalid(format string, args ...any) error {
	return &smithy.GenericAPIError{Code: "ValidationException", Message: fmt.Sprintf(format, args...), Fault: smithy.FaultClient}
}

// unknown panics: the caller uses a feature that this package does not support.
func unknown(format string, args ...any) {
	panic("memory: " + fmt.Sprintf(format, args...) + ": shared/dynamo/memory does not support it; add it there, with a test in shared/dynamo")
}
