package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The bytes of one write unit, and of one read unit.
const (
	kilobyte     = 1 << 10
	fourKilobyte = 4 << 10
)

// units returns the number of units charged for size bytes, at least one.
func units(size, unit int) int { return max(1, (size+unit-1)/unit) }

// writeUnits returns the cost of writing or removing a row.
func writeUnits(r *row) int {
	if r == nil {
		return 1
	}
	return units(r.size, kilobyte)
}

// readUnits returns the cost of reading size bytes.
func readUnits(size int, consistent bool) float64 {
	n := float64(units(size, fourKilobyte))
	if !consistent {
		n /= 2
	}
	return n
}

// bill adds up the consumed capacity of a call by table, in the order of first
// use.
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

// total returns the consumed capacity, nil if it was not requested.
func (b *bill) total(asked types.ReturnConsumedCapacity) (all []types.ConsumedCapacity) {
	for i, table := range b.tables {
		if c := cost(asked, table, b.units[i]); c != nil {
			all = append(all, *c)
		}
	}
	return all
}

// cost returns the consumed capacity of one table, its indexes included; nil if
// it was not requested.
func cost(asked types.ReturnConsumedCapacity, table string, units float64) *types.ConsumedCapacity {
	if asked == "" || asked == types.ReturnConsumedCapacityNone {
		return nil
	}
	return &types.ConsumedCapacity{TableName: &table, CapacityUnits: &units}
}
