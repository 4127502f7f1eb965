package orders_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"regulars/infra/lab/eval/orders"
)

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

func inUTF16(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// A file of another form is refused with the likely cause, in a few hundred
// bytes that quote no line and no value of it.
func TestFileOfAnotherFormIsNamed(t *testing.T) {
	const page = "\n<!DOCTYPE html>\n<html><title>secret</title>"
	big := `{"train": {"secret": [[` + strings.Repeat(`"secret", `, 300_000) + `"secret"]]}}` // one line of 3 MB
	rows := strings.Repeat("secret@example.com,2026-06-01 10:00,secret\n", 1000)
	wide := "customer,time"
	for range 1000 {
		wide += ",a column of the name secret" // only its first letters are named
	}
	for name, c := range map[string]struct{ format, file, want string }{
		"dc read as csv":             {"csv", big, `it looks like the dc form: JSON with "train": read it with FORMAT=dc`},
		"dc read as csv, packed":     {"csv", gzipped(big), "read it with FORMAT=dc"},
		"csv read as dc":             {"dc", plain, "it looks like a table with a heading: read it with FORMAT=csv"},
		"csv read as dc, packed":     {"dc", gzipped(plain), "read it with FORMAT=csv"},
		"semicolons read as dc":      {"dc", strings.ReplaceAll(plain, ",", ";"), "read it with FORMAT=csv"},
		"tabs read as dc":            {"dc", "\ufeff" + strings.ReplaceAll(plain, ",", "\t"), "read it with FORMAT=csv"},
		"a page read as csv":         {"csv", page, "it looks like an HTML page: the download probably gave a login or an error page"},
		"a page read as dc":          {"dc", page, "it looks like an HTML page"},
		"XML read as csv":            {"csv", `<?xml version="1.0"?><orders>secret</orders>`, "it looks like XML: export it as CSV"},
		"JSON read as csv":           {"csv", `[{"customer": "secret"}]`, "it looks like JSON: give a CSV file"},
		"UTF-16 read as csv":         {"csv", "\xff\xfe" + inUTF16(plain, binary.LittleEndian), "it looks like text in UTF-16: save it as UTF-8"},
		"UTF-16 without its mark":    {"csv", inUTF16(plain, binary.BigEndian), "it looks like text in UTF-16"},
		"UTF-16 read as dc":          {"dc", "\xfe\xff" + inUTF16(big, binary.BigEndian), "it looks like text in UTF-16"},
		"packed twice":               {"csv", gzipped(gzipped(plain)), "it looks like a packed file: unpack it, or pack it once with gzip"},
		"a spreadsheet":              {"csv", "PK\x03\x04\x14\x00secret", "it looks like a ZIP file or a spreadsheet"},
		"a Parquet file":             {"dc", "PAR1\x15\x00secret", "it looks like a binary file"},
		"another text read as dc":    {"dc", "secret\nsecret\n", "this is not in the format dc; give a CSV file with a heading (FORMAT=csv), or the dc form (FORMAT=dc)"},
		"a table of products":        {"csv", "sku,title,price\nsecret,secret,1.50\n", `no column is recognised as the customer; the columns are "sku", "title", "price"; name it with COLUMNS=customer=…`},
		"a table of 1,002 columns":   {"csv", wide, `"customer", "time", "a column of the name sec", "a column of the name sec"`},
		"one column":                 {"csv", "secret\nsecret\n", "there is only one column; separate columns with a comma"},
		"no heading":                 {"csv", rows, "the first line looks like data; begin the file with a heading"},
		"a heading in Latin-1":       {"csv", "Kunde,Gr\xf6\xdfe secret\n", "the first line is no heading in UTF-8"},
		"a million letters in one":   {"csv", strings.Repeat("secret ", 150_000) + ",2026-06-01\n", "the first line looks like data"},
		"times that cannot be read":  {"csv", "customer,time,item\nsecret,secret 1970 Monday,secret\n", `line 2 has the form "aaaaaa 9999 aaaaaa"`},
		"a time of a million digits": {"csv", "customer,time,item\nsecret," + strings.Repeat("4321", 250_000) + ",secret\n", "line 2 has the form"},
		"a packed file cut off":      {"csv", gzipped(plain + rows + wide)[:220], "the file ends too early"},
		"lines of another separator": {"csv", "customer,time,item\nsecret;2026-06-01;secret\nsecret;2026-06-02;secret\n", "none of the 2 lines can be used: 2 too short"},
		"no customers":               {"csv", "customer,time,item\n,2026-06-01,secret\n", "none of the 1 lines can be used: 1 without a customer"},
		"a heading alone":            {"csv", "customer,time,item\n", "the file has a heading and no lines"},
		"an unknown format":          {strings.Repeat("xml", 500), plain, "want csv, dc or table"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := orders.File{Path: path, Format: c.format, Split: "test"}.Read()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Read = %.500v, want an error with %q", err, c.want)
			}
			text := strings.ReplaceAll(err.Error(), path, "")
			if strings.Contains(text, "secret") || strings.Contains(text, "4321") || len(text) > 500 {
				t.Errorf("Read = %d bytes: %.600s, want a short error that quotes nothing of the lines", len(text), text)
			}
		})
	}
}
