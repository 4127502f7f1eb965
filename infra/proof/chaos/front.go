package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// front wraps the local cloud's endpoint and injects faults into calls of DynamoDB,
// SES and SQS. The functions see the same as with failures of AWS.
func front(f *faults) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			service, operation := called(r)
			fault := f.draw(possible(service, operation)...)
			if fault == "" {
				next.ServeHTTP(w, r)
				return
			}
			c := call{w: w, r: r, next: next, service: service, operation: operation}
			c.suffer(f, strings.TrimPrefix(fault, service+"."))
		})
	}
}

// called returns the service of a request ("dynamodb", "ses", "sqs" or "") and its
// operation.
func called(r *http.Request) (service, operation string) {
	target := r.Header.Get("X-Amz-Target")
	if operation, ok := strings.CutPrefix(target, "DynamoDB_20120810."); ok {
		return "dynamodb", operation
	}
	if operation, ok := strings.CutPrefix(target, "AmazonSQS."); ok {
		return "sqs", operation
	}
	if strings.HasPrefix(r.URL.Path, "/v2/email/") {
		return "ses", r.URL.Path
	}
	return "", ""
}

// possible lists the faults that can hit a call.
func possible(service, operation string) []string {
	switch service {
	case "dynamodb":
		all := []string{"dynamodb.lost-before", "dynamodb.throttle", "dynamodb.500", "dynamodb.hang"}
		switch operation {
		case "PutItem", "UpdateItem", "TransactWriteItems":
			all = append(all, "dynamodb.lost-after", "dynamodb.500-after", "dynamodb.conflict")
		case "BatchWriteItem":
			all = append(all, "dynamodb.lost-after", "dynamodb.500-after")
		}
		return all
	case "ses":
		if operation != "/v2/email/outbound-emails" {
			return []string{"ses.lost-before", "ses.500"}
		}
		return []string{"ses.lost-before", "ses.lost-after", "ses.throttle", "ses.refuse", "ses.500", "ses.500-after", "ses.hang"}
	case "sqs":
		if strings.HasPrefix(operation, "SendMessage") {
			return []string{"sqs.lost-before", "sqs.lost-after", "sqs.twice", "sqs.500"}
		}
	}
	return nil
}

// call is one call that is hit by a fault.
type call struct {
	w                  http.ResponseWriter
	r                  *http.Request
	next               http.Handler
	service, operation string
}

// suffer applies the fault.
func (c call) suffer(f *faults, fault string) {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return // the caller died in the meantime
	}
	c.r.Body = io.NopCloser(bytes.NewReader(body))
	switch fault {
	case "lost-before":
		hangUp()
	case "lost-after":
		c.do(body)
		hangUp()
	case "twice":
		c.do(body)
		c.next.ServeHTTP(c.w, c.r)
	case "500":
		c.refuse(http.StatusInternalServerError, "InternalServerError", "a fault of the trial: it was not done")
	case "500-after":
		c.do(body)
		c.refuse(http.StatusInternalServerError, "InternalServerError", "a fault of the trial: it was done")
	case "hang":
		least, most := 2*time.Second, 12*time.Second
		if c.service == "ses" { // around the timeout of the SES adapter
			least, most = 9*time.Second, 13*time.Second
		}
		done := f.below(2) == 0
		time.Sleep(f.between(least, most))
		if done {
			c.do(body)
		}
		hangUp()
	case "throttle":
		if c.service == "ses" {
			c.refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded.")
		} else {
			c.refuse(http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "a fault of the trial")
		}
	case "refuse":
		c.refuse(http.StatusBadRequest, "MessageRejected", "a fault of the trial: SES does not like the message")
	case "conflict":
		c.conflict()
	}
}

// do makes the call, even if its caller dies, and discards the answer.
func (c call) do(body []byte) {
	r := c.r.Clone(context.WithoutCancel(c.r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.next.ServeHTTP(&kept{header: http.Header{}}, r)
}

// hangUp closes the connection without an answer.
func hangUp() { panic(http.ErrAbortHandler) }

func (c call) refuse(status int, code, text string) {
	if c.service == "ses" {
		c.w.Header().Set("X-Amzn-Errortype", code)
		c.w.Header().Set("Content-Type", "application/json")
		c.w.WriteHeader(status)
		_ = json.NewEncoder(c.w).Encode(map[string]string{"message": text})
		return
	}
	aws.JSONError(c.w, status, code, text)
}

// conflict answers that another transaction is using an item.
func (c call) conflict() {
	const space = "com.amazonaws.dynamodb.v20120810#"
	if c.operation != "TransactWriteItems" {
		c.refuse(http.StatusBadRequest, space+"TransactionConflictException", "Transaction is ongoing for the item")
		return
	}
	c.w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	c.w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(c.w, `{"__type":"`+space+`TransactionCanceledException","Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]","CancellationReasons":[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"},{"Code":"None"}]}`)
}

// kept is an answer that no caller gets.
type kept struct{ header http.Header }

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) Write(b []byte) (int, error) { return len(b), nil }
func (k *kept) WriteHeader(int)             {}
