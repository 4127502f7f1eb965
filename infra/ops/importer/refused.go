package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"regulars/infra/ops/importer/shape"
	"regulars/shared/inputfault"
)

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
