package template

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Options is what a template cannot say of the machine that it runs on.
type Options struct {
	Endpoint   string // of the local cloud, such as "http://127.0.0.1:4566": queue and function URLs begin with it
	StackName  string // AWS::StackName
	Parameters string // a YAML file with other values than the parameters' defaults; empty for none
}

// Template is what there is to run, in the order of the file; nested stacks
// stand where they are included.
type Template struct {
	Functions         []Function
	Mappings          []Mapping
	Queues            []Queue
	Buses             []string // names other than default
	Rules             []Rule
	Schedules         []Schedule
	Tables            []Table
	Secrets           []Secret
	Identities        []Identity
	ConfigurationSets []ConfigurationSet
	Parameters        map[string]string // of the outermost stack, as resolved
	Outputs           map[string]string // of the outermost stack
}

// Read returns what the template in file of fsys, and every template nested in
// it, asks for. Its error is [Faults], all of them, or an fs error where the
// outermost file cannot be read.
func Read(fsys fs.FS, file string, options Options) (*Template, error) {
	r := &reader{fsys: fsys, options: options, out: &Template{}, names: map[string]Place{}}
	if _, err := fs.Stat(fsys, file); err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	overrides := r.overrides()
	s := r.open(file, options.StackName, overrides, nil)
	if s != nil {
		s.read()
		r.out.Parameters = map[string]string{}
		for name, value := range s.parameters {
			r.out.Parameters[name] = value.text()
		}
		r.out.Outputs = s.outputs()
	}
	r.check()
	if len(r.faults) > 0 {
		return nil, r.faults.sorted()
	}
	return r.out, nil
}

type reader struct {
	fsys    fs.FS
	options Options
	out     *Template
	faults  Faults
	names   map[string]Place // of kind and name, to tell doubles
}

func (r *reader) fault(at Place, path, what string) {
	r.faults = append(r.faults, Fault{at, path, what})
}

// claim notes that a resource of that kind has that name; two may not.
func (r *reader) claim(kind, name string, at Place, path string) {
	if other, taken := r.names[kind+" "+name]; taken {
		r.fault(at, path, fmt.Sprintf("another %s has the name %q (%s:%d): give one of them a name of its own", kind, name, other.File, other.Line))
		return
	}
	r.names[kind+" "+name] = at
}

func (r *reader) overrides() map[string]*node {
	if r.options.Parameters == "" {
		return nil
	}
	text, err := fs.ReadFile(r.fsys, r.options.Parameters)
	if err != nil {
		r.fault(Place{File: r.options.Parameters, Line: 1, Column: 1}, "", err.Error())
		return nil
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil
	}
	n, faults := parse(r.options.Parameters, text)
	r.faults = append(r.faults, faults...)
	given := map[string]*node{}
	if n != nil && n.kind == mapping {
		for _, e := range n.entries {
			given[e.key] = e.value
		}
	}
	return given
}

// open parses a template and prepares its parameters and conditions. It
// returns nil where the file cannot be parsed. given are the parameters'
// values; from is the resource that includes it, nil for the outermost.
func (r *reader) open(file, name string, given map[string]*node, from *resource) *stack {
	text, err := fs.ReadFile(r.fsys, file)
	if err != nil {
		at, where := Place{File: file, Line: 1, Column: 1}, ""
		if from != nil {
			at, where = from.at, from.path
		}
		r.fault(at, where, fmt.Sprintf("read nested template: %v", err))
		return nil
	}
	root, faults := parse(file, text)
	r.faults = append(r.faults, faults...)
	if root == nil {
		return nil
	}
	s := &stack{
		r: r, name: name, file: file, dir: path.Dir(file), root: root,
		parameters: map[string]*node{}, deciding: map[string]bool{}, resources: map[string]*resource{},
	}
	s.sections()
	s.takeParameters(given)
	s.takeResources()
	return s
}

// check looks at what only the whole can tell: whether what is referred to by
// ARN is there.
func (r *reader) check() {
	var queues, functions []string
	for _, q := range r.out.Queues {
		queues = append(queues, q.ARN)
	}
	for _, f := range r.out.Functions {
		functions = append(functions, f.ARN)
	}
	queue := func(arn string, at Place, what string) {
		if arn != "" && !slices.Contains(queues, arn) {
			r.fault(at, what, fmt.Sprintf("%q is not a queue of this template", arn))
		}
	}
	target := func(arn string, at Place, what string) {
		if arn != "" && !slices.Contains(queues, arn) && !slices.Contains(functions, arn) {
			r.fault(at, what, fmt.Sprintf("%q is neither a queue nor a function of this template", arn))
		}
	}
	for _, q := range r.out.Queues {
		queue(q.DeadLetters, q.At, q.Name+".RedrivePolicy")
	}
	for _, m := range r.out.Mappings {
		queue(m.Queue, m.At, m.Function+" takes from")
	}
	for _, f := range r.out.Functions {
		target(f.Async.OnFailure, f.At, f.Name+".OnFailure")
	}
	for _, rule := range r.out.Rules {
		for _, t := range rule.Targets {
			target(t.ARN, rule.At, rule.Name+"."+t.ID)
			queue(t.DeadLetters, rule.At, rule.Name+"."+t.ID+".DeadLetterConfig")
		}
	}
	for _, s := range r.out.Schedules {
		target(s.Target.ARN, s.At, s.Name)
		queue(s.Target.DeadLetters, s.At, s.Name+".DeadLetterConfig")
	}
}
