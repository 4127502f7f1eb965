package ses

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	sdkOfSES = "github.com/aws/aws-sdk-go-v2/service/sesv2"
	signer   = "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A package that calls SES without this one could send without a claim. So no
// other package imports the SDK of SES, what signs requests to AWS, or another way to
// send mail. Tests may, to call the local SES from outside. The local SES itself is a
// server and needs no client.
func TestOnlyThisPackageCanCallSES(t *testing.T) {
	root := moduleRoot(t)
	files, importers := 0, map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || path == filepath.Join(root, "var") || path != root && strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if sendsMail(imported) {
				importers[filepath.ToSlash(folder)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 || !importers["shared/ses"] {
		t.Fatalf("%d files were read, shared/ses among the importers: %t; want 100 files and true, so the wrong folder was read", files, importers["shared/ses"])
	}
	delete(importers, "shared/ses")
	for folder := range importers {
		t.Errorf("%s can call SES: send through shared/ses, which calls once and classifies the answer", folder)
	}
}

// sendsMail reports whether a package can hand a message to a mail system.
func sendsMail(imported string) bool {
	return imported == signer || imported == sdkOfSES || strings.HasPrefix(imported, sdkOfSES+"/") ||
		strings.HasSuffix(imported, "aws-sdk-go-v2/service/ses") || strings.Contains(imported, "service/pinpointemail") ||
		imported == "net/smtp"
}

// moduleRoot is the folder of go.mod, above this package.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above this test")
		}
		dir = filepath.Dir(dir)
	}
}
