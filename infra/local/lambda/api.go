package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// APIPrefix is the path of the Lambda API.
const APIPrefix = "/2015-03-31/functions/"

// ServeHTTP serves these operations of the Lambda API: Invoke, ListFunctions,
// GetFunction and GetFunctionConfiguration.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest := strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), strings.TrimSuffix(APIPrefix, "/")), "/")
	name, action, _ := strings.Cut(rest, "/")
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	if name == "" && r.Method == http.MethodGet {
		h.list(w)
		return
	}
	f := h.find(name)
	switch {
	case f == nil:
		apiError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+name)
	case r.Method == http.MethodPost && action == "invocations":
		h.invocation(w, r, f)
	case r.Method == http.MethodGet && action == "configuration":
		writeJSON(w, f.describe())
	case r.Method == http.MethodGet && action == "":
		writeJSON(w, map[string]any{"Configuration": f.describe()})
	default:
		apiError(w, http.StatusNotImplemented, "NotImplementedException", "the local cloud does not support "+r.Method+" "+r.URL.Path)
	}
}

func (h *Host) list(w http.ResponseWriter) {
	all := []any{}
	for _, f := range h.order {
		all = append(all, f.describe())
	}
	writeJSON(w, map[string]any{"Functions": all})
}

// describe returns the FunctionConfiguration of the API.
func (f *function) describe() map[string]any {
	return map[string]any{
		"FunctionName": f.Name, "FunctionArn": f.ARN, "Runtime": "provided.al2023", "Handler": f.Handler,
		"Timeout": int(f.Timeout / time.Second), "MemorySize": f.MemoryMB, "Version": "$LATEST",
		"State": "Active", "LastUpdateStatus": "Successful", "PackageType": "Zip",
		"Environment": map[string]any{"Variables": f.Env},
	}
}

// invocation serves Invoke.
func (h *Host) invocation(w http.ResponseWriter, r *http.Request, f *function) {
	kind := r.Header.Get("X-Amz-Invocation-Type")
	limit := payloadLimit
	if kind == "Event" {
		limit = asyncLimit
	}
	payload, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	switch {
	case err != nil:
		apiError(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not read the request's body.")
		return
	case len(payload) > limit:
		apiError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", "Request must be smaller than "+itoa(limit)+" bytes for the InvokeFunction operation")
		return
	case len(payload) == 0:
		payload = []byte("{}")
	case !json.Valid(payload):
		apiError(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: the payload is not JSON")
		return
	}
	trace := r.Header.Get(aws.TraceHeader)
	if aws.Root(trace) == "" {
		trace = aws.NewTrace(h.options.Now())
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	switch kind {
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	case "Event":
		id := aws.NewID()
		w.Header().Set("X-Amzn-Requestid", id)
		if err := h.events.accept(f, id, payload, trace); err != nil {
			apiError(w, http.StatusInternalServerError, "ServiceException", err.Error())
			return
		}
		w.WriteHeader(http.StatusAccepted)
	case "", "RequestResponse":
		tail := r.Header.Get("X-Amz-Log-Type") == "Tail"
		result, err := h.invoke(r.Context(), f.Name, request{id: aws.NewID(), payload: payload, trace: trace, tail: tail})
		if err != nil {
			invokeFailed(w, err)
			return
		}
		w.Header().Set("X-Amzn-Requestid", result.RequestID)
		w.Header().Set("Content-Type", "application/json")
		if result.Failure != "" {
			w.Header().Set("X-Amz-Function-Error", "Unhandled") // Lambda no longer distinguishes Handled from Unhandled
		}
		if tail {
			w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(result.Log))
		}
		_, _ = w.Write(result.Payload)
	default:
		apiError(w, http.StatusBadRequest, "InvalidParameterValueException", "InvocationType must be RequestResponse, Event or DryRun, not "+kind)
	}
}

func invokeFailed(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, aws.ErrThrottled):
		apiError(w, http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded.")
	case errors.Is(err, aws.ErrStopping):
		apiError(w, http.StatusServiceUnavailable, "ServiceException", err.Error())
	default:
		apiError(w, http.StatusInternalServerError, "ServiceException", err.Error())
	}
}

// apiError writes an error response of Lambda's REST API: Message and Type are
// in the body.
func apiError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	kind := "User"
	if status >= http.StatusInternalServerError {
		kind = "Service"
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": kind, "Message": message, "message": message})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
