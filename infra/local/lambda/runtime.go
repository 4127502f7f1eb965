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

// callBox holds the call that a process currently handles.
type callBox struct {
	mu      sync.Mutex
	current *call
}

func (b *callBox) put(c *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = c
}

// take removes and returns the current call if it has this ID, otherwise nil.
func (b *callBox) take(id string) *call {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil || b.current.id != id {
		return nil
	}
	c := b.current
	b.current = nil
	return c
}

// api returns the Runtime API of the process, version 2018-06-01.
func (p *process) api() http.Handler {
	const version = "/2018-06-01/runtime/"
	var first sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+version+"invocation/next", func(w http.ResponseWriter, r *http.Request) {
		first.Do(func() { close(p.ready) })
		<-p.began
		child.Freeze(p.cmd) // as on Lambda, until the next event
		select {
		case <-r.Context().Done():
		case c := <-p.incoming:
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
		case p.initError <- body:
		default: // it has reported an error already
		}
		accepted(w)
	})
	return mux
}

// answered receives the answer to a call. As on Lambda, it rejects an answer to
// a call that does not run: one that was answered before or has ended.
func (p *process) answered(w http.ResponseWriter, r *http.Request, failed bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, payloadLimit+1))
	if err != nil {
		return // the process ended; await notices that by p.exited
	}
	c := p.calls.take(r.PathValue("id"))
	if c == nil {
		runtimeError(w, http.StatusBadRequest, "InvalidRequestID", "no call with this request ID is running")
		return
	}
	a := answer{payload: body, failed: failed, contentType: r.Header.Get("Content-Type")}
	if r.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "" { // a streamed response that ended with an error
		a.failed = true
		a.payload, _ = base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	}
	if len(body) > payloadLimit {
		a.failed = true
		a.payload = errorJSON("Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", payloadLimit))
		runtimeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the answer is larger than 6 MB")
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

func runtimeError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorJSON(kind, message))
}

// errorJSON returns an error in the JSON form of functions and of Lambda.
func errorJSON(kind, message string) []byte {
	text, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	return text
}

// errorText returns the type and message in an error's payload, cut after 300
// bytes.
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
