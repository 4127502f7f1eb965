package main

import (
	"context"
	"sync"
	"time"

	"regulars/infra/local/lambda"
)

// killer kills processes of functions, one after another, at random times.
type killer struct {
	host   *lambda.Host
	faults *faults
	every  time.Duration // on average

	mu    sync.Mutex
	kills map[string]int // by function, and whether it was handling a call: "Send, at work"
}

// run kills until the context ends. In three of four cases it takes a process that is
// handling a call, if there is one.
func (k *killer) run(ctx context.Context) {
	if k.every <= 0 {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(k.faults.between(0, 2*k.every)):
		}
		victim, ok := k.host.Kill(func(all []lambda.Victim) int {
			var busy []int
			for i, v := range all {
				if v.Busy {
					busy = append(busy, i)
				}
			}
			if len(busy) > 0 && k.faults.below(4) > 0 {
				return busy[k.faults.below(len(busy))]
			}
			return k.faults.below(len(all))
		})
		if ok {
			k.note(victim)
		}
	}
}

func (k *killer) note(v lambda.Victim) {
	name := v.Function + ", idle"
	if v.Busy {
		name = v.Function + ", at work"
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kills[name]++
}

func (k *killer) counts() (by map[string]int, all int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	by = map[string]int{}
	for name, n := range k.kills {
		by[name] = n
		all += n
	}
	return by, all
}
