package policyfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"

	"regulars/shared/condition"
	"regulars/shared/points"
	"regulars/shared/shop"
)

const day24 = 24 * time.Hour // a day of the periods in points.yaml

// readPoints reads points.yaml. A shop without loyalty points does not have the
// file.
func (l *loader) readPoints() (p points.Scheme) {
	if _, err := fs.Stat(l.fsys, "points.yaml"); errors.Is(err, fs.ErrNotExist) {
		return p
	}
	s := l.open("points.yaml")
	l.hasPoints = true
	p.Since, p.Placed = s.since(), l.shop.RewardsOnPlacing
	p.Earn = s.earnRates()
	p.Pending = time.Duration(s.requiredWhole("pending_days", 0, 365, 30)) * day24
	p.Lives = time.Duration(s.requiredWhole("expire_days", 1, 3_650, 365)) * day24
	if s != nil && p.Lives <= p.Pending {
		s.wrong("expire_days", "points would expire before they can be spent", "write more than pending_days")
	}
	if spend := s.sub("spend"); spend != nil {
		p.Spend = points.Rate{Points: spend.requiredWhole("points", 1, 1_000_000, 100), Worth: spend.money("worth").Minor}
		if !spend.has("worth") {
			spend.missing("worth", fmt.Sprintf("worth: 1.00: what %d points take off", p.Spend.Points))
		}
		if _, written := spend.take("margin"); written {
			margin := spend.percent("margin", 0, 100_00)
			p.Margin = &margin
		}
		spend.done()
	}
	p.Tiers = s.pointTiers()
	p.Window = time.Duration(s.whole("tier_window_days", 1, 3_650, 365)) * day24
	p.Grace = time.Duration(s.whole("tier_grace_days", 0, 3_650, 90)) * day24
	s.done()
	l.scheme = p
	return p
}

// since reads from when on orders earn points: midnight of a day in the shop's
// zone.
func (s *sheet) since() time.Time {
	text := s.requiredText("since", "2026-01-01: orders placed from this day on earn points")
	day, err := time.ParseInLocation(time.DateOnly, text, s.zone())
	if text != "" && err != nil {
		s.wrong("since", fmt.Sprintf("%q is not a day", text), "write it like 2026-12-24")
	}
	return day.UTC()
}

func (s *sheet) zone() *time.Location {
	if s == nil {
		return time.UTC
	}
	return s.shop.Location()
}

// earnRates reads how much a customer must spend for one point, by currency.
func (s *sheet) earnRates() map[shop.Currency]int64 {
	rates := map[shop.Currency]int64{}
	earn := s.sub("earn")
	if s != nil && (earn == nil || len(earn.order) == 0) {
		s.missing("earn", "earn: {GBP: 1.00}: the amount to spend for one point, by currency")
		return nil
	}
	if earn == nil {
		return nil
	}
	for _, name := range earn.order {
		text := earn.text(name)
		amount, err := condition.ParseMoney(text, shop.Currency(name))
		switch {
		case err != nil:
			earn.wrong(name, fmt.Sprintf("%s: %v", name, err), "write the amount to spend for one point, such as GBP: 1.00")
		case amount.Minor == 0:
			earn.wrong(name, name+" is 0", "each order would earn points without limit; write an amount above 0")
		default:
			rates[shop.Currency(name)] = amount.Minor
		}
	}
	earn.done()
	return rates
}

// pointTiers reads the tiers of the loyalty scheme.
func (s *sheet) pointTiers() (tiers []points.Tier) {
	for _, node := range s.list("tiers") {
		t := s.sheet(s.file, node)
		tier := points.Tier{Name: t.requiredText("name", "silver"), From: int64(t.requiredWhole("from", 0, 1_000_000_000, 500)), Named: map[string]string{}}
		if tier.Name != "" && !names().MatchString(tier.Name) {
			t.wrong("name", fmt.Sprintf("%q is not a valid name", tier.Name), "use small letters, digits and dashes, a letter first; named is what customers read")
		}
		if slices.ContainsFunc(tiers, func(other points.Tier) bool { return other.Name == tier.Name }) {
			t.wrong("name", fmt.Sprintf("there is a tier %s before it", tier.Name), "give it a name of its own")
		}
		if n := len(tiers); n > 0 && tier.From <= tiers[n-1].From {
			t.wrong("from", "the tier begins no higher than the one before it", "write tiers in rising order")
		}
		named := t.sub("named")
		if t != nil && named == nil {
			t.missing("named", fmt.Sprintf("named: {%s: Silver}: its name in messages", strings.Join(s.shop.Languages, ": Silver, ")))
		}
		for _, language := range s.shop.Languages {
			if named != nil {
				tier.Named[language] = named.requiredText(language, "Silver")
			}
		}
		if len(s.shop.Languages) > 0 { // otherwise every language would be reported as unknown
			named.done()
		}
		t.done()
		tiers = append(tiers, tier)
	}
	return tiers
}

var (
	pointFacts     = []string{"customer.points", "customer.points_expire_in_days", "customer.tier"}
	tierComparison = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:customer\.tier|tier\.name)\s*(?:==|!=|in)\s*(?:"[^"]*"|\[[^\]]*\])`)
	})
	quoted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"([^"]*)"`) })
)

// checkPointFacts adds a fault if a condition uses points in a shop without
// points, or a tier that does not exist: such a condition would silently never
// hold.
func (s *sheet) checkPointFacts(c condition.Condition, node ast.Node) {
	for _, fact := range c.Names() {
		if slices.Contains(pointFacts, fact) && !s.hasPoints && s.through(c, fact) == "" {
			s.fault(s.file, positionIn(node, positionOf(fact, c.Written())), fact+" is not known: the shop has no points", "write points.yaml first: docs/points.md shows what is in it")
			return
		}
	}
	var known []string
	for _, tier := range s.scheme.Tiers {
		known = append(known, tier.Name)
	}
	for _, comparison := range tierComparison().FindAllString(c.Written(), -1) {
		for _, name := range quoted().FindAllStringSubmatch(comparison, -1) {
			if name[1] == "" || slices.Contains(known, name[1]) {
				continue
			}
			hint := "known are " + strings.Join(known, ", ")
			if near := condition.Nearest(name[1], known); near != "" {
				hint = "did you mean " + near + "?"
			}
			s.fault(s.file, positionIn(node, positionOf(name[0], c.Written())), fmt.Sprintf("there is no tier %q in points.yaml", name[1]), hint)
		}
	}
}
