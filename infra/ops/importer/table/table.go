// Package table reads files of rows with columns: CSV in any usual delimiter and
// encoding, both of which it finds out, and JSON Lines. It reads row by row, so
// its memory does not grow with the file.
package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is an open file of rows. Close it after use.
type File struct {
	Path     string
	Encoding Encoding
	Comma    rune      // between the columns; 0 in a file of JSON Lines
	Header   []string  // the names of the columns; nil in a file of JSON Lines
	Bytes    int64     // the size
	Changed  time.Time // when the file was written

	file     *os.File
	csv      *csv.Reader
	row      *rowLimit // what csv reads from
	lines    *bufio.Reader
	line     int // of JSON Lines, the last one; of CSV, that at which the next row begins
	unclosed int // the line of a quotation mark that may be open until the end; 0: none
}

// Row is one row.
type Row struct {
	Line   int      // at which it begins, from 1
	Fields []string // as many as the header; nil in a file of JSON Lines
	JSON   []byte   // the line of a file of JSON Lines
	at     [][2]int // line and column of each field
}

// At returns the line of the i-th field of a row of CSV, and its column in bytes
// of the UTF-8 text, both from 1.
func (r Row) At(i int) (line, column int) {
	if i < 0 || i >= len(r.at) {
		return r.Line, 1
	}
	return r.at[i][0], r.at[i][1]
}

// Malformed is the error of [File.Next] for a row that cannot be read. The next
// call reads the row after it.
type Malformed struct {
	Line, Column int
	Fault        string
}

func (m *Malformed) Error() string {
	return fmt.Sprintf("line %d, column %d %s", m.Line, m.Column, m.Fault)
}

// Unclosed is the error of [File.Next] if a quotation mark is not closed, so that
// the rest of the file cannot be read.
type Unclosed struct{ Line int }

func (u *Unclosed) Error() string {
	return fmt.Sprintf("line %d has a quotation mark that is not closed, so the rows after it cannot be read; close it, or double it if it belongs to the text", u.Line)
}

// longestRow is the most bytes of a row of CSV, so that an open quotation mark
// does not bring the rest of a large file into memory.
const longestRow = 4 << 20

var errLongRow = errors.New("the row is too long")

// rowLimit is a reader that fails after longestRow bytes, unless left was set
// again for the next row.
type rowLimit struct {
	in   io.Reader
	left int
}

func (r *rowLimit) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongRow
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// longestLine is the most bytes of a line of JSON, which is those of an event.
const longestLine = 256 << 10

// Open opens a file, finds out its encoding and its delimiter, and reads its
// header. A name that ends in .jsonl or .ndjson, or a first character of "{",
// means JSON Lines. An empty encoding is found out.
func Open(path string, as Encoding) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Encoding: as, file: file}
	if err := f.open(); err != nil {
		_ = file.Close() // it was only read
		return nil, err
	}
	return f, nil
}

func (f *File) open() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("it is a folder; name a file")
	}
	f.Bytes, f.Changed = info.Size(), info.ModTime()
	if f.Encoding == "" || f.Encoding == UTF8 {
		found, err := encodingOf(f.file)
		if err != nil {
			return err
		}
		if f.Encoding == UTF8 && found != UTF8 {
			return fmt.Errorf("it is not in %s, as ENCODING says; leave ENCODING out, or say %s", UTF8, found)
		}
		f.Encoding = found
		if _, err := f.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	text, err := decoded(f.file, f.Encoding)
	if err != nil {
		return err
	}
	f.lines = bufio.NewReaderSize(text, longestLine)
	start, err := f.lines.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch ext := strings.ToLower(filepath.Ext(f.Path)); {
	case len(bytes.TrimSpace(start)) == 0:
		return errors.New("it is empty")
	case ext == ".jsonl", ext == ".ndjson", bytes.TrimSpace(start)[0] == '{':
		return nil
	}
	f.Comma = delimiter(start)
	f.row = &rowLimit{f.lines, longestRow}
	f.csv = csv.NewReader(f.row)
	f.csv.Comma, f.csv.FieldsPerRecord, f.csv.ReuseRecord = f.Comma, -1, true
	header, err := f.csv.Read()
	if err != nil {
		return errors.New("the header cannot be read: a quotation mark stands in the wrong place")
	}
	for _, name := range header {
		f.Header = append(f.Header, strings.TrimSpace(name))
	}
	f.line = 2
	return nil
}

// delimiter returns the one of , ; tab and | that the first line has most of
// outside quotation marks; a comma if it has none.
func delimiter(start []byte) rune {
	count, quoted := map[byte]int{}, false
	for _, b := range start {
		if b == '"' {
			quoted = !quoted
		}
		if b == '\n' && !quoted {
			break
		}
		if !quoted {
			count[b]++
		}
	}
	most := byte(',')
	for _, b := range []byte{';', '\t', '|'} {
		if count[b] > count[most] {
			most = b
		}
	}
	return rune(most)
}

// Next returns the next row, which is valid until the next call. It fails with
// [io.EOF] after the last one, and with a *[Malformed] if the row cannot be read.
// It fails with an *[Unclosed] if no further row can be read. Empty lines are no
// rows.
func (f *File) Next() (Row, error) {
	if f.csv == nil {
		return f.nextLine()
	}
	for {
		f.row.left = longestRow
		fields, err := f.csv.Read()
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return Row{Line: parse.StartLine}, f.malformed(parse)
		}
		if errors.Is(err, errLongRow) {
			return Row{}, &Unclosed{f.line}
		}
		if errors.Is(err, io.EOF) && f.unclosed > 0 {
			return Row{}, &Unclosed{f.unclosed}
		}
		if err != nil {
			return Row{}, err
		}
		row := Row{Fields: fields, at: make([][2]int, len(fields))}
		blank := true
		for i, field := range fields {
			row.at[i][0], row.at[i][1] = f.csv.FieldPos(i)
			fields[i] = strings.TrimSpace(field)
			blank = blank && fields[i] == ""
		}
		last := len(fields) - 1
		f.line, f.unclosed = row.at[last][0]+strings.Count(fields[last], "\n")+1, 0
		if row.Line = row.at[0][0]; blank {
			continue
		}
		if len(fields) > len(f.Header) {
			for _, extra := range fields[len(f.Header):] {
				if extra != "" {
					return row, &Malformed{row.Line, 1, fmt.Sprintf("has %d fields, and the header has %d", len(fields), len(f.Header))}
				}
			}
			row.Fields = fields[:len(f.Header)]
		}
		for len(row.Fields) < len(f.Header) { // some programs leave out empty fields at the end
			row.Fields = append(row.Fields, "")
		}
		return row, nil
	}
}

// malformed returns the fault of a row. If the row has several lines, a quotation
// mark may have joined rows, or all rows up to the end of the file.
func (f *File) malformed(parse *csv.ParseError) error {
	f.line, f.unclosed = parse.Line+1, 0
	if parse.Line == parse.StartLine {
		return &Malformed{parse.Line, parse.Column, "has a quotation mark in the wrong place; a field with one is quoted whole, and the mark in it is doubled"}
	}
	f.unclosed = parse.StartLine
	return &Malformed{parse.StartLine, 1, fmt.Sprintf("has a quotation mark that is not closed in line %d either; the lines between were not read", parse.Line)}
}

func (f *File) nextLine() (Row, error) {
	for {
		f.line++
		text, err := f.lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = f.lines.ReadSlice('\n')
			}
			return Row{Line: f.line}, &Malformed{f.line, 1, fmt.Sprintf("is longer than %d bytes", longestLine)}
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return Row{Line: f.line, JSON: text}, nil
		}
		if err != nil {
			return Row{}, err
		}
	}
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }
