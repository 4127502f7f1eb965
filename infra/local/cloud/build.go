package cloud

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"regulars/infra/local/template"
	"regulars/shared/dynamo"
)

// Build builds the functions and the command infra/ops/publish into the folder
// bin, all in one call of the Go tool, so that shared packages are compiled
// once. It returns the path of each function's program by the function's ID. The
// environment has the flags: make run gives those with which SAM builds too.
func Build(ctx context.Context, root, bin string, functions []template.Function, out io.Writer) (map[string]string, error) {
	binaries, packages, owner := map[string]string{}, []string{}, map[string]string{"publish": "infra/ops/publish"}
	for _, f := range functions {
		name := path.Base(f.Code) // go build names a program after its folder
		if other, taken := owner[name]; taken && other != f.Code {
			return nil, fmt.Errorf("function %s: the folders %s and %s have the same name: rename one", f.ID, f.Code, other)
		}
		if owner[name] == "" {
			packages = append(packages, "./"+f.Code)
		}
		owner[name] = f.Code
		binaries[f.ID] = filepath.Join(bin, name)
	}
	began := time.Now()
	fmt.Fprintf(out, "building %d functions … ", len(packages))
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", bin + string(filepath.Separator), "./infra/ops/publish"}, packages...)...)
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	if err != nil {
		fmt.Fprintln(out)
		return nil, fmt.Errorf("build the functions: %w\n%s", err, strings.TrimSpace(string(text)))
	}
	fmt.Fprintf(out, "%.1f s\n", time.Since(began).Seconds())
	return binaries, nil
}

// Publish runs infra/ops/publish on a shop's folder, so that the policy is
// published as it is on AWS. It returns the command's output.
func Publish(ctx context.Context, bin, shop, dynamoDB string, tables dynamo.Tables) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "publish"), shop)
	cmd.Env = []string{
		"SETTINGS_TABLE=" + tables.Settings, "COUPONS_TABLE=" + tables.Coupons, "AWS_ENDPOINT_URL_DYNAMODB=" + dynamoDB,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("publish the policy of %s: it has faults, or DynamoDB failed:\n%s", shop, strings.TrimSpace(string(text)))
	}
	return strings.TrimSpace(string(text)), nil
}
