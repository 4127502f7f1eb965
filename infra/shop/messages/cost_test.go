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
	set := publishedSet(b)
	for _, s := range messages.Scenes() {
		if s.Name != "picks" && s.Name != "thanks-with-picks-and-coupon" && s.Name != "sorry-delayed" {
			continue
		}
		for _, language := range []string{"en", "ru"} {
			d := s.Data(language)
			r, err := set.Render(s.Message, d)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(s.Name+" in "+language, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					message.Lint(r, d)
				}
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		message.Load(os.DirFS("."), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	}
}
