package condition

import "strings"

// Nearest returns the choice that is closest to word by edit distance, or "" if
// none is close enough: one letter may differ, and one more for every three
// letters of word. It ignores case; of two that are equally close, it returns
// the first.
func Nearest(word string, choices []string) string {
	best, least := "", len([]rune(word))/3+2
	for _, choice := range choices {
		if d := distance(word, choice); d < least {
			best, least = choice, d
		}
	}
	return best
}

// distance returns the Levenshtein distance of a and b: the number of letters
// to insert, delete or replace.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
