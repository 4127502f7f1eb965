package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Bytes of one write unit, and of one read unit.
const (
	kilobyte     = 1 << 10
	fourKilobyte = 4 << 10
)

// units returns how many units of so many bytes are charged, at least one.
func units(size, unit int) int { return max(1, (size+unit-1)/unit) }

// writeUnits is what writing or removing a row costs.
func writeUnits(r *row) int {
	if r == nil {
		return 1
	}
	return units(r.size, kilobyte)
}

// readUnits is what reading so many bytes costs.
func readUnits(size int, consistent bool) float64 {
	n := float64(units(size, fourKilobyte))
	if !consistent {
		n /= 2
	}
	return n
}

// bill adds up what a call consumed, by table in the order of their first use.
type bill struct {
	tables []string
	units  []float64
}

func (b *bill) add(table string, units float64) {
	for i, name := range b.tables {
		if name == table {
			b.units[i] += units
			return
		}
	}
	b.tables, b.units = append(b.tables, table), append(b.units, units)
}

// total returns the bill, where it was asked for.
func (b *bill) total(asked types.ReturnConsumedCapacity) (all []types.ConsumedCapacity) {
	for i, table := range b.tables {
		if c := cost(asked, table, b.units[i]); c != nil {
			all = append(all, *c)
		}
	}
	return all
}

// cost returns what was consumed of one table, its indexes included, where it
// was asked for.
func cost(asked types.ReturnConsumedCapacity, table string, units float64) *types.ConsumedCapacity {
	if asked == "" || asked == types.ReturnConsumedCapacityNone {
		return nil
	}
	return &types.ConsumedCapacity{TableName: &table, CapacityUnits: &units}
}
