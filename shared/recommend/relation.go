package recommend

import "math"

// lift raises the strength of new items that the catalogue relates to one of
// the customer's. The unit is the list's own: one standard deviation of its
// scores for an item that goes with another, half of one for an upgrade. So it
// means the same for the blend and for a re-ranker, whatever their scale, and
// an item far below the others stays below them. An item that no customer has
// bought yet has no score of its own; it is raised from the list's mean.
func lift(fresh []*choice) {
	var sum, squares float64
	for _, c := range fresh {
		sum += c.score
	}
	n := float64(len(fresh))
	for _, c := range fresh {
		squares += float64((c.score - sum/n) * (c.score - sum/n))
	}
	for _, c := range fresh {
		if c.related == 0 {
			continue
		}
		if c.row.Customers == 0 && c.recent == 0 {
			c.strength = max(c.strength, sum/n)
		}
		c.strength += float64(math.Sqrt(squares/n) * float64(c.related) / relatedGoesWith)
	}
}
