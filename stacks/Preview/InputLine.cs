namespace ModelServing.Stacks.Preview;

/// <summary>One line of a resource: its sign (a space, +, - or ~), its level of indentation, and its text.</summary>
internal readonly record struct InputLine(char Sign, int Depth, string Text);
