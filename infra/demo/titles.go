package demo

import (
	_ "embed"
	"fmt"
	"strings"

	"regulars/shared/shop"
)

// titlesFile has the titles of the most popular products in other languages. Its
// first line names the columns: product, and languages by tag.
//
//go:embed data/titles.tsv
var titlesFile string

// readTitles returns the titles of each product of the file, by language.
func readTitles(file string) (map[shop.ProductID]map[string]string, error) {
	lines := strings.Split(strings.TrimSpace(file), "\n")
	languages := strings.Split(lines[0], "\t")
	all := map[shop.ProductID]map[string]string{}
	for n, line := range lines[1:] {
		columns := strings.Split(line, "\t")
		if len(columns) != len(languages) {
			return nil, fmt.Errorf("titles of products, line %d: %d columns, want %d", n+2, len(columns), len(languages))
		}
		titles := map[string]string{}
		for i, language := range languages[1:] {
			titles[language] = columns[i+1]
		}
		all[shop.ProductID(columns[0])] = titles
	}
	return all, nil
}
