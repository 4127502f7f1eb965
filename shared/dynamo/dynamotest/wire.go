package dynamotest

import (
	"fmt"
	"slices"
	"sync"
)

// Wire holds the delayed requests of the [Lossy] clients of a history. The zero
// value is empty.
type Wire struct {
	mu     sync.Mutex
	late   []func()
	tokens int

	answers, lost int
}

// Answers returns the number of writes, and how many of them lost all their
// answers.
func (w *Wire) Answers() (all, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers, w.lost
}

// Arrive carries out the i-th delayed request and drops its answer. It returns
// false if there are fewer delayed requests.
func (w *Wire) Arrive(i int) bool {
	w.mu.Lock()
	if i >= len(w.late) {
		w.mu.Unlock()
		return false
	}
	do := w.late[i]
	w.late = slices.Delete(w.late, i, i+1)
	w.mu.Unlock()
	do()
	return true
}

// delay adds a delayed request.
func (w *Wire) delay(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, do)
}

// answer counts one write.
func (w *Wire) answer(lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers++
	if lost {
		w.lost++
	}
}

// token returns a client request token that was not used before on these
// tables.
func (w *Wire) token(tables string) *string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens++
	return new(fmt.Sprint(tables, "-", w.tokens))
}
