package shoppage

import (
	"encoding/json"
	"sync"

	"golang.org/x/text/language"
)

// Texts are the sentences of a function's pages, by language and name.
type Texts map[string]map[string]string

// languages are those of all pages; the first is that of a reader of none.
var languages = []string{"en", "ru", "pl", "el"}

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range languages {
		tags = append(tags, language.Make(l))
	}
	return language.NewMatcher(tags)
})

// MustRead returns the texts of a file that is compiled in. It panics if the file
// is no JSON of texts, or lacks a sentence in a language: a test that reads the
// file finds that out.
func MustRead(file []byte) (t Texts) {
	if err := json.Unmarshal(file, &t); err != nil {
		panic("shoppage: the texts of a page: " + err.Error())
	}
	for name := range t[languages[0]] {
		for _, l := range languages {
			if t[l][name] == "" {
				panic("shoppage: the texts of a page lack " + name + " in " + l)
			}
		}
	}
	return t
}

// Language returns the language of the page that suits these BCP 47 tags and
// Accept-Language headers best, the most wanted first.
func Language(wanted ...string) string {
	for _, w := range wanted {
		tags, _, _ := language.ParseAcceptLanguage(w) // an invalid one must not prevent an opt-out
		if len(tags) == 0 {
			continue
		}
		if _, at, confidence := matcher().Match(tags...); confidence > language.No {
			return languages[at]
		}
	}
	return languages[0]
}
