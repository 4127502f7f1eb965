package orders

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

// File is a file of orders and how to read it.
type File struct {
	Path    string    // - is the standard input
	Format  string    // csv or dc
	Cut     time.Time // csv: see [Log.Cut]
	Split   string    // dc: see [DC]
	Columns Columns   // csv
	Limit   int       // csv, lines: see [Log]

	Catalogue string         // csv: path of a file for [Catalogue]; empty: none
	Progress  trial.Progress // gets how much is read; nil: not reported
}

// counted counts, in megabytes, what is read of a file.
type counted struct {
	io.Reader
	read, size int64
	progress   trial.Progress
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	c.progress("reads the orders, in MB", int(c.read>>20), int(c.size>>20))
	return n, err
}

// Read returns the set in the file, and the SHA-256 of the whole file, in hex.
// Every error names the file.
func (f File) Read() (set *trial.Set, sum string, err error) {
	if f.Path == "" {
		return nil, "", errors.New("name a file with orders: make eval DATA=orders.csv FORMAT=csv")
	}
	if f.Progress == nil {
		f.Progress = func(string, int, int) {}
	}
	var products []shop.Product
	if f.Catalogue != "" {
		if f.Format != "csv" {
			return nil, "", fmt.Errorf("a catalogue goes with orders in the format csv, not with %.40q", f.Format)
		}
		if products, err = catalogueFile(f.Catalogue); err != nil {
			return nil, "", err
		}
	}
	in := os.Stdin
	if f.Path != "-" {
		if in, err = os.Open(f.Path); err != nil {
			return nil, "", err
		}
		defer func() { _ = in.Close() }() // it was only read
	}
	hash := sha256.New()
	r := io.TeeReader(&counted{in, 0, sizeOf(in), f.Progress}, hash)
	switch f.Format {
	case "dc":
		set, err = DC(r, f.Split)
	case "csv":
		var log *Log
		if log, err = CSV(r, f.Columns, f.Limit); err == nil {
			log.Know(products)
			f.Progress("splits the orders", 0, 0)
			set, err = log.Cut(f.Cut)
		}
	default:
		err = fmt.Errorf("format %.40q: want csv, dc or table", f.Format)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, r) // the hash is of the whole file, also of the part that the reader did not need
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: the file ends too early; it was probably cut off when it was copied", err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", f.Path, err)
	}
	return set, hex.EncodeToString(hash.Sum(nil)), nil
}

// sizeOf returns the size of a regular file in bytes; 0 for a pipe.
func sizeOf(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}
