namespace ModelServing.Settings.Schema;

/// <summary>A place in a text: line and column, both from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column.</param>
public readonly record struct TextPosition(int Line, int Column);
