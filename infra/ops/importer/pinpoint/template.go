package pinpoint

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// tag is one mark of Handlebars, with two or three braces.
var tag = regexp.MustCompile(`\{\{\{?([^{}]*)\}?\}\}`)

// names are the variables of Pinpoint that a message here has, in small letters
// and without "user.", "userattributes." and "attributes.". Of the rest, which the
// shop has named itself, nothing is known here.
var names = map[string]string{
	"firstname": "customer.name", "first_name": "customer.name", "name": "customer.name", "givenname": "customer.name",
	"demographic.locale": "language",
	"recommendations":    "picks",
}

// variable returns the Liquid of a variable of Pinpoint; "" if there is none.
func variable(name string) string {
	plain := strings.ToLower(strings.TrimSpace(name))
	plain = strings.TrimSuffix(strings.TrimSuffix(plain, ".[0]"), ".0")
	for _, prefix := range []string{"user.", "userattributes.", "attributes."} {
		plain = strings.TrimPrefix(plain, prefix)
	}
	if strings.HasPrefix(plain, "recommendations.") {
		return "picks"
	}
	return names[plain]
}

// filters are the helpers that Liquid has as filters.
var filters = map[string]string{"upper": "upcase", "uppercase": "upcase", "lower": "downcase", "lowercase": "downcase", "capitalize": "capitalize", "capitalizefirst": "capitalize", "trim": "strip"}

// Liquid returns a template of Pinpoint, which is in Handlebars, as Liquid. A
// variable without a counterpart becomes its default value, or a comment. lost is
// called with the line of each thing that has no counterpart, and what it is.
func Liquid(template string, defaults map[string]string, lost func(line int, what string)) string {
	var out strings.Builder
	var open []string // the ends of the blocks that are open; "" for one that became a comment
	at := 0
	for _, found := range tag.FindAllStringSubmatchIndex(template, -1) {
		out.WriteString(template[at:found[0]])
		at = found[1]
		line := 1 + strings.Count(template[:found[0]], "\n")
		text := strings.TrimSpace(template[found[2]:found[3]])
		word, rest, _ := strings.Cut(text, " ")
		rest = strings.TrimSpace(rest)
		comment := func(what string) {
			lost(line, what)
			fmt.Fprintf(&out, "{%% comment %%}no counterpart: %s{%% endcomment %%}", safe(text))
		}
		switch {
		case strings.HasPrefix(text, "!"):
		case word == "#if" || word == "#unless":
			name := variable(rest)
			if name == "" {
				lost(line, "the condition "+safe(rest))
				name = "nil"
			}
			kind := strings.TrimPrefix(word, "#")
			fmt.Fprintf(&out, "{%% %s %s %%}", kind, sized(name))
			open = append(open, "end"+kind)
		case word == "#each" && variable(rest) == "picks":
			out.WriteString("{% for pick in picks %}")
			open = append(open, "endfor")
		case strings.HasPrefix(word, "#"):
			lost(line, "the block "+safe(text))
			out.WriteString("{% if nil %}")
			open = append(open, "endif")
		case word == "else":
			out.WriteString("{% else %}")
		case strings.HasPrefix(word, "/"):
			if len(open) == 0 {
				comment("the end of a block that does not begin: " + safe(text))
				continue
			}
			fmt.Fprintf(&out, "{%% %s %%}", open[len(open)-1])
			open = open[:len(open)-1]
		case strings.EqualFold(word, "this") || strings.HasPrefix(text, "Recommendations."):
			if len(open) > 0 && open[len(open)-1] == "endfor" {
				out.WriteString("{{ pick.title }}")
			} else if strings.HasPrefix(text, "Recommendations.") {
				out.WriteString("{{ picks.first.title }}")
			} else {
				comment("the variable " + safe(text))
			}
		case rest != "" && filters[strings.ToLower(word)] != "" && variable(rest) != "":
			fmt.Fprintf(&out, "{{ %s | %s }}", variable(rest), filters[strings.ToLower(word)])
		case rest == "" && variable(text) != "" && variable(text) != "picks":
			fmt.Fprintf(&out, "{{ %s }}", variable(text))
		case rest == "" && defaults[text] != "":
			lost(line, "the variable "+safe(text)+"; its default value stands there now")
			out.WriteString(defaults[text])
		case rest == "":
			comment("the variable " + safe(text))
		default:
			comment("the helper " + safe(text))
		}
	}
	out.WriteString(template[at:])
	for len(open) > 0 {
		lost(1+strings.Count(template, "\n"), "a block that does not end")
		fmt.Fprintf(&out, "{%% %s %%}", open[len(open)-1])
		open = open[:len(open)-1]
	}
	return out.String()
}

// sized returns a condition that is false for an empty value: in Liquid an empty
// text is true.
func sized(name string) string {
	switch name {
	case "nil":
		return name
	case "picks":
		return "picks.size > 0"
	}
	return name + ` != ""`
}

// safe returns a mark's text so that it cannot end a comment.
func safe(text string) string {
	text = strings.NewReplacer("{", "", "}", "", "%", "", "\n", " ").Replace(text)
	if len(text) > 80 {
		text = text[:80]
	}
	return strings.ToValidUTF8(text, "")
}

// mark is a tag of HTML, a comment of it, or a mark of Liquid: what is no word.
var mark = regexp.MustCompile(`(?s)<!--.*?-->|<style.*?</style>|<script.*?</script>|<[^>]*>|\{%-? comment %\}.*?\{% endcomment %\}|\{%.*?%\}|\{\{.*?\}\}|&[a-zA-Z#0-9]+;`)

// Words moves the words of a template into strings, because a message keeps them
// in a file for each language. It returns the template with the strings' keys;
// strs has the texts by key, and Words adds to it.
func Words(template, prefix string, strs map[string]string) string {
	var out strings.Builder
	word := func(text string) {
		trimmed := strings.TrimSpace(text)
		if !strings.ContainsFunc(trimmed, unicode.IsLetter) {
			out.WriteString(text)
			return
		}
		key := fmt.Sprintf("%s_%d", prefix, len(strs)+1)
		strs[key] = strings.NewReplacer("{", "(", "}", ")").Replace(strings.Join(strings.Fields(trimmed), " "))
		at := strings.Index(text, trimmed)
		fmt.Fprintf(&out, "%s{{ '%s' | t }}%s", text[:at], key, text[at+len(trimmed):])
	}
	at := 0
	for _, found := range mark.FindAllStringIndex(template, -1) {
		word(template[at:found[0]])
		out.WriteString(template[found[0]:found[1]])
		at = found[1]
	}
	word(template[at:])
	return out.String()
}
