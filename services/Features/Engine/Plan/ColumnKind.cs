namespace ModelServing.Features.Engine.Plan;

/// <summary>What a column adds up.</summary>
internal enum ColumnKind
{
    Count,
    Sum,
    Min,
    Max,
    Latest,
    Distinct,
}
