// Package spool keeps the items of an import in files on disk, so that those of
// one person come together and the memory does not grow with the import. An item
// goes to one of several files by the hash of its key; one file at a time is read
// into memory.
package spool

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"

	"regulars/infra/ops/importer/shape"
)

const (
	perFile   = 2 << 20 // bytes of the import that one file gets, on average
	mostFiles = 512     // that are open at a time
)

// Spool is the files. It is for one goroutine.
type Spool struct {
	files   []*os.File
	writers []*bufio.Writer
}

// Group is all items with one key, in the order in which they were added.
type Group struct {
	Key   string
	Items []shape.Item
}

// New returns an empty spool for an import of that size in bytes. Its files are in
// dir, but without a name: they hold personal data, and the system deletes them
// when the process ends, also by a kill.
func New(dir string, bytes int64) (s *Spool, err error) {
	folder, err := os.MkdirTemp(dir, "import-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the import: %w", err)
	}
	s = &Spool{}
	defer func() {
		if err = errors.Join(err, os.RemoveAll(folder)); err != nil {
			err = fmt.Errorf("make the files of the import: %w", errors.Join(err, s.Close()))
		}
	}()
	for i := range min(int(bytes/perFile)+1, mostFiles) {
		file, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf("%03d", i)), os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		s.files, s.writers = append(s.files, file), append(s.writers, bufio.NewWriterSize(file, 8<<10))
	}
	return s, nil
}

type entry struct {
	Key  string
	Item shape.Item
}

// Add adds an item.
func (s *Spool) Add(key string, item shape.Item) error {
	line, err := json.Marshal(entry{key, item})
	if err == nil {
		h := fnv.New32a()
		_, _ = h.Write([]byte(key)) // cannot fail
		_, err = s.writers[int(h.Sum32()%uint32(len(s.writers)))].Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep a row of the import on disk: %w", err)
	}
	return nil
}

// Each calls visit with the groups of one file after the other. It reads what was
// added before.
func (s *Spool) Each(visit func([]Group) error) error {
	for i, w := range s.writers {
		if err := w.Flush(); err != nil {
			return fmt.Errorf("keep the import on disk: %w", err)
		}
		groups, err := read(s.files[i])
		if err != nil {
			return fmt.Errorf("read the import back: %w", err)
		}
		if err := visit(groups); err != nil {
			return err
		}
	}
	return nil
}

func read(file *os.File) (groups []Group, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	at := map[string]int{}
	for in := json.NewDecoder(bufio.NewReader(file)); ; {
		var e entry
		if err := in.Decode(&e); errors.Is(err, io.EOF) {
			return groups, nil
		} else if err != nil {
			return nil, err
		}
		i, known := at[e.Key]
		if !known {
			i = len(groups)
			at[e.Key], groups = i, append(groups, Group{Key: e.Key})
		}
		groups[i].Items = append(groups[i].Items, e.Item)
	}
}

// Close closes the files, which are gone then.
func (s *Spool) Close() error {
	var all []error
	for _, file := range s.files {
		all = append(all, file.Close())
	}
	return errors.Join(all...)
}
