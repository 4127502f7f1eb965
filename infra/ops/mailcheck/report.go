package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// level is how bad a finding is.
type level string

const (
	ok      level = "ok"
	note    level = "note"    // nothing is wrong: something optional, or not judged
	warning level = "warning" // works today, and costs deliverability
	broken  level = "broken"  // receivers ignore or refuse it
)

// finding is one judgement about the records that were read.
type finding struct {
	level level
	what  string
	why   string   // empty if the level is ok
	set   []string // records to set or commands to run, as zone file lines
}

// part is one subject of a report, such as DMARC.
type part struct {
	title    string
	read     []string // records, as zone file lines
	findings []finding
}

type report struct{ parts []part }

func (p *part) add(l level, what, why string, set ...string) {
	p.findings = append(p.findings, finding{l, what, why, set})
}

// reads notes the records of a name.
func (p *part) reads(kind recordKind, name string, values []string) {
	for _, v := range values {
		if kind == txt {
			v = strconv.Quote(v)
		}
		p.read = append(p.read, name+". "+string(kind)+" "+v)
	}
}

// unread adds the finding about a name that could not be read.
func (p *part) unread(name string, err error) {
	if isOutside(err) {
		p.add(note, err.Error()+"; what depends on it was not judged",
			"A zone file holds its own domain only. Run the check without ZONE= once the records are published.")
		return
	}
	p.add(broken, fmt.Sprintf("%s could not be read: %v", name, err),
		"A receiver that gets no answer defers the mail, or judges it as not authenticated. Try again; if it stays, look at the domain's name servers.")
}

func (r report) count(l level) (n int) {
	for _, p := range r.parts {
		for _, f := range p.findings {
			if f.level == l {
				n++
			}
		}
	}
	return n
}

func (r report) print(out io.Writer, s sender, where string) {
	mailFrom := s.mailFrom
	if mailFrom == "" {
		mailFrom = "a domain of SES (no MAIL_FROM= was given)"
	}
	fmt.Fprintf(out, "Mail of %s, read from %s\nDKIM domain %s, MAIL FROM %s\n", s.from, where, s.dkimDomain, mailFrom)
	for _, p := range r.parts {
		fmt.Fprintf(out, "\n%s\n", p.title)
		for _, line := range p.read {
			fmt.Fprintf(out, "  read     %s\n", printable(line))
		}
		for _, f := range p.findings {
			fmt.Fprintf(out, "  %-8s %s\n", f.level, wrap(f.what))
			if f.why != "" {
				fmt.Fprintf(out, "  why      %s\n", wrap(f.why))
			}
			for _, line := range f.set {
				fmt.Fprintf(out, "  set      %s\n", printable(line))
			}
		}
	}
	fmt.Fprintf(out, "\n%d broken, %d warnings. What this means: docs/deliverability.md\n", r.count(broken), r.count(warning))
}

// wrap breaks a sentence into lines that stand below each other, right of the
// label.
func wrap(text string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > 80:
			b.WriteString("\n           ")
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(printable(word))
		column += len(word)
	}
	return b.String()
}

// printable returns a text with ? for each control character. A record of
// another organisation can have some, and a terminal would obey them.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// txtRecord returns a TXT record as a line of a zone file, with strings of at
// most 255 bytes.
func txtRecord(name, text string) string {
	line := name + ". TXT"
	for len(text) > 255 {
		line += " " + strconv.Quote(text[:255])
		text = text[255:]
	}
	return line + " " + strconv.Quote(text)
}
