package template

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Options are the values that the template does not contain.
type Options struct {
	Endpoint   string // URL of the local cloud, such as "http://127.0.0.1:4566"; queue and function URLs begin with it
	StackName  string // AWS::StackName
	Parameters string // a YAML file with values that replace the parameters' defaults; empty for none
}

// Template holds the resources of a template in the order of the file. The
// resources of a nested stack come at the place of the stack.
type Template struct {
	Functions         []Function
	Mappings          []Mapping
	Queues            []Queue
	Buses             []string // names of the buses other than default
	Rules             []Rule
	Schedules         []Schedule
	Tables            []Table
	Secrets           []Secret
	Identities        []Identity
	ConfigurationSets []ConfigurationSet
	Parameters        map[string]string // of the outermost stack, as resolved
	Outputs           map[string]string // of the outermost stack
}

// Read returns the resources of the template in file of fsys and of every
// template nested in it. Its error is [Faults] with all faults, or an fs error
// if the outermost file cannot be read.
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
	names   map[string]Place // by kind and name, to find duplicate names
}

func (r *reader) fault(at Place, path, text string) {
	r.faults = append(r.faults, Fault{at, path, text})
}

// register records the name of a resource, and reports a fault if another
// resource of the kind has it.
func (r *reader) register(kind, name string, at Place, path string) {
	if other, taken := r.names[kind+" "+name]; taken {
		r.fault(at, path, fmt.Sprintf("another %s has the name %q (%s:%d): give one of them another name", kind, name, other.File, other.Line))
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

// open parses a template and reads its parameters and resources. It returns nil
// if the file cannot be parsed. given are the parameters' values; from is the
// resource that includes the template, nil for the outermost.
func (r *reader) open(file, name string, given map[string]*node, from *resource) *stack {
	text, err := fs.ReadFile(r.fsys, file)
	if err != nil {
		at, path := Place{File: file, Line: 1, Column: 1}, ""
		if from != nil {
			at, path = from.at, from.path
		}
		r.fault(at, path, fmt.Sprintf("read nested template: %v", err))
		return nil
	}
	root, faults := parse(file, text)
	r.faults = append(r.faults, faults...)
	if root == nil {
		return nil
	}
	s := &stack{
		r: r, name: name, file: file, dir: path.Dir(file), root: root,
		parameters: map[string]*node{}, evaluating: map[string]bool{}, resources: map[string]*resource{},
	}
	s.sections()
	s.readParameters(given)
	s.readResources()
	return s
}

// check reports a fault for every reference by ARN to a queue or function that
// the whole template does not have.
func (r *reader) check() {
	var queues, functions []string
	for _, q := range r.out.Queues {
		queues = append(queues, q.ARN)
	}
	for _, f := range r.out.Functions {
		functions = append(functions, f.ARN)
	}
	queue := func(arn string, at Place, path string) {
		if arn != "" && !slices.Contains(queues, arn) {
			r.fault(at, path, fmt.Sprintf("%q is not a queue of this template", arn))
		}
	}
	target := func(arn string, at Place, path string) {
		if arn != "" && !slices.Contains(queues, arn) && !slices.Contains(functions, arn) {
			r.fault(at, path, fmt.Sprintf("%q is neither a queue nor a function of this template", arn))
		}
	}
	for _, q := range r.out.Queues {
		queue(q.DeadLetters, q.At, q.Name+".RedrivePolicy")
	}
	for _, m := range r.out.Mappings {
		queue(m.Queue, m.At, m.Function+".Queue")
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
