package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"regulars/infra/local/aws"
	"regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
	"regulars/shared/dynamo"
)

// Temporary describes a local cloud for one run of a program.
type Temporary struct {
	Root  string                    // the project's folder
	Dir   string                    // an empty folder for its state
	Trial Trial                     // the zero Trial changes nothing
	Edit  func(*template.Template)  // changes the template before it is used; nil: nothing is changed
	Shop  func(folder string) error // writes the shop's files into a new folder
	Out   io.Writer                 // gets a line for each step
}

// Running is a local cloud that runs in this program.
type Running struct {
	*Cloud
	Settings Settings
	Template *template.Template
	Store    *dynamo.Store // calls DynamoDB directly, without what Trial.Front does
	Events   *eventbridge.Client

	end func() error
}

// Start builds the functions, starts the cloud on a free port of the loopback
// interface, and publishes the shop's policy. Call [Running.End] when it is no
// longer needed.
func (t Temporary) Start(ctx context.Context) (r *Running, err error) {
	var undo []func() error
	end := sync.OnceValue(func() error {
		var faults []error
		for i := range undo {
			faults = append(faults, undo[len(undo)-1-i]())
		}
		return errors.Join(faults...)
	})
	defer func() {
		if err != nil {
			r, err = nil, errors.Join(err, end())
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	undo = append(undo, func() error { _ = listener.Close(); return nil }) // the server may have closed it
	release, err := Lock(t.Dir)
	if err != nil {
		return nil, err
	}
	undo = append(undo, func() error { release(); return nil })
	r = &Running{Settings: Settings{Port: listener.Addr().(*net.TCPAddr).Port, Var: t.Dir, Trial: t.Trial}, end: end}
	if r.Template, err = ReadTemplate(t.Root, r.Settings); err != nil {
		return r, err
	}
	if t.Edit != nil {
		t.Edit(r.Template)
	}
	if err := os.MkdirAll(filepath.Join(t.Dir, "log"), 0o755); err != nil {
		return r, err
	}
	logFile, err := os.Create(filepath.Join(t.Dir, "log", "cloud.log"))
	if err != nil {
		return r, err
	}
	undo = append(undo, logFile.Close)
	programs, err := NewPrograms(t.Root, filepath.Join(t.Dir, "bin"), r.Template.Functions)
	if err != nil {
		return r, err
	}
	if err := programs.Build(ctx, t.Out); err != nil {
		return r, err
	}
	endpoint, engine, err := StartTables(ctx, t.Root, r.Settings, r.Template, t.Out)
	if engine != nil {
		undo = append(undo, func() error { engine.Stop(); return nil })
	}
	if err != nil {
		return r, err
	}
	files, names := filepath.Join(t.Dir, "shop"), StoreTables(r.Template)
	if err := t.Shop(files); err != nil {
		return r, err
	}
	published, err := programs.Publish(ctx, files, endpoint, names)
	if err != nil {
		return r, err
	}
	fmt.Fprintln(t.Out, published)
	r.Store = dynamo.New(dynamodb.NewClient(endpoint), names)
	r.Events = eventbridge.New(eventbridge.Options{
		Region: aws.Region, BaseEndpoint: awssdk.String(r.Settings.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  &http.Client{Timeout: 30 * time.Second},
		Retryer:     retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 10 }),
	})
	log := Logger(logFile)
	if r.Cloud, err = Open(r.Settings, r.Template, programs, endpoint, log); err != nil {
		return r, err
	}
	undo = append(undo, func() error { r.Close(); return nil })
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- r.Run(running, listener, func() { close(ready) }, log) }()
	undo = append(undo, func() error { cancel(); return <-ended })
	select {
	case <-ready:
		return r, nil
	case err := <-ended:
		ended <- nil
		return r, err
	}
}

// End stops the cloud. The first call's error is that of later calls.
func (r *Running) End() error { return r.end() }
