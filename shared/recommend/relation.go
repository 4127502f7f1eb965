package recommend

import "math"

// lift raises the strength of new items that the catalogue relates to one of
// the customer's. The unit is the list's own: one standard deviation of its
// scores for an item that goes with another, half of one for an upgrade. So it
// means the same for the blend and for a re-ranker, whatever their scale. An
// item far below the mean is not raised (see lowest): customers had the choice
// and did not take it. An item that no customer has bought yet has no score of
// its own; it is raised from the list's mean.
func lift(fresh []*choice) {
	var sum, squares float64
	for _, c := range fresh {
		sum += c.score
	}
	n := float64(len(fresh))
	for _, c := range fresh {
		squares += float64((c.score - sum/n) * (c.score - sum/n))
	}
	mean, unit := sum/n, math.Sqrt(squares/n)
	for _, c := range fresh {
		if c.row.Customers == 0 && c.recent == 0 && c.related > 0 {
			c.strength = max(c.strength, mean)
		}
		if c.related > 0 && c.strength >= mean-lowest*unit {
			c.strength += float64(unit * float64(c.related) / relatedGoesWith)
		}
	}
}

// lowest is the floor of a relation, in standard deviations below the mean.
const lowest = 1.5
