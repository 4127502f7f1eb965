package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// finding is one listed word in a file.
type finding struct {
	line int // from 1
	text string
}

// allow marks a line on which a listed word stands on purpose, with the reason.
var allow = regexp.MustCompile(`words:allow\b[ \t]*(.*)`)

// check returns the listed words of a file, in the order of its lines. Each
// "words:allow" without a reason is a finding as well.
func check(name string, source []byte) (found []finding) {
	prose := source
	if strings.HasSuffix(name, ".go") {
		prose = proseOf(source)
	}
	lines := bytes.Split(source, []byte("\n"))
	lineOf := func(offset int) int { return 1 + bytes.Count(source[:offset], []byte("\n")) }
	allowed := func(line int) bool { return allow.Match(lines[line-1]) }
	flat := bytes.ReplaceAll(prose, []byte("\n"), []byte(" "))
	for _, w := range words {
		for _, at := range w.pattern.FindAllIndex(flat, -1) {
			first, last := lineOf(at[0]), lineOf(at[1]-1)
			if allowed(first) || allowed(last) {
				continue
			}
			phrase := strings.Join(strings.Fields(string(flat[at[0]:at[1]])), " ")
			found = append(found, finding{first, fmt.Sprintf("%q: %s", phrase, w.instead)})
		}
	}
	for i, line := range lines {
		if m := allow.FindSubmatch(line); m != nil && len(strings.Trim(string(m[1]), " \t\"`->*/")) == 0 {
			found = append(found, finding{i + 1, "words:allow needs a reason behind it"})
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	return found
}

// proseOf returns a Go file with the same length and lines in which only
// comments and string literals are left. Comment marks and line breaks within
// comments become spaces, so that a phrase is found across two lines; code
// becomes dots, so that none is found across code.
func proseOf(source []byte) []byte {
	prose := slices.Clone(source)
	for i, c := range prose {
		if c != '\n' && c != ' ' && c != '\t' {
			prose[i] = '.'
		}
	}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, source, nil, scanner.ScanComments)
	for {
		pos, kind, text := s.Scan()
		if kind == token.EOF {
			return prose
		}
		at := file.Offset(pos)
		switch kind {
		case token.COMMENT:
			copy(prose[at:], text)
			copy(prose[at:], "  ") // the mark: // or /*
		case token.STRING:
			copy(prose[at:], text)
		}
	}
}
