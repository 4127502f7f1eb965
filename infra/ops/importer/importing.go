package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/infra/demo"
	"regulars/infra/ops/importer/past"
	"regulars/infra/ops/importer/shape"
	"regulars/infra/ops/importer/spool"
	"regulars/infra/ops/importer/table"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// importing is one import. It reads every file whole, with all faults, before
// anything is written.
type importing struct {
	command
	options  options
	settings shape.Settings
	topics   []shop.Topic
	writer   past.Writer
	began    time.Time

	files  []string // the paths, by [shape.Item.File]
	rows   int
	faulty int // rows with a fault
	broken int // files that cannot be read to their end
	kept   int // items

	mu         sync.Mutex // of what follows
	counts     map[shape.Kind]map[past.Outcome]int
	refused    int
	duplicates int
}

// workers is how many goroutines write, each together mailboxes after each other,
// which it reads at once.
const (
	workers  = 16
	together = 50
)

func (i *importing) run(ctx context.Context) (err error) {
	var size int64
	var paths []struct {
		kind shape.Kind
		path string
	}
	for _, kind := range kinds {
		for _, path := range strings.Split(*i.options.files[kind], ",") {
			if path = strings.TrimSpace(path); path == "" {
				continue
			}
			info, err := os.Stat(path)
			if err != nil {
				return fmt.Errorf("read the %s: %w", kind, err)
			}
			size += info.Size()
			paths = append(paths, struct {
				kind shape.Kind
				path string
			}{kind, path})
		}
	}
	if err := os.MkdirAll("var", 0o755); err != nil {
		return err
	}
	kept, err := spool.New("var", size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	for _, p := range paths {
		if err := i.read(ctx, p.kind, p.path, kept); err != nil {
			return err
		}
	}
	fmt.Fprintf(i.out, "%d rows read, %d with faults\n", i.rows, i.faulty)
	if i.broken > 0 {
		return fmt.Errorf("nothing was written: %d of the files cannot be read; mend them as is said above", i.broken)
	}
	if i.faulty > 0 && i.options.apply && !i.options.skipFaulty {
		return errFaults
	}
	if err := i.write(ctx, kept); err != nil {
		return fmt.Errorf("%w\nrun the command again; it continues with what is left", err)
	}
	i.report()
	return nil
}

// read reads one file, prints its faults, and keeps its items.
func (i *importing) read(ctx context.Context, kind shape.Kind, path string, kept *spool.Spool) (err error) {
	r, err := shape.Open(path, kind, table.Encoding(i.options.encoding), i.settings)
	if err != nil {
		for _, f := range asFaults(path, err) {
			fmt.Fprintln(i.out, f)
		}
		i.broken++
		return nil
	}
	defer func() { err = errors.Join(err, r.File.Close()) }()
	left := refusedRows{of: r, open: i.options.apply && i.options.skipFaulty}
	defer func() { err = errors.Join(err, left.close()) }()
	index, before, faulty := len(i.files), i.rows, i.faulty
	of := map[string]int{} // the faults, by their text
	i.files = append(i.files, path)
	for ctx.Err() == nil {
		item, rows, faults, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if open := (*table.Unclosed)(nil); errors.As(err, &open) {
			fmt.Fprintf(i.out, "%s: %v\n", path, open)
			i.broken++
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		i.rows += rows
		if item.Contact != nil {
			faults = append(faults, i.ofTopics(path, item)...)
		}
		if len(faults) > 0 {
			i.faulty += max(rows, 1)
			for _, f := range faults {
				fmt.Fprintln(i.out, f)
				of[f.Text]++
			}
			if err := left.add(faults); err != nil {
				return err
			}
			continue
		}
		item.File = index
		if err := kept.Add(past.Key(item), item); err != nil {
			return err
		}
		i.kept++
	}
	i.describe(r, i.rows-before, i.faulty-faulty, of)
	if left.file != nil {
		fmt.Fprintf(i.out, "%s: the rows with faults are in %s\n", path, left.file.Name())
	}
	return ctx.Err()
}

// ofTopics returns a fault for each topic that the shop does not have.
func (i *importing) ofTopics(path string, item shape.Item) (faults inputfault.InFiles) {
	for _, s := range item.Contact.Consents {
		if !slices.Contains(i.topics, s.Topic) {
			faults = append(faults, inputfault.InFile{File: path, Line: item.Line, Text: "topic is no topic of the shop", Hint: "declare it in shop.yaml and publish, or leave it out"})
		}
	}
	return faults
}

// write writes what was kept, or counts what would change.
func (i *importing) write(ctx context.Context, kept *spool.Spool) error {
	var bar *demo.Bar
	if i.progress != nil {
		bar = demo.NewBar(i.progress)
	}
	what := "Comparing"
	if i.options.apply {
		what = "Importing"
	}
	bar.Begin(what, i.kept)
	defer bar.End()
	return kept.Each(func(groups []spool.Group) error {
		all, ctx := errgroup.WithContext(ctx)
		all.SetLimit(workers)
		for some := range slices.Chunk(groups, together) {
			all.Go(func() error {
				return i.writer.Groups(ctx, some, func(r past.Result, items int) { i.add(r, bar, items) })
			})
		}
		return all.Wait()
	})
}
