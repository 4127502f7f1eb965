package dynamodb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"regulars/infra/local/aws"
)

// TargetPrefix is the beginning of the X-Amz-Target of every DynamoDB call.
const TargetPrefix = "DynamoDB_20120810."

// Proxy forwards DynamoDB calls to the engine and counts them.
type Proxy struct {
	next  *httputil.ReverseProxy
	meter bool

	mu     sync.Mutex
	counts map[string]Count
}

// Count is the number of calls of one operation and the capacity that they
// used.
type Count struct {
	Calls int     `json:"calls"`
	Units float64 `json:"capacity_units"` // 0 without meter
}

// NewProxy returns a proxy of the engine at that endpoint. With meter, the
// proxy requests the consumed capacity in every call and adds it up.
func NewProxy(endpoint string, meter bool, log *slog.Logger) (*Proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil || target.Scheme == "" || target.Host == "" {
		return nil, fmt.Errorf("DynamoDB endpoint %q is not a URL such as http://127.0.0.1:8000", endpoint)
	}
	p := &Proxy{meter: meter, counts: map[string]Count{}}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100 // about one for each function process
	p.next = &httputil.ReverseProxy{
		Transport:      transport,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: p.count,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			log.Error("DynamoDB does not answer", "endpoint", endpoint, "err", err)
			aws.JSONError(w, http.StatusInternalServerError, "InternalServerError", "the local DynamoDB does not answer")
		},
	}
	return p, nil
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := p.readWhole(r); err != nil {
		aws.JSONError(w, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	p.next.ServeHTTP(w, r)
}

// readWhole reads the call before it is forwarded. The server closes the body of a
// request when its answer begins. If the connection to the engine still reads the body
// then, to see its end, it takes that for an error and closes itself, and the rest of
// the answer is lost: one long answer in some hundred, on a busy machine.
func (p *Proxy) readWhole(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if p.meter {
		body = askForCapacity(body)
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// askForCapacity returns a call with ReturnConsumedCapacity as TOTAL if it does not ask
// for capacity. This invalidates the call's signature, which no local engine checks.
func askForCapacity(body []byte) []byte {
	var fields map[string]json.RawMessage
	requested := func() string { return string(fields["ReturnConsumedCapacity"]) }
	if json.Unmarshal(body, &fields) == nil && (requested() == "" || requested() == `"NONE"`) {
		fields["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
		if with, err := json.Marshal(fields); err == nil {
			return with
		}
	}
	return body
}

func operation(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix)
}

func (p *Proxy) count(response *http.Response) error {
	units := 0.0
	if p.meter {
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		response.Body = io.NopCloser(bytes.NewReader(body))
		units = consumed(body)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts[operation(response.Request)]
	c.Calls++
	c.Units += units
	p.counts[operation(response.Request)] = c
	return nil
}

// consumed returns the sum of the capacity units in an answer, which lists them
// for one table or for several.
func consumed(body []byte) float64 {
	type capacity struct{ CapacityUnits float64 }
	var one struct{ ConsumedCapacity capacity }
	if json.Unmarshal(body, &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var several struct{ ConsumedCapacity []capacity }
	_ = json.Unmarshal(body, &several)
	sum := 0.0
	for _, c := range several.ConsumedCapacity {
		sum += c.CapacityUnits
	}
	return sum
}

// Counts returns the calls that the proxy has forwarded, by operation.
func (p *Proxy) Counts() map[string]Count {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.counts)
}
