package profile

import (
	"hash/fnv"
	"maps"

	"regulars/shared/shop"
)

const (
	// MostBought is the largest number of products in [Profile.Bought]; the sums of
	// further ones are put beside the profile.
	MostBought = 256

	// Parts is the number of parts in which the sums beside a profile are stored. A
	// change of it, or of [Part], loses all that are.
	Parts = 32
)

// Part returns the part, from 0 on, in which the sums of a product are stored.
func Part(id shop.ProductID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % Parts)
}

// PutBeside returns the profile with at most limit products in Bought, and the sums
// by part that are to be added to those beside it, in the same transaction. It moves
// whole parts, those with the most products first: so an item is written once for
// many products. What it moves depends on the profile alone, so a repeated write can
// be compared with the first one. The receiver is not changed.
func (p Profile) PutBeside(limit int) (Profile, map[int]map[shop.ProductID]Units) {
	if len(p.Bought) <= limit {
		return p, nil
	}
	var parts [Parts][]shop.ProductID
	for id := range p.Bought {
		part := Part(id)
		parts[part] = append(parts[part], id)
	}
	p.Bought = maps.Clone(p.Bought)
	moved := map[int]map[shop.ProductID]Units{}
	for len(p.Bought) > limit {
		most := 0
		for part := range parts {
			if len(parts[part]) > len(parts[most]) {
				most = part
			}
		}
		sums := map[shop.ProductID]Units{}
		for _, id := range parts[most] {
			sums[id] = p.Bought[id]
			delete(p.Bought, id)
		}
		moved[most], parts[most] = sums, nil
	}
	return p.WroteBeside(p.Beside+1, moved), moved
}

// WroteBeside returns the profile with that count of how often sums were put beside
// it, now to these parts. The receiver is not changed.
func (p Profile) WroteBeside(count int, moved map[int]map[shop.ProductID]Units) Profile {
	written := make([]int, Parts)
	copy(written, p.Written)
	for part := range moved {
		written[part] = count
	}
	p.Beside, p.Written = count, written
	return p
}

// Add returns the sums of both, without products whose sums are zero. It changes
// neither.
func Add(sums, more map[shop.ProductID]Units) map[shop.ProductID]Units {
	sums = copied(sums)
	for id, u := range more {
		add(sums, id, func(had Units) Units {
			return Units{had.Orders + u.Orders, had.Units + u.Units, had.Returned + u.Returned}
		})
	}
	return sums
}

// Older returns the sums of the orders that are not in Orders, by product: those in
// the profile, and those beside it that were read.
func (p Profile) Older() map[shop.ProductID]Units {
	if len(p.Read) == 0 {
		return p.Bought
	}
	return Add(p.Read, p.Bought)
}

// Whole returns the profile with all of its sums in Bought, if all that are beside it
// were read. It is for readers and for another store: a profile that has sums beside
// it must not be saved in this form over itself.
func (p Profile) Whole() Profile {
	p.Bought, p.Read, p.Beside, p.Written = p.Older(), nil, 0, nil
	return p
}
