package dynamotest

import (
	"fmt"
	"slices"
	"sync"
)

// Wire holds what was sent by a [Lossy], not answered, and is still on its way to
// the tables. The zero value is empty.
type Wire struct {
	mu     sync.Mutex
	late   []func()
	tokens int

	answers, lost int
}

// Answers returns how many writes there were, and how many of them lost their
// answer for good.
func (w *Wire) Answers() (all, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers, w.lost
}

// Arrive lets the i-th call that is on its way have its effect, which nobody hears
// of. It returns false where there are not so many.
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

// delay puts a call on its way.
func (w *Wire) delay(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, do)
}

// answer counts one answer.
func (w *Wire) answer(lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers++
	if lost {
		w.lost++
	}
}

// token returns one that was never used on these tables.
func (w *Wire) token(tables string) *string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens++
	return new(fmt.Sprint(tables, "-", w.tokens))
}
