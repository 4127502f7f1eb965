//go:build !race

package dynamodb

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestALongAnswerIsNotCutOff: an engine that answers at once, before the proxy's
// connection has noticed that the call is written, loses no part of its answer.
func TestALongAnswerIsNotCutOff(t *testing.T) {
	answer := []byte(`{"Items": "` + strings.Repeat("x", 1<<20) + `"}`)
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Write(answer)
	}))
	defer engine.Close()
	p, err := NewProxy(engine.URL, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	defer front.Close()
	call := bytes.Repeat([]byte("k"), 8<<10)
	var all sync.WaitGroup
	var mu sync.Mutex
	cut := 0
	for range 8 {
		all.Go(func() {
			for range 150 {
				r, err := http.Post(front.URL, "application/x-amz-json-1.0", bytes.NewReader(call))
				if err == nil {
					var got []byte
					got, err = io.ReadAll(r.Body)
					r.Body.Close()
					if err == nil && !bytes.Equal(got, answer) {
						err = io.ErrUnexpectedEOF
					}
				}
				if err != nil {
					mu.Lock()
					cut++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	if cut > 0 {
		t.Errorf("%d of 1200 answers were cut off", cut)
	}
}
