package queue

import (
	"fmt"
	"net/http"

	"regulars/infra/local/aws"
)

// Error is an error response of SQS.
type Error struct {
	Code     string // the error's shape, such as QueueDoesNotExist
	Query    string // its code in the older query protocol, which SDKs report
	Message  string
	Status   int  // HTTP status; 0: 400
	Internal bool // the local cloud failed; the request was valid
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// sharedShapes are the error shapes that all AWS services share. They are not
// in SQS's namespace.
var sharedShapes = map[string]bool{
	"InvalidParameterValueException": true, "MissingRequiredParameterException": true,
	"UnknownOperationException": true, "SerializationException": true, "InternalError": true,
}

// write writes the error as SQS does: the shape in the body and, for SDKs that
// know the codes of the older protocol, the older code in x-amzn-query-error.
func (e *Error) write(w http.ResponseWriter) {
	namespace, status, side := "com.amazonaws.sqs#", e.Status, "Sender"
	if sharedShapes[e.Code] {
		namespace = "com.amazon.coral.service#"
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	if e.Internal {
		status, side = http.StatusInternalServerError, "Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", e.Query+";"+side)
	aws.JSONError(w, status, namespace+e.Code, e.Message)
}

func invalid(format string, args ...any) *Error {
	return &Error{Code: "InvalidParameterValueException", Query: "InvalidParameterValue", Message: fmt.Sprintf(format, args...)}
}

func missing(parameter string) *Error {
	return &Error{
		Code: "MissingRequiredParameterException", Query: "MissingParameter",
		Message: fmt.Sprintf("The request must contain the parameter %s.", parameter),
	}
}

// unsupported is the error of an operation that would change a queue.
func unsupported(operation string) *Error {
	return &Error{
		Code: "UnsupportedOperation", Query: "AWS.SimpleQueueService.UnsupportedOperation",
		Message: operation + " is not supported by the local cloud: queues and their settings come from template.yaml. Change the template and restart.",
	}
}
