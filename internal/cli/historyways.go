package cli

import (
	"maps"
	"slices"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// compareStanding compares what two revisions know of places, ways, drills,
// accepted findings, leave-takings, attempts and prints.
func compareStanding(before, r *record.Record) []change {
	t := record.LookupTemplate(r.Template)
	list := compareMaps("kept", before.Kept, r.Kept, func(key string) lang.Text {
		return inBoth(lang.T("where it is kept (%s)", "%sのある所"), keptLabel(r, t, key))
	})
	list = append(list, compareWays(t, before, r)...)
	list = append(list, compareMaps("proven", before.Proven, r.Proven, func(id string) lang.Text {
		return inBoth(lang.T("day of proof of the way %q", "方法「%s」を確かめた日"), id)
	})...)
	list = append(list, compareMaps("accepted", accepted(before), accepted(r), func(rule string) lang.Text {
		return inBoth(lang.T("finding accepted (%s)", "「このままでよい」とした点（%s）"), rule)
	})...)
	list = append(list, compareRetirement(before.Retire, r.Retire)...)
	list = append(list, compareAttempts(before.Attempts, r.Attempts)...)
	if !maps.Equal(before.Printed, r.Printed) {
		list = append(list, change{kind: changeChanged, key: "printed", label: lang.T("what was printed", "印刷した内容の控え")})
	}
	return list
}

// compareMaps lists what was added, changed and removed, by key.
func compareMaps(part string, before, after map[string]string, label func(key string) lang.Text) []change {
	var list []change
	keys := maps.Clone(before)
	if keys == nil {
		keys = map[string]string{}
	}
	maps.Copy(keys, after)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		was, had := before[key]
		is, has := after[key]
		kind := changeChanged
		switch {
		case had && has && was == is:
			continue
		case !had:
			kind = changeAdded
		case !has:
			kind = changeRemoved
		}
		list = append(list, change{kind: kind, key: part, label: label(key)})
	}
	return list
}

// accepted are the accepted findings, each with all that is said of it.
func accepted(r *record.Record) map[string]string {
	m := map[string]string{}
	for rule, a := range r.Accepted {
		m[rule] = a.On + "\n" + a.Why
	}
	return m
}

// compareWays compares the record's own ways. One that has a way of its template
// in another form was changed, not added.
func compareWays(t *record.Template, before, r *record.Record) []change {
	var list []change
	add := func(kind, id string) {
		if (kind == changeAdded || kind == changeRemoved) && t.Way(id) != nil {
			kind = changeChanged
		}
		list = append(list, change{kind: kind, key: "ways", label: inBoth(lang.T("way %q", "戻る方法「%s」"), id)})
	}
	for i := range r.Ways {
		w := &r.Ways[i]
		old := before.Way(w.ID)
		switch {
		case old != nil && sameWay(old, w):
		case w.Off:
			add(changeOff, w.ID)
		case old == nil:
			add(changeAdded, w.ID)
		default:
			add(changeChanged, w.ID)
		}
	}
	for i := range before.Ways {
		w := &before.Ways[i]
		switch {
		case r.Way(w.ID) != nil:
		case w.Off:
			add(changeBack, w.ID)
		default:
			add(changeRemoved, w.ID)
		}
	}
	return list
}

func sameWay(x, y *record.Way) bool {
	return x.Label == y.Label && x.Certainty == y.Certainty && x.Wait == y.Wait && x.Resets == y.Resets && x.Fact == y.Fact && x.Off == y.Off &&
		slices.EqualFunc(x.Needs, y.Needs, sameNeed) && maps.EqualFunc(x.When, y.When, slices.Equal[[]string]) && sameExtra(x.Extra, y.Extra)
}

func compareRetirement(before, after *record.Retirement) []change {
	label := lang.T("leaving it", "移行の予定")
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		return []change{{kind: changeAdded, key: "retire", label: label}}
	case after == nil:
		return []change{{kind: changeRemoved, key: "retire", label: label}}
	case before.By == after.By && before.Begun == after.Begun && maps.Equal(before.Done, after.Done) && sameExtra(before.Extra, after.Extra):
		return nil
	}
	return []change{{kind: changeChanged, key: "retire", label: label}}
}

func compareAttempts(before, after []record.Attempt) []change {
	same := func(x, y record.Attempt) bool {
		return x.On == y.On && x.Way == y.Way && x.Result == y.Result && x.Note == y.Note && sameExtra(x.Extra, y.Extra)
	}
	kind := changeChanged
	switch {
	case slices.EqualFunc(before, after, same):
		return nil
	case len(after) > len(before) && slices.EqualFunc(before, after[:len(before)], same):
		kind = changeAdded
	}
	return []change{{kind: kind, key: "attempts", label: lang.T("attempt to get back in", "戻ろうとした記録")}}
}
