using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>A column as a scan reads it.</summary>
/// <param name="Kind">What it adds up.</param>
/// <param name="Targets">The windows that use it.</param>
internal readonly record struct ScanColumn(ColumnKind Kind, ScanTarget[] Targets);
