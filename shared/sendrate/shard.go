package sendrate

import (
	"context"
	"hash/fnv"
	"time"

	"regulars/shared/retry"
	"regulars/shared/shop"
)

// This file divides a high rate among several states. Each write of a state is made
// by one worker after the other: with more than some hundred a second most of them
// would conflict, and DynamoDB takes no more than 1,000 of one item, refused ones
// included. docs/decisions/0090 has the figures.

// moved chooses another shard if the rate is divided among another number of them
// than before, and reports whether it did. The last state stays known, but has to be
// read again.
func (p *Pacer) moved(s State) bool {
	of := s.shards()
	p.mu.Lock()
	defer p.mu.Unlock()
	if of == max(1, p.mine.of) {
		return false
	}
	p.draw(of)
	p.seen = seen{state: s}
	return true
}

const (
	mostShards = 3           // in which a message looks for a permit that is free soon
	patience   = time.Second // with its own shard
)

// far reports whether the next permit of this worker's shard is free later than
// [patience] from now.
func (p *Pacer) far(ctx context.Context, now time.Time, class shop.Class) (bool, error) {
	state, _, err := p.look(ctx)
	return err == nil && state.free(now, state.lane(now, class)).Sub(now) > patience, err
}

// leave makes the worker reserve from another shard, because none of its own shard's
// permits is free soon. It reports whether there is another.
func (p *Pacer) leave() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mine.of < 2 {
		return false
	}
	p.draw(p.mine.of)
	p.seen = seen{state: p.seen.state}
	return true
}

// draw draws one of the given number of shards.
func (p *Pacer) draw(of int) {
	name := fnv.New32a()
	_, _ = name.Write([]byte(p.By())) // every worker has other names
	p.mine = shard{int(name.Sum32() % uint32(of)), of}
}

// changeAll is [Pacer.change] for all shards.
func (p *Pacer) changeAll(ctx context.Context, edit func(State) (State, bool)) error {
	if err := p.change(ctx, edit); err != nil {
		return err
	}
	p.mu.Lock()
	mine := p.mine
	p.mu.Unlock()
	for n := range mine.of {
		if n == mine.n {
			continue
		}
		err := retry.Do(ctx, tries, nil, isConflict, func() error {
			state, rev, err := p.Store.SendRate(ctx, n)
			if err != nil || rev == "" { // a shard without a state takes that of the worker who uses it first
				return err
			}
			next, changed := edit(state)
			if !changed {
				return nil
			}
			next.By = p.By()
			if _, _, saved, err := p.Store.SaveSendRate(ctx, n, next, rev); err != nil || saved {
				return err
			}
			return errConflict
		})
		if err != nil {
			return err
		}
	}
	return nil
}
