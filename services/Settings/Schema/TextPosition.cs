namespace ModelServing.Settings.Schema;

/// <summary>A position in a text. Lines and columns are counted from 1.</summary>
public readonly record struct TextPosition(int Line, int Column);
