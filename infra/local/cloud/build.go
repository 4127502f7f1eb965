package cloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/child"
	"regulars/infra/local/template"
	"regulars/shared/dynamo"
)

// buildEnv is the environment with which the Makefile and SAM build too. With
// another one, each program would be linked twice at the first start.
var buildEnv = []string{"CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false -tags=lambda.norpc -gcflags=all=-dwarf=false -ldflags=-s"}

// publisher is the folder of the command that publishes a shop's policy.
const publisher = "infra/ops/publish"

// Program is a program that [Programs.Build] builds.
type Program struct {
	Path  string
	Built chan struct{} // closed when the program is built
}

// Programs are the programs of the local cloud: the functions and
// infra/ops/publish.
type Programs struct {
	root, bin string
	Functions map[string]*Program // by the function's ID
	folders   map[string]*Program // by the folder of the code
}

// NewPrograms returns the programs of the functions, to be built into the folder
// bin.
func NewPrograms(root, bin string, functions []template.Function) (Programs, error) {
	p := Programs{root: root, bin: bin, Functions: map[string]*Program{}, folders: map[string]*Program{}}
	p.add(publisher)
	owner := map[string]string{path.Base(publisher): publisher}
	for _, f := range functions {
		name := path.Base(f.Code) // go build names a program after its folder
		if other, taken := owner[name]; taken && other != f.Code {
			return Programs{}, fmt.Errorf("function %s: the folders %s and %s have the same name: rename one", f.ID, f.Code, other)
		}
		owner[name] = f.Code
		p.Functions[f.ID] = p.add(f.Code)
	}
	return p, nil
}

func (p Programs) add(folder string) *Program {
	if p.folders[folder] == nil {
		p.folders[folder] = &Program{Path: filepath.Join(p.bin, path.Base(folder)), Built: make(chan struct{})}
	}
	return p.folders[folder]
}

// Build builds infra/ops/publish, then the functions whose folders are first, in
// one call of the Go tool, so that packages are compiled side by side, and then the
// others. If some are first, the others yield to what runs beside them.
func (p Programs) Build(ctx context.Context, out io.Writer, first ...string) error {
	began := time.Now()
	fmt.Fprintf(out, "building %d functions; a call waits until its function is built\n", len(p.folders)-1)
	if err := os.MkdirAll(p.bin, 0o755); err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(p.folders)), func(folder string) bool {
		return folder == publisher || slices.Contains(first, folder)
	})
	for i, folders := range [][]string{{publisher}, first, others} {
		if len(folders) == 0 {
			continue
		}
		if err := p.goBuild(ctx, folders, i == 2 && len(first) > 0); err != nil {
			return err
		}
		for _, folder := range folders {
			close(p.folders[folder].Built)
		}
	}
	fmt.Fprintf(out, "all functions are built: %.1f s\n", time.Since(began).Seconds())
	return nil
}

func (p Programs) goBuild(ctx context.Context, folders []string, yields bool) error {
	args := []string{"go", "build", "-o", p.bin + string(filepath.Separator)}
	for _, folder := range folders {
		args = append(args, "./"+folder)
	}
	if yields {
		args = append([]string{"nice", "-n", "19"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = p.root
	cmd.Env = append(os.Environ(), buildEnv...)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	cmd.Cancel = func() error { child.Stop(cmd); return nil }
	err := child.Start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("build the functions: %w\n%s", err, strings.TrimSpace(text.String()))
	}
	return nil
}

// Publish runs infra/ops/publish, when it is built, on a shop's folder, so that the
// policy is published as it is on AWS. It returns the command's output.
func (p Programs) Publish(ctx context.Context, shop, dynamoDB string, tables dynamo.Tables) (string, error) {
	program := p.folders[publisher]
	select {
	case <-program.Built:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	cmd := exec.CommandContext(ctx, program.Path, "-aws", shop) // with the tables that are named: the local cloud does not listen yet
	cmd.Dir = p.root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "AWS_") || strings.Contains(s, "_TABLE=") })
	cmd.Env = append(append(cmd.Env, buildEnv...), // it builds the compiler of MJML if a message needs it
		"SETTINGS_TABLE="+tables.Settings, "COUPONS_TABLE="+tables.Coupons, "AWS_ENDPOINT_URL_DYNAMODB="+dynamoDB,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("publish the policy of %s: it has faults, or DynamoDB failed:\n%s", shop, strings.TrimSpace(string(text)))
	}
	return strings.TrimSpace(string(text)), nil
}
