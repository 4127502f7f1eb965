package conditioncheck

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"cel.dev/cel-go/cel"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
)

var (
	undeclared = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^undeclared reference to '([^']+)'`) })
	unmatched  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^found no matching overload for '([^']+)' applied to '\((.*)\)'`)
	})
	unexpected = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^expected type '([^']+)' but found '([^']+)'`) })
	syntax     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^Syntax error: .*?(?:input|at:) '(.*?)'`) })

	// signs are CEL's names of the operators that conditions do not have.
	signs = map[string]string{"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "-_": "-"}

	// missing is the hint for each function of CEL that conditions do not have.
	missing = map[string]string{
		"exists": "to look in a list, write \"x\" in list", "exists_one": "to look in a list, write \"x\" in list",
		"all": "conditions have no loops", "map": "conditions have no loops", "filter": "conditions have no loops",
		"has":     "every fact has a value; compare it",
		"matches": "there is startsWith, endsWith and contains",
		"size":    "compare a list with [ ], a text with \"\"",
	}
	// straight is the hint for quotes that a word processor has changed.
	straight = "write straight quotes, as in \"active\""

	// strays is the hint for each sign or word that does not fit in a
	// condition.
	strays = map[string]string{
		"=": "two equals signs compare: ==", "and": "write && for and", "or": "write || for or", "not": "write ! for not",
		"=>": "write >= for at least", "=<": "write <= for at most",
		"“": straight, "”": straight, "„": straight, "«": straight, "»": straight, "‘": straight, "’": straight,
		"&": "write && for and", "|": "write || for or", ";": "a condition is one expression",
	}
)

// translate returns the faults for CEL's errors. It drops errors that follow
// from one that is already in the list.
func translate(text string, errs []*cel.Error) (faults condition.Faults) {
	for _, e := range errs {
		what, hint := plain(e.Message)
		line := max(e.Location.Line(), 1)
		follows := func(f inputfault.InFile) bool {
			return f.Text == what || f.Line == line && strings.HasPrefix(e.Message, "Syntax error")
		}
		if !slices.ContainsFunc(faults, follows) {
			faults = append(faults, inputfault.InFile{Line: line, Column: begin(text, line, e.Location.Column()+1), Text: what, Hint: hint})
		}
	}
	return faults
}

// plain returns an error message of CEL in plain words, with a hint.
func plain(message string) (what, hint string) {
	if m := undeclared().FindStringSubmatch(message); m != nil {
		if sign, ok := signs[m[1]]; ok {
			return fmt.Sprintf("conditions do not calculate with %s", sign), "compare the facts as they are"
		}
		return unknown(m[1])
	}
	if m := unmatched().FindStringSubmatch(message); m != nil {
		return mismatch(m[1], strings.Split(m[2], ", "))
	}
	if m := unexpected().FindStringSubmatch(message); m != nil {
		return mismatch("", m[1:])
	}
	if m := syntax().FindStringSubmatch(message); m != nil {
		stray := strings.TrimSpace(m[1])
		if stray == "<EOF>" {
			return "the condition is not finished", "it ends too early"
		}
		return fmt.Sprintf("%s does not fit here", stray), strays[stray]
	}
	message, _, _ = strings.Cut(message, "\n")
	return strings.ToLower(message[:1]) + message[1:], ""
}

// begin returns the column of the first letter of the word around a column: CEL
// reports the column of the last dot of customer.orders.
func begin(text string, line, column int) int {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return 1
	}
	letters := []rune(lines[line-1])
	if column < 1 || column > len(letters) || letters[column-1] != '.' {
		return max(column, 1)
	}
	for column > 1 && (letters[column-2] == '.' || letters[column-2] == '_' || unicode.IsLetter(letters[column-2])) {
		column--
	}
	return column
}

// unknown returns the fault of a name that does not exist.
func unknown(word string) (what, hint string) {
	what = fmt.Sprintf("there is no %s", word)
	if hint, ok := missing[word]; ok {
		return what, hint
	}
	root, member, _ := strings.Cut(word, ".")
	siblings, _ := facts(root)
	if len(siblings) == 0 {
		if near := condition.Nearest(word, functions); near != "" {
			return what, "did you mean " + near + "?"
		}
		return what, "texts need quotes; facts begin with customer., order., campaign. or line."
	}
	for _, within := range []string{root, ""} { // a fact of another root only if none of this root is close
		paths, members := facts(within)
		if near := condition.Nearest(member, members); near != "" {
			return what, "did you mean " + paths[slices.Index(members, near)] + "?"
		}
	}
	return what, "there is " + strings.Join(siblings, ", ")
}

// facts returns the names of the facts of one root, with and without the root;
// of all roots for "".
func facts(root string) (paths, members []string) {
	for _, fact := range condition.Known() {
		if of, member, _ := strings.Cut(fact.Path, "."); root == "" || of == root {
			paths, members = append(paths, fact.Path), append(members, member)
		}
	}
	return paths, members
}

// mismatch returns the fault of an operator with operands of the wrong types.
// An empty operator means that a value has the wrong type.
func mismatch(operator string, types []string) (what, hint string) {
	switch operator {
	case "":
		what = fmt.Sprintf("this is %s, but must be %s", types[1], types[0])
	case "_[_]":
		what = fmt.Sprintf("[ ] does not go with %s and %s", types[0], types[1])
		return what, `to look in a list, write "x" in list; units are looked up by a text`
	default:
		what = fmt.Sprintf("%s does not go with %s", strings.Trim(operator, "@_"), strings.Join(types, " and "))
	}
	has := func(t string) bool { return slices.Contains(types, t) }
	switch {
	case has("money"):
		hint = `write amounts as money("500.00")`
	case has("double"):
		hint = "counts and days have no decimal point; customer.alive, late and expected_orders_90d need one, as in 2.0"
	case has("string") && has("int"):
		hint = "numbers are written without quotes, texts with them"
	case has("bool"):
		hint = "compare it with something, such as customer.orders >= 2"
	}
	return what, hint
}
