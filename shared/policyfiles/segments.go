package policyfiles

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/shoppolicy"
)

// readSegments reads every segment that no condition has read before, and returns
// all of them by name. Call it after everything that has conditions was read: it
// adds an advice for each segment that none of them uses.
func (l *loader) readSegments() (all []shoppolicy.Segment) {
	for _, file := range l.files("segments") {
		_, _, _ = l.segment(strings.TrimSuffix(path.Base(file), ".yaml"))
	}
	for _, s := range l.segments {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b shoppolicy.Segment) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range all {
		if !slices.Contains(l.used, s.Name) {
			l.advice = append(l.advice, inputfault.InFile{
				File: segmentFile(s.Name), Line: 1, Column: 1, Text: fmt.Sprintf("no campaign, offer or journey uses segment %s", s.Name),
				Hint: fmt.Sprintf("use it with in_segment(%q), or remove the file", s.Name),
			})
		}
	}
	return all
}

func segmentFile(name string) string { return "segments/" + name + ".yaml" }

// segment returns the condition of a segment, of which it reads the file the first
// time; see [condition.Segments]. The files are read in the order in which
// conditions name them, so a cycle is found when a file is named that is still
// being read.
func (l *loader) segment(name string) (when condition.Condition, what, hint string) {
	if s, known := l.segments[name]; known {
		return s.When, "", ""
	}
	if at := slices.Index(l.reading, name); at >= 0 {
		circle := strings.Join(append(slices.Clone(l.reading[at:]), name), " → ")
		return when, "segment " + name + " uses itself: " + circle, "write its condition without that segment"
	}
	var known []string
	for _, file := range l.files("segments") {
		known = append(known, strings.TrimSuffix(path.Base(file), ".yaml"))
	}
	if !slices.Contains(known, name) {
		return when, "there is no segment " + name, suggest(name, known)
	}
	l.reading = append(l.reading, name)
	s := l.readSegment(segmentFile(name))
	l.reading = l.reading[:len(l.reading)-1]
	if l.segments == nil {
		l.segments = map[string]shoppolicy.Segment{}
	}
	l.segments[name] = s
	return s.When, "", ""
}

// readSegment reads one file of segments/. A segment with a fault has no condition,
// so that what uses it reports no second one.
func (l *loader) readSegment(file string) shoppolicy.Segment {
	before, of := len(l.faults), shoppolicy.Segment{Name: l.name(file)}
	s := l.open(file)
	if s == nil {
		return of
	}
	of.Title = s.requiredText("title", "Customers who order often")
	of.When = s.condition("when")
	s.refuseDayFacts(of.When, "when")
	s.refuseFamilies(of.When, "when", "a segment is about the customer, whatever the occasion: write this where the segment is used", "order.", "campaign.", "journey.", "line.", "product.", "customer.likes")
	if _, written := s.take("when"); !written {
		s.missing("when", "when: customer.orders >= 5")
	}
	s.done()
	if len(l.faults) > before {
		of.When = condition.Condition{}
	}
	return of
}

// through returns which segment brings a fact into a condition that does not write
// it itself, as part of a sentence; "" if the condition writes it.
func (l *loader) through(c condition.Condition, fact string) string {
	if strings.Contains(c.Written(), fact) {
		return ""
	}
	for _, name := range c.Segments() {
		if slices.Contains(l.segments[name].When.Names(), fact) {
			return ", and segment " + name + " uses it"
		}
	}
	return ""
}

// LoadSegments reads only shop.yaml and the segments, for tools that divide customers
// by them. The error is of type [inputfault.InFiles].
func LoadSegments(fsys fs.FS, check Check) ([]shoppolicy.Segment, error) {
	l := &loader{fsys: fsys, check: check}
	l.readShop()
	all := l.readSegments()
	if len(l.faults) > 0 {
		sortFaults(l.faults)
		return nil, l.faults
	}
	return all, nil
}
