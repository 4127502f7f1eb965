package orders

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"regulars/shared/intake"
	"regulars/shared/shop"
)

// Catalogue reads a file of events product.changed, one a line, as the shop
// emits them (events/schema/product.changed.json); it may be packed with gzip.
// Of two events of one product, the one with the later revision counts, and of
// equal revisions the later line. The products are in the order of their first
// lines. An error names the line.
func Catalogue(r io.Reader) ([]shop.Product, error) {
	r, err := plain(r)
	if err != nil {
		return nil, err
	}
	at := map[shop.ProductID]int{}
	var products []shop.Product
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, intake.MaxBytes+1)
	n := 0
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		parsed, err := intake.Parse(lines.Bytes(), time.Now())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w; want an event product.changed in each line", n, err)
		}
		for _, event := range parsed.Events {
			fact, ok := event.Fact.(shop.ProductFact)
			if !ok {
				return nil, fmt.Errorf("line %d is another event; want an event product.changed in each line", n)
			}
			p := fact.Product
			place, known := at[p.ID]
			switch {
			case !known:
				at[p.ID] = len(products)
				products = append(products, p)
			case !p.Revision.Before(products[place].Revision):
				products[place] = p
			}
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d is longer than the %d bytes of an event; want an event product.changed in each line", n+1, intake.MaxBytes)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read line %d: %w", n+1, err)
	}
	if len(products) == 0 {
		return nil, errors.New("there is no product; want an event product.changed in each line")
	}
	return slices.Clip(products), nil
}

// catalogueFile reads the catalogue of a path; its errors name the path.
func catalogueFile(path string) ([]shop.Product, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	products, err := Catalogue(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return products, nil
}
