package lockout_test

import (
	"fmt"
	"time"

	"memovault/internal/lockout"
)

// The account of a family that is about to move: its address is the provider's,
// its password on one paper.
func Example() {
	var b lockout.Builder
	b.AddAsset("paper in the drawer", false)
	b.AddAsset("provider contract", false)
	b.AddAccount("office", 2)
	b.AddNode("mailbox")
	b.AddRule("office", 1, []string{"paper in the drawer"}, lockout.Sure, 0)
	b.AddRule("mailbox", 1, []string{"provider contract"}, lockout.Sure, 0)
	b.AddRule("office", 1, []string{"mailbox"}, lockout.Sure, time.Hour)
	b.AddEvent("move-house", "provider contract")
	b.AddEvent("fire", "paper in the drawer")
	g, err := b.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, happened := range [][]string{nil, {"move-house"}} {
		table, err := g.Table(lockout.Case{Happened: happened}, 2)
		if err != nil {
			fmt.Println(err)
			return
		}
		sets, _ := table.Minimal("office")
		fmt.Println(happened, "then locked by", sets)
	}
	proof, _, _ := g.Proof("office", lockout.Case{Happened: []string{"fire"}})
	for _, step := range proof.Steps {
		fmt.Println(step.Head, "after", step.At)
	}
	// Output:
	// [] then locked by [[move-house fire]]
	// [move-house] then locked by [[fire]]
	// mailbox after 0s
	// office after 1h0m0s
}
