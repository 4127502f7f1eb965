package memory

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// table is a list of rows in the order of their keys, and one list for each
// index.
type table struct {
	name    string
	keys    schema
	rows    list
	indexes []*index
}

// index lists the rows of a table that have both of its key attributes.
type index struct {
	name string
	keys schema
	rows list
}

// schema holds the names of the key attributes; sort is empty if there is none.
type schema struct{ partition, sort string }

func newTable(in *dynamodb.CreateTableInput) *table {
	if len(in.LocalSecondaryIndexes) > 0 {
		unknown("a local secondary index")
	}
	t := &table{name: *in.TableName, keys: schemaOf(in.KeySchema)}
	for _, a := range in.AttributeDefinitions {
		if a.AttributeType != types.ScalarAttributeTypeS {
			unknown("the key %s.%s of type %s", t.name, *a.AttributeName, a.AttributeType)
		}
	}
	for _, g := range in.GlobalSecondaryIndexes {
		if g.Projection == nil || g.Projection.ProjectionType != types.ProjectionTypeAll || len(g.KeySchema) != 2 {
			unknown("the index %s.%s, which has not two keys and all attributes", t.name, *g.IndexName)
		}
		t.indexes = append(t.indexes, &index{name: *g.IndexName, keys: schemaOf(g.KeySchema)})
	}
	return t
}

func schemaOf(elements []types.KeySchemaElement) schema {
	s := schema{partition: *elements[0].AttributeName}
	if len(elements) > 1 {
		s.sort = *elements[1].AttributeName
	}
	return s
}

func (t *table) index(name string) *index {
	for _, x := range t.indexes {
		if x.name == name {
			return x
		}
	}
	return nil
}

// place is what orders the rows of a list: the hash of the partition key, as in
// a scan of DynamoDB, then the keys. In an index the table's keys come last,
// since an index may hold several rows with the same keys.
type place struct {
	hash            uint32
	partition, sort string
	owner           *place // nil in a table
}

func placeOf(partition, sort string, owner *place) place {
	return place{hashOf(partition), partition, sort, owner}
}

// hashOf is FNV-1a with the final mix of MurmurHash3, so that keys that differ
// only in their last character come into different segments.
func hashOf(key string) uint32 {
	h := uint32(2166136261)
	for _, b := range []byte(key) {
		h = (h ^ uint32(b)) * 16777619
	}
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

func (p *place) compare(q *place) int {
	if c := cmp.Or(cmp.Compare(p.hash, q.hash), cmp.Compare(p.partition, q.partition), cmp.Compare(p.sort, q.sort)); c != 0 {
		return c
	}
	if p.owner == nil || q.owner == nil {
		return 0
	}
	return p.owner.compare(q.owner)
}

// row is one stored item. It is replaced, never changed.
type row struct {
	place
	item item
	size int // bytes, as DynamoDB counts them
}

// list holds rows in the order of their places.
type list []*row

// find returns the index of the place in the list, or where it would be
// inserted.
func (l list) find(p *place) (int, bool) {
	return slices.BinarySearchFunc(l, p, func(r *row, p *place) int { return r.compare(p) })
}

// at returns the row at the place; nil if there is none.
func (l list) at(p *place) *row {
	if i, ok := l.find(p); ok {
		return l[i]
	}
	return nil
}

// partition returns the rows of one partition, in the order of their sort keys.
func (l list) partition(partition string) list {
	first := placeOf(partition, "", nil)
	from, _ := l.find(&first)
	to := from
	for to < len(l) && l[to].partition == partition {
		to++
	}
	return l[from:to]
}

func (l *list) put(r *row) {
	i, ok := l.find(&r.place)
	if ok {
		(*l)[i] = r
	} else {
		*l = slices.Insert(*l, i, r)
	}
}

func (l *list) remove(p *place) {
	if i, ok := l.find(p); ok {
		*l = slices.Delete(*l, i, i+1)
	}
}

// segment returns the i-th of n parts of the list, by hash. All rows of a
// partition are in one segment.
func (l list) segment(i, n int) list {
	bound := func(i int) int {
		first := place{hash: uint32(uint64(i) << 32 / uint64(n))}
		at, _ := l.find(&first)
		return at
	}
	if i+1 == n {
		return l[bound(i):]
	}
	return l[bound(i):bound(i+1)]
}
