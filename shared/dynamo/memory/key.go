package memory

// The limits of keys in DynamoDB.
const (
	mostPartitionBytes = 2048
	mostSortBytes      = 1024
)

// place returns the place of the item with the keys in m. m may hold other
// attributes.
func (t *table) place(m item) (place, error) {
	partition, err := keyIn(m, t.keys.partition, mostPartitionBytes)
	if err != nil || t.keys.sort == "" {
		return placeOf(partition, "", nil), err
	}
	sort, err := keyIn(m, t.keys.sort, mostSortBytes)
	return placeOf(partition, sort, nil), err
}

func keyIn(m item, name string, most int) (string, error) {
	v, ok := m[name]
	if !ok {
		return "", invalid("One or more parameter values were invalid: Missing the key %s in the item", name)
	}
	s, ok := text(v)
	switch {
	case !ok:
		return "", invalid("One or more parameter values were invalid: Type mismatch for key %s expected: S", name)
	case s == "":
		return "", invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", name)
	case len(s) > most:
		return "", invalid("One or more parameter values were invalid: the key %s has %d bytes, more than %d", name, len(s), most)
	}
	return s, nil
}

// key returns the place for m, which must hold the key attributes and no
// others.
func (t *table) key(m item) (place, error) {
	want := 1
	if t.keys.sort != "" {
		want = 2
	}
	if len(m) != want {
		return place{}, invalid("The provided key element does not match the schema")
	}
	return t.place(m)
}

// place returns the row's place in the index; false if the row is not in the
// index. It fails if a key attribute is not a string or is empty: DynamoDB
// rejects such an item.
func (x *index) place(r *row) (place, bool, error) {
	if r == nil || r.item[x.keys.partition] == nil && r.item[x.keys.sort] == nil {
		return place{}, false, nil
	}
	var keys [2]string
	for i, name := range []string{x.keys.partition, x.keys.sort} {
		v, ok := r.item[name]
		if !ok {
			continue
		}
		if keys[i], ok = text(v); !ok {
			return place{}, false, invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: S IndexName: %s", name, x.name)
		}
		if keys[i] == "" {
			return place{}, false, invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: %s, IndexKey: %s", x.name, name)
		}
	}
	return placeOf(keys[0], keys[1], &r.place), keys[0] != "" && keys[1] != "", nil
}
