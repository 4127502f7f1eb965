package main

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/template"
)

// program is a function, built, with what its starts cost.
type program struct {
	name, binary string
	env          map[string]string // of template.yaml
	cpu          []time.Duration   // user and system time of each start
	memory       []int64           // resident bytes at the end of each start; empty if this system does not tell
}

// build builds the hello world and the functions of these names, or all, into dir, and
// the floors of those that have one. The environment has the flags of the Makefile; the
// first program is the hello world. If before is not empty, the program of each function
// in that folder follows the function's.
func build(ctx context.Context, dir, before string, t *template.Template, names []string, progress io.Writer) ([]*program, error) {
	const hello, floor = "infra/proof/coldstart/hello", "infra/proof/coldstart/floor"
	programs, packages, floors := []*program{{name: "hello", binary: filepath.Join(dir, "hello")}}, []string{"./" + hello}, []string(nil)
	for _, f := range t.Functions {
		name := path.Base(f.Code)
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		programs = append(programs, &program{name: name, binary: filepath.Join(dir, name), env: f.Env})
		packages = append(packages, "./"+f.Code)
		if before != "" {
			programs = append(programs, &program{name: name + " before", binary: filepath.Join(before, name), env: f.Env})
		}
		if _, err := os.Stat(filepath.Join(floor, name)); err == nil {
			programs = append(programs, &program{name: name + "'s floor", binary: filepath.Join(dir, "floor", name), env: f.Env})
			floors = append(floors, "./"+floor+"/"+name)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(programs, func(p *program) bool { return p.name == name }) {
			return nil, fmt.Errorf("template.yaml has no function %s", name)
		}
	}
	fmt.Fprintf(progress, "building %d functions …\n", len(packages)-1)
	if err := goBuild(ctx, dir, packages); err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	if err := goBuild(ctx, filepath.Join(dir, "floor"), floors); err != nil {
		return nil, fmt.Errorf("build the floors: %w", err)
	}
	return programs, nil
}

// goBuild builds the programs into dir, each under the name of its folder.
func goBuild(ctx context.Context, dir string, packages []string) error {
	if len(packages) == 0 {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", dir + string(filepath.Separator)}, packages...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(text)))
	}
	return nil
}

// zipped returns the size in bytes of a ZIP with the file, as SAM uploads it.
func zipped(file string) (int64, error) {
	in, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = in.Close() }()
	var size counter
	archive := zip.NewWriter(&size)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, in); err != nil {
		return 0, err
	}
	err = archive.Close()
	return int64(size), err
}

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
