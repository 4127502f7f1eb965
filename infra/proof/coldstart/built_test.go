package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/infra/local/template"
)

func TestCheckBuiltNamesAFunctionWithAPartTooMany(t *testing.T) {
	folder := t.TempDir()
	functions := []template.Function{{ID: "Record", Code: "functions/record"}, {ID: "Send", Code: "functions/send"}}
	program := append([]byte("…"+parts[0].symbol+"…"), make([]byte, largest)...)
	for _, f := range functions {
		if err := os.Mkdir(filepath.Join(folder, f.ID), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, f.ID, "bootstrap"), program, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := checkBuilt(folder, functions)
	if err == nil || strings.Contains(err.Error(), "send") {
		t.Fatalf("checkBuilt = %v, want faults of record alone", err)
	}
	for _, want := range []string{"record has the template engine Liquid", "record has 20000"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("checkBuilt = %v, want %q", err, want)
		}
	}
	if err := checkBuilt(folder, append(functions, template.Function{ID: "Hooks", Code: "functions/hooks"})); err == nil || !strings.Contains(err.Error(), "Hooks") {
		t.Errorf("checkBuilt without a program of hooks = %v, want that it is missing", err)
	}
}
