package mailclients

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed exceptions.yaml
var exceptionsFile []byte

// Exception is a feature that mails may use although some programs lack it.
type Exception struct {
	In       []string `yaml:"in"`       // those programs
	Fallback string   `yaml:"fallback"` // what their readers see instead
}

// Exceptions returns the exceptions of exceptions.yaml, by feature.
func Exceptions() (map[string]Exception, error) {
	var all map[string]Exception
	if err := yaml.UnmarshalWithOptions(exceptionsFile, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read infra/proof/mailclients/exceptions.yaml: %w", err)
	}
	return all, nil
}

// Unexpected returns, as sentences, what of the lacks is not an exception.
func Unexpected(lacks []Lack, exceptions map[string]Exception) []string {
	var found []string
	for _, l := range lacks {
		programs := slices.DeleteFunc(slices.Clone(l.Programs), func(p string) bool { return slices.Contains(exceptions[l.Feature].In, p) })
		if len(programs) > 0 {
			found = append(found, fmt.Sprintf("%s is not supported, or only in part, by %s: %s; use something else, or add it with a fallback to infra/proof/mailclients/exceptions.yaml", l.Feature, strings.Join(programs, ", "), l.Use))
		}
	}
	return found
}

// Stale returns, as sentences, the exceptions that none of the lacks needs.
// lacks are those of all mails together.
func Stale(lacks []Lack, exceptions map[string]Exception) []string {
	var found []string
	for _, feature := range slices.Sorted(maps.Keys(exceptions)) {
		i := slices.IndexFunc(lacks, func(l Lack) bool { return l.Feature == feature })
		for _, program := range exceptions[feature].In {
			if i < 0 || !slices.Contains(lacks[i].Programs, program) {
				found = append(found, fmt.Sprintf("no mail needs the exception %s for %s; remove it from infra/proof/mailclients/exceptions.yaml", feature, program))
			}
		}
	}
	return found
}
