package orders

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain unpacks gzip and skips a byte order mark.
func plain(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReader(r)
	if start, _ := b.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		b = bufio.NewReader(z)
	}
	if start, _ := b.Peek(3); bytes.Equal(start, []byte("\ufeff")) {
		_, _ = b.Discard(3) // they were peeked at
	}
	return b, nil
}

// form is what the start of a file looks like.
type form string

const (
	formUnknown form = ""
	formDC      form = `the dc form: JSON with "train"`
	formJSON    form = "JSON"
	formHTML    form = "an HTML page"
	formXML     form = "XML"
	formUTF16   form = "text in UTF-16"
	formZip     form = "a ZIP file or a spreadsheet (.xlsx, .ods)"
	formPacked  form = "a packed file"
	formBinary  form = "a binary file"
	formTable   form = "a table with a heading"
)

// magic are the first bytes of binary files.
var magic = []struct {
	bytes string
	form  form
}{
	{"\xff\xfe", formUTF16},
	{"\xfe\xff", formUTF16},
	{"PK\x03\x04", formZip},
	{"\x1f\x8b", formPacked},
	{"BZh", formPacked},
	{"\xfd7zXZ", formPacked},
	{"\x28\xb5\x2f\xfd", formPacked},
	{"7z\xbc\xaf", formPacked},
	{"PAR1", formBinary},
	{"SQLite format 3", formBinary},
}

// dcStart and jsonStart match the start of a file in the dc form and of any
// JSON. A heading such as [customer],[order] is not JSON.
var (
	dcStart   = regexp.MustCompile(`^\{\s*"(train|validate|test)"\s*:`)
	jsonStart = regexp.MustCompile(`^[[{]\s*["[{\]}0-9-]`)
)

// formOf recognises the form of a file by its first bytes, after gzip and a
// byte order mark.
func formOf(start []byte) form {
	for _, m := range magic {
		if bytes.HasPrefix(start, []byte(m.bytes)) {
			return m.form
		}
	}
	if n := bytes.Count(start, []byte{0}); n > 0 {
		if n > len(start)/4 {
			return formUTF16 // every second byte of plain letters
		}
		return formBinary
	}
	text := bytes.TrimLeftFunc(start, unicode.IsSpace)
	lower := bytes.ToLower(text[:min(len(text), 512)])
	head, _, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case dcStart.Match(text):
		return formDC
	case jsonStart.Match(text):
		return formJSON
	case bytes.HasPrefix(text, []byte("<")) && (bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<!doctype html"))):
		return formHTML
	case bytes.HasPrefix(lower, []byte("<?xml")):
		return formXML
	case bytes.ContainsAny(head, separators):
		return formTable
	}
	return formUnknown
}

// remedies say what to do with a file of a form that cannot be read.
var remedies = map[form]string{
	formDC:     "read it with FORMAT=dc (-format dc)",
	formJSON:   "give a CSV file with a heading (FORMAT=csv), or the dc form (FORMAT=dc)",
	formHTML:   "the download probably gave a login or an error page; fetch the file itself",
	formXML:    "export it as CSV",
	formUTF16:  "save it as UTF-8, such as with iconv -f UTF-16 -t UTF-8",
	formZip:    "unpack it, or save the sheet as CSV in UTF-8",
	formPacked: "unpack it, or pack it once with gzip",
	formBinary: "export it as CSV",
	formTable:  "read it with FORMAT=csv (-format csv)",
}

// expect fails if the file is clearly of another form than those. Its error
// names the likely form and what to do, and quotes nothing of the file.
func expect(r *bufio.Reader, format string, forms ...form) error {
	start, err := r.Peek(4096)
	if len(start) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the file: %w", err)
		}
		return errors.New("the file is empty")
	}
	found := formOf(start)
	switch {
	case slices.Contains(forms, found):
		return nil
	case found == formUnknown:
		return fmt.Errorf("this is not in the format %s; give a CSV file with a heading (FORMAT=csv), or the dc form (FORMAT=dc)", format)
	}
	return fmt.Errorf("this is not in the format %s; it looks like %s: %s", format, found, remedies[found])
}

// shape returns up to 32 letters of a text without its content: 9 for each
// digit, a for each other letter, and signs as they are. So an error can show
// the form of a value without the value.
func shape(text string) string {
	var b strings.Builder
	for i, r := range []rune(text[:min(len(text), 200)]) {
		switch {
		case i == 32:
			return b.String() + "…"
		case unicode.IsDigit(r):
			r = '9'
		case unicode.IsLetter(r):
			r = 'a'
		case r == utf8.RuneError || unicode.IsControl(r):
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
