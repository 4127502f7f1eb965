// Command plainwords finds the words that this project avoids, in its comments,
// string literals and documents, and prints the plain word to write instead. It
// fails if it finds one.
//
//	go run ./infra/proof/plainwords        # every tracked file (make lint)
//
// It looks at the comments and string literals of Go files, and at the whole of
// Markdown, YAML, HTML and make files. A line that needs a listed word says so,
// with the reason: "words:allow it quotes a customer's mail".
//
// Why: docs/decisions/0028-plain-words.md. The words: words.go.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(".", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "plainwords:", err)
		os.Exit(1)
	}
}

// run checks every file below root that git tracks or would add.
func run(root string, out io.Writer) error {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return fmt.Errorf("list the files of %s with git: %w", root, err)
	}
	found := 0
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		if !checked(name) {
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) { // deleted, and not yet committed
			continue
		}
		if err != nil {
			return err
		}
		for _, f := range check(name, source) {
			fmt.Fprintf(out, "%s:%d: %s\n", name, f.line, f.text)
			found++
		}
	}
	if found > 0 {
		return fmt.Errorf("%d places to put in plain words; docs/glossary.md has the project's words", found)
	}
	return nil
}

// checked reports whether a file of this name is the project's own prose.
// Samples, golden files and the texts of releases that are out stay as they are,
// and this folder has to name the words.
func checked(name string) bool {
	slashed := "/" + name
	for _, skip := range []string{"/testdata/", "/node_modules/", "/infra/demo/data/", "/events/samples/", "/CHANGELOG.md", "/infra/proof/plainwords/"} {
		if strings.Contains(slashed, skip) {
			return false
		}
	}
	switch filepath.Ext(name) {
	case ".go", ".md", ".yaml", ".yml", ".html":
		return true
	}
	return filepath.Base(name) == "Makefile"
}
