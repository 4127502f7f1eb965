//go:build !race

package messages_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/shop/messages"
	"regulars/shared/brand"
	"regulars/shared/message"
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkRender(b *testing.B) {
	set, s := publishedSet(b), messages.Scenes()[0]
	d := s.Data("ru")
	for b.Loop() {
		if _, err := set.Render(s.Message, d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLint(b *testing.B) {
	s := messages.Scenes()[8]
	d := s.Data("ru")
	r, err := publishedSet(b).Render(s.Message, d)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		message.Lint(r, d)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		message.Load(os.DirFS("."), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	}
}
