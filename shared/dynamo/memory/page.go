package memory

// mostPageBytes is the size at which a page of a query or scan ends, filtered
// items included.
const mostPageBytes = 1 << 20

// page reads one page of a list.
type page struct {
	table    *table
	index    *index // nil: the list is of the table
	rows     list   // one partition or segment
	within   test   // on the sort key: other rows are not read; nil: all are
	filter   test   // other rows are read and cost units, but are not returned; nil: all are
	env      env
	limit    *int32
	after    item
	backward bool

	items       []item
	last        item // the LastEvaluatedKey; nil at the end
	seen, bytes int
}

// filtered sets the filter. It fails if the placeholders do not fit the
// expressions. uses are the placeholders of the other expressions.
func (p *page) filtered(expression *string, uses ...map[string]bool) error {
	if expression != nil {
		c := conditionOf(*expression)
		p.filter = c.test
		uses = append(uses, c.uses)
	}
	return p.env.defined(uses...)
}

func (p *page) read() error {
	if p.limit != nil && *p.limit < 1 {
		return invalid("Limit must be greater than or equal to 1")
	}
	rows, err := p.rest()
	if err != nil {
		return err
	}
	for i := range rows {
		r := rows[i]
		if p.backward {
			r = rows[len(rows)-1-i]
		}
		p.env.item = r.item
		if p.within != nil && !p.within.holds(&p.env) {
			continue
		}
		p.seen++
		p.bytes += r.size
		if p.filter == nil || p.filter.holds(&p.env) {
			p.items = append(p.items, copyItem(r.item))
		}
		if p.limit != nil && p.seen == int(*p.limit) || p.bytes >= mostPageBytes {
			p.last = p.keysOf(r) // even if no row comes after it: DynamoDB does not look ahead
			break
		}
	}
	return nil
}

// rest returns the rows after the key at which the last page ended.
func (p *page) rest() (list, error) {
	if p.after == nil {
		return p.rows, nil
	}
	at, err := p.start()
	if err != nil {
		return nil, err
	}
	i, found := p.rows.find(&at)
	if p.backward {
		return p.rows[:i], nil
	}
	if found {
		i++
	}
	return p.rows[i:], nil
}

// start returns the place of the exclusive start key. The item may have been
// removed since.
func (p *page) start() (place, error) {
	if p.index == nil {
		return p.table.key(p.after)
	}
	owner, err := p.table.place(p.after)
	if err != nil {
		return place{}, err
	}
	at, in, err := p.index.place(&row{place: owner, item: p.after})
	if err == nil && !in {
		err = invalid("The provided starting key is invalid")
	}
	return at, err
}

// keysOf returns the key attributes of a row: the table's and, in an index, the
// index's.
func (p *page) keysOf(r *row) item {
	keys := item{}
	take := func(s schema) {
		for _, name := range []string{s.partition, s.sort} {
			if name != "" {
				keys[name] = copyValue(r.item[name])
			}
		}
	}
	take(p.table.keys)
	if p.index != nil {
		take(p.index.keys)
	}
	return keys
}
