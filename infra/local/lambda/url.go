package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/infra/local/aws"
)

// URLPrefix begins the path of every function URL; the function's ID follows.
const URLPrefix = "/lambda-url/"

func itoa(n int) string { return strconv.Itoa(n) }

// ServeURL serves function URLs: it calls the function with the request as an
// event of payload format 2.0, and writes the function's answer as the
// response. The event's path does not have the part that names the function: on
// AWS each function URL has its own domain.
//
// With AuthType AWS_IAM a request must have a signature, but ServeURL does not
// verify it.
func (h *Host) ServeURL(w http.ResponseWriter, r *http.Request) {
	id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), URLPrefix), "/")
	f := h.functions[id]
	switch {
	case f == nil || !f.URL:
		urlError(w, http.StatusNotFound, "the template has no function URL of "+id)
		return
	case f.SignedURL && !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="):
		urlError(w, http.StatusForbidden, "Forbidden: sign requests to this URL with SigV4 (the local cloud accepts any signature)")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, payloadLimit+1))
	if err != nil || len(body) > payloadLimit {
		urlError(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	trace := r.Header.Get(aws.TraceHeader)
	if aws.Root(trace) == "" {
		trace = aws.NewTrace(h.options.Now())
	}
	payload, _ := json.Marshal(h.urlEvent(r, id, "/"+rest, body, trace))
	result, err := h.Invoke(r.Context(), f.Name, payload, trace)
	switch {
	case throttled(err):
		urlError(w, http.StatusTooManyRequests, "Too Many Requests")
	case err != nil:
		urlError(w, http.StatusServiceUnavailable, "Service Unavailable")
	case result.Failure != "":
		urlError(w, http.StatusBadGateway, "Internal Server Error") // the error itself is in the function's log
	default:
		if err := f.respond(w, result.Payload); err != nil {
			h.options.Log.Error("function URL: the function's answer is not a valid response", "function", f.Name, "err", err)
			urlError(w, http.StatusBadGateway, "Internal Server Error")
		}
	}
}

type urlEvent struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Cookies         []string          `json:"cookies,omitempty"`
	Headers         map[string]string `json:"headers"`
	Query           map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext  urlContext        `json:"requestContext"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type urlContext struct {
	AccountID    string            `json:"accountId"`
	APIID        string            `json:"apiId"`
	DomainName   string            `json:"domainName"`
	DomainPrefix string            `json:"domainPrefix"`
	HTTP         map[string]string `json:"http"`
	RequestID    string            `json:"requestId"`
	RouteKey     string            `json:"routeKey"`
	Stage        string            `json:"stage"`
	Time         string            `json:"time"`
	TimeEpoch    int64             `json:"timeEpoch"`
}

func (h *Host) urlEvent(r *http.Request, id, path string, body []byte, trace string) urlEvent {
	now := h.options.Now().UTC()
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	event := urlEvent{
		Version: "2.0", RouteKey: "$default", RawPath: path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host, "x-amzn-trace-id": trace, "x-forwarded-for": source, "x-forwarded-proto": "http"},
		RequestContext: urlContext{
			AccountID: "anonymous", APIID: id, DomainName: r.Host, DomainPrefix: id,
			HTTP: map[string]string{
				"method": r.Method, "path": path, "protocol": r.Proto, "sourceIp": source, "userAgent": r.UserAgent(),
			},
			RequestID: aws.NewID(), RouteKey: "$default", Stage: "$default",
			Time: now.Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
		},
	}
	for name, values := range r.Header {
		switch name = strings.ToLower(name); name {
		case "cookie":
			for _, value := range values {
				for cookie := range strings.SplitSeq(value, ";") {
					event.Cookies = append(event.Cookies, strings.TrimSpace(cookie))
				}
			}
		default:
			event.Headers[name] = strings.Join(values, ",")
		}
	}
	if query := r.URL.Query(); len(query) > 0 {
		event.Query = map[string]string{}
		for name, values := range query {
			event.Query[name] = strings.Join(values, ",")
		}
	}
	if len(body) > 0 {
		event.Body = string(body)
		if !textual(r.Header.Get("Content-Type")) || !utf8.Valid(body) {
			event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		}
	}
	return event
}

// textual reports whether a body of this content type is in the event as text.
// Function URLs encode all other bodies in base64, including forms.
func textual(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return strings.HasPrefix(kind, "text/") || slices.Contains([]string{"application/json", "application/xml", "application/javascript"}, kind)
}

type urlResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// respond writes a function's answer as the HTTP response. As on AWS, an answer
// without a statusCode becomes the body of a response with status 200.
func (f *function) respond(w http.ResponseWriter, payload []byte) error {
	if f.Streams {
		return respondStream(w, payload)
	}
	var fields map[string]json.RawMessage
	response := urlResponse{StatusCode: http.StatusOK}
	body := payload
	if json.Unmarshal(payload, &fields) == nil && fields["statusCode"] != nil {
		if err := json.Unmarshal(payload, &response); err != nil {
			return err
		}
		body = []byte(response.Body)
		if response.IsBase64Encoded {
			decoded, err := base64.StdEncoding.DecodeString(response.Body)
			if err != nil {
				return fmt.Errorf("body: %w", err)
			}
			body = decoded
		}
	} else if text := ""; json.Unmarshal(payload, &text) == nil {
		body = []byte(text)
	}
	return response.write(w, body)
}

// respondStream writes the answer of a function with InvokeMode
// RESPONSE_STREAM: a JSON head, eight NUL bytes and the body. It writes the
// whole answer at once.
func respondStream(w http.ResponseWriter, payload []byte) error {
	head, body, found := bytes.Cut(payload, make([]byte, 8))
	if !found {
		return (&urlResponse{StatusCode: http.StatusOK, Headers: map[string]string{"content-type": "application/octet-stream"}}).write(w, payload)
	}
	response := urlResponse{StatusCode: http.StatusOK}
	if err := json.Unmarshal(head, &response); err != nil {
		return err
	}
	return response.write(w, body)
}

func (r *urlResponse) write(w http.ResponseWriter, body []byte) error {
	if r.StatusCode < 200 || r.StatusCode > 599 {
		return fmt.Errorf("statusCode %d is not an HTTP status between 200 and 599", r.StatusCode)
	}
	w.Header().Set("Content-Type", "application/json")
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		w.Header().Set(name, r.Headers[name])
	}
	for _, cookie := range r.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(r.StatusCode)
	_, _ = w.Write(body) // it fails if the client has closed the connection
	return nil
}

func urlError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": message})
}
