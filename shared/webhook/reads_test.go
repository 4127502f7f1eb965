package webhook

import (
	"context"
	"testing"

	"regulars/shared/httpapi/httpapitest"
)

// refusing is a queue that counts what is put on it.
type refusing struct{ puts int }

func (q *refusing) Put(context.Context, ...any) error {
	q.puts++
	return nil
}

// Ten thousand calls with GET and HEAD, also of each platform's path, put nothing on
// record's queue.
func TestTenThousandReadsWriteNothing(t *testing.T) {
	q := &refusing{}
	h := &Handler{Keys: map[string][][]byte{}, Record: q}
	paths := []string{"/"}
	for name := range platforms {
		h.Keys[name] = [][]byte{[]byte("a key that is long enough")}
		paths = append(paths, "/"+name)
	}
	for r := range httpapitest.Reads(10_000, 14, paths, []string{`{"id":1}`, "webhook_id=1"}) {
		if _, err := h.Handle(t.Context(), r); err != nil || q.puts > 0 {
			t.Fatalf("%s %q with the body %q: %v, and %d puts", r.RequestContext.HTTP.Method, r.RawPath, r.Body, err, q.puts)
		}
	}
}
