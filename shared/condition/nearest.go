package condition

import "strings"

// Nearest returns the word of choices that is written most like word, or the
// empty string where none is near: one letter may differ, and one more for every
// three that word has. Capitals make no difference; of two that are as near, the
// first is taken.
func Nearest(word string, choices []string) string {
	best, least := "", len([]rune(word))/3+2
	for _, choice := range choices {
		if d := distance(word, choice); d < least {
			best, least = choice, d
		}
	}
	return best
}

// distance is Levenshtein's: how many letters to put in, take out or change.
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
