package queue

import (
	"fmt"
	"net/http"

	"regulars/infra/local/aws"
)

// Fault is a refusal in SQS's own words.
type Fault struct {
	Code    string // the error's shape, such as QueueDoesNotExist
	Query   string // its code in the older query protocol, which SDKs report
	Message string
	Status  int  // 0: 400
	Ours    bool // the local cloud's fault rather than the sender's
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// shapes of errors that all of AWS shares are not in SQS's own namespace.
var shared = map[string]bool{
	"InvalidParameterValueException": true, "MissingRequiredParameterException": true,
	"UnknownOperationException": true, "SerializationException": true, "InternalError": true,
}

// write answers as SQS does: the shape in the body and, for SDKs that know the
// codes of the older protocol, those in x-amzn-query-error.
func (f *Fault) write(w http.ResponseWriter) {
	namespace, status, side := "com.amazonaws.sqs#", f.Status, "Sender"
	if shared[f.Code] {
		namespace = "com.amazon.coral.service#"
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	if f.Ours {
		status, side = http.StatusInternalServerError, "Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", f.Query+";"+side)
	aws.JSONError(w, status, namespace+f.Code, f.Message)
}

func invalid(format string, args ...any) *Fault {
	return &Fault{Code: "InvalidParameterValueException", Query: "InvalidParameterValue", Message: fmt.Sprintf(format, args...)}
}

func missing(parameter string) *Fault {
	return &Fault{
		Code: "MissingRequiredParameterException", Query: "MissingParameter",
		Message: fmt.Sprintf("The request must contain the parameter %s.", parameter),
	}
}

func templateRules(what string) *Fault {
	return &Fault{
		Code: "UnsupportedOperation", Query: "AWS.SimpleQueueService.UnsupportedOperation",
		Message: what + " is not possible here: queues and their settings come from template.yaml. Change it there and start again.",
	}
}
