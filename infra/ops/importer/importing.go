package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
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

// mostShown is how many duplicates, and how many refused orders, are printed.
const mostShown = 50

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

// manyFaults is from how many faults of a file on they are counted by their text.
const manyFaults = 20

// describe prints what was found out of a file, and its faults by how frequent
// they are, if there are many.
func (i *importing) describe(r *shape.Reader, rows, faulty int, of map[string]int) {
	what := "JSON Lines"
	if r.File.Header != nil {
		what = fmt.Sprintf("%s, delimiter %q, columns for %s", r.File.Encoding, r.File.Comma, strings.Join(r.Fields(), ", "))
		if unread := r.Ignored(); len(unread) > 0 {
			what += "; not read: " + strings.Join(unread, ", ")
		}
	}
	fmt.Fprintf(i.out, "%s: %d rows of %s (%s), %d with faults, %d skipped\n", r.File.Path, rows, r.Kind, what, faulty, r.Skipped)
	sum := 0
	for _, n := range of {
		sum += n
	}
	if sum < manyFaults {
		return
	}
	texts := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	for _, text := range texts {
		fmt.Fprintf(i.out, "%s: %d times: %s\n", r.File.Path, of[text], text)
	}
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

func (i *importing) add(r past.Result, bar *demo.Bar, items int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	bar.Step(items)
	if i.counts == nil {
		i.counts = map[shape.Kind]map[past.Outcome]int{}
	}
	for kind, of := range r.Counts {
		if i.counts[kind] == nil {
			i.counts[kind] = map[past.Outcome]int{}
		}
		for o, n := range of {
			i.counts[kind][o] += n
		}
	}
	for _, refused := range r.Refused {
		if i.refused++; i.refused <= mostShown {
			fmt.Fprintf(i.out, "%s: %s\n", past.At(refused.Item, i.files), refused.Text)
		}
	}
	for _, rows := range r.Duplicates {
		if i.duplicates++; i.duplicates <= mostShown {
			var lines []string
			for _, row := range rows {
				lines = append(lines, fmt.Sprint(row.Line))
			}
			fmt.Fprintf(i.out, "%s: the lines %s have one address; they become one mailbox\n", i.files[rows[0].File], strings.Join(lines, ", "))
		}
	}
}

// report prints what was written, or would be.
func (i *importing) report() {
	for _, kind := range kinds {
		if of := i.counts[kind]; slices.ContainsFunc(past.Outcomes, func(o past.Outcome) bool { return of[o] > 0 }) {
			var parts []string
			for _, o := range past.Outcomes {
				parts = append(parts, fmt.Sprintf("%s %d", o, of[o]))
			}
			fmt.Fprintf(i.out, "%-10s %s\n", kind, strings.Join(parts, ", "))
		}
	}
	for what, n := range map[string]int{"orders were refused": i.refused, "addresses stand in several rows": i.duplicates} {
		if n > mostShown {
			fmt.Fprintf(i.out, "%d %s; the first %d are listed\n", n, what, mostShown)
		}
	}
	took := i.now().Sub(i.began)
	fmt.Fprintf(i.out, "%d rows in %.1f s: %.0f rows a second, %d MB of memory at most\n", i.rows, took.Seconds(), float64(i.rows)/max(took.Seconds(), 0.001), peak()>>20)
	switch {
	case !i.options.apply && i.faulty > 0:
		fmt.Fprintln(i.out, "This was a dry run: nothing was written. Mend the faults; or write all other rows with APPLY=1 SKIP_FAULTY=1.")
	case !i.options.apply:
		fmt.Fprintln(i.out, "This was a dry run: nothing was written. Write it with APPLY=1.")
	}
}

// peak returns the most memory that the process had, in bytes.
func peak() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" { // in bytes; on Linux in kilobytes
		return used.Maxrss
	}
	return used.Maxrss << 10
}

// refusedRows writes the rows with faults, and their reasons, to a file beside
// the one that they are from.
type refusedRows struct {
	of   *shape.Reader
	open bool // whether rows are to be written
	file *os.File
	csv  *csv.Writer
}

func (w *refusedRows) add(faults inputfault.InFiles) error {
	if !w.open {
		return nil
	}
	if w.file == nil {
		ext := ".csv"
		if w.of.File.Header == nil {
			ext = ".jsonl"
		}
		file, err := os.OpenFile(w.of.File.Path+".refused"+ext, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("write the refused rows: %w", err)
		}
		w.file, w.csv = file, csv.NewWriter(file)
		if w.of.File.Header != nil {
			if err := w.csv.Write(append([]string{"refused line", "refused because"}, w.of.File.Header...)); err != nil {
				return err
			}
		}
	}
	for n, row := range w.of.Raw {
		reasons := ""
		if n == 0 {
			var all []string
			for _, f := range faults {
				all = append(all, f.Text)
			}
			reasons = strings.Join(all, "; ")
		}
		if w.of.File.Header != nil {
			if err := w.csv.Write(append([]string{fmt.Sprint(row.Line), reasons}, row.Fields...)); err != nil {
				return err
			}
			continue
		}
		line, err := json.Marshal(map[string]any{"refused_line": row.Line, "refused_because": reasons, "row": string(row.JSON)})
		if err == nil {
			_, err = w.file.Write(append(line, '\n'))
		}
		if err != nil {
			return fmt.Errorf("write the refused rows: %w", err)
		}
	}
	return nil
}

func (w *refusedRows) close() error {
	if w.file == nil {
		return nil
	}
	w.csv.Flush()
	return errors.Join(w.csv.Error(), w.file.Close())
}
