package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
)

// ReadTemplate reads template.yaml of the project at root, with the parameter
// values of infra/local/parameters.yaml if that file exists.
func ReadTemplate(root string, s Settings) (*template.Template, error) {
	options := template.Options{Endpoint: s.Endpoint(), StackName: "regulars"}
	const parameters = "infra/local/parameters.yaml"
	if _, err := os.Stat(filepath.Join(root, parameters)); err == nil {
		options.Parameters = parameters
	}
	t, err := template.Read(os.DirFS(root), "template.yaml", options)
	var faults template.Faults
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no template.yaml in %s: start this program in the project's folder", root)
	case errors.As(err, &faults):
		return nil, fmt.Errorf("%w\n%d faults in the template; correct them and start again", faults, len(faults))
	}
	return t, err
}

// StartTables starts DynamoDB if the settings name no endpoint, and creates the
// template's tables. It returns the endpoint, and the engine if it started one;
// it can return an engine together with an error.
func StartTables(ctx context.Context, root string, s Settings, t *template.Template, out io.Writer) (string, *dynamodb.Engine, error) {
	began, endpoint, name := time.Now(), s.DynamoDB, s.DynamoDB
	var engine *dynamodb.Engine
	if endpoint == "" {
		data := filepath.Join(s.Var, "dynamo.db")
		var err error
		if engine, err = dynamodb.Start(ctx, root, s.Engine, data, filepath.Join(s.Var, "log", "dynamodb.log")); err != nil {
			return "", nil, err
		}
		endpoint, name = engine.Endpoint, data
		if engine.Name() != "dynoxide" {
			name = data + ".official"
		}
	}
	if err := dynamodb.Create(ctx, dynamodb.NewClient(endpoint), t.Tables); err != nil {
		return "", engine, err
	}
	fmt.Fprintf(out, "%d tables in %s … %.1f s\n", len(t.Tables), name, time.Since(began).Seconds())
	return endpoint, engine, nil
}
