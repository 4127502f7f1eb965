package aws

import (
	"encoding/json"
	"errors"
	"net/http"
)

// These errors say why an [Invoker] did not run a function; test with
// errors.Is.
var (
	ErrUnknownFunction = errors.New("the template has no function of this name")
	ErrThrottled       = errors.New("throttled: the function's concurrency is used up; retry later")
	ErrStopping        = errors.New("the local cloud is stopping")
)

func jsonError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message, "Message": message})
}
