package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
)

// waitForExport is how long a person waits for their data. Afterwards an operator
// answers.
const waitForExport = 20 * time.Second

// errLate means that the document is too large, or takes too long, for one page.
var errLate = errors.New("the document is too much for one answer")

// exporter calls the function privacy, which alone may read everything.
type exporter interface {
	Export(context.Context, privacy.Call) (privacy.Reply, error)
}

// document returns everything that is stored of every customer with the address, as
// JSON. It fails
// with [errLate].
func (h *handler) document(ctx context.Context, c call, address string, now time.Time) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, waitForExport)
	defer cancel()
	reply, err := h.exports.Export(ctx, privacy.Call{Request: requestID(c, privacyrequest.Export), Customer: c.link.Customer, Email: address, At: now})
	if ctx.Err() != nil || reply.TooLarge {
		return nil, errLate
	}
	return reply.Documents, err
}

// function is the function privacy, by its name.
type function struct {
	invoke func(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
	name   string
}

// Export calls the function and waits for its reply.
func (f function) Export(ctx context.Context, call privacy.Call) (reply privacy.Reply, err error) {
	payload, err := json.Marshal(map[string]privacy.Call{"export": call})
	if err != nil {
		return reply, fmt.Errorf("write the call of privacy: %w", err)
	}
	out, err := f.invoke(ctx, &lambda.InvokeInput{FunctionName: &f.name, Payload: payload})
	if err != nil {
		return reply, fmt.Errorf("call privacy for a customer's data: %w", err)
	}
	if out.FunctionError != nil {
		return reply, fmt.Errorf("call privacy for a customer's data: the function failed (%s); its log says why", aws.ToString(out.FunctionError))
	}
	if err := json.Unmarshal(out.Payload, &reply); err != nil {
		return reply, fmt.Errorf("read the reply of privacy: %w", err)
	}
	return reply, nil
}
