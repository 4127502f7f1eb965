package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"regulars/infra/demo/drawing"
	"regulars/shared/message"
)

// drawPictures writes the pictures of the shop's host that a mail loads to the
// folder, and returns their files by address. They are those of the demo: the
// name in the address is the product's title, or says that it is a logo.
func drawPictures(folder, html string) (map[string]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for the products' pictures: %w", err)
	}
	files := map[string]string{}
	for _, address := range message.Requests(html) {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host != host {
			continue // the browser reports it
		}
		name := strings.TrimSuffix(path.Base(u.Path), path.Ext(u.Path))
		file := filepath.Join(folder, url.PathEscape(name)+".png")
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			picture := drawing.Product(name)
			if strings.HasPrefix(name, "logo") {
				picture = drawing.Logo(strings.Contains(name, "dark"))
			}
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				return nil, fmt.Errorf("write a product's picture: %w", err)
			}
		}
		files[address] = file
	}
	return files, nil
}
