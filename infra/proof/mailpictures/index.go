package main

import (
	"fmt"
	"html/template"
	"os"
)

// looks are the ways in which browser.mjs draws each mail.
var looks = []string{"desktop", "phone", "dark", "blocked"}

// index is the contact sheet: one row for each mail, one column for each look.
var index = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pictures of all mails</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 24px; color: #222; background: #fff; }
  section { border-top: 1px solid #ccc; padding: 16px 0 32px; }
  h2 { font-size: 18px; margin: 0; } p { margin: 0 0 8px; color: #555; } li { color: #a00; }
  .looks { display: flex; gap: 16px; align-items: flex-start; }
  figure { margin: 0; flex: 720; min-width: 0; } figure.phone { flex: 360; }
  img { display: block; width: 100%; border: 1px solid #ddd; } figcaption { color: #555; }
</style></head><body>
<h1>Pictures of all mails</h1>
{{range $m := .Mails}}<section>
<h2 id="{{.File}}">{{.Name}} <small>{{.Language}}</small></h2>
<p lang="{{.Language}}">{{.Subject}} · <a href="{{.File}}.html">HTML</a>, {{.Bytes}} bytes</p>
{{if .Findings}}<ul>{{range .Findings}}<li>{{.}}</li>{{end}}</ul>{{end}}
<div class="looks">{{range $.Looks}}<figure class="{{.}}"><figcaption>{{.}}</figcaption><img loading="lazy" src="{{$m.File}}.{{.}}.png" alt="{{$m.Name}} in {{$m.Language}}: {{.}}"></figure>
{{end}}</div></section>
{{end}}</body></html>
`))

// writeIndex writes the contact sheet of the mails into the file.
func writeIndex(file string, mails []*mail) error {
	type row struct {
		Name, Language, File, Subject string
		Bytes                         int
		Findings                      []string
	}
	var page struct {
		Looks []string
		Mails []row
	}
	page.Looks = looks
	for _, m := range mails {
		page.Mails = append(page.Mails, row{m.name, m.language, m.file(), m.subject, len(m.html), m.findings})
	}
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the page of pictures: %w", err)
	}
	if err := index.Execute(f, page); err != nil {
		_ = f.Close()
		return fmt.Errorf("write the page of pictures: %w", err)
	}
	return f.Close()
}
