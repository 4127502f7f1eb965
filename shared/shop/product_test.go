package shop

import "testing"

func TestATitleIsInTheLanguageIfThereIsOne(t *testing.T) {
	p := Product{Title: "Cake stand", Titles: map[string]string{"pl": "Patera", "pt-BR": "Boleira", "el": ""}}
	for language, want := range map[string]string{
		"pl": "Patera", "pl-PL": "Patera", "pt-BR": "Boleira", "pt": "Cake stand", "pt-PT": "Cake stand",
		"el": "Cake stand", "ru": "Cake stand", "": "Cake stand",
	} {
		if got := p.TitleIn(language); got != want {
			t.Errorf("TitleIn(%q) = %q, want %q", language, got, want)
		}
	}
}
