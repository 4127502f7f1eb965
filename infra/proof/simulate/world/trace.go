package world

import (
	"encoding/binary"
	"fmt"
	"io"
)

// trace prints each step, or only hashes it (FNV-1a, 64 bits).
type trace struct {
	hash uint64
	out  io.Writer // nil: hash only
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (t *trace) add(text string) {
	for i := range len(text) {
		t.hash = (t.hash ^ uint64(text[i])) * fnvPrime
	}
	t.hash = (t.hash ^ 0xff) * fnvPrime // so that "a","b" is not "ab"
}

// step records one step: the actor, its action, the key, the injected fault and the
// answer.
func (w *World) step(who, what, key string, f Fault, answer string) {
	var passed [8]byte
	binary.BigEndian.PutUint64(passed[:], uint64(w.clock.Passed()))
	w.trace.add(string(passed[:]))
	w.trace.add(who)
	w.trace.add(what)
	w.trace.add(key)
	w.trace.add(f.String())
	w.trace.add(answer)
	if w.trace.out == nil {
		return
	}
	fault := ""
	if f != NoFault {
		fault = "[" + f.String() + "] "
	}
	fmt.Fprintf(w.trace.out, "%s  %-12s %-18s %-48s %s%s\n", w.clock.Now().Format("01-02 15:04:05.000"), who, what, key, fault, answer)
}
