namespace ModelServing.Features.Engine.Columns;

/// <summary>The smallest or largest value of a tile, if it has values.</summary>
internal readonly record struct Extreme(bool Exists, long Value)
{
    /// <summary>The smaller or the larger of two.</summary>
    internal static Extreme Merge(Extreme left, Extreme right, bool isMax) =>
        !left.Exists ? right
        : !right.Exists ? left
        : isMax == left.Value >= right.Value ? left : right;
}
