package message

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// strings returns the strings that a message uses, by language and key: its own
// and the shared ones. It checks them against the calls that use them.
func (r reader) strings(folder string, languages []string, uses []use) map[string]map[string]Phrase {
	all := map[string]map[string]Phrase{}
	reference := map[string]entry{}
	for _, language := range languages {
		own, readable := r.stringsFile(folder, language)
		entries, sharedReadable := r.stringsFile(shared, language)
		if !readable || !sharedReadable {
			continue // every string would be reported as missing
		}
		maps.Copy(entries, own)
		all[language] = r.used(folder, language, entries, uses)
		r.checkUnused(own, uses)
		for _, key := range slices.Sorted(maps.Keys(all[language])) {
			if first, ok := reference[key]; !ok {
				reference[key] = entries[key]
			} else {
				r.checkSame(key, first, entries[key])
			}
		}
	}
	return all
}

// used returns the phrases that the templates use. It reports phrases that are
// missing, and placeholders for which a call gives no value.
func (r reader) used(folder, language string, entries map[string]entry, uses []use) map[string]Phrase {
	phrases := map[string]Phrase{}
	for _, u := range uses {
		e, ok := entries[u.key]
		if !ok {
			r.faults.add(path.Join(folder, language+".yaml"), 0, "add it here, or to "+path.Join(shared, language+".yaml"),
				"the string %q is missing; %s:%d uses it", u.key, u.place.file, u.place.line)
			continue
		}
		phrases[u.key] = e.phrase
		for _, name := range placeholders(e.phrase) {
			if !slices.Contains(u.given, name) {
				r.faults.add(e.place.file, e.place.line, "remove it, or give it there with "+name+": …",
					"the string %q prints {%s}, which %s:%d does not give", u.key, name, u.place.file, u.place.line)
			}
		}
		if hasPlurals(e.phrase) && !slices.Contains(u.given, "count") {
			r.faults.add(u.place.file, u.place.line, "say how many with count: …", "the string %q has plurals in %s", u.key, e.place.file)
		}
	}
	return phrases
}

// checkUnused reports strings of the message that no template uses, usually
// because of a misspelt key.
func (r reader) checkUnused(own map[string]entry, uses []use) {
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if !slices.ContainsFunc(uses, func(u use) bool { return u.key == key }) {
			r.faults.add(own[key].place.file, own[key].place.line, "remove it, or correct its key", "the string %q is never used", key)
		}
	}
}

// checkSame reports a translation with other placeholders than the first
// language. A plural form may omit the count ("every day").
func (r reader) checkSame(key string, first, second entry) {
	counted := func(names []string) []string {
		return slices.DeleteFunc(names, func(n string) bool { return n == "count" })
	}
	a, b := counted(placeholders(first.phrase)), counted(placeholders(second.phrase))
	if !slices.Equal(a, b) {
		r.faults.add(second.place.file, second.place.line, "print the same in every language",
			"the string %q prints {%s} here, but {%s} in %s", key, strings.Join(b, "} {"), strings.Join(a, "} {"), first.place.file)
	}
}
