package table

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// written returns the path of a new file with that text in an encoding.
func written(t *testing.T, name, text string, as encoding.Encoding) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	content, err := as.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func all(t *testing.T, f *File) (rows [][]string, faults []string) {
	t.Helper()
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			return rows, faults
		}
		if bad := (*Malformed)(nil); errors.As(err, &bad) {
			faults = append(faults, bad.Error())
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append([]string{}, row.Fields...))
	}
}

func TestEncodingAndDelimiterAreFoundOut(t *testing.T) {
	western := "Email;Vorname\nj@example.com;Jörg Müller\nz@example.com;Zoë Grünwald\n"
	cyrillic := "Email;Имя\nj@example.com;Екатерина\nz@example.com;Дмитрий\n"
	for name, c := range map[string]struct {
		text  string
		as    encoding.Encoding
		want  Encoding
		comma rune
		name  string
	}{
		"UTF-8":                     {western, encoding.Nop, UTF8, ';', "Jörg Müller"},
		"UTF-8 with its mark":       {"\ufeff" + western, encoding.Nop, UTF8, ';', "Jörg Müller"},
		"UTF-16, little end first":  {western, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), UTF16LE, ';', "Jörg Müller"},
		"UTF-16, big end first":     {western, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), UTF16BE, ';', "Jörg Müller"},
		"UTF-16 without its mark":   {western, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), UTF16LE, ';', "Jörg Müller"},
		"Windows-1252":              {western, charmap.Windows1252, Windows1252, ';', "Jörg Müller"},
		"Windows-1251":              {cyrillic, charmap.Windows1251, Windows1251, ';', "Екатерина"},
		"Cyrillic in UTF-8":         {cyrillic, encoding.Nop, UTF8, ';', "Екатерина"},
		"comma":                     {strings.ReplaceAll(western, ";", ","), encoding.Nop, UTF8, ',', "Jörg Müller"},
		"tab":                       {strings.ReplaceAll(western, ";", "\t"), encoding.Nop, UTF8, '\t', "Jörg Müller"},
		"bar":                       {strings.ReplaceAll(western, ";", "|"), encoding.Nop, UTF8, '|', "Jörg Müller"},
		"the ends of lines of DOS":  {strings.ReplaceAll(western, "\n", "\r\n"), encoding.Nop, UTF8, ';', "Jörg Müller"},
		"delimiters in a quotation": {"Email;\"a,b,c,d\"\nj@example.com;\"Jörg Müller\"\n", encoding.Nop, UTF8, ';', "Jörg Müller"},
	} {
		f, err := Open(written(t, "contacts.csv", c.text, c.as), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows, faults := all(t, f)
		if f.Encoding != c.want || f.Comma != c.comma || len(faults) > 0 || len(rows) == 0 || rows[0][1] != c.name || f.Header[0] != "Email" {
			t.Errorf("%s: encoding %s, delimiter %q, header %q, rows %q, faults %q", name, f.Encoding, f.Comma, f.Header, rows, faults)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPlaceOfEachFieldAndOfEachMalformedRow(t *testing.T) {
	f, err := Open(written(t, "contacts.csv", "email,name\na@example.com,\"two\nlines\"\n\n,\nb@example.com,\"Bo\" b\nc@example.com,c,d\nd@example.com\n", encoding.Nop), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	row, err := f.Next()
	if line, column := row.At(1); err != nil || row.Line != 2 || line != 2 || column != 15 {
		t.Errorf("the first row begins at %d, its second field at %d:%d (%v), want 2 and 2:15", row.Line, line, column, err)
	}
	rows, faults := all(t, f)
	if len(rows) != 1 || rows[0][0] != "d@example.com" || rows[0][1] != "" {
		t.Errorf("the other rows are %q, want d@example.com with an empty name", rows)
	}
	if len(faults) != 2 || !strings.HasPrefix(faults[0], "line 6, column 18 has a quotation mark") || !strings.HasPrefix(faults[1], "line 7, column 1 has 3 fields") {
		t.Errorf("faults = %q", faults)
	}
	for _, fault := range faults {
		if strings.Contains(fault, "Bo") || strings.Contains(fault, "example") {
			t.Errorf("the fault quotes the file: %s", fault)
		}
	}
}

func TestLinesOfJSON(t *testing.T) {
	f, err := Open(written(t, "orders.jsonl", "{\"a\":1}\n\n{\"b\":2}", encoding.Nop), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	first, _ := f.Next()
	if string(first.JSON) != `{"a":1}` || first.Line != 1 {
		t.Errorf("first = %+v", first)
	}
	second, _ := f.Next()
	if string(second.JSON) != `{"b":2}` || second.Line != 3 {
		t.Errorf("second = %+v", second)
	}
	if _, err := f.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %v, want io.EOF", err)
	}
}

func TestAnOpenQuotationMarkIsFoundWithItsLine(t *testing.T) {
	for name, more := range map[string]string{"until the end": "c@example.com,Cy\n", "beyond the limit": strings.Repeat("c@example.com,Cy\n", longestRow/8)} {
		f, err := Open(written(t, "contacts.csv", "email,name\na@example.com,Al\nb@example.com,\"Bo\n"+more, encoding.Nop), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows := 0
		var unclosed *Unclosed
		for {
			_, err := f.Next()
			if errors.As(err, &unclosed) {
				break
			}
			if err == nil {
				rows++
			} else if !errors.As(err, new(*Malformed)) {
				t.Fatalf("%s: %v, want an Unclosed", name, err)
			}
		}
		if rows != 1 || unclosed.Line != 3 {
			t.Errorf("%s: %d rows before the mark in line %d, want 1 row and line 3", name, rows, unclosed.Line)
		}
	}
}

func TestAQuotationMarkThatIsOpenOverSomeRowsIsAFaultWithBothLines(t *testing.T) {
	f, err := Open(written(t, "contacts.csv", "email,name\na@example.com,\"Al\nb@example.com,Bo\nc@example.com,Cy\"s\nd@example.com,Di\n", encoding.Nop), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, faults := all(t, f)
	if len(faults) != 1 || !strings.HasPrefix(faults[0], "line 2, column 1 has a quotation mark that is not closed in line 4") || len(rows) != 1 || rows[0][0] != "d@example.com" {
		t.Errorf("the rows are %q and the faults %q", rows, faults)
	}
}

func TestAnEncodingThatIsNotTheFilesIsAFault(t *testing.T) {
	western := "Email;Vorname\nj@example.com;Jörg Müller\n"
	if _, err := Open(written(t, "contacts.csv", western, charmap.Windows1252), UTF8); err == nil || !strings.Contains(err.Error(), "say windows-1252") {
		t.Errorf("a file in Windows-1252 is read as UTF-8: %v", err)
	}
	f, err := Open(written(t, "contacts.csv", western, encoding.Nop), UTF8)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, _ := all(t, f); rows[0][1] != "Jörg Müller" {
		t.Errorf("the rows are %q", rows)
	}
}
