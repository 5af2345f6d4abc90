namespace ModelServing.Features.Engine.Plan;

/// <summary>A column as a scan reads it.</summary>
/// <param name="Kind">What it adds up.</param>
/// <param name="Targets">The windows that use it.</param>
internal sealed record ScanColumn(ColumnKind Kind, ScanTarget[] Targets);
