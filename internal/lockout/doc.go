// Package lockout answers, from who depends on what, which accounts their owner
// can still get into after a loss, and what would lock them. It keeps the rest of
// the program from knowing the mathematics; it knows nothing of records, of
// texts or of the services behind the accounts. Ids come in and go out.
//
// # Model
//
// An asset is something that can be lost by itself: a device, a telephone line,
// a paper at its place, a contract, a person, something in memory. Everything
// else is derived: accounts, which their owner wants to open, and nodes between,
// such as a mailbox or a code in reach. A rule
//
//	head ← k of body
//
// says that head is reached when at least k of body are; k is all of them for
// "and", one for "or". Rules with the same head are alternatives. A rule has a
// certainty (sure, a form that may be refused, a person) and a waiting time. An
// event kills a set of assets.
//
// What can be reached from a set of assets is the least set that holds them and
// is closed under the rules. It is built up from nothing, so that a circle never
// supports itself: two mailboxes that reset each other open neither. A browser
// that is still signed in is therefore to be modelled as what it is, a node
// reached from the device: session ← laptop. Losing more never opens more.
//
// What is not known is an asset too, marked unknown. A [Run] says whether unknown
// assets count as present, and whether ways that may be refused count. Locked in
// the optimistic run is locked as far as the notes go; open in the run
// SureOnly|Pessimistic needs nothing but what is noted. A [Case] is what is taken
// as given: events that have happened, assets lost or kept.
//
// # Answers
//
//   - [Graph.Locked], [Graph.Opened], [Graph.States]: one scenario.
//   - [Graph.Table]: all scenarios of up to three events at once.
//   - [Graph.LockoutSets], [Graph.EventSets], [Graph.AccessSets]: the minimal sets
//     of up to three assets or events that lock, or open, each account.
//   - [Graph.All]: those of any size, for one account.
//   - [Graph.Rings]: accounts that open each other and that nothing else opens.
//   - [Graph.Times], [Graph.Order], [Graph.Proof]: how long it takes, in which
//     order, and by which steps.
//   - [Graph.Ways], [Graph.Why], [Graph.Deciding]: how each way stands, what it
//     lacks, and what to ask for.
//   - [Graph.View], [Graph.EachWays], [Graph.Proofs]: the same for many accounts
//     at once.
//   - [Graph.Hanging], [Graph.EachLoss]: what hangs on one thing, before it is
//     given up, and what is locked without each of several.
//   - [Graph.Theft]: what a thief opens, and what the owner then has left.
//   - [Graph.Rank], [Graph.Plan]: what repairs would do, and the best next step.
//
// Answers are exact, with two exceptions that are said in the answer. Sets may
// be Truncated: then those listed are right and minimal, but there may be more,
// and an empty list does not mean "none". And a plan takes the best next step
// each time, which need not give the best plan.
//
// # Work
//
// With R the places in the bodies of all rules, N the nodes, S the scenarios:
//
//	one scenario       O(R)
//	all scenarios      O(R·S/64) without circles; a node in a circle is computed
//	                   again when what it needs has changed
//	sets up to size 3  polynomial in the sets found on the way; bounded
//	sets of any size   exponential at worst; bounded by the caller
//	rings              O(R) for what is circular; shortest circles are searched
//	                   with bounded work
//	times              O(R + N log N)
//	repairs            all pairs of events once; then for each repair the nodes
//	                   above the rules that it changes
//
// To find a smallest lockout set is NP-hard (an account with one rule for each
// of some sets, all needed, is the hitting set problem), hence the bounds.
//
// # Sources
//
// The model extends the account access graphs of Hammann, Radomirović, Sasse and
// Basin, "User Account Access Graphs", CCS 2019, doi 10.1145/3319535.3354193, by
// thresholds, events, certainty and waiting times. Lockout and access sets are
// each other's minimal hitting sets; Gainer-Dewar and Vera-Licona, "The minimal
// hitting set generation problem", arXiv 1601.02939, survey ways to compute them.
// One scenario is Horn closure by counting: Dowling and Gallier, Journal of Logic
// Programming 1(3), 1984, doi 10.1016/0743-1066(84)90014-1. Components are
// Tarjan's, SIAM Journal on Computing 1(2), 1972, doi 10.1137/0201010. Times are
// Knuth's "A generalization of Dijkstra's algorithm", Information Processing
// Letters 6(1), 1977. That a lost thing is to be taken as stolen says NIST SP
// 800-63B-4, section 4.3. docs/recovery-model.md argues why the answers are exact.
package lockout
