package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// changed are the files of infra/shop that a trial replaces or adds.
//
//go:embed shop
var changed embed.FS

// briefly lists the campaigns whose messages can wait for days; in a trial they
// expire sooner.
var briefly = []string{"reward", "order-coupon", "weekly-picks"}

const notAfter = "not_after: 3m"

var anyNotAfter = regexp.MustCompile(`(?m)^not_after: .*$`)

// writeShop writes the demo's shop with the trial's own policy files into a folder,
// from which [cloud.Publish] publishes it.
func writeShop(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copy the shop: %w", err)
	}
	for _, campaign := range briefly {
		path := filepath.Join(to, "campaigns", campaign+".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, anyNotAfter.ReplaceAll(text, []byte(notAfter)), 0o600); err != nil {
			return err
		}
	}
	return fs.WalkDir(changed, "shop", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := changed.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("shop", path)
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
}
