using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine;

/// <summary>What the tiles of a window add up to.</summary>
internal struct WindowFigure
{
    /// <summary>A number of events, or of different values.</summary>
    internal long Number;

    /// <summary>The sum of a field in steps of its type; also that of a mean.</summary>
    internal Int128 Sum;

    /// <summary>The smallest, the largest or the latest value, if there is one.</summary>
    internal Extreme Value;

    /// <summary>Adds a tile's smallest or largest value.</summary>
    internal void Raise(Extreme tile, bool isMax) => Value = Extreme.Merge(Value, tile, isMax);
}
