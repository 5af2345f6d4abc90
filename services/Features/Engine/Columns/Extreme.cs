namespace ModelServing.Features.Engine.Columns;

/// <summary>The smallest or largest value of a tile, if it has values.</summary>
internal readonly record struct Extreme(bool Exists, long Value);
