namespace ModelServing.Features.Engine.Plan;

/// <summary>A column that an event of a source may be added to.</summary>
/// <param name="Group">The index of the group of tiles.</param>
/// <param name="Column">The index of the column in the group.</param>
/// <param name="Plan">The column.</param>
internal readonly record struct ColumnUse(int Group, int Column, ColumnPlan Plan);
