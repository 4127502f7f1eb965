package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// changed are the files of infra/shop that a trial replaces or adds: those of shop, or
// those of calm in a calm trial.
//
//go:embed shop calm
var changed embed.FS

// briefly lists the campaigns whose messages can wait for days; in a trial they
// expire sooner.
var briefly = []string{"reward", "order-coupon", "weekly-picks"}

// When they expire. In a calm trial the first run has the time that the machine needs.
const (
	soon = 3 * time.Minute
	late = 3 * time.Hour
)

var anyNotAfter = regexp.MustCompile(`(?m)^not_after: .*$`)

// writeShop writes the demo's shop with the trial's own policy files into a folder,
// from which [cloud.Publish] publishes it.
func writeShop(from, to string, calm bool) error {
	own, notAfter := "shop", soon
	if calm {
		own, notAfter = "calm", late
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copy the shop: %w", err)
	}
	for _, campaign := range briefly {
		path := filepath.Join(to, "campaigns", campaign+".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, anyNotAfter.ReplaceAll(text, []byte("not_after: "+notAfter.String())), 0o600); err != nil {
			return err
		}
	}
	return fs.WalkDir(changed, own, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := changed.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(own, path)
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
}
