using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>What tiles add up to.</summary>
internal struct WindowFigure
{
    /// <summary>A number of events, or of different values. Of a sum: a part of it.</summary>
    internal long Number;

    /// <summary>The other part of the sum of a field in steps of its type; also that of a mean.</summary>
    internal Int128 Wide;

    /// <summary>The smallest, the largest or the latest value, if there is one.</summary>
    internal Extreme Value;

    /// <summary>The whole sum.</summary>
    internal readonly Int128 Sum => Wide + Number;

    /// <summary>Adds a tile's sum.</summary>
    internal void AddSum(Int128 sum) => Wide += sum;

    /// <summary>Takes a value if it is smaller than all before.</summary>
    internal void Lower(long value)
    {
        if (!Value.Exists || value < Value.Value)
            Value = new Extreme(true, value);
    }

    /// <summary>Takes a value if it is larger than all before.</summary>
    internal void Raise(long value)
    {
        if (!Value.Exists || value > Value.Value)
            Value = new Extreme(true, value);
    }

    /// <summary>Adds what later tiles add up to.</summary>
    internal void Add(in WindowFigure later, ColumnKind kind)
    {
        Number += later.Number;
        Wide += later.Wide;
        if (later.Value is not { Exists: true, Value: var value })
            return;
        if (kind == ColumnKind.Min)
            Lower(value);
        else if (kind == ColumnKind.Max)
            Raise(value);
        else
            Value = later.Value;
    }
}
