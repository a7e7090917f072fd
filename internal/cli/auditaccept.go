package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// checkAccept refuses what does not go together with --accept and --unaccept.
func (a *app) checkAccept(cmd *cobra.Command, o *auditOptions) error {
	if !o.accepting() {
		if cmd.Flags().Changed("why") {
			return a.usage(cmd, lang.T("--why goes with --accept", "--why は --accept と一緒に使います"))
		}
		return nil
	}
	for _, name := range []string{"rule", "owner", "json", "exit-code", "list-rules"} {
		if cmd.Flags().Changed(name) {
			return a.usage(cmd, lang.T("--%s does not go together with --accept or --unaccept", "--%s は、--accept や --unaccept と一緒には使えません"), name)
		}
	}
	switch {
	case o.accept != "" && o.unaccept != "":
		return a.usage(cmd, lang.T("--accept and --unaccept do not go together", "--accept と --unaccept は一緒には使えません"))
	case o.unaccept != "" && cmd.Flags().Changed("why"):
		return a.usage(cmd, lang.T("--why goes with --accept", "--why は --accept と一緒に使います"))
	case o.unaccept != "":
		return nil
	}
	why, _, err := record.Clean(record.TypeText, o.why)
	if err != nil {
		return refused("why", err)
	}
	if why == "" {
		return a.usage(cmd, lang.T("say why you accept it, for the day on which you ask yourself: --why TEXT", "受け入れる理由を書いてください。あとで見たときに分かるように残します: --why 理由"))
	}
	o.why = why
	return nil
}

func (o *auditOptions) accepting() bool { return o.accept != "" || o.unaccept != "" }

// runAccept notes in records that their owner lives with what a rule finds
// there, or takes that back.
func (a *app) runAccept(o *auditOptions, names []string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	rule := a.ruleOf(o.accept + o.unaccept)
	in, err := a.auditInput(s)
	if err != nil {
		return err
	}
	records, err := a.acceptedIn(s, rule, in.Records, names)
	if err != nil {
		return err
	}
	in.Rules = []string{rule.ID}
	report := audit.Audit(in)
	var changed []*record.Record
	for _, r := range records {
		if r.Schema > record.Schema {
			return record.ErrNewer
		}
		r = r.Clone()
		if o.accept != "" {
			err = a.takeRisk(report, rule, r, o.why)
		} else {
			err = a.dropRisk(rule, r)
		}
		if err != nil {
			return err
		}
		changed = append(changed, r)
	}
	if err := a.commit(s, store.Change{Put: changed}); err != nil {
		return err
	}
	for _, r := range changed {
		if o.accept == "" {
			a.say(lang.T("taken back: %s counts for %s again", "取り消しました: %s は「%s」で、また気になる点に数えます"), rule.ID, r.Name)
			continue
		}
		a.say(lang.T("noted in %s: you know of this risk and live with it (%s), until %s", "「%s」に書きました: 承知のうえの危険です（%s）。%s まで数えません"), r.Name, rule.ID, audit.TakenUntil(a.now).Format(time.DateOnly))
		a.say(lang.T("to take it back: %s audit --unaccept %s %s", "取り消すには: %s audit --unaccept %s %s"), a.call(), rule.ID, shellWord(r.Name))
	}
	return nil
}

// ruleOf returns the rule of an ID that is known to be one.
func (a *app) ruleOf(id string) *audit.Rule {
	list := audit.Rules()
	return list[slices.IndexFunc(list, func(r *audit.Rule) bool { return r.ID == id })]
}

// acceptedIn returns the records that are named, or for a rule about the vault
// itself the record about the vault.
func (a *app) acceptedIn(s *store.Store, rule *audit.Rule, records []*record.Record, names []string) ([]*record.Record, error) {
	if rule.OfVault() {
		return a.selfRecord(rule, records, names)
	}
	if len(names) == 0 {
		return nil, &failure{status: statusUsage, code: "usage",
			what: said(lang.T("say in which record the finding may stand", "どの記録のことかを書いてください")),
			next: []words{said(lang.T("like this: %s audit --accept %s NAME --why TEXT", "例: %s audit --accept %s 名前 --why 理由"), a.call(), rule.ID)}}
	}
	var list []*record.Record
	for _, name := range names {
		c, err := a.findLive(s, name)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(records, func(r *record.Record) bool { return r.ID == c.ID })
		if i >= 0 && !slices.Contains(list, records[i]) {
			list = append(list, records[i])
		}
	}
	return list, nil
}

// selfRecord returns the record about the vault, which alone may be named.
func (a *app) selfRecord(rule *audit.Rule, records []*record.Record, names []string) ([]*record.Record, error) {
	i := slices.IndexFunc(records, func(r *record.Record) bool { return r.Template == record.VaultTemplate })
	if i < 0 {
		return nil, &failure{status: statusNotFound, code: "no_vault_record",
			what: said(lang.T("%s is about the vault itself, and there is no record about it to note this in", "%s は金庫そのものについての項目で、それを書いておく記録がまだありません"), rule.ID),
			next: []words{said(lang.T("to make one: %s add vault", "作るには: %s add vault"), a.call())}}
	}
	self := records[i]
	for _, name := range names {
		if record.NameKey(name) != record.NameKey(self.Name) {
			return nil, &failure{status: statusUsage, code: "usage",
				what: said(lang.T("%s is about the vault itself, not about %q", "%s は金庫そのものについての項目で、「%s」の項目ではありません"), rule.ID, name),
				next: []words{said(lang.T("without a name it is noted in %q", "名前を書かなければ「%s」に書き込みます"), self.Name)}}
		}
	}
	return []*record.Record{self}, nil
}

// takeRisk notes in r why what the rule finds may stand. There has to be
// something: what is accepted unseen would hide what comes later.
func (a *app) takeRisk(report *audit.Report, rule *audit.Rule, r *record.Record, why string) error {
	found := func(f audit.Finding) bool { return f.About(r.ID) || f.Record == nil && rule.OfVault() }
	if !slices.ContainsFunc(report.Findings, found) && !slices.ContainsFunc(report.Accepted, found) {
		return &failure{status: statusNotFound, code: "no_finding",
			what: said(lang.T("%s finds nothing in %q, so there is nothing to accept", "%s は「%s」に何も見つけていません。受け入れるものがありません"), rule.ID, r.Name),
			next: []words{said(lang.T("what is found there: %s audit %s", "見つかるもの: %s audit %s"), a.call(), shellWord(r.Name))}}
	}
	if r.Accepted == nil {
		r.Accepted = map[string]record.Acceptance{}
	}
	r.Accepted[rule.ID] = record.Acceptance{Why: why, On: a.now.Format(time.DateOnly)}
	return nil
}

func (a *app) dropRisk(rule *audit.Rule, r *record.Record) error {
	if _, ok := r.Accepted[rule.ID]; !ok {
		return &failure{status: statusNotFound, code: "not_accepted",
			what: said(lang.T("%s is not accepted in %q", "%s は「%s」で受け入れられていません"), rule.ID, r.Name),
			next: []words{said(lang.T("what is accepted stands at the end: %s audit", "受け入れたものは最後に出ます: %s audit"), a.call())}}
	}
	delete(r.Accepted, rule.ID)
	return nil
}
