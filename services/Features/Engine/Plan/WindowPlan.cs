using ModelServing.Features.Definitions;

namespace ModelServing.Features.Engine.Plan;

/// <summary>How the value of a window's feature is read.</summary>
/// <param name="Aggregation">How its tiles become one value.</param>
/// <param name="Group">The index of the group of tiles.</param>
/// <param name="Frame">The index of the window in the group.</param>
/// <param name="Column">The index of the column of its figure.</param>
/// <param name="CountColumn">Of a mean: the index of the column that counts the values; otherwise -1.</param>
/// <param name="Unit">The steps of 1 in the field's type.</param>
/// <param name="IsWhole">Whether the value is a whole number.</param>
internal sealed record WindowPlan(Aggregation Aggregation, int Group, int Frame, int Column, int CountColumn, long Unit, bool IsWhole);
