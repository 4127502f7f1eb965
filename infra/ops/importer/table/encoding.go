package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how the characters of a file are written.
type Encoding string

// The encodings that are found out.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1251 Encoding = "windows-1251" // Cyrillic
	Windows1252 Encoding = "windows-1252" // western Europe
)

// Encodings lists the encodings.
var Encodings = []Encoding{UTF8, UTF16LE, UTF16BE, Windows1251, Windows1252}

// encodingOf reads a whole file in small parts and returns its encoding: that of
// its byte order mark, UTF-16 if every second byte of its beginning is 0, UTF-8
// if all of it is valid, or else one of the two Windows encodings. It tells
// these apart by the letters above 127: in Cyrillic text they stand together, in
// western text between ASCII letters.
func encodingOf(r io.Reader) (Encoding, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	start, err := in.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	switch {
	case bytes.HasPrefix(start, []byte{0xEF, 0xBB, 0xBF}):
		return UTF8, nil
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}):
		return UTF16LE, nil
	case bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return UTF16BE, nil
	}
	zeros := [2]int{} // at even and odd places
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(start) / 2; {
	case half > 0 && zeros[1] > half/2 && zeros[0] < half/10:
		return UTF16LE, nil
	case half > 0 && zeros[0] > half/2 && zeros[1] < half/10:
		return UTF16BE, nil
	}
	return byLetters(in)
}

func byLetters(in *bufio.Reader) (Encoding, error) {
	valid := true
	var rest []byte // the beginning of a character that the next part ends
	together, alone := 0, 0
	last := byte(0)
	part := make([]byte, 1<<16)
	for {
		n, err := in.Read(part)
		for _, b := range part[:n] {
			switch high := b >= 0xC0; {
			case high && last >= 0xC0:
				together++
			case high && letter(last), letter(b) && last >= 0xC0:
				alone++
			}
			last = b
		}
		if valid {
			rest = append(rest, part[:n]...)
			for len(rest) > 0 && (utf8.FullRune(rest) || errors.Is(err, io.EOF)) {
				r, size := utf8.DecodeRune(rest)
				if r == utf8.RuneError && size < 2 {
					valid = false
					break
				}
				rest = rest[size:]
			}
			rest = bytes.Clone(rest)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	switch {
	case valid:
		return UTF8, nil
	case together > alone:
		return Windows1251, nil
	}
	return Windows1252, nil
}

func letter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// decoded returns the file's text in UTF-8, without a byte order mark.
func decoded(r io.Reader, from Encoding) (io.Reader, error) {
	var of encoding.Encoding
	switch from {
	case UTF8:
		of = unicode.UTF8BOM
	case UTF16LE:
		of = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		of = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case Windows1251:
		of = charmap.Windows1251
	case Windows1252:
		of = charmap.Windows1252
	default:
		return nil, fmt.Errorf("the encoding %q is not known; want one of %v", from, Encodings)
	}
	return of.NewDecoder().Reader(r), nil
}
