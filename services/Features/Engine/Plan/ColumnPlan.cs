using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Plan;

/// <summary>A column of a group of tiles. Features that need the same figure share it.</summary>
/// <param name="Kind">What it adds up.</param>
/// <param name="Source">The source's index.</param>
/// <param name="Field">The field's index in the source; -1 for all events.</param>
/// <param name="Condition">The condition's index in the source; -1 for none.</param>
internal sealed record ColumnPlan(ColumnKind Kind, int Source, int Field, int Condition)
{
    internal TileColumn Create(long hop) => Kind switch
    {
        ColumnKind.Count => new CountColumn(),
        ColumnKind.Sum => new SumColumn(),
        ColumnKind.Min => new ExtremeColumn(isMax: false),
        ColumnKind.Max => new ExtremeColumn(isMax: true),
        ColumnKind.Latest => new LatestColumn(hop),
        _ => new DistinctColumn(),
    };
}
