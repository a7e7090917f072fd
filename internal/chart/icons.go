package chart

// icons are the small pictures of the kinds, drawn with a pen on a field of 24
// by 24.
var icons = map[Kind]string{
	Account:  "M8 11a4.5 4.5 0 1 1 .01 0M11 10l9 9M17 16l-3 3M20 19l-2 2",
	Mailbox:  "M2 5h20v14H2zM2 6l10 8 10-8",
	Number:   "M9 3L7 21M17 3l-2 18M3 9h18M3 15h18",
	Device:   "M7 1.500h10a1.500 1.500 0 0 1 1.500 1.500v18a1.500 1.500 0 0 1-1.500 1.500H7a1.500 1.500 0 0 1-1.500-1.500v-18A1.500 1.500 0 0 1 7 1.500zM10.500 19.500h3",
	Computer: "M4 4h16v12H4zM1 20h22M4 16l-3 4M20 16l3 4",
	Paper:    "M5 2h10l5 5v15H5zM15 2v5h5M8 11h8M8 15h8M8 19h5",
	Memory:   "M12 3a7 6 0 0 1 7 6a7 6 0 0 1-7 6a7 6 0 0 1-7-6a7 6 0 0 1 7-6zM8.500 17.500a1.500 1.500 0 1 0 .01 0M5 21a.9.9 0 1 0 .01 0",
	Contract: "M4 2h16v20H4zM7 7h10M7 11h10M13 18a2.500 2.500 0 1 0 .01 0",
	Person:   "M12 3a4.500 4.500 0 1 1-.01 0M3 22a9 8 0 0 1 18 0z",
	Place:    "M2 12L12 3l10 9M5 10v11h14V10M10 21v-6h4v6",
	Vault:    "M3 3h18v16H3zM6 19v3M18 19v3M12 7a4 4 0 1 1-.01 0M12 9v4",
	Thing:    "M12 2l10 10-10 10L2 12z",
}
