package main

import "regexp"

// listed is a pattern of words and the advice that is printed for it.
type listed struct {
	pattern *regexp.Regexp
	instead string
}

// words has the expressions that readers had to translate, most frequent first.
// Letter case does not matter, and the words of a phrase may stand on two lines.
var words = []listed{
	word(`nobody`, `name the actor, in a sentence with "not" or "no": "no caller reads it"`),
	word(`whoever|whomever`, `name the actor: the caller, another worker, the shop`),
	word(`where +(?:it|they|there|this|none|nothing) +(?:is|are|was|were|has|have|had|does|do|did|can|cannot|may|must)`, `write "if"; keep "where" for a place`),
	word(`so +many`, `write "N", "a number of" or the number`),
	word(`at +hand`, `write "available" or name the thing`),
	word(`meanwhile`, `say what happened: "by another call", "while it was read"`),
	word(`foret(?:old|ells?|elling)`, `write "predicted", "forecast"`),
	word(`anew`, `write "again"`),
	word(`of +late`, `write "recently"`),
	word(`in +vain`, `write "without success", or name the result`),
	word(`heed(?:s|ed|ing)?`, `write "obey", "respect" or "follow"`),
	word(`reckon(?:s|ed|ing)?`, `write "compute" or "count"`),
	word(`that +which`, `name the thing`),
	word(`lest`, `write "so that … not"`),
	word(`hitherto|thereupon|wherefore`, `write "so far", "then", "why"`),
}

func word(pattern, instead string) listed {
	return listed{regexp.MustCompile(`(?i)\b(?:` + pattern + `)\b`), instead}
}
