package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regulars/infra/local/template"
)

// built writes programs of these functions as SAM does, each with these texts and this
// many more bytes.
func built(t *testing.T, more int, texts map[string][]string) (string, []template.Function) {
	t.Helper()
	var functions []template.Function
	folder := t.TempDir()
	for name, in := range texts {
		f := template.Function{ID: strings.ToUpper(name), Code: "functions/" + name}
		if err := os.Mkdir(filepath.Join(folder, f.ID), 0o750); err != nil {
			t.Fatal(err)
		}
		program := append([]byte(strings.Join(in, "\x00")), make([]byte, more)...)
		if err := os.WriteFile(filepath.Join(folder, f.ID, "bootstrap"), program, 0o600); err != nil {
			t.Fatal(err)
		}
		functions = append(functions, f)
	}
	return folder, functions
}

func TestCheckBuiltNamesAFunctionWithAPartTooMany(t *testing.T) {
	for _, part := range parts {
		texts := map[string][]string{"record": {"a", part.symbol + ".x", "b"}, "settle": {"a"}}
		for _, name := range part.in {
			texts[name] = nil
			for _, other := range parts {
				if slices.Contains(other.in, name) {
					texts[name] = append(texts[name], other.symbol)
				}
			}
		}
		err := checkBuilt(built(t, 0, texts))
		if err == nil || !strings.Contains(err.Error(), "record has "+part.name+" in it") || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("checkBuilt = %v, want only that record has %s in it", err, part.name)
		}
	}
}

// The list would check nothing if a library renamed what it looks for.
func TestCheckBuiltNamesAFunctionWithoutAPartOfTheList(t *testing.T) {
	err := checkBuilt(built(t, 0, map[string][]string{"learn": {"gonum"}}))
	if err == nil || !strings.Contains(err.Error(), "learn does not have the fits of a night (gonum) in it") {
		t.Errorf("checkBuilt = %v, want that the fits of a night are missing in learn", err)
	}
}

func TestCheckBuiltNamesAFunctionThatIsTooLarge(t *testing.T) {
	engine := parts[0].symbol
	err := checkBuilt(built(t, largest, map[string][]string{"record": {"a"}, "send": {engine}}))
	if err == nil || !strings.Contains(err.Error(), "record has 13000001 bytes") || strings.Contains(err.Error(), "send") {
		t.Errorf("checkBuilt = %v, want that record alone is too large", err)
	}
	if err := checkBuilt(built(t, largestWithTemplates, map[string][]string{"send": {engine}})); err == nil || !strings.Contains(err.Error(), "send has 20000") {
		t.Errorf("checkBuilt = %v, want that send is too large", err)
	}
}

func TestCheckBuiltNamesAFunctionThatIsNotThere(t *testing.T) {
	err := checkBuilt(t.TempDir(), []template.Function{{ID: "Hooks", Code: "functions/hooks"}})
	if err == nil || !strings.Contains(err.Error(), "Hooks") {
		t.Errorf("checkBuilt without a program of hooks = %v, want that it is missing", err)
	}
}
