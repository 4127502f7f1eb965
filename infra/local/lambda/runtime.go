package lambda

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"regulars/infra/local/child"
)

// callBox holds the call that a process works on.
type callBox struct {
	mu sync.Mutex
	at *call
}

func (b *callBox) put(c *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = c
}

// take empties the box, where it holds the call of that ID.
func (b *callBox) take(id string) *call {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil || b.at.id != id {
		return nil
	}
	c := b.at
	b.at = nil
	return c
}

// api is the Runtime API of one process, version 2018-06-01.
func (p *process) api() http.Handler {
	const version = "/2018-06-01/runtime/"
	var first sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+version+"invocation/next", func(w http.ResponseWriter, r *http.Request) {
		first.Do(func() { close(p.ready) })
		<-p.began
		child.Freeze(p.cmd) // it has nothing to do until there is an event
		select {
		case <-r.Context().Done():
		case c := <-p.asks:
			began := time.Now()
			child.Thaw(p.cmd)
			p.calls.put(c)
			p.out.begin()
			p.f.log.platform("START RequestId: %s Version: $LATEST", c.id)
			h := w.Header()
			h.Set("Content-Type", "application/json")
			h.Set("Lambda-Runtime-Aws-Request-Id", c.id)
			h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(began.Add(p.f.Timeout).UnixMilli(), 10))
			h.Set("Lambda-Runtime-Invoked-Function-Arn", p.f.ARN)
			h.Set("Lambda-Runtime-Trace-Id", c.trace)
			c.taken <- began
			_, _ = w.Write(c.payload)
		}
	})
	mux.HandleFunc("POST "+version+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		p.answered(w, r, false)
	})
	mux.HandleFunc("POST "+version+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		p.answered(w, r, true)
	})
	mux.HandleFunc("POST "+version+"init/error", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, payloadLimit))
		select {
		case p.fault <- body:
		default: // told once already
		}
		accepted(w)
	})
	return mux
}

// answered takes a call's answer. One that comes for a call which is not at
// work (it was given up, or answered before) is refused, as on Lambda.
func (p *process) answered(w http.ResponseWriter, r *http.Request, failed bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, payloadLimit+1))
	if err != nil {
		return // the process went away meanwhile: its end is noticed elsewhere
	}
	c := p.calls.take(r.PathValue("id"))
	if c == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "this request is not at work")
		return
	}
	a := answer{payload: body, failed: failed, contentType: r.Header.Get("Content-Type")}
	if r.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "" { // a stream that broke off
		a.failed = true
		a.payload, _ = base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	}
	if len(body) > payloadLimit {
		a.failed = true
		a.payload = errorJSON("Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", payloadLimit))
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the answer is larger than 6 MB")
	} else {
		accepted(w)
	}
	c.answer <- a
}

func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorJSON(kind, message))
}

// errorJSON is an error as functions and Lambda give it.
func errorJSON(kind, message string) []byte {
	text, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	return text
}

// errorText is the kind and message of an error's payload, shortened.
func errorText(payload []byte) string {
	var e struct{ ErrorType, ErrorMessage string }
	if json.Unmarshal(payload, &e) != nil || e.ErrorMessage == "" {
		return "an error without a message"
	}
	text := e.ErrorMessage
	if e.ErrorType != "" && !strings.Contains(text, e.ErrorType) {
		text = e.ErrorType + ": " + text
	}
	if len(text) > 300 {
		text = text[:300] + "…"
	}
	return text
}
