package infra

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// vetted are the packages that `make systems` compiles for macOS and Linux on arm64.
// The others cannot differ by system: they have no file for one system alone, and
// the tests below look at what they take from package syscall.
func vetted(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "\nSYSTEMS := ")
	list, _, _ = strings.Cut(list, "\n")
	if !found {
		t.Fatal("the Makefile has no SYSTEMS")
	}
	return strings.Fields(list)
}

// packages returns the folders of the project that have Go files, from its root.
func packages(t *testing.T) (folders []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); path != "." && (name == "node_modules" || name == "testdata" || name == "var" || name == "bin" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if files, _ := filepath.Glob(filepath.Join("..", path, "*.go")); len(files) > 0 {
			folders = append(folders, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

// system returns the build context of a system.
func system(os, arch string) *build.Context {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled = os, arch, false
	return &c
}

// files returns the files that a system compiles, tests too.
func files(t *testing.T, c *build.Context, folder string) (names []string) {
	t.Helper()
	all, _ := filepath.Glob(filepath.Join("..", folder, "*.go"))
	for _, name := range all {
		match, err := c.MatchFile(filepath.Split(name))
		if err != nil {
			t.Fatal(err)
		}
		if match {
			names = append(names, name)
		}
	}
	return names
}

func TestPackagesWithFilesForOneSystemAreVettedForTheOthers(t *testing.T) {
	covered := func(folder string) bool {
		return slices.ContainsFunc(vetted(t), func(pattern string) bool {
			pattern = strings.TrimPrefix(pattern, "./")
			below, all := strings.CutSuffix(pattern, "/...")
			return folder == pattern || all && (folder == below || strings.HasPrefix(folder, below+"/"))
		})
	}
	for _, folder := range packages(t) {
		here := files(t, system("linux", "amd64"), folder)
		for _, other := range []*build.Context{system("darwin", "arm64"), system("linux", "arm64")} {
			if !slices.Equal(here, files(t, other, folder)) && !covered(folder) {
				t.Errorf("%s has other files on %s/%s than on linux/amd64: add it to SYSTEMS in the Makefile", folder, other.GOOS, other.GOARCH)
			}
		}
	}
}

// A file is checked with the types of package syscall and of the standard library
// that a Mac has; other imports are left open, so that no module is compiled.
func TestFilesThatMacOSCompilesUseOnlyItsSystemCalls(t *testing.T) {
	darwin := system("darwin", "arm64")
	before := build.Default
	build.Default = *darwin // of the importer
	defer func() { build.Default = before }()
	set := token.NewFileSet()
	imports := macOS{importer.ForCompiler(set, "source", nil)}
	for _, folder := range packages(t) {
		byName := map[string][]*ast.File{}
		for _, name := range files(t, darwin, folder) {
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"syscall"` }) {
				byName[file.Name.Name] = append(byName[file.Name.Name], file)
			}
		}
		for name, parsed := range byName {
			config := types.Config{Importer: imports, Error: func(err error) {
				if text := err.Error(); strings.Contains(text, "syscall.") {
					t.Errorf("macOS does not compile %s: put it into a file for Linux", text)
				}
			}}
			_, _ = config.Check(name, set, parsed, nil) // its error is the first of those above
		}
	}
}

// macOS imports the packages that have to do with system calls from their source.
type macOS struct{ types.Importer }

func (m macOS) Import(path string) (*types.Package, error) {
	if path == "syscall" || path == "os" || path == "os/exec" {
		return m.Importer.Import(path)
	}
	return nil, fs.ErrNotExist
}
